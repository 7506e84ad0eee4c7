/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a point may ask of its training: the limit of the rate comes from the highest
 * edge of the Gram matrix's spectrum. */
#include "core/error.h"
#include "mp/support_mp.h"
#include "mp/training_mp.h"

#include <math.h>

/* Bits of the limit, of which the search for the edge has the first half. */
enum { SEARCH_BITS = 128, LIMIT_BITS = 192 };

void nsl_training_omega0(mpfr_t omega0, const nsl_problem_mp *problem)
{
    mpfr_set_zero(omega0, 1);
    if (problem->ridgeless)
        return;
    mpfr_div(omega0, problem->g, problem->samples, MPFR_RNDN);
    for (size_t k = 0; k < problem->layers; k++)
        if (mpfr_number_p(problem->width[k]))
            mpfr_div(omega0, omega0, problem->width[k], MPFR_RNDN);
}

/* The largest eigenvalue over c, of the population where no size is finite. */
static nsl_status top_of(mpfr_t top, nsl_population_mp *p, const nsl_gram_question *q,
                         mpfr_prec_t lost, nsl_error *err)
{
    nsl_gram_mp g;
    uint64_t copies;
    mpfr_t s;
    nsl_status status = NSL_OK;
    nsl_gram_mp_init(&g, q, SEARCH_BITS + lost);
    mpfr_init2(s, SEARCH_BITS + lost);
    if (g.count == 0) {
        nsl_population_mp_eigenvalue(top, &copies, p, 0);
    } else {
        status = nsl_support_mp_top(s, p, &g, err);
        if (status == NSL_OK)
            status = nsl_edge_polish(top, s, p, q, err);
        mpfr_div(top, top, g.scale, MPFR_RNDN);
    }
    mpfr_clear(s);
    nsl_gram_mp_clear(&g);
    return status;
}

nsl_status nsl_training_limit(mpfr_t limit, const nsl_training_question *q,
                              nsl_error *err)
{
    nsl_level level;
    nsl_population_mp p;
    nsl_problem_mp problem;
    mpfr_t omega0;
    nsl_gram_question gram = {
        q->model,
        {q->point->features, q->point->samples, NSL_SIDE_SAMPLES, true},
        {q->decimals.features, q->decimals.samples}};
    mpfr_prec_t lost = nsl_gram_facts_of(&gram).lost;
    nsl_status status = nsl_level_init(&level, q->model, LIMIT_BITS + lost)
                            ? nsl_population_mp_init(&p, &level, err)
                            : nsl_fail_memory(err);
    if (status != NSL_OK) {
        nsl_level_clear(&level);
        return status;
    }
    nsl_problem_mp_init(&problem, q->model, q->point, &q->decimals, LIMIT_BITS);
    mpfr_init2(omega0, LIMIT_BITS);
    mpfr_set_prec(limit, LIMIT_BITS);
    nsl_training_omega0(omega0, &problem);
    status = top_of(limit, &p, &gram, lost, err);
    mpfr_add(limit, limit, omega0, MPFR_RNDN);
    mpfr_ui_div(limit, 2, limit, MPFR_RNDN);
    mpfr_clear(omega0);
    nsl_problem_mp_clear(&problem);
    nsl_population_mp_clear(&p);
    nsl_level_clear(&level);
    return status;
}

/* η > 0 and below its limit. */
static nsl_status check_rate(const nsl_training_question *q, nsl_error *err)
{
    mpfr_t limit, rate;
    mpfr_inits2(LIMIT_BITS, limit, rate, (mpfr_ptr)NULL);
    nsl_exact_set(rate, q->decimals.rate, q->point->training.rate);
    nsl_status status = NSL_OK;
    if (!mpfr_number_p(rate) || mpfr_sgn(rate) <= 0)
        status =
            nsl_fail(err, NSL_EINVAL, "rate", "must be a finite number > 0, got %g",
                     mpfr_get_d(rate, MPFR_RNDN));
    if (status == NSL_OK)
        status = nsl_training_limit(limit, q, err);
    if (status == NSL_OK && !mpfr_less_p(rate, limit))
        status = nsl_fail(err, NSL_EINVAL, "rate",
                          "must be below 2/(largest eigenvalue + ridge) = %.6g, where "
                          "descent diverges, got %g",
                          mpfr_get_d(limit, MPFR_RNDN), mpfr_get_d(rate, MPFR_RNDN));
    mpfr_clears(limit, rate, (mpfr_ptr)NULL);
    return status;
}

nsl_status nsl_training_check(nsl_stop_kind *kind, const nsl_training_question *q,
                              nsl_error *err)
{
    const nsl_training *t = &q->point->training;
    bool unlearnt = isinf(q->point->ridge) && !isinf(q->point->samples);
    nsl_status status = NSL_OK;
    mpfr_t time;
    mpfr_init2(time, LIMIT_BITS);
    if (t->kind == NSL_DESCENT) {
        mpfr_set_d(time, t->steps, MPFR_RNDN);
        if (!(t->steps >= 0.0) || t->steps != floor(t->steps))
            status = nsl_fail(err, NSL_EINVAL, "steps",
                              "must be a whole number >= 0, or inf, got %g", t->steps);
        else
            status = check_rate(q, err);
    } else if (t->kind == NSL_FLOW) {
        nsl_exact_set(time, q->decimals.time, t->time);
        if (mpfr_nan_p(time) || mpfr_sgn(time) < 0)
            status = nsl_fail(err, NSL_EINVAL, "time", "must be a number >= 0, got %g",
                              mpfr_get_d(time, MPFR_RNDN));
    } else {
        mpfr_set_inf(time, 1);
    }
    *kind = mpfr_inf_p(time)                ? NSL_STOP_NEVER
            : mpfr_zero_p(time) || unlearnt ? NSL_STOP_AT_ONCE
                                            : NSL_STOP_EARLY;
    mpfr_clear(time);
    return status;
}
