/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills the page's template with a picture. Titles, labels and captions may carry any
 * text, such as a file's name: html_text and html_string let none of it out. */
#include "plot/html.h"
#include "plot/html_text.h"
#include "plot/page.h"
#include "plot/palette.h"

#include <string.h>

static void write_string(const char *key, const char *text, FILE *out)
{
    fprintf(out, "\"%s\":", key);
    html_string(text, out);
}

static void write_axis(const char *key, const figure_axis *axis, FILE *out)
{
    fprintf(out, "\"%s\":{", key);
    write_string("words", axis->words, out);
    fputc(',', out);
    write_string("symbol", axis->symbol, out);
    fprintf(out, ",\"log\":%s}", axis->log ? "true" : "false");
}

static void write_doubles(const char *key, size_t count, const double *value, FILE *out)
{
    fprintf(out, ",\"%s\":", key);
    html_doubles(count, value, true, out);
}

static void write_series(const figure_series *s, FILE *out)
{
    static const char *const kind[] = {
        [SERIES_LINE] = "line",   [SERIES_POINTS] = "points",   [SERIES_LAW] = "law",
        [SERIES_LEVEL] = "level", [SERIES_CONTOUR] = "contour",
    };
    fprintf(out, "{\"kind\":\"%s\",", kind[s->kind]);
    write_string("label", s->label ? s->label : "", out);
    size_t count = s->kind == SERIES_LEVEL ? 1 : s->count;
    fprintf(out, ",\"count\":%zu", count);
    if (s->colour != COLOUR_NEUTRAL)
        fprintf(out, ",\"colour\":%zu", s->colour);
    if (s->apart)
        fputs(",\"apart\":true", out);
    write_doubles("x", s->kind == SERIES_LEVEL ? 0 : count, s->x, out);
    write_doubles("y", count, s->y, out);
    if (s->error)
        write_doubles("error", count, s->error, out);
    fputc('}', out);
}

static void write_boundaries(const nsl_boundaries *boundaries, FILE *out)
{
    fputs(",\"boundaries\":[", out);
    for (size_t i = 0; boundaries && i < boundaries->count; i++) {
        const nsl_boundary *b = &boundaries->at[i];
        fputs(i ? ",{" : "{", out);
        fprintf(out, "\"kind\":%d,\"count\":%zu,", (int)b->kind, b->count);
        write_string("name", nsl_boundary_name(b->kind), out);
        write_doubles("x", b->count, b->x, out);
        write_doubles("y", b->count, b->y, out);
        fputc('}', out);
    }
    fputc(']', out);
}

static void write_regimes(const nsl_map *map, FILE *out)
{
    fputs(",\"names\":[", out);
    for (int i = 0; i < NSL_PHASE_COUNT; i++) {
        if (i)
            fputc(',', out);
        html_string(nsl_phase_name((nsl_phase)i), out);
    }
    fputs("],\"regime\":", out);
    html_bytes(map->x.count * map->y.count, map->regime, out);
}

/* What the axis is to the read-out: which elasticity belongs to a cut along it. */
static const char *resource(nsl_axis_kind kind)
{
    return kind == NSL_AXIS_FEATURES  ? "features"
           : kind == NSL_AXIS_SAMPLES ? "samples"
                                      : "";
}

static void write_map(const figure_map *m, FILE *out)
{
    const nsl_map *map = m->map;
    size_t cells = map->x.count * map->y.count;
    bool exact = cells <= HTML_EXACT_CELLS;
    fputs(",\"map\":{", out);
    write_string("loss", m->loss, out);
    fputc(',', out);
    write_string("ridge", m->ridge, out);
    fprintf(out, ",\"along\":[\"%s\",\"%s\"],\"colours\":[", resource(map->x.kind),
            resource(map->y.kind));
    for (int i = 0; i < PALETTE_ANCHORS; i++)
        fprintf(out, "%s%u", i ? "," : "", (unsigned)palette_viridis[i]);
    fputc(']', out);
    write_doubles("x", map->x.count, map->x.value, out);
    write_doubles("y", map->y.count, map->y.value, out);
    const struct {
        const char *key;
        const double *value;
    } arrays[] = {
        {"value", map->test_loss},
        {"features", map->elasticity_features},
        {"samples", map->elasticity_samples},
        {"ridges", map->ridge},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        fprintf(out, ",\"%s\":", arrays[i].key);
        html_doubles(cells, arrays[i].value, exact, out);
    }
    write_regimes(map, out);
    write_boundaries(m->boundaries, out);
    fputc('}', out);
}

static void write_data(const figure *f, FILE *out)
{
    static const char *const colours[] = {
        [COLOURS_CONTRAST] = "contrast",
        [COLOURS_ORDER] = "order",
        [COLOURS_ORDER_TOO] = "order2",
    };
    fprintf(out, "{\"colours\":\"%s\",\"columns\":%zu,", colours[f->colours],
            f->columns);
    write_axis("x", &f->x, out);
    fputc(',', out);
    write_axis("y", &f->y, out);
    fputs(",\"series\":[", out);
    for (size_t i = 0; i < f->count; i++) {
        if (i)
            fputc(',', out);
        write_series(&f->series[i], out);
    }
    fputc(']', out);
    if (f->map)
        write_map(f->map, out);
    if (f->next) {
        fputs(",\"next\":", out);
        write_data(f->next, out);
    }
    fputc('}', out);
}

static void write_title(const figure *f, FILE *out)
{
    html_text(f->title ? f->title : "nslaw", out);
}

static void write_caption(const figure *f, FILE *out)
{
    html_text(f->caption ? f->caption : "", out);
}

static void write_style(const figure *f, FILE *out)
{
    (void)f;
    fputs((const char *)page_css, out);
}

static void write_script(const figure *f, FILE *out)
{
    (void)f;
    fputs((const char *)page_js, out);
}

/* Writes what stands in the template as {{name}}; returns the text behind it. */
static const char *write_marked(const figure *f, const char *marker, FILE *out)
{
    static const struct {
        const char *marker;
        void (*write)(const figure *f, FILE *out);
    } parts[] = {
        {"{{title}}", write_title},   {"{{caption}}", write_caption},
        {"{{style}}", write_style},   {"{{data}}", write_data},
        {"{{script}}", write_script},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i].marker);
        if (strncmp(marker, parts[i].marker, length) == 0) {
            parts[i].write(f, out);
            return marker + length;
        }
    }
    fputc(*marker, out);
    return marker + 1;
}

bool html_write(const figure *f, FILE *out)
{
    const char *text = (const char *)page_html, *marker;
    while ((marker = strstr(text, "{{"))) {
        fwrite(text, 1, (size_t)(marker - text), out);
        text = write_marked(f, marker, out);
    }
    fputs(text, out);
    return true;
}
