/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Costs evaluated. With B the budget, term k pays for a variable up to
 *     ln P_k = (ln B − ln c_k − a_k ln N − d_k ln t) / b_k,
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

static double term_log(const cost_term *t, const double *logs)
{
    double sum = t->n[COST_LOG_CONSTANT];
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        sum += times(t->n[v], logs[v]);
    return sum;
}

/* What the rounding of term_log is relative to. */
static double term_size(const cost_term *t, const double *logs)
{
    double sum = fabs(t->n[COST_LOG_CONSTANT]);
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        sum += fabs(times(t->n[v], logs[v]));
    return sum;
}

/* The most of a variable that ln(budget) = `left` pays for, all else being paid. */
static double most_of(double left, double exponent)
{
    if (exponent > 0.0)
        return left / exponent;
    return left >= 0.0 ? (double)INFINITY : -(double)INFINITY;
}

double nsl_cost_log(const nsl_cost *cost, const double logs[NSL_COST_VARIABLES])
{
    double least = INFINITY;
    for (size_t k = 0; k < cost->count; k++)
        least = fmin(least, term_log(&cost->rounded[k], logs));
    return least;
}

double nsl_cost_log_most(const nsl_cost *cost, nsl_cost_variable most,
                         double log_budget, const double logs[NSL_COST_VARIABLES])
{
    double value = -(double)INFINITY;
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term *t = &cost->rounded[k];
        double left = log_budget - t->n[COST_LOG_CONSTANT];
        for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
            left -= v == most ? 0.0 : times(t->n[v], logs[v]);
        value = fmax(value, most_of(left, t->n[most]));
    }
    return value;
}

size_t nsl_cost_exponents(const nsl_cost *cost, const double logs[NSL_COST_VARIABLES],
                          double exponents[NSL_COST_VARIABLES])
{
    const cost_term *least = cost->rounded;
    for (const cost_term *t = least; t < cost->rounded + cost->count; t++)
        if (term_log(t, logs) < term_log(least, logs))
            least = t;
    double value = term_log(least, logs), size = term_size(least, logs);
    size_t ties = 0;
    for (const cost_term *t = cost->rounded; t < cost->rounded + cost->count; t++) {
        double other = term_size(t, logs);
        if (t == least ||
            (isfinite(other) && term_log(t, logs) <= value + ROUNDING * (size + other)))
            ties++;
    }
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        exponents[v] = least->n[v];
    return ties;
}

/* --- kinks ------------------------------------------------------------------------
 */

/* How one variable falls with another, the third staying as it is. */
typedef struct {
    nsl_cost_variable most, along, third;
    double log_budget;
    const double *logs; /* of the third */
} trade;

static double left_by_third(const trade *f, const cost_term *t)
{
    return f->log_budget - t->n[COST_LOG_CONSTANT] -
           times(t->n[f->third], f->logs[f->third]);
}

/* ln P_k = height − rate · ln N; the rounding of height is relative to size. */
typedef struct {
    double height, rate, size;
} line;

static size_t frontier_lines(line *lines, const nsl_cost *cost, const trade *f)
{
    size_t count = 0;
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term *t = &cost->rounded[k];
        double b = t->n[f->most], left = left_by_third(f, t);
        double size = fabs(f->log_budget) + fabs(t->n[COST_LOG_CONSTANT]) +
                      fabs(times(t->n[f->third], f->logs[f->third]));
        if (b > 0.0 && isfinite(left))
            lines[count++] = (line){left / b, t->n[f->along] / b, size / b};
    }
    return count;
}

/* The most of `along` at which a term without `most` is affordable. */
static double infinite_up_to(const nsl_cost *cost, const trade *f)
{
    double up_to = -(double)INFINITY;
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term *t = &cost->rounded[k];
        if (t->n[f->most] == 0.0)
            up_to = fmax(up_to, most_of(left_by_third(f, t), t->n[f->along]));
    }
    return up_to;
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
size_t nsl_cost_kinks(const nsl_cost *cost, nsl_cost_variable most,
                      nsl_cost_variable along, double log_budget,
                      const double logs[NSL_COST_VARIABLES], double *kinks,
                      double *infinite_below)
{
    line lines[NSL_COST_TERMS_MAX];
    nsl_cost_variable third =
        NSL_COST_FEATURES + NSL_COST_SAMPLES + NSL_COST_TIME - most - along;
    trade f = {most, along, third, log_budget, logs};
    size_t count = frontier_lines(lines, cost, &f), found = 0;
    double last = *infinite_below = infinite_up_to(cost, &f);
    double where = 0.0, doubt = 0.0;
    const line *on = count > 0 ? first_line(lines, count) : NULL;
    while (on && (on = next_line(lines, count, on, &where, &doubt)))
        if (where > last + doubt) /* else in the same place, or where P is infinite */
            last = kinks[found++] = where;
    return found;
}

/* --- MPFR -------------------------------------------------------------------------
 */

/* out += exponent · log_value, as times() does it. */
static void add_times(mpfr_t out, const mpfr_t exponent, mpfr_srcptr log_value)
{
    if (!mpfr_zero_p(exponent))
        mpfr_fma(out, exponent, log_value, out, MPFR_RNDN);
}

static void term_log_mp(mpfr_t out, const cost_term_mp *t, const mpfr_srcptr *logs)
{
    mpfr_set(out, t->n[COST_LOG_CONSTANT], MPFR_RNDN);
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        add_times(out, t->n[v], logs[v]);
}

static void most_of_mp(mpfr_t left, const mpfr_t exponent)
{
    if (!mpfr_zero_p(exponent))
        mpfr_div(left, left, exponent, MPFR_RNDN);
    else
        mpfr_set_inf(left, mpfr_sgn(left) >= 0 ? 1 : -1);
}

void nsl_cost_log_most_mp(mpfr_t out, const nsl_cost *cost, nsl_cost_variable most,
                          const mpfr_t log_budget,
                          const mpfr_srcptr logs[NSL_COST_VARIABLES])
{
    mpfr_t value, left;
    mpfr_inits2(cost->bits, value, left, (mpfr_ptr)NULL);
    mpfr_set_inf(value, -1);
    for (size_t k = 0; k < cost->count; k++) {
        const cost_term_mp *t = &cost->exact[k];
        mpfr_set(left, t->n[COST_LOG_CONSTANT], MPFR_RNDN);
        for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
            if (v != most)
                add_times(left, t->n[v], logs[v]);
        mpfr_sub(left, log_budget, left, MPFR_RNDN);
        most_of_mp(left, t->n[most]);
        mpfr_max(value, value, left, MPFR_RNDN);
    }
    mpfr_set(out, value, MPFR_RNDN);
    mpfr_clears(value, left, (mpfr_ptr)NULL);
}

static size_t least_term_mp(mpfr_t value, const nsl_cost *cost, const mpfr_srcptr *logs)
{
    mpfr_t other;
    size_t least = 0;
    mpfr_init2(other, mpfr_get_prec(value));
    term_log_mp(value, cost->exact, logs);
    for (size_t k = 1; k < cost->count; k++) {
        term_log_mp(other, &cost->exact[k], logs);
        if (mpfr_less_p(other, value)) {
            mpfr_swap(other, value);
            least = k;
        }
    }
    mpfr_clear(other);
    return least;
}

/* The least precision of a cost and where it is evaluated; and there in double. */
static mpfr_prec_t known_bits(double *rounded, const nsl_cost *cost,
                              const mpfr_srcptr *logs)
{
    mpfr_prec_t known = cost->bits;
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++) {
        bool occurs = nsl_cost_has(cost, v);
        rounded[v] = occurs ? mpfr_get_d(logs[v], MPFR_RNDN) : 0.0;
        if (occurs && mpfr_get_prec(logs[v]) < known)
            known = mpfr_get_prec(logs[v]);
    }
    return known;
}

size_t nsl_cost_exponents_mp(mpfr_ptr exponents[NSL_COST_VARIABLES],
                             const nsl_cost *cost,
                             const mpfr_srcptr logs[NSL_COST_VARIABLES])
{
    double rounded[NSL_COST_VARIABLES];
    mpfr_prec_t known = known_bits(rounded, cost, logs);
    mpfr_t value, other, doubt;
    mpfr_inits2(cost->bits, value, other, doubt, (mpfr_ptr)NULL);
    size_t least = least_term_mp(value, cost, logs), ties = 0;
    double size = term_size(&cost->rounded[least], rounded);
    for (size_t k = 0; k < cost->count; k++) {
        double both = size + term_size(&cost->rounded[k], rounded);
        mpfr_set_d(doubt, both, MPFR_RNDN);
        mpfr_mul_2si(doubt, doubt, ROUNDING_UNITS_LOG2 + 1 - known, MPFR_RNDN);
        term_log_mp(other, &cost->exact[k], logs);
        mpfr_sub(other, other, value, MPFR_RNDN);
        if (k == least || (isfinite(both) && mpfr_lessequal_p(other, doubt)))
            ties++;
    }
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        mpfr_set(exponents[v], cost->exact[least].n[v], MPFR_RNDN);
    mpfr_clears(value, other, doubt, (mpfr_ptr)NULL);
    return ties;
}
