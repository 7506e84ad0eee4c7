/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The population behind the eigenvalues of a finite sample.
 *
 * The eigenvalues s_j(α) expected of P samples of I^−(1+α), M = ∞, are quantiles of the
 * density of section 8 at N = ∞. α and ln λ₊ minimise the squares of
 * ln λ_j − ln λ₊ − ln s_j(α): Gauss–Newton in α with ∂ln s_j/∂α by a secant, each step
 * a straight line of the residuals over that derivative. */
#include "core/error.h"
#include "empirical/bend.h"
#include "empirical/line.h"
#include "empirical/straight.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A step of α below this ends the search; quantiles are good to far less. Secants over
 * less than LEAST_SECANT would lose their digits: then the last one serves. */
static const double STEP = 1e-10, LEAST_SECANT = 1e-4;

/* Where α is looked for: M = ∞ has no finite trace at 0. */
static const double ALPHA_LEAST = 1e-2, ALPHA_MOST = 50.0;

/* Least α to begin at. */
static const double ALPHA_FIRST = 0.05;

struct nsl_population {
    nsl_population_law law;
    nsl_bend *bend;
};

typedef struct {
    const nsl_ranked *ranked; /* of the range */
    double samples;
    double *x, *y, *weight; /* derivatives, residuals: arrays of ranked->count */
    double *now, *before;   /* ln s_j at α and at the α before */
    int *block;
} fitting;

static nsl_status predict(nsl_bend **bend, double *out, const fitting *f, double alpha,
                          nsl_error *err)
{
    nsl_bend_free(*bend);
    nsl_status status = nsl_bend_new(bend, alpha, f->samples, err);
    for (size_t k = 0; status == NSL_OK && k < f->ranked->count; k++) {
        double x = f->ranked->level[k].x;
        out[k] = nsl_bend_at(*bend, exp(x)) - (1.0 + alpha) * x;
    }
    return status;
}

/* The standard error of the slope from the scatter of a sample's eigenvalues alone: of
 * Gaussian samples, ln s_j has the variance 2/P where eigenvalues are apart, and less
 * where they repel each other. A jackknife that happens to see less sees too few. */
static double scatter_error(const fitting *f)
{
    double all = 0.0, mean = 0.0, spread = 0.0, sum = 0.0;
    for (size_t k = 0; k < f->ranked->count; k++) {
        all += f->weight[k];
        mean += f->weight[k] * f->x[k];
    }
    mean /= all;
    for (size_t k = 0; k < f->ranked->count; k++) {
        double lever = f->weight[k] * (f->x[k] - mean);
        spread += lever * (f->x[k] - mean);
        sum += lever * lever;
    }
    return sqrt(2.0 / f->samples * sum) / spread;
}

/* From α and the one before to the best; `bend` is left at the last. */
static nsl_status search(nsl_line *line, double *alpha, nsl_bend **bend, fitting *f,
                         nsl_error *err)
{
    enum { STEPS = 40 };
    double before = *alpha * 1.02;
    size_t count = f->ranked->count;
    nsl_status status = predict(bend, f->before, f, before, err);
    for (int i = 0; i < STEPS && status == NSL_OK; i++) {
        status = predict(bend, f->now, f, *alpha, err);
        if (status != NSL_OK)
            break;
        if (fabs(*alpha - before) > LEAST_SECANT * *alpha)
            for (size_t k = 0; k < count; k++)
                f->x[k] = (f->now[k] - f->before[k]) / (*alpha - before);
        for (size_t k = 0; k < count; k++)
            f->y[k] = f->ranked->level[k].y - f->now[k];
        *line = nsl_line_fit(count, f->x, f->y, f->weight);
        if (fabs(line->slope) < STEP * *alpha) {
            status = nsl_line_judge(line, count, f->x, f->y, f->weight, f->block, err);
            line->slope_error = fmax(line->slope_error, scatter_error(f));
            return status;
        }
        memcpy(f->before, f->now, count * sizeof *f->now);
        before = *alpha;
        *alpha = fmax(*alpha + line->slope, 0.5 * *alpha);
        if (!(*alpha >= ALPHA_LEAST && *alpha <= ALPHA_MOST))
            break;
    }
    if (status != NSL_OK)
        return status;
    return nsl_fail(err, NSL_EFAILED, "",
                    "no alpha from %g to %g of the population fits the eigenvalues",
                    ALPHA_LEAST, ALPHA_MOST);
}

/* Fits the levels of a range, beginning at α = `start`. */
static nsl_status fit_levels(nsl_population *p, const nsl_ranked *ranked,
                             double samples, double start, nsl_error *err)
{
    enum { COLUMNS = 5 };
    size_t count = ranked->count;
    double *column = malloc(COLUMNS * count * sizeof *column);
    int *block = malloc(count * sizeof *block);
    nsl_status status = column && block ? NSL_OK : nsl_fail_memory(err);
    if (status == NSL_OK) {
        fitting f = {.ranked = ranked,
                     .samples = samples,
                     .x = column,
                     .y = column + count,
                     .weight = column + 2 * count,
                     .now = column + 3 * count,
                     .before = column + 4 * count,
                     .block = block};
        nsl_line line;
        double alpha = fmin(fmax(start, ALPHA_FIRST), ALPHA_MOST);
        for (size_t k = 0; k < count; k++)
            f.weight[k] = ranked->level[k].weight;
        nsl_ranked_blocks(block, ranked);
        status = search(&line, &alpha, &p->bend, &f, err);
        if (status == NSL_OK)
            p->law = (nsl_population_law){.alpha = alpha,
                                          .alpha_stderr = line.slope_error,
                                          .lambda_max = exp(line.intercept),
                                          .rms_log = line.rms};
    }
    free(column);
    free(block);
    return status;
}

static nsl_status fit(nsl_population *p, const nsl_ranked *all, nsl_ranks range,
                      double samples, double start, nsl_error *err)
{
    nsl_ranked ranked;
    nsl_status status = nsl_ranked_copy(&ranked, all, err);
    if (status == NSL_OK)
        status = nsl_ranked_cut(&ranked, range, err);
    if (status == NSL_OK)
        status = fit_levels(p, &ranked, samples, start, err);
    p->law.range = range;
    nsl_ranked_clear(&ranked);
    return status;
}

/* The widest straight range once the bend is undone. */
static nsl_status choose_range(nsl_ranks *out, const nsl_population *p,
                               const nsl_ranked *all, nsl_error *err)
{
    nsl_ranked undone;
    nsl_status status = nsl_ranked_copy(&undone, all, err);
    for (size_t k = 0; status == NSL_OK && k < undone.count; k++)
        undone.level[k].y -= nsl_bend_at(p->bend, exp(undone.level[k].x));
    if (status == NSL_OK)
        status = nsl_straight_range(out, &undone, err);
    nsl_ranked_clear(&undone);
    return status;
}

/* Ranks from 1 on whose bend is below `within`: steps of 1/64 of the rank, all of the
 * first ones, where eigenvalues are apart and the bend wavers; then the place between
 * two. */
static uint64_t count_trusted(const nsl_bend *bend, uint64_t samples, double within)
{
    enum { STEPS = 64 };
    uint64_t good = 0, next = 1;
    while (next <= samples && fabs(expm1(nsl_bend_at(bend, (double)next))) <= within) {
        good = next;
        next = good + good / STEPS + 1;
        next = good < samples && next > samples ? samples : next;
    }
    while (next - good > 1) {
        uint64_t middle = good + (next - good) / 2;
        if (middle <= samples &&
            fabs(expm1(nsl_bend_at(bend, (double)middle))) <= within)
            good = middle;
        else
            next = middle;
    }
    return good;
}

static nsl_status check(const nsl_ranked *ranked, uint64_t samples, double within,
                        nsl_error *err)
{
    uint64_t rank = ranked->level[ranked->count - 1].last;
    if (samples < rank || samples > NSL_LATENTS_MAX)
        return nsl_fail(err, NSL_EINVAL, "samples",
                        "must be at least the number of positive eigenvalues, %" PRIu64
                        ", got %" PRIu64,
                        rank, samples);
    if (!(within > 0.0 && within < 1.0))
        return nsl_fail(err, NSL_EINVAL, "within", "must be > 0 and < 1, got %g",
                        within);
    return NSL_OK;
}

/* With a chosen range once, else twice. */
static nsl_status find(nsl_population *p, const nsl_spectrum *spectrum,
                       const nsl_ranked *ranked, double samples, const nsl_ranks *range,
                       nsl_error *err)
{
    nsl_measured_law bent;
    nsl_ranks chosen;
    nsl_status status = range ? NSL_OK : nsl_straight_range(&chosen, ranked, err);
    if (range)
        chosen = *range;
    if (status == NSL_OK)
        status = nsl_measured_fit(&bent, spectrum, chosen, err);
    if (status == NSL_OK)
        status = fit(p, ranked, chosen, samples, bent.alpha, err);
    if (status != NSL_OK || range)
        return status;
    status = choose_range(&chosen, p, ranked, err);
    if (status == NSL_OK)
        status = fit(p, ranked, chosen, samples, p->law.alpha, err);
    return status;
}

nsl_status nsl_population_new(nsl_population **out, const nsl_spectrum *spectrum,
                              uint64_t samples, const nsl_ranks *range, double within,
                              nsl_error *err)
{
    nsl_ranked ranked;
    nsl_population *p = calloc(1, sizeof *p);
    *out = NULL;
    nsl_status status = nsl_ranked_new(&ranked, spectrum, err);
    if (status == NSL_OK && !p)
        status = nsl_fail_memory(err);
    if (status == NSL_OK)
        status = check(&ranked, samples, within, err);
    if (status == NSL_OK)
        status = find(p, spectrum, &ranked, (double)samples, range, err);
    nsl_ranked_clear(&ranked);
    if (status != NSL_OK) {
        nsl_population_free(p);
        return status;
    }
    p->law.trusted = count_trusted(p->bend, samples, within);
    *out = p;
    return NSL_OK;
}

void nsl_population_free(nsl_population *population)
{
    if (population)
        nsl_bend_free(population->bend);
    free(population);
}

nsl_population_law nsl_population_get(const nsl_population *population)
{
    return population->law;
}

double nsl_population_sampled(const nsl_population *population, double rank)
{
    const nsl_population_law *law = &population->law;
    return law->lambda_max *
           exp(nsl_bend_at(population->bend, rank) - (1.0 + law->alpha) * log(rank));
}
