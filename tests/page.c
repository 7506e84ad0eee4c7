/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page KIND: pictures on standard output, for browser.sh and for the eye.
 *   map      40 × 30 cells of the theory, of a power law with M = 10^4
 *   cells    what the page of the map must show of some cells, for browser.py
 *   hostile  the same map with a title that wants to be a script
 *   title    that title
 *   curve    the theory, measurements, a law and a plateau
 *   fit      a form fitted to runs, in four panels
 *   blocks   the same map in a terminal of 80 × 30 characters */
#include "fitted_runs.h"
#include "pictures.h"

#include "plot/blocks.h"
#include "plot/html.h"

#include <stdlib.h>
#include <string.h>

static bool picture_fit(picture *p)
{
    fitted_runs runs;
    *p = (picture){0};
    bool fine = fitted_runs_new(&runs) &&
                fit_figure_make(&p->figure, &runs.fit, runs.count, runs.run,
                                "E + A/N^α + B/P^β", NULL) == NSL_OK;
    fitted_runs_clear(&runs);
    return fine;
}

static bool write_cell(const nsl_map *map, size_t i, size_t j)
{
    size_t k = j * map->x.count + i;
    return printf("%zu %zu x=%.6g y=%.6g loss=%.6g features=%.6g samples=%.6g "
                  "ridge=%.6g regime=%s\n",
                  i, j, map->x.value[i], map->y.value[j], map->test_loss[k],
                  map->elasticity_features[k], map->elasticity_samples[k],
                  map->ridge[k], nsl_phase_name((nsl_phase)map->regime[k])) > 0;
}

/* The corners, and last a cell with neighbours to the right and above. */
static bool write_cells(const nsl_map *map)
{
    size_t right = map->x.count - 1, top = map->y.count - 1;
    return write_cell(map, 0, 0) && write_cell(map, right, 0) &&
           write_cell(map, 0, top) && write_cell(map, right, top) &&
           write_cell(map, 13, 8) && write_cell(map, 13, 7) && write_cell(map, 12, 8) &&
           write_cell(map, 12, 7);
}

static const char TITLE[] =
    "</title></script><script>window.broken = 1</script>"
    "<img src=x onerror='window.broken = 2'>&amp; \"q\" {{data}}";

static bool write_hostile(picture *p)
{
    free(p->figure.title);
    p->figure.title = strdup(TITLE);
    p->shown.loss = "</script><script>window.broken = 3</script>";
    p->figure.x.words = "<!--<script>";
    return p->figure.title && html_write(&p->figure, stdout);
}

static bool write_kind(picture *p, const char *kind)
{
    return strcmp(kind, "cells") == 0     ? write_cells(&p->map)
           : strcmp(kind, "hostile") == 0 ? write_hostile(p)
           : strcmp(kind, "title") == 0   ? puts(TITLE) >= 0
           : strcmp(kind, "blocks") == 0  ? blocks_write(&p->figure, stdout, 80, 30)
                                          : html_write(&p->figure, stdout);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: page map|cells|hostile|title|curve|fit|blocks\n", stderr);
        return 2;
    }
    picture p;
    bool fine = strcmp(argv[1], "curve") == 0 ? picture_curve(&p)
                : strcmp(argv[1], "fit") == 0 ? picture_fit(&p)
                                              : picture_map(&p);
    fine = fine && write_kind(&p, argv[1]);
    picture_clear(&p);
    return fine && fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
