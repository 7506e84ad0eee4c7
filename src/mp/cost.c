/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Costs evaluated. With B the budget, term k pays for P up to
 *     ln P_k = (ln B − ln c_k − a_k ln N) / b_k,
 * and the cost, the least of its terms, for as many as the term that pays for most. */
#include "mp/cost.h"

#include <float.h>
#include <math.h>

/* Numbers that differ by this many units in the last place of what they were computed
 * from may be equal: each had some ten roundings. */
enum { ROUNDING_UNITS_LOG2 = 5 };
static const double ROUNDING = (1 << ROUNDING_UNITS_LOG2) * DBL_EPSILON;

/* --- double -----------------------------------------------------------------------
 */

/* A variable that does not occur counts nothing, even where it is infinite. */
static double times(double exponent, double log_value)
{
    return exponent == 0.0 ? 0.0 : exponent * log_value;
}

static double term_log(const cost_term *t, double log_features, double log_samples)
{
    return t->n[COST_LOG_CONSTANT] + times(t->n[COST_FEATURES], log_features) +
           times(t->n[COST_SAMPLES], log_samples);
}

/* What the rounding of term_log is relative to. */
static double term_size(const cost_term *t, double log_features, double log_samples)
{
    return fabs(t->n[COST_LOG_CONSTANT]) +
           fabs(times(t->n[COST_FEATURES], log_features)) +
           fabs(times(t->n[COST_SAMPLES], log_samples));
}

/* The most of a variable that ln(budget) = `left` pays for, all else being paid. */
static double most(double left, double exponent)
{
    if (exponent > 0.0)
        return left / exponent;
    return left >= 0.0 ? (double)INFINITY : -(double)INFINITY;
}

double nsl_cost_log(const nsl_cost *cost, double log_features, double log_samples)
{
    double least = INFINITY;
    for (size_t k = 0; k < cost->count; k++)
        least = fmin(least, term_log(&cost->rounded[k], log_features, log_samples));
    return least;
}

double nsl_cost_log_samples(const nsl_cost *cost, double log_budget,
                            double log_features)
{
    double samples = -(double)INFINITY;
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term *t = &cost->rounded[k];
        double left = log_budget - t->n[COST_LOG_CONSTANT] -
                      times(t->n[COST_FEATURES], log_features);
        samples = fmax(samples, most(left, t->n[COST_SAMPLES]));
    }
    return samples;
}

size_t nsl_cost_exponents(const nsl_cost *cost, double log_features, double log_samples,
                          double *a, double *b)
{
    const cost_term *least = cost->rounded;
    for (const cost_term *t = least; t < cost->rounded + cost->count; t++)
        if (term_log(t, log_features, log_samples) <
            term_log(least, log_features, log_samples))
            least = t;
    double value = term_log(least, log_features, log_samples);
    double size = term_size(least, log_features, log_samples);
    size_t ties = 0;
    for (const cost_term *t = cost->rounded; t < cost->rounded + cost->count; t++) {
        double other = term_size(t, log_features, log_samples);
        if (t == least || (isfinite(other) && term_log(t, log_features, log_samples) <=
                                                  value + ROUNDING * (size + other)))
            ties++;
    }
    *a = least->n[COST_FEATURES];
    *b = least->n[COST_SAMPLES];
    return ties;
}

/* --- kinks ------------------------------------------------------------------------
 */

/* ln P_k = height − rate · ln N; the rounding of height is relative to size. */
typedef struct {
    double height, rate, size;
} line;

static size_t frontier_lines(line *lines, const nsl_cost *cost, double log_budget)
{
    size_t count = 0;
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term *t = &cost->rounded[k];
        double b = t->n[COST_SAMPLES];
        if (b > 0.0)
            lines[count++] = (line){
                (log_budget - t->n[COST_LOG_CONSTANT]) / b, t->n[COST_FEATURES] / b,
                (fabs(log_budget) + fabs(t->n[COST_LOG_CONSTANT])) / b};
    }
    return count;
}

/* The most features at which a term without P is affordable. */
static double infinite_samples(const nsl_cost *cost, double log_budget)
{
    double features = -(double)INFINITY;
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term *t = &cost->rounded[k];
        if (t->n[COST_SAMPLES] == 0.0)
            features = fmax(features, most(log_budget - t->n[COST_LOG_CONSTANT],
                                           t->n[COST_FEATURES]));
    }
    return features;
}

static bool is_steeper(const line *a, const line *b)
{
    return a->rate - b->rate > ROUNDING * a->rate;
}

/* The line that is on top towards N = 0: the steepest, of parallel ones the highest. */
static const line *first_line(const line *lines, size_t count)
{
    const line *first = lines;
    for (const line *l = lines; l < lines + count; l++)
        if (is_steeper(l, first) ||
            (!is_steeper(first, l) && l->height > first->height))
            first = l;
    return first;
}

/* The line that goes above `on` first, or NULL, where, and how much rounding may have
 * moved the place. */
static const line *next_line(const line *lines, size_t count, const line *on,
                             double *where, double *doubt)
{
    const line *next = NULL;
    for (const line *l = lines; l < lines + count; l++) {
        if (!is_steeper(on, l))
            continue;
        double steeper = on->rate - l->rate;
        double crossing = (on->height - l->height) / steeper;
        if (next && crossing >= *where)
            continue;
        next = l;
        *where = crossing;
        *doubt = ROUNDING *
                 (on->size + l->size + fabs(crossing) * (on->rate + l->rate)) / steeper;
    }
    return next;
}

/* The upper envelope of the lines, walked from N = 0 to infinity. */
size_t nsl_cost_kinks(const nsl_cost *cost, double log_budget, double *kinks,
                      double *infinite_below)
{
    line lines[NSL_COST_TERMS_MAX];
    size_t count = frontier_lines(lines, cost, log_budget), found = 0;
    double last = *infinite_below = infinite_samples(cost, log_budget);
    double where = 0.0, doubt = 0.0;
    const line *on = first_line(lines, count);
    while ((on = next_line(lines, count, on, &where, &doubt)))
        if (where > last + doubt) /* else in the same place, or where P is infinite */
            last = kinks[found++] = where;
    return found;
}

/* --- MPFR -------------------------------------------------------------------------
 */

/* out += exponent · log_value, as times() does it. */
static void add_times(mpfr_t out, const mpfr_t exponent, const mpfr_t log_value)
{
    if (!mpfr_zero_p(exponent))
        mpfr_fma(out, exponent, log_value, out, MPFR_RNDN);
}

static void term_log_mp(mpfr_t out, const cost_term_mp *t, const mpfr_t log_features,
                        const mpfr_t log_samples)
{
    mpfr_set(out, t->n[COST_LOG_CONSTANT], MPFR_RNDN);
    add_times(out, t->n[COST_FEATURES], log_features);
    add_times(out, t->n[COST_SAMPLES], log_samples);
}

static void most_mp(mpfr_t left, const mpfr_t exponent)
{
    if (!mpfr_zero_p(exponent))
        mpfr_div(left, left, exponent, MPFR_RNDN);
    else
        mpfr_set_inf(left, mpfr_sgn(left) >= 0 ? 1 : -1);
}

void nsl_cost_log_samples_mp(mpfr_t out, const nsl_cost *cost, const mpfr_t log_budget,
                             const mpfr_t log_features)
{
    mpfr_t samples, left;
    mpfr_inits2(cost->bits, samples, left, (mpfr_ptr)NULL);
    mpfr_set_inf(samples, -1);
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term_mp *t = &cost->exact[k];
        mpfr_set(left, t->n[COST_LOG_CONSTANT], MPFR_RNDN);
        add_times(left, t->n[COST_FEATURES], log_features);
        mpfr_sub(left, log_budget, left, MPFR_RNDN);
        most_mp(left, t->n[COST_SAMPLES]);
        mpfr_max(samples, samples, left, MPFR_RNDN);
    }
    mpfr_set(out, samples, MPFR_RNDN);
    mpfr_clears(samples, left, (mpfr_ptr)NULL);
}

static size_t least_term_mp(mpfr_t value, const nsl_cost *cost,
                            const mpfr_t log_features, const mpfr_t log_samples)
{
    mpfr_t other;
    size_t least = 0;
    mpfr_init2(other, mpfr_get_prec(value));
    term_log_mp(value, cost->exact, log_features, log_samples);
    for (size_t k = 1; k < cost->count; k++) {
        term_log_mp(other, &cost->exact[k], log_features, log_samples);
        if (mpfr_less_p(other, value)) {
            mpfr_swap(other, value);
            least = k;
        }
    }
    mpfr_clear(other);
    return least;
}

static mpfr_prec_t lesser(mpfr_prec_t a, mpfr_prec_t b)
{
    return a < b ? a : b;
}

size_t nsl_cost_exponents_mp(mpfr_t a, mpfr_t b, const nsl_cost *cost,
                             const mpfr_t log_features, const mpfr_t log_samples)
{
    mpfr_prec_t known = lesser(
        cost->bits, lesser(mpfr_get_prec(log_features), mpfr_get_prec(log_samples)));
    double features = mpfr_get_d(log_features, MPFR_RNDN);
    double samples = mpfr_get_d(log_samples, MPFR_RNDN);
    mpfr_t value, other, doubt;
    mpfr_inits2(cost->bits, value, other, doubt, (mpfr_ptr)NULL);
    size_t least = least_term_mp(value, cost, log_features, log_samples), ties = 0;
    double size = term_size(&cost->rounded[least], features, samples);
    for (size_t k = 0; k < cost->count; k++) {
        double both = size + term_size(&cost->rounded[k], features, samples);
        mpfr_set_d(doubt, both, MPFR_RNDN);
        mpfr_mul_2si(doubt, doubt, ROUNDING_UNITS_LOG2 + 1 - known, MPFR_RNDN);
        term_log_mp(other, &cost->exact[k], log_features, log_samples);
        mpfr_sub(other, other, value, MPFR_RNDN);
        if (k == least || (isfinite(both) && mpfr_lessequal_p(other, doubt)))
            ties++;
    }
    mpfr_set(a, cost->exact[least].n[COST_FEATURES], MPFR_RNDN);
    mpfr_set(b, cost->exact[least].n[COST_SAMPLES], MPFR_RNDN);
    mpfr_clears(value, other, doubt, (mpfr_ptr)NULL);
    return ties;
}
