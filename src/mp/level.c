/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/level.h"

#include <stdlib.h>

void nsl_exact_set(mpfr_t out, const char *text, double value)
{
    if (text)
        mpfr_set_str(out, text, 10, MPFR_RNDN);
    else
        mpfr_set_d(out, value, MPFR_RNDN);
}

static mpfr_ptr moment(nsl_moments_mp *m, int i)
{
    mpfr_ptr all[] = {m->count, m->above, m->below, m->z,  m->r,
                      m->q,     m->q1,    m->t0,    m->td, m->tc};
    return i < (int)(sizeof all / sizeof *all) ? all[i] : NULL;
}

void nsl_moments_mp_init(nsl_moments_mp *m, mpfr_prec_t bits)
{
    mpfr_inits2(bits, m->count, m->above, m->below, m->z, m->r, m->q, m->q1, m->t0,
                m->td, m->tc, (mpfr_ptr)NULL);
}

void nsl_moments_mp_clear(nsl_moments_mp *m)
{
    for (int i = 0; moment(m, i); i++)
        mpfr_clear(moment(m, i));
}

static bool is_table(const nsl_spectrum *spectrum)
{
    return spectrum->ops == &nsl_table_ops;
}

/* --- the target --------------------------------------------------------------------
 */

/* Σλ of the spectrum. */
static bool trace(mpfr_t out, nsl_level *level)
{
    const nsl_spectrum *spectrum = level->model->model->spectrum;
    if (!is_table(spectrum)) {
        bool fine =
            nsl_em_power_sum_mp(out, &level->tables, false, 1, spectrum->latents);
        mpfr_mul(out, out, level->lambda_max, MPFR_RNDN);
        return fine;
    }
    nsl_table_view view = nsl_table_rows(spectrum);
    mpfr_t part;
    mpfr_init2(part, level->bits);
    mpfr_set_zero(out, 1);
    for (size_t i = 0; i < view.rows; i++) {
        mpfr_mul_d(part, level->lambda[i], nsl_table_copies(&view, i), MPFR_RNDN);
        mpfr_add(out, out, part, MPFR_RNDN);
    }
    mpfr_clear(part);
    return true;
}

/* v_I² of a table from I^−(1+β): the mean over the copies of a row. */
static bool source_rows(nsl_level *level)
{
    nsl_table_view view = nsl_table_rows(level->model->model->spectrum);
    uint64_t before = 0;
    bool fine = true;
    for (size_t i = 0; i < view.rows && fine; i++) {
        fine = nsl_em_power_sum_mp(level->target[i], &level->tables, true, before + 1,
                                   nsl_table_up_to(&view, i));
        mpfr_div_d(level->target[i], level->target[i], nsl_table_copies(&view, i),
                   MPFR_RNDN);
        mpfr_mul(level->target[i], level->target[i], level->scale, MPFR_RNDN);
        before = nsl_table_up_to(&view, i);
    }
    return fine;
}

/* The scale: σ_w²/M, V/Σλ or V/ΣI^−(1+β); rows of a table get their weights. */
static bool set_target(nsl_level *level)
{
    const nsl_model_mp *mm = level->model;
    const nsl_model *model = mm->model;
    const nsl_spectrum *spectrum = model->spectrum;
    bool fine = true;
    mpfr_set_ui(level->scale, 1, MPFR_RNDN);
    if (spectrum->has_target)
        return true;
    if (model->target.kind == NSL_TARGET_MRS && !model->target.normalised) {
        nsl_exact_set(level->scale, mm->text[DECIMAL_SIGMA_W2], model->sigma_w2);
        mpfr_t latents;
        mpfr_init2(latents, 64);
        mpfr_set_uj(latents, spectrum->latents, MPFR_RNDN);
        mpfr_div(level->scale, level->scale, latents, MPFR_RNDN);
        mpfr_clear(latents);
        return true;
    }
    mpfr_t sum;
    mpfr_init2(sum, level->bits);
    bool of_source = model->target.kind != NSL_TARGET_MRS;
    fine = of_source
               ? nsl_em_power_sum_mp(sum, &level->tables, true, 1, spectrum->latents)
               : trace(sum, level);
    nsl_exact_set(level->scale, mm->text[DECIMAL_LABEL_VARIANCE],
                  model->label_variance);
    mpfr_div(level->scale, level->scale, sum, MPFR_RNDN);
    mpfr_clear(sum);
    if (of_source && is_table(spectrum))
        fine = fine && source_rows(level);
    return fine;
}

/* --- a level -----------------------------------------------------------------------
 */

static mpfr_t *new_values(size_t count, mpfr_prec_t bits)
{
    mpfr_t *values = malloc(count * sizeof *values);
    for (size_t i = 0; values && i < count; i++)
        mpfr_init2(values[i], bits);
    return values;
}

static bool copy_table(nsl_level *level)
{
    const nsl_model *model = level->model->model;
    if (nsl_table_order(model->spectrum, NULL) != NSL_OK)
        return false;
    nsl_table_view view = nsl_table_rows(model->spectrum);
    level->lambda = new_values(view.rows, level->bits);
    if (!level->lambda)
        return false;
    level->rows = view.rows;
    if (model->target.kind == NSL_TARGET_ROWS)
        level->target = new_values(view.rows, level->bits);
    for (size_t i = 0; i < view.rows; i++) {
        nsl_exact_set(level->lambda[i], view.lambda_text ? view.lambda_text[i] : NULL,
                      view.lambda[i]);
        if (level->target && view.target)
            nsl_exact_set(level->target[i],
                          view.target_text ? view.target_text[i] : NULL,
                          view.target[i]);
    }
    return model->target.kind != NSL_TARGET_ROWS || level->target;
}

/* Σ v² over the rows with λ = 0. */
static void set_unlearnable(nsl_level *level)
{
    mpfr_set_zero(level->unlearnable, 1);
    if (!level->target)
        return;
    nsl_table_view view = nsl_table_rows(level->model->model->spectrum);
    mpfr_t part;
    mpfr_init2(part, level->bits);
    for (size_t i = view.positive_rows; i < view.rows; i++) {
        mpfr_mul_d(part, level->target[i], nsl_table_copies(&view, i), MPFR_RNDN);
        mpfr_add(level->unlearnable, level->unlearnable, part, MPFR_RNDN);
    }
    mpfr_clear(part);
}

bool nsl_level_init(nsl_level *level, const nsl_model_mp *model, mpfr_prec_t bits)
{
    const nsl_model *m = model->model;
    const nsl_spectrum *spectrum = m->spectrum;
    bool table = is_table(spectrum), source = m->target.source > 0.0, fine = true;
    *level = (nsl_level){.bits = bits, .model = model};
    mpfr_inits2(bits, level->lambda_max, level->scale, level->unlearnable,
                (mpfr_ptr)NULL);
    nsl_em_tables_init_mp(&level->tables, bits, spectrum->latents, source);
    if (source)
        nsl_exact_set(level->tables.beta, model->text[DECIMAL_SOURCE],
                      m->target.source);
    if (table) {
        mpfr_set_ui(level->tables.alpha, 1, MPFR_RNDN); /* not used */
        fine = copy_table(level);
    } else {
        nsl_powerlaw_view law = nsl_powerlaw_numbers(spectrum);
        nsl_exact_set(level->tables.alpha, model->text[DECIMAL_ALPHA], law.alpha);
        nsl_exact_set(level->lambda_max, model->text[DECIMAL_LAMBDA_MAX],
                      law.lambda_max);
    }
    mpfr_add_ui(level->tables.p, level->tables.alpha, 1, MPFR_RNDN);
    fine = fine && set_target(level);
    if (fine)
        set_unlearnable(level);
    return fine;
}

static void free_values(mpfr_t *values, size_t count)
{
    for (size_t i = 0; values && i < count; i++)
        mpfr_clear(values[i]);
    free(values);
}

void nsl_level_clear(nsl_level *level)
{
    nsl_em_tables_clear_mp(&level->tables);
    mpfr_clears(level->lambda_max, level->scale, level->unlearnable, (mpfr_ptr)NULL);
    free_values(level->lambda, level->rows);
    free_values(level->target, level->rows);
}

/* --- sums --------------------------------------------------------------------------
 */

/* The sums over the rows of a table, straight. */
static void table_sums(nsl_moments_mp *m, const nsl_level *level, const mpfr_t delta,
                       bool all)
{
    nsl_table_view view = nsl_table_rows(level->model->model->spectrum);
    mpfr_t u, w, uw, part;
    mpfr_inits2(mpfr_get_prec(m->r), u, w, uw, part, (mpfr_ptr)NULL);
    for (size_t i = 0; i < view.positive_rows; i++) {
        double copies = nsl_table_copies(&view, i);
        mpfr_add(part, level->lambda[i], delta, MPFR_RNDN);
        mpfr_div(u, level->lambda[i], part, MPFR_RNDN);
        mpfr_div(w, delta, part, MPFR_RNDN);
        mpfr_mul(uw, u, w, MPFR_RNDN);
        bool above = mpfr_cmp(level->lambda[i], delta) >= 0;
        mpfr_mul_d(part, above ? w : u, copies, MPFR_RNDN);
        mpfr_add(above ? m->above : m->below, above ? m->above : m->below, part,
                 MPFR_RNDN);
        if (above)
            mpfr_add_d(m->count, m->count, copies, MPFR_RNDN);
        mpfr_mul_d(uw, uw, copies, MPFR_RNDN);
        mpfr_add(m->r, m->r, uw, MPFR_RNDN);
        if (!all)
            continue;
        mpfr_mul(part, uw, u, MPFR_RNDN);
        mpfr_add(m->q1, m->q1, part, MPFR_RNDN);
        mpfr_sqr(part, u, MPFR_RNDN);
        mpfr_mul_d(part, part, copies, MPFR_RNDN);
        mpfr_add(m->q, m->q, part, MPFR_RNDN);
        if (!level->target)
            continue;
        mpfr_mul(uw, uw, level->target[i], MPFR_RNDN);
        mpfr_add(m->td, m->td, uw, MPFR_RNDN);
        mpfr_mul(part, uw, w, MPFR_RNDN);
        mpfr_add(m->tc, m->tc, part, MPFR_RNDN);
        mpfr_sqr(part, w, MPFR_RNDN);
        mpfr_mul_d(part, part, copies, MPFR_RNDN);
        mpfr_mul(part, part, level->target[i], MPFR_RNDN);
        mpfr_add(m->t0, m->t0, part, MPFR_RNDN);
    }
    mpfr_clears(u, w, uw, part, (mpfr_ptr)NULL);
}

static bool powerlaw_sums(nsl_moments_mp *m, nsl_level *level, const mpfr_t delta,
                          bool all)
{
    em_moments sums;
    mpfr_t x;
    mpfr_prec_t bits = mpfr_get_prec(m->r);
    nsl_em_moments_init_mp(&sums, bits);
    mpfr_init2(x, bits);
    mpfr_div(x, delta, level->lambda_max, MPFR_RNDN);
    bool fine = nsl_em_moments_at_mp(&sums, &level->tables, x, all);
    mpfr_ptr to[] = {m->count, m->above, m->below, m->r, m->q,
                     m->q1,    m->t0,    m->td,    m->tc};
    mpfr_ptr from[] = {sums.count, sums.above, sums.below, sums.r, sums.q,
                       sums.q1,    sums.t0,    sums.td,    sums.tc};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        mpfr_swap(to[i], from[i]);
    mpfr_clear(x);
    nsl_em_moments_clear_mp(&sums);
    return fine;
}

/* t's from their target: MRS has λ(1−u) = Δu; weights carry the scale already or not.
 */
static void scale_target(nsl_moments_mp *m, const nsl_level *level, const mpfr_t delta)
{
    mpfr_ptr target[] = {m->t0, m->td, m->tc};
    mpfr_srcptr sums[] = {m->r, m->q, m->q1};
    nsl_target_kind kind = level->model->model->target.kind;
    for (int i = 0; i < 3 && kind != NSL_TARGET_ROWS; i++) {
        if (kind == NSL_TARGET_MRS)
            mpfr_mul(target[i], sums[i], delta, MPFR_RNDN);
        mpfr_mul(target[i], target[i], level->scale, MPFR_RNDN);
    }
    mpfr_add(m->t0, m->t0, level->unlearnable, MPFR_RNDN);
}

bool nsl_level_moments(nsl_moments_mp *m, nsl_level *level, const mpfr_t delta,
                       bool all)
{
    bool fine = true;
    for (int i = 0; moment(m, i); i++)
        mpfr_set_zero(moment(m, i), 1);
    if (is_table(level->model->model->spectrum))
        table_sums(m, level, delta, all);
    else
        fine = powerlaw_sums(m, level, delta, all);
    if (all)
        scale_target(m, level, delta);
    mpfr_sub(m->z, m->count, m->above, MPFR_RNDN);
    mpfr_add(m->z, m->z, m->below, MPFR_RNDN);
    return fine;
}
