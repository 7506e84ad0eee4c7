/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/whole_file.h"
#include "input/number.h"
#include "plot/blocks.h"
#include "plot/gnuplot.h"
#include "plot/html.h"
#include "plot/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BY_HTML = SCRIPT_DUMB + 1 };

static const struct {
    const char *ending;
    int way; /* a script_terminal, or BY_HTML */
} endings[] = {
    {".png", SCRIPT_PNG}, {".svg", SCRIPT_SVG}, {".pdf", SCRIPT_PDF},
    {".tex", SCRIPT_TEX}, {".html", BY_HTML},   {".gp", SCRIPT_FREE},
};

static const char allowed[] = ".png, .svg, .pdf, .tex, .html or .gp, or be - for the "
                              "terminal";

bool plot_wanted(const cli_options *o)
{
    return o->value[OPT_PLOT].given;
}

static bool to_terminal(const cli_options *o)
{
    return plot_wanted(o) && strcmp(o->value[OPT_PLOT].text, "-") == 0;
}

bool plot_replaces_table(const cli_options *o)
{
    return to_terminal(o) && !o->value[OPT_OUTPUT].given;
}

/* How the file is drawn, or −1. */
static int way_of(const cli_options *o)
{
    const char *path = o->value[OPT_PLOT].text;
    if (to_terminal(o))
        return SCRIPT_DUMB;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && dot > name && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(dot, endings[i].ending) == 0)
            return endings[i].way;
    return -1;
}

/* NAME of NAME.tex, with what is appended; malloc'ed. */
static char *instead_of_ending(const char *path, const char *added)
{
    size_t stem = strlen(path) - strlen(".tex"), room = stem + strlen(added) + 1;
    char *out = malloc(room);
    if (out)
        snprintf(out, room, "%.*s%s", (int)stem, path, added);
    return out;
}

/* LaTeX has to read the name of the graphic. */
static bool is_plain_name(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_.+";
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return strspn(name, plain) == strlen(name);
}

static int check_output(const cli_options *o)
{
    const option_value *output = &o->value[OPT_OUTPUT];
    const char *path = o->value[OPT_PLOT].text;
    if (!output->given)
        return EXIT_FINE;
    bool both = strcmp(output->text, "-") == 0 ? to_terminal(o)
                : to_terminal(o)               ? false
                                               : whole_file_same(path, output->text);
    if (!both && way_of(o) == SCRIPT_TEX) {
        char *graphic = instead_of_ending(path, "-inc.pdf");
        both = graphic && whole_file_same(graphic, output->text);
        free(graphic);
    }
    return both ? options_complain(o->command, EXIT_USAGE,
                                   "--plot and --output cannot be the same file")
                : EXIT_FINE;
}

int plot_check(const cli_options *o, bool draws_map)
{
    if (!plot_wanted(o))
        return EXIT_FINE;
    int way = way_of(o);
    char shown[128];
    nsl_printable(shown, sizeof shown, o->value[OPT_PLOT].text);
    if (way < 0)
        return options_complain(o->command, EXIT_USAGE,
                                "--plot must end in %s, got '%s'", allowed, shown);
    if (way == SCRIPT_TEX && !is_plain_name(o->value[OPT_PLOT].text))
        return options_complain(o->command, EXIT_USAGE,
                                "--plot for LaTeX must have a name of letters, digits "
                                "and - _ . +, got '%s'",
                                shown);
    int code = check_output(o);
    if (code != EXIT_FINE)
        return code;
    bool needed =
        way != BY_HTML && way != SCRIPT_FREE && !(way == SCRIPT_DUMB && draws_map);
    if (needed && !gnuplot_exists())
        return options_complain(
            o->command, EXIT_INPUT_OUTPUT,
            "--plot needs gnuplot, which is not there: install the "
            "Debian package gnuplot-nox (.gp and .html do without)");
    return EXIT_FINE;
}

static int complain_write(const cli_options *o, const char *path, int reason)
{
    char shown[128];
    nsl_printable(shown, sizeof shown, path);
    return options_complain(o->command, EXIT_INPUT_OUTPUT, "cannot write %s: %s", shown,
                            strerror(reason));
}

/* Characters that fit on the terminal, or on a page where there is none. */
static void find_size(size_t *columns, size_t *rows)
{
    enum { COLUMNS = 80, ROWS = 26, COLUMNS_MOST = 140, ROWS_MOST = 45, PROMPT = 2 };
    struct winsize window;
    *columns = COLUMNS;
    *rows = ROWS;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0)
        return;
    if (window.ws_col >= COLUMNS / 2)
        *columns = window.ws_col < COLUMNS_MOST ? window.ws_col : COLUMNS_MOST;
    if (window.ws_row >= ROWS / 2)
        *rows = window.ws_row < ROWS_MOST ? window.ws_row - PROMPT : ROWS_MOST;
}

static int write_bytes(const cli_options *o, const char *path, const rendering *p)
{
    whole_file file;
    if (!whole_file_open(&file, path))
        return complain_write(o, path, errno);
    errno = 0;
    bool fine = fwrite(p->bytes, 1, p->length, file.stream) == p->length;
    int reason = errno;
    if (!whole_file_close(&file, fine))
        return complain_write(o, path, errno);
    return fine ? EXIT_FINE : complain_write(o, path, reason ? reason : EIO);
}

static int complain_gnuplot(const cli_options *o, const char *problem)
{
    return options_complain(o->command, EXIT_INPUT_OUTPUT, "gnuplot failed: %s",
                            problem);
}

static int draw_tex(const cli_options *o, const figure *f,
                    const script_options *options)
{
    const char *path = o->value[OPT_PLOT].text;
    char problem[256], *graphic = instead_of_ending(path, "-inc.pdf");
    rendering tex, pdf;
    if (!graphic)
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    const char *slash = strrchr(graphic, '/');
    char *name = strdup(slash ? slash + 1 : graphic);
    if (name)
        name[strlen(name) - strlen(".pdf")] = '\0';
    bool fine =
        name && render_tex(&tex, &pdf, f, options, name, problem, sizeof problem);
    int code = !name   ? options_complain(o->command, EXIT_COMPUTATION, "out of memory")
               : !fine ? complain_gnuplot(o, problem)
                       : write_bytes(o, graphic, &pdf);
    if (code == EXIT_FINE)
        code = write_bytes(o, path, &tex);
    if (name) {
        rendering_clear(&tex);
        rendering_clear(&pdf);
    }
    free(name);
    free(graphic);
    return code;
}

/* On standard output. */
static int draw_characters(const cli_options *o, const figure *f,
                           script_options *options)
{
    char problem[256];
    rendering p = {NULL, 0};
    bool fine;
    find_size(&options->columns, &options->rows);
    errno = 0;
    if (f->map) {
        fine = blocks_write(f, stdout, options->columns, options->rows);
    } else {
        if (!render(&p, f, options, problem, sizeof problem))
            return complain_gnuplot(o, problem);
        fine = fwrite(p.bytes, 1, p.length, stdout) == p.length;
        rendering_clear(&p);
    }
    fine = fflush(stdout) == 0 && fine && !ferror(stdout);
    return fine ? EXIT_FINE : complain_write(o, "standard output", errno ? errno : EIO);
}

/* Text that is written straight into the file: scripts and pages. */
static int draw_text(const cli_options *o, const figure *f, int way,
                     const script_options *options)
{
    const char *path = o->value[OPT_PLOT].text;
    whole_file file;
    if (!whole_file_open(&file, path))
        return complain_write(o, path, errno);
    errno = 0;
    bool fine = way == BY_HTML ? html_write(f, file.stream)
                               : script_write(f, options, file.stream);
    int reason = errno ? errno : ENOMEM;
    if (!whole_file_close(&file, fine))
        return complain_write(o, path, errno);
    return fine ? EXIT_FINE : complain_write(o, path, reason);
}

const char *plot_record(const document *d)
{
    return document_failed(d) || !d->caption ? NULL : d->record;
}

int plot_draw(const cli_options *o, const figure *f, const char *record)
{
    interrupt_writing();
    if (!f || !f->caption || !record)
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    int way = way_of(o);
    char problem[256];
    rendering p;
    script_options options = {.terminal =
                                  way == BY_HTML ? SCRIPT_FREE : (script_terminal)way,
                              .origin = record};
    if (way == SCRIPT_DUMB)
        return draw_characters(o, f, &options);
    if (way == SCRIPT_TEX)
        return draw_tex(o, f, &options);
    if (way == BY_HTML || way == SCRIPT_FREE)
        return draw_text(o, f, way, &options);
    if (!render(&p, f, &options, problem, sizeof problem))
        return complain_gnuplot(o, problem);
    int code = write_bytes(o, o->value[OPT_PLOT].text, &p);
    rendering_clear(&p);
    return code;
}

int plot_and_write(const cli_options *o, const figure *f, const document *d)
{
    if (!plot_wanted(o))
        return output_write(o, d);
    int code = plot_draw(o, f, plot_record(d));
    return code != EXIT_FINE || plot_replaces_table(o) ? code : output_write(o, d);
}
