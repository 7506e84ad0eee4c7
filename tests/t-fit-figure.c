/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a fit: its groups, contours and frontier against what is known of
 * them, and its drawing by every backend. */
#include "cli/fit_groups.h"
#include "fitted_runs.h"
#include "plot/html.h"
#include "plot/render.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has(const char *tool)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", tool);
    return system(command) == 0;
}

static void expect_label(const fit_groups *groups, size_t i, const char *wanted)
{
    char label[64];
    fit_groups_label(label, sizeof label, groups, i, "N");
    cr_expect_str_eq(label, wanted);
}

Test(fit_figure, few_values_are_groups)
{
    const double value[] = {1e6, 400, 1e6, 401, 2.5e9, 400, 0.05};
    fit_groups groups;
    cr_assert(fit_groups_find(&groups, 7, value));
    cr_assert(groups.count == 4);
    expect_label(&groups, 0, "N = 0.05");
    expect_label(&groups, 1, "N ≈ 400");
    expect_label(&groups, 2, "N = 1.0×10^6");
    expect_label(&groups, 3, "N = 2.5×10^9");
    cr_expect(fit_groups_of(&groups, 401) == 1 && fit_groups_of(&groups, 1e6) == 2);
}

/* Many values fall into intervals of equal ratio, the largest into the last; those
 * without a value are no groups. */
Test(fit_figure, many_values_are_intervals)
{
    double value[100];
    fit_groups groups;
    for (int i = 0; i < 100; i++)
        value[i] = pow(10.0, 5.0 * (99 - i) / 99.0);
    cr_assert(fit_groups_find(&groups, 100, value));
    cr_assert(groups.count == FIT_GROUPS_INTERVALS);
    for (int i = 0; i < 100; i++)
        cr_expect(fit_groups_of(&groups, value[i]) ==
                      (size_t)fmin(log10(value[i]) + 1e-12, FIT_GROUPS_INTERVALS - 1),
                  "%g", value[i]);
    for (int i = 1; i < 100; i++)
        value[i] = 1.0 + 0.05 * i;
    value[0] = 1e5;
    cr_assert(fit_groups_find(&groups, 100, value));
    cr_expect(groups.count == 2 && groups.at[1].low == 1e5);
    cr_expect(fit_groups_of(&groups, 3.0) == 0 && fit_groups_of(&groups, 1e5) == 1);
}

static figure *panel_of(figure *f, size_t i)
{
    while (f && i--)
        f = f->next;
    return f;
}

static size_t panels(const figure *f)
{
    size_t count = 0;
    for (; f; f = f->next)
        count++;
    return count;
}

static const figure_series *labelled(const figure *f, const char *label)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->series[i].label && strcmp(f->series[i].label, label) == 0)
            return &f->series[i];
    return NULL;
}

static void make(figure *f, fitted_runs *runs, bool one_n, bool one_p)
{
    *f = (figure){.count = 0};
    cr_assert(fitted_runs_new_at(runs, one_n, one_p));
    cr_assert(fit_figure_make(f, &runs->fit, runs->count, runs->run, "a fit", NULL) ==
              NSL_OK);
}

static void clear(figure *f, fitted_runs *runs)
{
    figure_clear(f);
    fitted_runs_clear(runs);
}

/* α A/N^α = β B/P^β. */
Test(fit_figure, frontier_is_the_best_split)
{
    fitted_runs runs;
    figure f;
    make(&f, &runs, false, false);
    cr_assert(panels(&f) == 4);
    const figure_series *s = labelled(panel_of(&f, 3), "frontier");
    const nsl_fit_parameter *p = runs.fit.parameter;
    size_t there = 0;
    cr_assert(s);
    for (size_t i = 0; i < s->count; i++) {
        if (!isfinite(s->x[i]))
            continue;
        double of_n = p[3].value * p[1].value * pow(s->x[i], -p[3].value);
        double of_p = p[4].value * p[2].value * pow(s->y[i], -p[4].value);
        cr_expect(testing_distance(of_n, of_p) < 1e-3, "N = %g", s->x[i]);
        there++;
    }
    cr_expect(there > s->count / 2, "%zu of %zu", there, s->count);
    clear(&f, &runs);
}

Test(fit_figure, contours_have_their_loss)
{
    static const double BEND = 1e-3; /* of straight pieces in a cell */
    fitted_runs runs;
    figure f;
    size_t contours = 0;
    make(&f, &runs, false, false);
    const figure *plane = panel_of(&f, 3);
    for (size_t k = 0; k < plane->count; k++) {
        const figure_series *s = &plane->series[k];
        if (s->kind != SERIES_CONTOUR)
            continue;
        contours++;
        for (size_t i = 0; i < s->count; i++) {
            double value[NSL_FORM_PARAMETERS_MAX], loss;
            nsl_fit_run at = {s->x[i], s->y[i], 1.0, 1.0, 1.0};
            for (size_t j = 0; j < runs.fit.parameters; j++)
                value[j] = runs.fit.parameter[j].value;
            if (isnan(s->x[i]))
                continue;
            cr_assert(nsl_form_loss(&loss, &runs.fit.form, value, &at, NULL) == NSL_OK);
            cr_expect(testing_distance(loss, atof(s->label)) < BEND, "%s: %g", s->label,
                      loss);
        }
    }
    cr_expect(contours >= 5 && contours <= 7, "%zu", contours);
    clear(&f, &runs);
}

/* Every run is in each panel once, those held out with other symbols. */
Test(fit_figure, all_runs_are_there)
{
    fitted_runs runs;
    figure f;
    make(&f, &runs, false, false);
    cr_expect(runs.fit.held_out > 3 && runs.fit.held_out < runs.count / 2);
    for (const figure *g = &f; g; g = g->next) {
        size_t count[2] = {0, 0};
        for (size_t k = 0; k < g->count; k++)
            if (g->series[k].kind == SERIES_POINTS)
                count[g->series[k].apart] += g->series[k].count;
        cr_expect(count[0] == runs.fit.runs && count[1] == runs.fit.held_out);
        cr_expect(labelled(g, "held out"));
    }
    clear(&f, &runs);
}

Test(fit_figure, sizes_that_do_not_vary_have_no_panel)
{
    fitted_runs runs;
    figure f;
    make(&f, &runs, true, false);
    cr_expect(panels(&f) == 2);
    cr_expect_str_eq(f.x.symbol, "P");
    cr_expect(labelled(&f, "N = 1.0×10^8"));
    clear(&f, &runs);
    make(&f, &runs, false, true);
    cr_expect(panels(&f) == 2);
    cr_expect_str_eq(f.x.symbol, "N");
    clear(&f, &runs);
    make(&f, &runs, true, true);
    cr_expect(panels(&f) == 1);
    clear(&f, &runs);
}

/* The script in tests/plots/fit is what nslaw writes; a new one is made with
 * NSLAW_WRITE_GOLDEN set. */
Test(fit_figure, golden_script)
{
    fitted_runs runs;
    figure f;
    char *text = NULL, *wanted = NULL;
    size_t size, wanted_size;
    const char *path = testing_path("tests/plots/fit/chinchilla.gp");
    make(&f, &runs, false, false);
    FILE *out = open_memstream(&text, &size);
    cr_assert(script_write(&f, &(script_options){.terminal = SCRIPT_FREE}, out));
    fclose(out);
    if (getenv("NSLAW_WRITE_GOLDEN")) {
        FILE *golden = fopen(path, "w");
        cr_assert(golden && fwrite(text, 1, size, golden) == size);
        fclose(golden);
    }
    FILE *golden = fopen(path, "r"), *copy = open_memstream(&wanted, &wanted_size);
    cr_assert(golden);
    for (int c; (c = fgetc(golden)) != EOF;)
        fputc(c, copy);
    fclose(golden);
    fclose(copy);
    cr_expect_str_eq(text, wanted);
    free(text);
    free(wanted);
    clear(&f, &runs);
}

static void write_file(const char *folder, const char *name, const rendering *p)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert(file && fwrite(p->bytes, 1, p->length, file) == p->length);
    cr_assert(fclose(file) == 0);
}

static void expect_read(const char *folder, const char *tool, const char *command)
{
    if (!has(tool))
        return;
    shell_result r = shell_run(folder, command);
    cr_expect(r.code == 0, "%s: %s%s", command, r.out, r.err);
    shell_clear(&r);
}

/* Every terminal draws all panels; the readers of each kind open them. */
Test(fit_figure, drawn_by_all, .timeout = 120)
{
    static const struct {
        script_terminal terminal;
        const char *name, *tool, *command;
    } ways[] = {
        {SCRIPT_PNG, "x.png", "file", "file x.png | grep -q '2560 x 1920'"},
        {SCRIPT_SVG, "x.svg", "xmllint", "xmllint --noout x.svg"},
        {SCRIPT_PDF, "x.pdf", "pdftotext",
         "test $(pdftotext x.pdf - | grep -o -e 'parameters N' -e 'samples P' -e "
         "'compute C' -e 'loss L' | wc -l) = 7"},
    };
    fitted_runs runs;
    figure f;
    char folder[64], problem[256];
    rendering p, graphic;
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    shell_new_folder(folder, sizeof folder);
    make(&f, &runs, false, false);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        script_options options = {.terminal = ways[i].terminal};
        cr_assert(render(&p, &f, &options, problem, sizeof problem), "%s", problem);
        write_file(folder, ways[i].name, &p);
        rendering_clear(&p);
        expect_read(folder, ways[i].tool, ways[i].command);
    }
    cr_assert(render_tex(&p, &graphic, &f, &(script_options){.terminal = SCRIPT_TEX},
                         "x-inc", problem, sizeof problem),
              "%s", problem);
    write_file(folder, "x.tex", &p);
    write_file(folder, "x-inc.pdf", &graphic);
    rendering_clear(&p);
    rendering_clear(&graphic);
    expect_read(folder, "pdflatex",
                "printf '%s' '\\documentclass{article}\\usepackage{graphicx,color}"
                "\\begin{document}\\input{x}\\end{document}' >paper.tex && "
                "pdflatex -interaction=nonstopmode -halt-on-error paper.tex");
    clear(&f, &runs);
    shell_remove_folder(folder);
}

/* Panels stand below each other, and no line is longer than the terminal's. */
Test(fit_figure, in_the_terminal)
{
    fitted_runs runs;
    figure f;
    char problem[256];
    rendering p;
    script_options options = {.terminal = SCRIPT_DUMB, .columns = 80, .rows = 26};
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    make(&f, &runs, false, false);
    cr_assert(render(&p, &f, &options, problem, sizeof problem), "%s", problem);
    char *text = strndup(p.bytes, p.length);
    cr_assert(text);
    cr_expect(strstr(text, "ln (predicted / measured)") && strstr(text, "frontier"));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t letters = 0;
        for (const char *c = line; *c; c++)
            letters += ((unsigned char)*c & 0xc0) != 0x80;
        cr_expect(letters <= 80, "%zu columns", letters);
    }
    free(text);
    rendering_clear(&p);
    clear(&f, &runs);
}

Test(fit_figure, page_has_all_panels)
{
    fitted_runs runs;
    figure f;
    char *text = NULL;
    size_t size, count = 0;
    make(&f, &runs, false, false);
    FILE *out = open_memstream(&text, &size);
    cr_assert(html_write(&f, out));
    fclose(out);
    for (const char *at = text; (at = strstr(at, "\"next\":{")); at++)
        count++;
    cr_expect(count == 3);
    cr_expect(strstr(text, "\"kind\":\"contour\"") && strstr(text, "\"apart\":true"));
    cr_expect(strstr(text, "\"columns\":2"));
    free(text);
    clear(&f, &runs);
}
