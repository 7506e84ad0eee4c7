/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits: planted parameters, a published answer, other minimisers, and what must not
 * matter. */
#include "testing.h"

#include "empirical/fit.h"
#include "empirical/step.h"

#include <criterion/criterion.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Planted parameters without noise come back to this (asked for: 1e-6). */
static const double PLANTED = 1e-8;

/* Places found by objectives, whose roundings are 1e-16 of them, are known to the root
 * of that. */
static const double BY_VALUE = 1e-6;

enum { SIDE = 7, RUNS = SIDE * SIDE };

static nsl_form form_of(const char *name)
{
    nsl_form form;
    nsl_error err = {0};
    cr_assert(nsl_form_parse(&form, name, &err) == NSL_OK, "%s", err.message);
    return form;
}

/* Runs on a lattice of sizes around `n` and `p`, with losses of `form` times
 * exp(noise·Gaussian). */
static void plant(nsl_fit_run *run, const nsl_form *form, const double *parameter,
                  double n, double p, double noise, gsl_rng *rng)
{
    for (int i = 0; i < RUNS; i++) {
        run[i] = (nsl_fit_run){.parameters = n * pow(3.0, i % SIDE - SIDE / 2),
                               .samples = p * pow(3.0, i / SIDE - SIDE / 2),
                               .weight = 1.0};
        run[i].compute = 6.0 * run[i].parameters * run[i].samples;
        nsl_error err = {0};
        cr_assert(nsl_form_loss(&run[i].loss, form, parameter, &run[i], &err) == NSL_OK,
                  "%s %s", err.field, err.message);
        if (rng)
            run[i].loss *= exp(gsl_ran_gaussian(rng, noise));
    }
}

static nsl_fit fit_to(const nsl_form *form, const nsl_fit_options *o, size_t count,
                      const nsl_fit_run *run)
{
    nsl_fit fit;
    nsl_error err = {0};
    nsl_status status = nsl_fit_find(&fit, form, o, count, run, &err);
    cr_assert(status == NSL_OK, "%s %s", err.field, err.message);
    return fit;
}

static void expect_parameters(const nsl_fit *fit, const double *parameter, double bound)
{
    for (size_t j = 0; j < fit->parameters; j++)
        cr_assert(testing_distance(fit->parameter[j].value, parameter[j]) <= bound,
                  "%s = %.12g, planted %.12g", fit->parameter[j].name,
                  fit->parameter[j].value, parameter[j]);
}

/* --- planted parameters
 * ----------------------------------------------------------------
 */

static const struct {
    const char *form;
    double n, p;
    double parameter[NSL_FORM_PARAMETERS_MAX];
} planted[] = {
    {"chinchilla", 1e9, 2e10, {1.8, 480.0, 2100.0, 0.35, 0.37}},
    {"kaplan", 1e9, 2e10, {8.9e12, 3e13, 0.095, 0.114}},
    {"power:C", 1e9, 2e10, {1.7, 1600.0, 0.165}},
    {"power:N", 1e3, 1e4, {0.2, 3.0, 0.8}},
    {"theory", 1e9, 2e10, {1.7, 580.0, 0.3, 22.0}},
    {"theory", 300.0, 1e3, {0.05, 2.0, 0.7, 1.5}},
    {"theory+noise", 1e3, 4e3, {0.1, 2.0, 0.6, 2.0, 0.05}},
    {"theory+source", 1e9, 2e10, {1.7, 660.0, 0.15, 50.0, 0.31}},
    {"theory+ridge", 1e3, 4e3, {0.1, 2.0, 0.6, 2.0, 0.02}},
    {"theory+latents", 1e3, 4e3, {0.1, 2.0, 0.6, 2.0, 1e6}},
};

Test(fit, planted_parameters_come_back)
{
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        nsl_fit_run run[RUNS];
        nsl_form form = form_of(planted[i].form);
        nsl_fit_options o = nsl_fit_defaults();
        plant(run, &form, planted[i].parameter, planted[i].n, planted[i].p, 0.0, NULL);
        o.objective = i % 2 ? NSL_OBJECTIVE_SQUARES : NSL_OBJECTIVE_HUBER;
        nsl_fit fit = fit_to(&form, &o, RUNS, run);
        bool together = form.source || form.latents; /* family.c: 1e-8 in the loss */
        expect_parameters(&fit, planted[i].parameter, together ? 1e-6 : PLANTED);
        cr_assert(fit.starts_agreeing > 0 && fit.rms_log < 1e-7, "%s: %zu of %zu, %g",
                  planted[i].form, fit.starts_agreeing, fit.starts, fit.rms_log);
        nsl_fit_clear(&fit);
    }
}

/* A plateau of 0, and noise of 0: values at their bounds. */
Test(fit, bounds_are_reached)
{
    nsl_fit_run run[RUNS];
    const double none[] = {0.0, 2.0, 0.6, 2.0, 0.0};
    nsl_form theory = form_of("theory"), noisy = form_of("theory+noise");
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    plant(run, &theory, none, 1e3, 4e3, 0.0, NULL);
    for (int i = 0; i < RUNS; i++) /* falls a little more than any α lets it */
        run[i].loss *= pow(run[i].compute, -0.002) * exp(gsl_ran_gaussian(rng, 1e-3));
    nsl_fit fit = fit_to(&theory, &o, RUNS, run);
    nsl_fit with = fit_to(&noisy, &o, RUNS, run);
    cr_assert(with.parameter[4].bound && with.parameter[4].value == 0.0 &&
                  with.parameter[4].profile_lo == 0.0 &&
                  with.parameter[4].profile_hi > 0.0 &&
                  isfinite(with.parameter[4].profile_hi),
              "noise %g to %g", with.parameter[4].value, with.parameter[4].profile_hi);
    cr_assert(testing_distance(with.objective, fit.objective) < BY_VALUE);
    cr_assert(isnan(with.parameter[4].error) && with.parameter[2].error > 0.0);
    nsl_fit_clear(&fit);
    nsl_fit_clear(&with);
    gsl_rng_free(rng);
}

/* Runs of an endless power law: M = ∞, and not the largest that can be computed. */
Test(fit, latents_may_be_endless)
{
    nsl_fit_run run[RUNS];
    const double planted_at[] = {0.3, 2.0, 0.4, 2.0};
    nsl_form theory = form_of("theory"), latents = form_of("theory+latents");
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    o.objective = NSL_OBJECTIVE_SQUARES;
    o.bootstrap = 5;
    gsl_rng_set(rng, 5);
    plant(run, &theory, planted_at, 1e3, 4e3, 3e-3, rng);
    nsl_fit fit = fit_to(&theory, &o, RUNS, run);
    nsl_fit with = fit_to(&latents, &o, RUNS, run);
    const nsl_fit_parameter *m = &with.parameter[4];
    if (m->bound) {
        cr_assert(isinf(m->value) && m->profile_lo > 4e3 && isinf(m->profile_hi));
        cr_assert(with.objective == fit.objective && with.aic == fit.aic + 2.0);
        cr_assert(with.bootstraps == 5 && isinf(with.bootstrap[4]) &&
                  with.bootstrap[5] == fit.bootstrap[4]);
    } else {
        cr_assert(with.objective < fit.objective);
    }
    cr_assert(m->bound, "the runs want M = %g: choose others", m->value);
    nsl_fit_clear(&fit);
    nsl_fit_clear(&with);
    gsl_rng_free(rng);
}

/* --- a published answer
 * ------------------------------------------------------------------
 */

enum { PUBLISHED_MAX = 300 };

/* Besiroglu et al. 2024 (arXiv:2404.10102): 245 runs of Hoffmann et al., read off a
 * figure. */
static size_t read_published(nsl_fit_run *run)
{
    char line[512];
    size_t count = 0;
    const char *path = testing_path("../shared/data/llm/chinchilla_epoch_svg.csv");
    if (access(path, R_OK) != 0)
        cr_skip_test("%s is missing", path);
    FILE *file = fopen(path, "r");
    cr_assert(file && fgets(line, sizeof line, file));
    while (count < PUBLISHED_MAX && fgets(line, sizeof line, file)) {
        double n, c, loss;
        if (sscanf(line, "%*[^,],%*[^,],%*[^,],%lf,%lf,%*[^,],%lf", &n, &c, &loss) == 3)
            run[count++] = (nsl_fit_run){n, c / (6.0 * n), c, loss, 1.0};
    }
    fclose(file);
    return count;
}

static int by_loss(const void *a, const void *b)
{
    double x = ((const nsl_fit_run *)a)->loss, y = ((const nsl_fit_run *)b)->loss;
    return (x < y) - (x > y);
}

Test(fit, known_answer)
{
    static const double answer[] = {1.8172, 477.8, 2143, 0.3473, 0.3672};
    static const double OBJECTIVE = 0.0010183, DIGITS = 3e-4; /* as printed */
    nsl_fit_run run[PUBLISHED_MAX];
    size_t count = read_published(run);
    nsl_form form = form_of("chinchilla");
    nsl_fit_options o = nsl_fit_defaults();
    cr_assert(count == 245, "%zu runs", count);
    qsort(run, count, sizeof *run, by_loss);
    nsl_fit fit = fit_to(&form, &o, count - 5, run + 5);
    expect_parameters(&fit, answer, DIGITS);
    cr_assert(fit.objective <= OBJECTIVE, "%.10g", fit.objective);
    cr_assert(fit.starts_agreeing >= 20, "%zu of %zu", fit.starts_agreeing, fit.starts);
    nsl_fit_clear(&fit);
}

/* --- another minimiser
 * -----------------------------------------------------------------
 */

/* The objective again, by the library's own predictions. */
typedef struct {
    const nsl_form *form;
    const nsl_fit_run *run;
    double delta;
    size_t held; /* a coordinate that stays at `value` */
    double value;
} other_problem;

static double other_objective(const gsl_vector *x, void *data)
{
    const other_problem *p = data;
    double at[NSL_FORM_PARAMETERS_MAX], parameter[NSL_FORM_PARAMETERS_MAX], sum = 0.0;
    size_t count = nsl_form_parameters(p->form);
    for (size_t j = 0, k = 0; j < count; j++)
        at[j] = j == p->held ? p->value : gsl_vector_get(x, k++);
    nsl_form_from_coordinates(parameter, p->form, at);
    for (int i = 0; i < RUNS; i++) {
        double loss;
        if (nsl_form_loss(&loss, p->form, parameter, &p->run[i], NULL) != NSL_OK)
            return (double)INFINITY;
        double rho = fabs(log(loss / p->run[i].loss));
        sum += p->run[i].weight *
               (rho <= p->delta ? 0.5 * rho * rho : p->delta * (rho - 0.5 * p->delta));
    }
    return sum;
}

/* Nelder and Mead's method from beside `at`, begun again until it stays. */
static double other_minimum(other_problem *p, double *at, size_t free_count)
{
    gsl_vector *x = gsl_vector_alloc(free_count), *step = gsl_vector_alloc(free_count);
    gsl_multimin_fminimizer *s =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, free_count);
    gsl_multimin_function f = {other_objective, free_count, p};
    double best = (double)INFINITY;
    for (size_t j = 0; j < free_count; j++)
        gsl_vector_set(x, j, at[j] + 0.05);
    for (int round = 0; round < 30; round++) {
        gsl_vector_set_all(step, 0.02 * pow(0.7, round));
        gsl_multimin_fminimizer_set(s, &f, x, step);
        for (int i = 0; i < 2000 && gsl_multimin_fminimizer_size(s) > 1e-12; i++)
            gsl_multimin_fminimizer_iterate(s);
        gsl_vector_memcpy(x, s->x);
        best = s->fval;
    }
    for (size_t j = 0; j < free_count; j++)
        at[j] = gsl_vector_get(x, j);
    gsl_multimin_fminimizer_free(s);
    gsl_vector_free(x);
    gsl_vector_free(step);
    return best;
}

static void against_other(const char *name, const double *parameter, double n, double p,
                          nsl_objective objective)
{
    nsl_fit_run run[RUNS];
    nsl_form form = form_of(name);
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    plant(run, &form, parameter, n, p, 1e-2, rng);
    for (int i = 0; i < RUNS; i++)
        run[i].weight = gsl_rng_uniform(rng) + 0.5;
    o.objective = objective;
    nsl_fit fit = fit_to(&form, &o, RUNS, run);
    double value[NSL_FORM_PARAMETERS_MAX], at[NSL_FORM_PARAMETERS_MAX];
    for (size_t j = 0; j < fit.parameters; j++)
        value[j] = fit.parameter[j].value;
    nsl_form_coordinates(at, &form, value);
    other_problem other = {&form, run,
                           objective == NSL_OBJECTIVE_HUBER ? 1e-3 : (double)INFINITY,
                           NSL_FORM_PARAMETERS_MAX, 0.0};
    double found = other_minimum(&other, at, fit.parameters);
    cr_assert(found >= fit.objective * (1.0 - 1e-12), "%s: %.15g below %.15g", name,
              found, fit.objective);
    cr_assert(found <= fit.objective * (1.0 + 1e-6), "%s: other minimiser %.15g, %.15g",
              name, found, fit.objective);
    nsl_fit_clear(&fit);
    gsl_rng_free(rng);
}

Test(fit, another_minimiser_finds_nothing_better)
{
    const double chinchilla[] = {1.8, 480.0, 2100.0, 0.35, 0.37},
                 kaplan[] = {8.9e12, 3e13, 0.095, 0.114},
                 power[] = {1.7, 1600.0, 0.165};
    against_other("chinchilla", chinchilla, 1e9, 2e10, NSL_OBJECTIVE_HUBER);
    against_other("chinchilla", chinchilla, 1e9, 2e10, NSL_OBJECTIVE_SQUARES);
    against_other("kaplan", kaplan, 1e9, 2e10, NSL_OBJECTIVE_HUBER);
    against_other("power:C", power, 1e9, 2e10, NSL_OBJECTIVE_SQUARES);
}

/* Where a profile ends, the other minimiser over the rest finds the level. */
Test(fit, profiles_end_at_their_level)
{
    static const double SHARE = 1e-4; /* of the rise, as found by values */
    nsl_fit_run run[RUNS];
    const double parameter[] = {1.8, 480.0, 2100.0, 0.35, 0.37};
    nsl_form form = form_of("chinchilla");
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    plant(run, &form, parameter, 1e9, 2e10, 1e-2, rng);
    o.objective = NSL_OBJECTIVE_SQUARES;
    nsl_fit fit = fit_to(&form, &o, RUNS, run);
    /* Q rises by Q/(n−p)·t², t = 2.0153675744437649 for 44 degrees of freedom */
    double rise = fit.objective / 44.0 * pow(2.0153675744437649, 2);
    const size_t tested[] = {0, 3};
    for (int k = 0; k < 4; k++) {
        size_t held = tested[k / 2];
        const nsl_fit_parameter *q = &fit.parameter[held];
        double end = k % 2 ? q->profile_hi : q->profile_lo, at[4], value[5], all[5];
        for (size_t j = 0; j < 5; j++)
            value[j] = fit.parameter[j].value;
        nsl_form_coordinates(all, &form, value);
        for (size_t j = 0, i = 0; j < 5; j++)
            if (j != held)
                at[i++] = all[j];
        other_problem other = {&form, run, (double)INFINITY, held,
                               held == 0 ? end : log(end)};
        double found = other_minimum(&other, at, 4) - fit.objective;
        cr_assert(fabs(found / rise - 1.0) < SHARE, "%s at %g: rises %g, not %g",
                  q->name, end, found, rise);
    }
    nsl_fit_clear(&fit);
    gsl_rng_free(rng);
}

/* --- one step
 * --------------------------------------------------------------------------
 */

/* The convex problem's conditions: the gradient vanishes, or pushes against a bound. */
Test(fit, steps_are_minima)
{
    enum { COUNT = 40, WIDE = 4 };
    static const double GRADIENT = 1e-10;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int trial = 0; trial < 300; trial++) {
        double rho[COUNT], weight[COUNT], slope[COUNT][NSL_FORM_PARAMETERS_MAX] = {{0}};
        nsl_step_problem p = {.count = COUNT,
                              .parameters = WIDE,
                              .rho = rho,
                              .weight = weight,
                              .slope = slope,
                              .delta = trial % 3
                                           ? pow(10.0, -4.0 * gsl_rng_uniform(rng))
                                           : (double)INFINITY};
        for (int i = 0; i < COUNT; i++) {
            rho[i] = gsl_ran_gaussian(rng, 0.3);
            weight[i] = i % 5 ? gsl_rng_uniform(rng) : 0.0;
            for (int j = 0; j < WIDE; j++)
                slope[i][j] = gsl_ran_gaussian(rng, 1.0) + 3.0;
        }
        for (int j = 0; j < WIDE; j++) {
            p.scale[j] = 1.0;
            p.least[j] = j < 2 ? -gsl_rng_uniform(rng) * 0.05 : -(double)INFINITY;
        }
        double step[NSL_FORM_PARAMETERS_MAX], value;
        cr_assert(nsl_step_solve(step, &value, &p, 1e-9));
        for (int j = 0; j < WIDE; j++) {
            double gradient = 1e-9 * step[j], size = 1e-3;
            for (int i = 0; i < COUNT; i++) {
                double at = rho[i];
                for (int k = 0; k < WIDE; k++)
                    at += slope[i][k] * step[k];
                double push = weight[i] * nsl_huber_slope(at, p.delta) * slope[i][j];
                gradient += push;
                size += fabs(push);
            }
            bool held = step[j] <= p.least[j] && gradient >= 0.0;
            cr_assert(step[j] >= p.least[j]);
            cr_assert(held || fabs(gradient) <= GRADIENT * size,
                      "trial %d, delta %g: j %d step %g least %g gradient %g of %g",
                      trial, p.delta, j, step[j], p.least[j], gradient, size);
        }
    }
    gsl_rng_free(rng);
}

/* --- what must not matter
 * ---------------------------------------------------------------
 */

static void expect_same(const nsl_fit *a, const nsl_fit *b)
{
    cr_assert(a->objective == b->objective && a->aic == b->aic &&
              a->bootstraps == b->bootstraps &&
              a->starts_agreeing == b->starts_agreeing);
    for (size_t j = 0; j < a->parameters; j++)
        cr_assert(memcmp(&a->parameter[j].value, &b->parameter[j].value,
                         sizeof(double)) == 0 &&
                  a->parameter[j].lo == b->parameter[j].lo &&
                  a->parameter[j].profile_hi == b->parameter[j].profile_hi);
    cr_assert(a->bootstraps == 0 ||
              memcmp(a->bootstrap, b->bootstrap,
                     a->bootstraps * a->parameters * sizeof(double)) == 0);
}

Test(fit, order_and_threads_do_not_matter)
{
    static const char *const names[] = {"chinchilla", "theory"};
    const double parameter[][5] = {{1.8, 480.0, 2100.0, 0.35, 0.37},
                                   {1.7, 580.0, 0.3, 22.0}};
    for (int f = 0; f < 2; f++) {
        nsl_fit_run run[RUNS];
        nsl_form form = form_of(names[f]);
        nsl_fit_options o = nsl_fit_defaults();
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        plant(run, &form, parameter[f], 1e9, 2e10, 1e-2, rng);
        o.bootstrap = 60;
        o.seed = 7;
        nsl_fit one = fit_to(&form, &o, RUNS, run);
        gsl_ran_shuffle(rng, run, RUNS, sizeof *run);
        o.work.jobs = 3;
        nsl_fit other = fit_to(&form, &o, RUNS, run);
        expect_same(&one, &other);
        o.seed = 8;
        nsl_fit seeded = fit_to(&form, &o, RUNS, run);
        cr_assert(seeded.parameter[0].lo != one.parameter[0].lo);
        nsl_fit_clear(&one);
        nsl_fit_clear(&other);
        nsl_fit_clear(&seeded);
        gsl_rng_free(rng);
    }
}

/* Other units of N, of P (all sizes are large) and of the loss: k, A and E follow. */
Test(fit, units_do_not_matter)
{
    static const double CLOSE = 1e-7; /* sizes are finite */
    nsl_fit_run run[RUNS];
    const double parameter[] = {1.7, 580.0, 0.3, 22.0};
    nsl_form form = form_of("theory");
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    plant(run, &form, parameter, 1e10, 2e11, 1e-2, rng);
    nsl_fit one = fit_to(&form, &o, RUNS, run);
    for (int i = 0; i < RUNS; i++) {
        run[i].parameters *= 10.0;
        run[i].samples *= 100.0;
        run[i].loss *= 3.0;
    }
    nsl_fit other = fit_to(&form, &o, RUNS, run);
    double alpha = one.parameter[2].value;
    const double expected[] = {3.0 * one.parameter[0].value,
                               3.0 * one.parameter[1].value * pow(100.0, alpha), alpha,
                               10.0 * one.parameter[3].value};
    expect_parameters(&other, expected, CLOSE);
    nsl_fit_clear(&one);
    nsl_fit_clear(&other);
    gsl_rng_free(rng);
}

/* Runs held out are not fitted, and are those of most compute; runs of weight 0
 * neither.
 */
Test(fit, held_out_runs_are_not_fitted)
{
    nsl_fit_run run[RUNS], kept[RUNS];
    const double parameter[] = {1.8, 480.0, 2100.0, 0.35, 0.37};
    nsl_form form = form_of("chinchilla");
    nsl_fit_options o = nsl_fit_defaults(), all = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t left = 0;
    plant(run, &form, parameter, 1e9, 2e10, 1e-2, rng);
    for (int i = 0; i < RUNS; i++) /* no two cost the same */
        run[i].compute *= 1.0 + 1e-6 * i;
    o.holdout = 0.2;
    nsl_fit fit = fit_to(&form, &o, RUNS, run);
    double least_out = (double)INFINITY, most_in = 0.0, squares = 0.0;
    for (int i = 0; i < RUNS; i++) {
        double rho = log(fit.predicted[i] / run[i].loss);
        if (fit.is_held_out[i]) {
            least_out = fmin(least_out, run[i].compute);
            squares += rho * rho;
        } else {
            most_in = fmax(most_in, run[i].compute);
            kept[left++] = run[i];
        }
    }
    cr_assert(fit.held_out == 10 && fit.runs == RUNS - 10 && least_out > most_in);
    cr_assert(testing_distance(fit.holdout_rms_log, sqrt(squares / 10.0)) < 1e-13);
    nsl_fit subset = fit_to(&form, &all, left, kept);
    expect_same(&fit, &subset);
    for (int i = 0; i < RUNS; i++)
        if (fit.is_held_out[i])
            run[i].weight = 0.0;
    nsl_fit weighted = fit_to(&form, &all, RUNS, run);
    expect_same(&fit, &weighted);
    nsl_fit_clear(&fit);
    nsl_fit_clear(&subset);
    nsl_fit_clear(&weighted);
    gsl_rng_free(rng);
}

/* The Gaussian objective is least squares, and −ln of the likelihood is what it says.
 */
Test(fit, gaussian_likelihood)
{
    nsl_fit_run run[RUNS];
    const double parameter[] = {1.8, 480.0, 2100.0, 0.35, 0.37};
    nsl_form form = form_of("chinchilla");
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    plant(run, &form, parameter, 1e9, 2e10, 1e-2, rng);
    for (int i = 0; i < RUNS; i++)
        run[i].weight = gsl_rng_uniform(rng) + 0.5;
    o.objective = NSL_OBJECTIVE_SQUARES;
    nsl_fit squares = fit_to(&form, &o, RUNS, run);
    o.objective = NSL_OBJECTIVE_GAUSSIAN;
    nsl_fit gaussian = fit_to(&form, &o, RUNS, run);
    double minus = 0.0, sigma = gaussian.sigma;
    for (int i = 0; i < RUNS; i++)
        minus -= log(gsl_ran_gaussian_pdf(log(gaussian.predicted[i] / run[i].loss),
                                          sigma / sqrt(run[i].weight)));
    cr_assert(squares.parameter[3].value == gaussian.parameter[3].value);
    cr_assert(testing_distance(gaussian.objective, minus) < 1e-13);
    cr_assert(testing_distance(gaussian.aic, 2.0 * minus + 12.0) < 1e-13);
    cr_assert(testing_distance(gaussian.bic, 2.0 * minus + 6.0 * log(RUNS)) < 1e-13);
    cr_assert(squares.aic == gaussian.aic);
    nsl_fit_clear(&squares);
    nsl_fit_clear(&gaussian);
    gsl_rng_free(rng);
}

/* --- what cannot be told
 * ------------------------------------------------------------------
 */

/* Far more samples than any model can use: only A k^−α is seen. */
Test(fit, flat_profiles_are_said)
{
    nsl_fit_run run[RUNS];
    const double parameter[] = {0.5, 1e16, 0.4, 1.0};
    nsl_form form = form_of("theory");
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    plant(run, &form, parameter, 1e40, 1e90, 1e-2, rng);
    o.objective = NSL_OBJECTIVE_SQUARES;
    nsl_fit fit = fit_to(&form, &o, RUNS, run);
    const nsl_fit_parameter *k = &fit.parameter[3], *alpha = &fit.parameter[2];
    cr_assert(!k->identified && !fit.parameter[1].identified, "k from %g to %g",
              k->profile_lo, k->profile_hi);
    cr_assert(alpha->identified && alpha->profile_lo < 0.4 && alpha->profile_hi > 0.4,
              "alpha from %g to %g", alpha->profile_lo, alpha->profile_hi);
    nsl_fit_clear(&fit);
    gsl_rng_free(rng);
}

/* Along P = 20 N the two terms of chinchilla can take each other's place, however the
 * search ended: none of their parameters is known. Losses that are all the same tell of
 * E alone, though every other value fits them exactly. */
Test(fit, what_no_run_tells_apart)
{
    static const double losses[] = {5.17896, 4.60436, 4.13714, 3.71314,
                                    3.38444, 3.10135, 2.89165, 2.69887,
                                    2.54941, 2.41185, 2.30611, 2.21679};
    enum { HERE = sizeof losses / sizeof *losses };
    nsl_fit_run run[HERE];
    nsl_form form = form_of("chinchilla");
    nsl_fit_options o = nsl_fit_defaults();
    for (int same = 0; same < 2; same++) {
        for (int i = 0; i < HERE; i++) {
            double n = 1e7 * pow(1.7, i), p = same ? 1e9 * pow(2.0, i % 4) : 20.0 * n;
            run[i] = (nsl_fit_run){n, p, 6.0 * n * p, same ? 2.0 : losses[i], 1.0};
        }
        nsl_fit fit = fit_to(&form, &o, HERE, run);
        for (size_t i = 1; i < fit.parameters; i++)
            cr_expect(!fit.parameter[i].identified, "%s = %g from %g to %g",
                      fit.parameter[i].name, fit.parameter[i].value,
                      fit.parameter[i].profile_lo, fit.parameter[i].profile_hi);
        cr_expect(fit.parameter[0].identified);
        nsl_fit_clear(&fit);
    }
}

static void expect_unidentified(const char *name, size_t count, const nsl_fit_run *run,
                                const char *field)
{
    nsl_fit fit;
    nsl_error err = {0};
    nsl_form form = form_of(name);
    nsl_fit_options o = nsl_fit_defaults();
    cr_assert(nsl_fit_find(&fit, &form, &o, count, run, &err) == NSL_EFILE, "%s", name);
    cr_assert(strcmp(err.field, field) == 0, "%s: %s %s", name, err.field, err.message);
}

Test(fit, what_runs_cannot_tell)
{
    nsl_fit_run run[RUNS];
    const double parameter[] = {1.8, 480.0, 2100.0, 0.35, 0.37};
    nsl_form form = form_of("chinchilla");
    plant(run, &form, parameter, 1e9, 2e10, 0.0, NULL);
    expect_unidentified("chinchilla", 5, run, "beta");
    expect_unidentified("theory", 3, run, "k");
    for (int i = 0; i < RUNS; i++)
        run[i].parameters = 1e9;
    expect_unidentified("chinchilla", RUNS, run, "alpha");
    expect_unidentified("kaplan", RUNS, run, "alpha_N");
    expect_unidentified("theory", RUNS, run, "k");
    expect_unidentified("power:N", RUNS, run, "alpha");
}

Test(fit, names_of_forms)
{
    static const char *const good[] = {"theory", "chinchilla", "kaplan", "power:C",
                                       "theory+source+latents+noise+ridge"};
    static const char *const bad[] = {
        "",      "theory+", "theory+noise+noise", "theoryx", "chinchilla+noise",
        "power", "power:X", "theory+nois"};
    nsl_form form;
    nsl_error err = {0};
    char name[NSL_FORM_NAME_MAX];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        form = form_of(good[i]);
        nsl_form_name(name, &form);
        cr_assert(strcmp(name, good[i]) == 0, "%s", name);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(nsl_form_parse(&form, bad[i], &err) == NSL_EINVAL, "%s", bad[i]);
}

/* --- nominal rates
 * --------------------------------------------------------------------------
 */

/* How many of `tables` noisy tables have the truth in the 95 % interval of the i-th
 * parameter, by profile and by bootstrap. */
static void count_covered(int *profile, int *bootstrap, int tables, const char *name,
                          const double *parameter, nsl_objective objective,
                          size_t refits)
{
    nsl_form form = form_of(name);
    nsl_fit_options o = nsl_fit_defaults();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    o.objective = objective;
    o.bootstrap = refits;
    o.work.jobs = 2;
    for (int t = 0; t < tables; t++) {
        nsl_fit_run run[RUNS];
        plant(run, &form, parameter, 1e9, 2e10, 5e-3, rng);
        nsl_fit fit = fit_to(&form, &o, RUNS, run);
        for (size_t j = 0; j < fit.parameters; j++) {
            const nsl_fit_parameter *q = &fit.parameter[j];
            profile[j] +=
                q->profile_lo <= parameter[j] && parameter[j] <= q->profile_hi;
            bootstrap[j] += q->lo <= parameter[j] && parameter[j] <= q->hi;
        }
        nsl_fit_clear(&fit);
    }
    gsl_rng_free(rng);
}

/* Four standard deviations of a binomial count. */
static void expect_rate(const char *what, int covered, int tables, double rate)
{
    double away = 4.0 * sqrt(tables * rate * (1.0 - rate));
    cr_assert(fabs(covered - rate * tables) <= away, "%s: %d of %d", what, covered,
              tables);
}

static void expect_rates(const char *name, const double *parameter,
                         nsl_objective objective, int tables, size_t refits)
{
    int profile[NSL_FORM_PARAMETERS_MAX] = {0},
        bootstrap[NSL_FORM_PARAMETERS_MAX] = {0};
    nsl_form form = form_of(name);
    count_covered(profile, bootstrap, tables, name, parameter, objective, refits);
    for (size_t j = 0; j < nsl_form_parameters(&form); j++) {
        expect_rate(nsl_form_parameter(&form, j), profile[j], tables, 0.95);
        expect_rate(nsl_form_parameter(&form, j), bootstrap[j], tables, 0.95);
    }
}

static const double typical_chinchilla[] = {1.8, 480.0, 2100.0, 0.35, 0.37};

Test(fit, intervals_hold_at_their_rate)
{
    expect_rates("chinchilla", typical_chinchilla, NSL_OBJECTIVE_SQUARES, 300, 0);
    expect_rates("chinchilla", typical_chinchilla, NSL_OBJECTIVE_HUBER, 300, 0);
}

Test(slow, intervals_of_bootstrap_and_theory)
{
    const double theory[] = {1.7, 580.0, 0.3, 22.0};
    expect_rates("chinchilla", typical_chinchilla, NSL_OBJECTIVE_SQUARES, 300, 200);
    expect_rates("chinchilla", typical_chinchilla, NSL_OBJECTIVE_HUBER, 300, 200);
    expect_rates("theory", theory, NSL_OBJECTIVE_SQUARES, 40, 0);
}
