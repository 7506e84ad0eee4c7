/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/curve_figure.h"
#include "cli/prediction_row.h"
#include "cli/training.h"
#include "cli/value.h"

#include <math.h>
#include <stdio.h>

static const char *const parts[] = {"test loss", "squared bias", "variance (samples)",
                                    "variance (features)", "from label noise"};

enum { PARTS = sizeof parts / sizeof *parts };

bool curve_figure_begin(figure *f, const cli_options *o)
{
    size_t lines = !options_given(o, OPT_PLOT)       ? 0
                   : options_given(o, OPT_DECOMPOSE) ? PARTS
                                                     : 1;
    for (size_t k = 0; k < lines; k++) {
        figure_series *s = figure_add(f, SERIES_LINE, k == 0 ? "theory" : parts[k],
                                      query_count(o), false);
        if (!s)
            return false;
        s->colour = k;
    }
    f->x = figures_axis(o, query_swept(o));
    f->y = figures_loss_axis(o);
    return true;
}

void curve_figure_set(figure *f, const cli_options *o, size_t i, const nsl_point *point,
                      const query_answer *answer)
{
    const nsl_prediction *p = &answer->p;
    /* with --digits the values are in the units asked for already */
    loss_units units =
        answer->digits ? (loss_units){1.0, 0.0} : query_units(o, point->noise);
    const double values[PARTS] = {row_test_loss(p, units), units.scale * p->bias,
                                  units.scale * p->variance_samples,
                                  units.scale * p->variance_features,
                                  units.scale * p->noise_loss};
    for (size_t k = 0; k < f->count; k++) {
        f->series[k].x[i] = value_sweep_point(&o->value[query_swept(o)], i);
        f->series[k].y[i] = values[k];
    }
}

static nsl_status out_of_memory(nsl_error *err)
{
    *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
    return NSL_ENOMEM;
}

static nsl_status add_plateau(figure *f, double plateau, nsl_error *err)
{
    char label[64];
    if (!(isfinite(plateau) && plateau > 0.0))
        return NSL_OK;
    snprintf(label, sizeof label, "plateau %.3g", plateau);
    figure_series *s = figure_add(f, SERIES_LEVEL, label, 1, false);
    if (!s)
        return out_of_memory(err);
    s->y[0] = plateau;
    return NSL_OK;
}

/* The laws are those of one trained model, of clean labels, along one resource. */
static bool has_laws(const cli_options *o)
{
    option_id swept = query_swept(o);
    bool resource = swept == OPT_FEATURES || swept == OPT_SAMPLES ||
                    swept == OPT_RIDGE || swept == OPT_KERNEL_RIDGE;
    return resource && !options_given(o, OPT_SPECTRUM) &&
           !options_given(o, OPT_SAMPLES_PER_FEATURE) &&
           training_clock(o) == OPT_COUNT && !options_given(o, OPT_ENSEMBLE) &&
           !options_given(o, OPT_TEST_NOISE) && !options_given(o, OPT_HIDDEN);
}

static nsl_status add_laws(figure *f, const cli_options *o, const query_setup *setup,
                           nsl_error *err)
{
    enum { DIGITS = 18 };
    option_id swept = query_swept(o);
    const option_value *sweep = &o->value[swept];
    nsl_resource resource = swept == OPT_FEATURES  ? NSL_RESOURCE_FEATURES
                            : swept == OPT_SAMPLES ? NSL_RESOURCE_SAMPLES
                                                   : NSL_RESOURCE_RIDGE;
    nsl_laws_mp laws;
    query_texts texts;
    law_place place = {o, setup, &laws, query_point(o, 0)};
    query_texts_set(&texts, o, 0);
    nsl_laws_mp_init(&laws);
    nsl_status status = nsl_laws_mp_find(
        &laws, setup->exact, law_policy(o, &place.point), &place.point, &texts.decimals,
        (nsl_units){options_given(o, OPT_MSE), false}, DIGITS, err);
    if (status == NSL_EFAILED) /* a picture without laws is better than none */
        laws.count = 0, status = NSL_OK;
    for (size_t i = 0; i < laws.count && status == NSL_OK; i++) {
        nsl_range range;
        if (laws.law[i].resource != resource || !law_has_range(&place, &laws.law[i]))
            continue;
        status = law_range_find(&range, &place, &laws.law[i], err);
        if (status == NSL_OK && !figures_add_law(f, &laws.law[i], range, f->x.symbol,
                                                 sweep->low, sweep->high))
            status = out_of_memory(err);
    }
    nsl_laws_mp_clear(&laws);
    return status;
}

nsl_status curve_figure_end(figure *f, const cli_options *o, const query_setup *setup,
                            double plateau, const char *table_caption, nsl_error *err)
{
    char sizes[128];
    if (!options_given(o, OPT_PLOT))
        return NSL_OK;
    nsl_status status = add_plateau(f, plateau, err);
    if (status == NSL_OK && has_laws(o))
        status = add_laws(f, o, setup, err);
    figures_fixed_sizes(sizes, sizeof sizes, o);
    if (status == NSL_OK)
        f->caption = figures_caption(o, table_caption ? table_caption : "", sizes);
    return status;
}
