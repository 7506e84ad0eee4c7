/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/render.h"
#include "plot/gnuplot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void rendering_clear(rendering *p)
{
    free(p->bytes);
    *p = (rendering){NULL, 0};
}

/* Reads a file from its beginning. */
static bool read_all(rendering *out, FILE *file)
{
    size_t room = 1 << 16, got;
    *out = (rendering){malloc(room), 0};
    rewind(file);
    while (out->bytes &&
           (got = fread(out->bytes + out->length, 1, room - out->length, file)) > 0) {
        out->length += got;
        if (out->length < room)
            continue;
        char *grown = realloc(out->bytes, 2 * room);
        if (!grown)
            rendering_clear(out);
        out->bytes = grown;
        room *= 2;
    }
    return out->bytes && !ferror(file);
}

static char *find(const rendering *p, const char *text)
{
    return memmem(p->bytes, p->length, text, strlen(text));
}

/* Gnuplot does not look whether what it writes is written, to a disk that is full, say:
 * only the end of a picture tells. */
static bool is_whole(const rendering *p, const script_options *options,
                     script_terminal terminal)
{
    static const char *const ends[] = {[SCRIPT_PNG] = "IEND\xae\x42\x60\x82",
                                       [SCRIPT_SVG] = "</svg>",
                                       [SCRIPT_PDF] = "%%EOF",
                                       [SCRIPT_TEX] = "\\endgroup"};
    enum { LAST = 16 }; /* bytes that hold the end, and blanks after it */
    if (terminal == SCRIPT_DUMB) {
        size_t lines = 0;
        for (size_t i = 0; i < p->length; i++)
            lines += p->bytes[i] == '\n';
        return lines >= options->rows;
    }
    size_t last = p->length < LAST ? p->length : LAST;
    return memmem(p->bytes + p->length - last, last, ends[terminal],
                  strlen(ends[terminal])) != NULL;
}

static const char cut_short[] = "its picture is cut short: is the disk full?";

/* Cairo writes the time of drawing into a PDF. Blanks take its place, for the file has
 * a table of where its parts are. */
static void remove_date(rendering *pdf)
{
    char *date = find(pdf, "/CreationDate (");
    if (!date)
        return;
    size_t rest = pdf->length - (size_t)(date - pdf->bytes);
    char *end = memchr(date, ')', rest);
    if (end)
        memset(date, ' ', (size_t)(end + 1 - date));
}

/* Writes the script and runs it. */
static bool draw(const figure *f, const script_options *options, FILE *out,
                 const char *folder, char *problem, size_t size)
{
    FILE *file = tmpfile();
    errno = 0;
    bool written = file && script_write(f, options, file) && fflush(file) == 0;
    if (!written)
        snprintf(problem, size, "%s", strerror(errno ? errno : ENOMEM));
    bool fine = written && gnuplot_run(file, out, folder, problem, size);
    if (file)
        fclose(file);
    return fine;
}

bool render(rendering *out, const figure *f, const script_options *options,
            char *problem, size_t size)
{
    FILE *file = tmpfile();
    *out = (rendering){NULL, 0};
    bool fine = file && draw(f, options, file, NULL, problem, size);
    if (!file || (fine && !read_all(out, file))) {
        snprintf(problem, size, "%s", strerror(errno));
        fine = false;
    }
    if (file)
        fclose(file);
    if (fine && !is_whole(out, options, options->terminal)) {
        snprintf(problem, size, "%s", cut_short);
        rendering_clear(out);
        fine = false;
    }
    if (fine && options->terminal == SCRIPT_PDF)
        remove_date(out);
    return fine;
}

static bool read_file(rendering *out, const char *folder, const char *name)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    bool fine = file && read_all(out, file);
    if (file)
        fclose(file);
    return fine;
}

static void remove_file(const char *folder, const char *name)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

/* Puts another name for "graphic" where the text includes the graphic. */
static bool rename_graphic(rendering *tex, const char *graphic)
{
    static const char old[] = "{graphic}";
    char *at = find(tex, old), *text = NULL;
    if (!at)
        return false;
    size_t before = (size_t)(at - tex->bytes), after = before + strlen(old);
    size_t room = tex->length + strlen(graphic) + 1;
    text = malloc(room);
    if (!text)
        return false;
    memcpy(text, tex->bytes, before);
    size_t length =
        before + (size_t)snprintf(text + before, room - before, "{%s}", graphic);
    memcpy(text + length, tex->bytes + after, tex->length - after);
    length += tex->length - after;
    rendering_clear(tex);
    *tex = (rendering){text, length};
    return true;
}

bool render_tex(rendering *tex, rendering *pdf, const figure *f,
                const script_options *options, const char *graphic, char *problem,
                size_t size)
{
    const char *temporary = getenv("TMPDIR");
    static const char text_name[] = "graphic.tex", graphic_name[] = "graphic.pdf";
    char folder[4096];
    FILE *unused = tmpfile();
    *tex = *pdf = (rendering){NULL, 0};
    snprintf(folder, sizeof folder, "%s/nslaw-XXXXXX",
             temporary && *temporary ? temporary : "/tmp");
    bool ready = unused && mkdtemp(folder);
    bool fine = ready && draw(f, options, unused, folder, problem, size);
    if (!ready)
        snprintf(problem, size, "%s", strerror(errno));
    errno = 0;
    if (fine &&
        (!read_file(tex, folder, text_name) || !read_file(pdf, folder, graphic_name) ||
         !rename_graphic(tex, graphic))) {
        snprintf(problem, size, "%s",
                 errno ? strerror(errno) : "its picture for LaTeX is not as expected");
        fine = false;
    } else if (fine && !(is_whole(tex, options, SCRIPT_TEX) &&
                         is_whole(pdf, options, SCRIPT_PDF))) {
        snprintf(problem, size, "%s", cut_short);
        fine = false;
    }
    if (ready) {
        remove_file(folder, text_name);
        remove_file(folder, graphic_name);
        rmdir(folder);
    }
    if (unused)
        fclose(unused);
    if (fine)
        remove_date(pdf);
    return fine;
}
