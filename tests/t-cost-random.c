/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random costs: against the tree they were printed from, the frontier of a budget
 * against the cost itself, MPFR against double; and texts that are no costs. */
#include "testing.h"
#include <nslaw/cost_mp.h>

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Doubles here are logarithms below 10^4 with a few roundings. */
static const double ROUNDED = 1e-11;

/* --- trees ------------------------------------------------------------------------
 */

/* A cost as a tree, evaluated as it stands and printed with the parentheses needed. */
typedef struct tree {
    enum { NUMBER, FEATURES, SAMPLES, TIME, PRODUCT, POWER, MINIMUM } kind;
    double value; /* of NUMBER, and the exponent of POWER */
    struct tree *left, *right;
} tree;

static tree *random_tree(gsl_rng *rng, int depth)
{
    static const double powers[] = {0.25, 0.5, 1.5, 2.0};
    tree *t = calloc(1, sizeof *t);
    unsigned long which = depth > 0 ? gsl_rng_uniform_int(rng, 9) : 0;
    t->kind = which < 2   ? (int)gsl_rng_uniform_int(rng, 4)
              : which < 5 ? PRODUCT
              : which < 7 ? POWER
                          : MINIMUM;
    t->value = t->kind == NUMBER
                   ? floor(exp(12.0 * gsl_rng_uniform(rng))) / 100.0 + 0.01
                   : powers[gsl_rng_uniform_int(rng, 4)];
    if (t->kind >= PRODUCT)
        t->left = random_tree(rng, depth - 1);
    if (t->kind == PRODUCT || t->kind == MINIMUM)
        t->right = random_tree(rng, depth - 1);
    return t;
}

static void free_tree(tree *t)
{
    if (!t)
        return;
    free_tree(t->left);
    free_tree(t->right);
    free(t);
}

static double tree_log(const tree *t, const double *logs)
{
    double left = t->left ? tree_log(t->left, logs) : 0.0;
    double right = t->right ? tree_log(t->right, logs) : 0.0;
    switch (t->kind) {
    case NUMBER:
        return log(t->value);
    case FEATURES:
    case SAMPLES:
    case TIME:
        return logs[t->kind - FEATURES];
    case PRODUCT:
        return left + right;
    case POWER:
        return t->value * left;
    default:
        return fmin(left, right);
    }
}

/* Appends, within parentheses where the place binds more strongly or by chance. */
static void print_tree(char *out, const tree *t, int strength, gsl_rng *rng)
{
    static const char *const names[] = {"N", "P", "time"};
    static const char *const stars[] = {"*", " * ", " *", "\t*"};
    int own = t->kind == PRODUCT ? 0 : t->kind == POWER ? 1 : 2;
    bool inside = own < strength || gsl_rng_uniform_int(rng, 10) == 0;
    strcat(out, inside ? "(" : "");
    if (t->kind == NUMBER)
        sprintf(out + strlen(out), "%.2f", t->value);
    if (t->kind >= FEATURES && t->kind <= TIME)
        strcat(out, names[t->kind - FEATURES]);
    strcat(out, t->kind == MINIMUM ? "min(" : "");
    if (t->left)
        print_tree(out, t->left, t->kind == POWER ? 2 : 0, rng);
    if (t->kind == PRODUCT)
        strcat(out, stars[gsl_rng_uniform_int(rng, 4)]);
    strcat(out, t->kind == MINIMUM ? ", " : "");
    if (t->right)
        print_tree(out, t->right, 0, rng);
    strcat(out, t->kind == MINIMUM ? ")" : "");
    if (t->kind == POWER)
        sprintf(out + strlen(out), "^%g", t->value);
    strcat(out, inside ? ")" : "");
}

/* A random cost, its text and tree; those beyond a limit are passed over, but only
 * where the message says so. */
typedef struct {
    tree *tree;
    nsl_cost *cost;
    char text[16384];
} random_cost;

static random_cost *new_random_cost(gsl_rng *rng)
{
    random_cost *r = calloc(1, sizeof *r);
    while (!r->cost) {
        nsl_error err = {0};
        free_tree(r->tree);
        r->tree = random_tree(rng, 1 + (int)gsl_rng_uniform_int(rng, 6));
        *r->text = '\0';
        print_tree(r->text, r->tree, 0, rng);
        nsl_status status = nsl_cost_parse(&r->cost, r->text, 53, &err);
        cr_assert(status == NSL_OK || strncmp(err.message, "makes ", 6) == 0 ||
                      strncmp(err.message, "must ", 5) == 0,
                  "%s: %s", r->text, err.message);
    }
    return r;
}

static void free_random_cost(random_cost *r)
{
    free_tree(r->tree);
    nsl_cost_free(r->cost);
    free(r);
}

/* Where a cost is looked at: the most of one variable as the other two are given. */
typedef struct {
    nsl_cost_variable most, along;
    double budget, logs[NSL_COST_VARIABLES];
} scene;

/* Calls a check on random costs, each with random logarithms and ln of a budget. */
static void for_random_costs(int count, void (*check)(random_cost *, scene *))
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int i = 0; i < count; i++) {
        random_cost *r = new_random_cost(rng);
        scene s = {.most = (nsl_cost_variable)gsl_rng_uniform_int(rng, 3)};
        s.along = (s.most + 1 + gsl_rng_uniform_int(rng, 2)) % NSL_COST_VARIABLES;
        for (int v = 0; v < NSL_COST_VARIABLES; v++)
            s.logs[v] = 40.0 * gsl_rng_uniform(rng) - 5.0;
        s.budget = 100.0 * gsl_rng_uniform(rng) - 10.0;
        check(r, &s);
        free_random_cost(r);
    }
    gsl_rng_free(rng);
}

/* --- double -----------------------------------------------------------------------
 */

static void check_value(random_cost *r, scene *s)
{
    double value = nsl_cost_log(r->cost, s->logs);
    double expected = tree_log(r->tree, s->logs);
    cr_expect(fabs(value - expected) < ROUNDED * (1.0 + fabs(expected)),
              "%s: %.17g, not %.17g", r->text, value, expected);
    /* the exponents against differences, away from kinks */
    double exponents[NSL_COST_VARIABLES], step = 1e-4, sum = 0.0;
    double up[NSL_COST_VARIABLES], down[NSL_COST_VARIABLES];
    size_t least = nsl_cost_exponents(r->cost, s->logs, exponents);
    for (int v = 0; v < NSL_COST_VARIABLES; v++) {
        up[v] = s->logs[v] + (v + 1) * step;
        down[v] = s->logs[v] - (v + 1) * step;
        sum += (v + 1) * exponents[v];
    }
    double above = nsl_cost_log(r->cost, up), below = nsl_cost_log(r->cost, down);
    bool smooth = fabs(above + below - 2.0 * value) < 1e-9 * (1.0 + fabs(value));
    cr_expect(least == 1 || !smooth, "%s: %zu", r->text, least);
    cr_expect(!smooth ||
                  fabs((above - below) / (2.0 * step) - sum) < 1e-6 * (1.0 + sum),
              "%s: %g %g %g", r->text, exponents[0], exponents[1], exponents[2]);
}

Test(cost, random_costs_by_their_trees)
{
    for_random_costs(20000, check_value);
}

/* What is found costs the budget, by the tree; more would cost more, if it is finite.
 */
static void check_inverse(random_cost *r, scene *s)
{
    double most = nsl_cost_log_most(r->cost, s->most, s->budget, s->logs);
    double *at = &s->logs[s->most];
    bool free = !nsl_cost_has(r->cost, s->most);
    *at = 1e5;
    double with_plenty = tree_log(r->tree, s->logs);
    *at = most;
    if (isinf(most)) {
        bool affordable =
            with_plenty <= s->budget && nsl_cost_log(r->cost, s->logs) <= s->budget;
        cr_expect(most > 0.0 ? affordable : free && with_plenty > s->budget, "%s at %g",
                  r->text, s->budget);
        return;
    }
    double scale = 1.0 + fabs(most) + fabs(s->budget) + 40.0;
    double cost = tree_log(r->tree, s->logs);
    cr_expect(fabs(cost - s->budget) < 100.0 * ROUNDED * scale, "%s at %g: %g", r->text,
              s->budget, cost);
    *at = most + 1e-3;
    cr_expect(tree_log(r->tree, s->logs) > s->budget && with_plenty > s->budget,
              "%s at %g", r->text, s->budget);
}

Test(cost, the_most_is_the_inverse)
{
    for_random_costs(20000, check_inverse);
}

static double most_along(const random_cost *r, scene *s, double x)
{
    s->logs[s->along] = x;
    return nsl_cost_log_most(r->cost, s->most, s->budget, s->logs);
}

/* Between kinks the frontier is a straight line, and at each it turns, with at least
 * two terms that cost the budget. */
static void check_kinks(random_cost *r, scene *s)
{
    double kinks[NSL_COST_TERMS_MAX + 1], below, exponents[NSL_COST_VARIABLES];
    size_t count =
        nsl_cost_kinks(r->cost, s->most, s->along, s->budget, s->logs, kinks, &below);
    cr_expect(count < NSL_COST_TERMS_MAX, "%s: %zu", r->text, count);
    double from = fmax(below, fmin(-1e3, count ? kinks[0] - 1.0 : 0.0));
    if (isfinite(below)) {
        double up = 1e-6 * (1.0 + fabs(below));
        cr_expect(most_along(r, s, below - up) > 1e300 &&
                      most_along(r, s, below + up) < 1e300,
                  "%s at %g", r->text, s->budget);
        from += up;
    }
    if (isinf(most_along(r, s, from))) /* without what is looked for */
        return;
    kinks[count] = 1e3 + fabs(from) + (count ? fabs(kinks[count - 1]) : 0.0);
    for (size_t i = 0; below < 1e300 && i <= count; i++) {
        double x[3] = {from, 0.5 * (from + kinks[i]), kinks[i]}, y[3];
        for (int j = 0; j < 3; j++)
            y[j] = most_along(r, s, x[j]);
        double straight = 0.5 * (y[0] + y[2]);
        cr_expect(i == 0 || kinks[i] > kinks[i - 1], "%s at %g", r->text, s->budget);
        cr_expect(fabs(y[1] - straight) < 1e-9 * (1.0 + fabs(y[0]) + fabs(y[2])),
                  "%s at %g: bends between %.17g and %.17g", r->text, s->budget, x[0],
                  x[2]);
        s->logs[s->most] = y[2];
        cr_expect(i == count || nsl_cost_exponents(r->cost, s->logs, exponents) > 1,
                  "%s at %g: no kink at %.17g", r->text, s->budget, kinks[i]);
        from = kinks[i];
    }
}

Test(cost, straight_between_kinks)
{
    for_random_costs(20000, check_kinks);
}

/* --- MPFR -------------------------------------------------------------------------
 */

/* Agreement of the MPFR route with double, and with itself at twice the bits. */
static void check_mp(random_cost *r, scene *s)
{
    enum { BITS = 200 };
    mpfr_t x[NSL_COST_VARIABLES], e[NSL_COST_VARIABLES], budget, low, high;
    mpfr_inits2(BITS, budget, low, (mpfr_ptr)NULL);
    mpfr_init2(high, 2 * BITS);
    for (int v = 0; v < NSL_COST_VARIABLES; v++) {
        mpfr_inits2(BITS, x[v], e[v], (mpfr_ptr)NULL);
        mpfr_set_d(x[v], s->logs[v], MPFR_RNDN);
    }
    mpfr_srcptr logs[] = {x[0], x[1], x[2]};
    mpfr_ptr exponents[] = {e[0], e[1], e[2]};
    mpfr_set_d(budget, s->budget, MPFR_RNDN);
    nsl_cost *lower, *higher;
    cr_assert(nsl_cost_parse(&lower, r->text, BITS, NULL) == NSL_OK);
    cr_assert(nsl_cost_parse(&higher, r->text, 2 * BITS, NULL) == NSL_OK);
    nsl_cost_log_most_mp(low, lower, s->most, budget, logs);
    nsl_cost_log_most_mp(high, higher, s->most, budget, logs);
    double most = nsl_cost_log_most(r->cost, s->most, s->budget, s->logs);
    double scale = 41.0 + fabs(most) + fabs(s->budget);
    cr_expect(mpfr_inf_p(low)
                  ? mpfr_inf_p(high) && isinf(most)
                  : fabs(mpfr_get_d(low, MPFR_RNDN) - most) < 1e3 * ROUNDED * scale,
              "%s at %g", r->text, s->budget);
    /* the terms in force, and more precision in the exponents than double has */
    double rounded[NSL_COST_VARIABLES];
    s->logs[s->most] = most;
    mpfr_set(x[s->most], low, MPFR_RNDN);
    size_t ties = nsl_cost_exponents(r->cost, s->logs, rounded);
    size_t fewer = nsl_cost_exponents_mp(exponents, lower, logs);
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        cr_expect(fewer <= ties && mpfr_get_d(e[v], MPFR_RNDN) == rounded[v],
                  "%s at %g", r->text, s->budget);
    if (mpfr_number_p(low)) {
        mpfr_sub(high, high, low, MPFR_RNDN);
        cr_expect(fabs(mpfr_get_d(high, MPFR_RNDN)) < scale * ldexp(1.0, 16 - BITS),
                  "%s at %g", r->text, s->budget);
    }
    for (int v = 0; v < NSL_COST_VARIABLES; v++)
        mpfr_clears(x[v], e[v], (mpfr_ptr)NULL);
    mpfr_clears(budget, low, high, (mpfr_ptr)NULL);
    nsl_cost_free(lower);
    nsl_cost_free(higher);
}

Test(cost, more_digits)
{
    for_random_costs(2000, check_mp);
    mpfr_free_cache();
}

/* --- hostile texts ----------------------------------------------------------------
 */

/* Whatever is put together is refused with one line, or has finite numbers. */
Test(cost, hostile_texts)
{
    static const char *const pieces[] = {
        "N",   "P",    "time",  "min(",     "(",   ")",  ",",    "*",
        "^",   "2",    "0.5",   "7",        "1e3", "*N", "*P",   "^1.5",
        "^99", "^.01", "1e300", "1e-9",     " ",   "e",  ".",    "min",
        "-",   "\xc3", "·",     "min(N,P)", "N*P", "),", "9999", "\n"};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int accepted = 0;
    for (int i = 0; i < 200000; i++) {
        char text[512] = "";
        for (unsigned long left = gsl_rng_uniform_int(rng, 24); left > 0; left--)
            strcat(text,
                   pieces[gsl_rng_uniform_int(rng, sizeof pieces / sizeof *pieces)]);
        nsl_cost *cost;
        nsl_error err = {0};
        if (nsl_cost_parse(&cost, text, 53, &err) == NSL_OK) {
            accepted++;
            static const double tens[NSL_COST_VARIABLES] = {10.0, 10.0, 10.0};
            cr_expect(isfinite(nsl_cost_log(cost, tens)), "%s", text);
        } else {
            cr_expect(!cost && *err.message && !strchr(err.message, '\n'), "%s", text);
        }
        nsl_cost_free(cost);
    }
    cr_expect(accepted > 100, "%d", accepted);
    gsl_rng_free(rng);
    mpfr_free_cache();
}
