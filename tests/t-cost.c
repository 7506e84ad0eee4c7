/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Costs by hand: normal forms, messages, the frontier of a budget, digits. */
#include "mp/cost.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Doubles here are logarithms below 10^4 with a few roundings. */
static const double ROUNDED = 1e-11;

static nsl_cost *parse(const char *text, long bits)
{
    nsl_cost *cost;
    nsl_error err = {0};
    nsl_status status = nsl_cost_parse(&cost, text, bits, &err);
    cr_assert(status == NSL_OK && cost, "%s: %s", text, err.message);
    return cost;
}

/* Some text over and over. */
static char *repeat(char *out, const char *piece, int times)
{
    *out = '\0';
    for (int i = 0; i < times; i++)
        strcat(out, piece);
    return out;
}

/* --- normal forms -----------------------------------------------------------------
 */

/* Terms as "c N^a P^b time^d" in the order in which they come. */
static void expect_terms(const char *text, size_t count, const double (*terms)[4])
{
    nsl_cost *cost = parse(text, 53);
    cr_expect(cost->count == count, "%s: %zu terms", text, cost->count);
    for (size_t k = 0; k < count && k < cost->count; k++) {
        const double *n = cost->rounded[k].n;
        cr_expect(
            fabs(n[COST_LOG_CONSTANT] - log(terms[k][0])) < ROUNDED &&
                n[NSL_COST_FEATURES] == terms[k][1] &&
                n[NSL_COST_SAMPLES] == terms[k][2] && n[NSL_COST_TIME] == terms[k][3],
            "%s: term %zu is %g N^%g P^%g time^%g", text, k, exp(n[COST_LOG_CONSTANT]),
            n[NSL_COST_FEATURES], n[NSL_COST_SAMPLES], n[NSL_COST_TIME]);
    }
    nsl_cost_free(cost);
}

#define TERMS(...)                                                                     \
    sizeof((double[][4]){__VA_ARGS__}) / sizeof(double[4]), (const double[][4])        \
    {                                                                                  \
        __VA_ARGS__                                                                    \
    }

Test(cost, normal_forms)
{
    expect_terms("N*P", TERMS({1, 1, 1}));
    expect_terms("6*N*P", TERMS({6, 1, 1}));
    expect_terms(" 6\t* N *P ", TERMS({6, 1, 1}));
    expect_terms("N^2*P", TERMS({1, 2, 1}));
    expect_terms("N ^ .5 * P ^ 1.", TERMS({1, 0.5, 1}));
    expect_terms("3.5e2*(N*P)^1.5", TERMS({350, 1.5, 1.5}));
    expect_terms("2*N*3*P*N", TERMS({6, 2, 1}));
    expect_terms("2^3*N*P", TERMS({8, 1, 1}));
    expect_terms("2*N^3*P", TERMS({2, 3, 1}));
    expect_terms("(2*N)^3*P", TERMS({8, 3, 1}));
    expect_terms("((N^2)^3*P)^0.5", TERMS({1, 3, 0.5}));
    expect_terms("1E-3*N*1e+3*P", TERMS({1, 1, 1}));
    expect_terms("2e3*N*P", TERMS({2000, 1, 1}));
}

Test(cost, normal_forms_of_minima)
{
    expect_terms("min(N,P)", TERMS({1, 1, 0}, {1, 0, 1}));
    expect_terms("min(N*P)", TERMS({1, 1, 1}));
    expect_terms("min ( N , P )", TERMS({1, 1, 0}, {1, 0, 1}));
    expect_terms("N*min(N,P)", TERMS({1, 2, 0}, {1, 1, 1}));
    expect_terms("(5*min(N,P)*N)^2", TERMS({25, 4, 0}, {25, 2, 2}));
    expect_terms("min(N,2*P,7)*N*P", TERMS({1, 2, 1}, {2, 1, 2}, {7, 1, 1}));
    expect_terms("min(min(N,P)^2,3*min(P,4)*N)",
                 TERMS({1, 2, 0}, {1, 0, 2}, {3, 1, 1}, {12, 1, 0}));
    expect_terms("min(N,P)*min(N,P)", TERMS({1, 2, 0}, {1, 1, 1}, {1, 0, 2}));
}

Test(cost, normal_forms_with_time)
{
    expect_terms("N*time", TERMS({1, 1, 0, 1}));
    expect_terms("6*N*P*time", TERMS({6, 1, 1, 1}));
    expect_terms("P*time^0.5", TERMS({1, 0, 1, 0.5}));
    expect_terms("N*min(P,time)", TERMS({1, 1, 1, 0}, {1, 1, 0, 1}));
    expect_terms("min(2*N*time,P)^2", TERMS({4, 2, 0, 2}, {1, 0, 2, 0}));
    expect_terms("(time*N*time)^.5", TERMS({1, .5, 0, 1}));
}

/* Of terms with equal exponents the least stays, also where 0.1 + 0.2 is not 0.3. */
Test(cost, equal_exponents_are_one_term)
{
    expect_terms("min(3*N*P,2*P*N,5*N*P)", TERMS({2, 1, 1}));
    for (long bits = 53; bits < 400; bits += 31) {
        nsl_cost *cost = parse("min(N^0.1*P*N^0.2,2*N^0.3*P)", bits);
        cr_expect(cost->count == 1 && cost->rounded[0].n[COST_LOG_CONSTANT] == 0.0);
        nsl_cost_free(cost);
        cost = parse("min(N*P,N^1.0000000000001*P)", bits);
        cr_expect(cost->count == 2);
        nsl_cost_free(cost);
    }
}

Test(cost, limits)
{
    char text[4096], part[4096], deep[4096];
    sprintf(text, "%sN*P%s", repeat(deep, "(", 64), repeat(part, ")", 64));
    expect_terms(text, TERMS({1, 1, 1}));
    /* parentheses beside each other are not deep */
    sprintf(text, "P%s", repeat(part, "*((N))", 100));
    expect_terms(text, TERMS({1, 100, 1}));
    sprintf(text, "P*N%s", repeat(part, " ", 997));
    expect_terms(text, TERMS({1, 1, 1}));
    nsl_cost *cost = parse(strcat(repeat(text, "min(N,P)*", 62), "min(N,P)"), 53);
    cr_expect(cost->count == 64);
    nsl_cost_free(cost);
    cost = parse("1.7976931348623157e308*N*P", 53);
    nsl_cost_free(cost);
    cost = parse("2.2250738585072014e-308*N^1000*P^0.001", 53);
    cr_expect(cost->rounded[0].n[NSL_COST_SAMPLES] == NSL_COST_EXPONENT_MIN);
    nsl_cost_free(cost);
    nsl_cost_free(NULL);
}

/* --- messages ---------------------------------------------------------------------
 */

static void expect_refused(const char *text, const char *message)
{
    nsl_cost *cost = (nsl_cost *)&cost;
    nsl_error err = {0};
    nsl_status status = nsl_cost_parse(&cost, text, 53, &err);
    cr_expect(status == NSL_EINVAL && err.status == status && !cost, "%s", text);
    cr_expect_str_eq(err.field, "cost");
    cr_expect_str_eq(err.message, message, "%.60s: '%s'", text, err.message);
    cr_expect(nsl_cost_parse(&cost, text, 53, NULL) == status && !cost);
}

Test(cost, messages)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "ends at character 1, where a number, N, P, time, min or '(' is expected"},
        {"N*",
         "ends at character 3, where a number, N, P, time, min or '(' is expected"},
        {"N*(P", "ends at character 5, where '*' or ')' is expected"},
        {"min(N,P", "ends at character 8, where '*', ',' or ')' is expected"},
        {"min", "ends at character 4, where '(' is expected"},
        {"N*P^", "ends at character 5, where a number is expected"},
        {"(N*P))", "has an unexpected ')' at character 6, where '*' or the end is "
                   "expected"},
        {"N*(P*)",
         "has an unexpected ')' at character 6, where a number, N, P, time, min "
         "or '(' is expected"},
        {"N + P", "has an unexpected '+' at character 3, where '*' or the end is "
                  "expected"},
        {"(N,P)", "has an unexpected ',' at character 3, where '*' or ')' is expected"},
        {"min N,P", "has an unexpected 'N' at character 5, where '(' is expected"},
        {"min(N;P)", "has an unexpected ';' at character 6, where '*', ',' or ')' is "
                     "expected"},
        {"min(,P)", "has an unexpected ',' at character 5, where a number, N, P, time, "
                    "min or '(' is expected"},
        {"6NP", "has an unexpected 'NP' at character 2, where '*' or the end is "
                "expected"},
        {"N*n", "has an unexpected 'n' at character 3, where a number, N, P, time, min "
                "or '(' is expected"},
        {"N*P*minimum(N)", "has an unexpected 'minimum' at character 5, where a "
                           "number, N, P, time, min or '(' is expected"},
        {"2e*N*P",
         "has an unexpected 'e' at character 2, where '*' or the end is expected"},
        {"inf*N*P",
         "has an unexpected 'inf' at character 1, where a number, N, P, time, "
         "min or '(' is expected"},
        {"0x10*N*P", "has '0' at character 1, which must be above 0"},
        {"N·P", "has an unexpected '·' at character 2, where '*' or the end is "
                "expected"},
        {"N\n*P", "has an unexpected '?' at character 2, where '*' or the end is "
                  "expected"},
        {"N\xff", "has an unexpected '?' at character 2, where '*' or the end is "
                  "expected"},
        {"N*abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
         "has an unexpected 'abcdefghijklmnopqrstuvwxyzab…' at character 3, where a "
         "number, N, P, time, min or '(' is expected"},
        {"N^P", "has an unexpected 'P' at character 3, where a number is expected"},
        {"N^-1*P", "has an unexpected '-' at character 3, where a number is expected"},
        {"N^2^2*P",
         "has an unexpected '^' at character 4, where '*' or the end is expected"},
        {"0.0*N*P", "has '0.0' at character 1, which must be above 0"},
        {"N*1e999*P",
         "has '1e999' at character 3, which is above the range of double (1.8e308)"},
        {"N*1e-999*P",
         "has '1e-999' at character 3, which is below the range of double (2.2e-308)"},
        {"N*1e99999999999999999999*P",
         "has '1e99999999999999999999' at character 3, which is above the range of "
         "double (1.8e308)"},
        {"N^0*P",
         "has '0' at character 3, which must be an exponent from 0.001 to 1000"},
        {"N^ 1000.1*P",
         "has '1000.1' at character 4, which must be an exponent from 0.001 to 1000"},
        {"N^0.0009*P",
         "has '0.0009' at character 3, which must be an exponent from 0.001 to 1000"},
        {"(N^999)^2*P", "makes an exponent of N outside 0.001 to 1000 at character 9"},
        {"N*(P^.01)^.01", "makes an exponent of P outside 0.001 to 1000 at character "
                          "11"},
        {"P^999*N*P*P", "makes an exponent of P outside 0.001 to 1000 at character 10"},
        {"1e200*N*1e200*P",
         "makes a constant outside 2.2e-308 to 1.8e308 at character 8"},
        {"1e-200^2*N*P", "makes a constant outside 2.2e-308 to 1.8e308 at character 8"},
        {"N", "must contain at least two of N, P and time"},
        {"6*P", "must contain at least two of N, P and time"},
        {"min(P,P^2,7)", "must contain at least two of N, P and time"},
        {"time^2", "must contain at least two of N, P and time"},
        {"min(time,time^2,3)", "must contain at least two of N, P and time"},
        {"N*t", "has an unexpected 't' at character 3, where a number, N, P, time, min "
                "or '(' is expected"},
        {"N*times", "has an unexpected 'times' at character 3, where a number, N, P, "
                    "time, min or '(' is expected"},
        {"N*(time^.01)^.01", "makes an exponent of time outside 0.001 to 1000 at "
                             "character 14"},
        {"7", "must contain at least two of N, P and time"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(cases[i].text, cases[i].message);
}

Test(cost, messages_of_limits)
{
    char text[8192];
    expect_refused(repeat(text, "(", 65),
                   "has more than 64 parentheses inside each other at character 65");
    expect_refused(repeat(text, "min(", 250),
                   "has more than 64 parentheses inside each other at character 260");
    expect_refused(strcat(repeat(text, "min(N,P)*", 63), "min(N,P)"),
                   "makes more than 64 terms at character 567");
    expect_refused("min(1,N,N^2,N^3)*min(1,N^4,N^8,N^12)*min(P,P^2,P^3,P^4)*min(1,P^9)",
                   "makes more than 64 terms at character 56");
    strcpy(text, "min(1");
    for (int i = 2; i <= 65; i++)
        sprintf(text + strlen(text), ",N^%d", i);
    expect_refused(text, "makes more than 64 terms at character 313");
    expect_refused(repeat(text, "N*", 501), "must have at most 1000 characters");
    expect_refused(repeat(text, "P", 4000), "must have at most 1000 characters");
    nsl_cost *cost;
    nsl_error err = {0};
    cr_expect(nsl_cost_parse(&cost, "N*P", 52, &err) == NSL_EINVAL && !cost);
    cr_expect_str_eq(err.field, "bits");
    cr_expect_str_eq(err.message, "must be from 53 to 16777216, got 52");
}

/* --- the frontier of a budget -----------------------------------------------------
 */

Test(cost, the_most_by_hand)
{
    static const double inf = INFINITY;
    static const nsl_cost_variable N = NSL_COST_FEATURES, P = NSL_COST_SAMPLES,
                                   T = NSL_COST_TIME;
    const struct {
        const char *text;
        nsl_cost_variable of;
        double budget, logs[NSL_COST_VARIABLES], most; /* all as logarithms */
    } cases[] = {
        {"N*P", P, 10, {3}, 7},
        {"N*P", P, 10, {13}, -3},
        {"N^2*P^4", P, 10, {3}, 1},
        {"N*P", P, 10, {inf}, -inf},
        {"N*min(N,P)", P, 10, {5.5}, 4.5},
        {"N*min(N,P)", P, 10, {4.5}, inf},
        {"min(N,P)", P, 10, {inf}, 10},
        {"min(N,P)", P, 10, {10}, inf},
        {"min(N*P,1)", P, 1, {40}, inf},
        {"min(N*P,1)", P, -1, {40}, -41},
        {"N*P", N, 10, {0, 3}, 7},
        {"N*time", T, 10, {3, inf}, 7},
        {"N*time", N, 10, {0, inf, 3}, 7},
        {"N*P*time^2", T, 10, {3, 1}, 3},
        {"N*P*time^2", P, 10, {3, 0, 1}, 5},
        {"N*P*time^2", P, 10, {3, 0, inf}, -inf},
        {"N*min(P,time)", T, 10, {3, inf}, 7},
        {"N*min(P,time)", T, 10, {3, 7}, inf},
        {"N*min(P,time)", P, 10, {4, 0, inf}, 6},
        {"N*min(P,time)", N, 10, {0, 2, 3}, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_cost *cost = parse(cases[i].text, 53);
        double most =
            nsl_cost_log_most(cost, cases[i].of, cases[i].budget, cases[i].logs);
        cr_expect(most == cases[i].most, "%s of %d at %g: %.17g", cases[i].text,
                  cases[i].of, cases[i].budget, most);
        nsl_cost_free(cost);
    }
}

Test(cost, exponents_by_hand)
{
    static const double inf = INFINITY;
    static const struct {
        const char *text;
        double logs[NSL_COST_VARIABLES], exponents[NSL_COST_VARIABLES];
        size_t least;
    } cases[] = {
        {"3*N^2*P^0.5", {7, -2}, {2, 0.5}, 1},
        {"N*min(N,P)", {5, 6}, {2, 0}, 1},
        {"N*min(N,P)", {6, 5}, {1, 1}, 1},
        {"N*min(N,P)", {6, 6 - 1e-12}, {1, 1}, 1},
        {"N*min(N,P)", {6, 6 - 1e-14}, {1, 1}, 2},
        {"N*min(N,P)", {6, 6 + 1e-14}, {2, 0}, 2},
        {"min(N,P,N*P)", {0, 0}, {1, 0}, 3},
        {"N*min(N,P)", {5, inf}, {2, 0}, 1},
        {"min(N,N^2,P)", {inf, 5}, {0, 1}, 1},
        {"N*time^3", {2, inf, 5}, {1, 0, 3}, 1},
        {"N*min(P,time)", {2, 4, 3}, {1, 0, 1}, 1},
        {"N*min(P,time)", {2, 3, 4}, {1, 1, 0}, 1},
        {"N*min(P,time)", {2, 3, 3}, {1, 1, 0}, 2},
        {"N*min(P,time)", {2, inf, 4}, {1, 0, 1}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double exponents[NSL_COST_VARIABLES];
        nsl_cost *cost = parse(cases[i].text, 53);
        size_t least = nsl_cost_exponents(cost, cases[i].logs, exponents);
        bool same = least == cases[i].least;
        for (int v = 0; v < NSL_COST_VARIABLES; v++)
            same = same && exponents[v] == cases[i].exponents[v];
        cr_expect(same, "%s, case %zu: %zu, %g %g %g", cases[i].text, i, least,
                  exponents[0], exponents[1], exponents[2]);
        nsl_cost_free(cost);
    }
}

Test(cost, what_occurs)
{
    static const struct {
        const char *text;
        bool has[NSL_COST_VARIABLES];
        size_t most;
    } cases[] = {{"N*P", {true, true, false}, 2},
                 {"time*P", {false, true, true}, 2},
                 {"N*min(P,time)", {true, true, true}, 2},
                 {"min(N,P,time)", {true, true, true}, 1},
                 {"min(N*P*time,N)", {true, true, true}, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nsl_cost *cost = parse(cases[i].text, 53);
        for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
            cr_expect(nsl_cost_has(cost, v) == cases[i].has[v], "%s", cases[i].text);
        cr_expect(nsl_cost_most_variables(cost) == cases[i].most, "%s", cases[i].text);
        nsl_cost_free(cost);
    }
}

/* Of `most` along N, what is neither having the logarithm `third`. */
static void expect_kinks_of(nsl_cost_variable most, double third, const char *text,
                            double budget, double infinite_below, size_t count,
                            double first, double last)
{
    nsl_cost *cost = parse(text, 53);
    double kinks[NSL_COST_TERMS_MAX], below;
    const double logs[] = {NAN, most == NSL_COST_SAMPLES ? (double)NAN : third,
                           most == NSL_COST_TIME ? (double)NAN : third};
    size_t found =
        nsl_cost_kinks(cost, most, NSL_COST_FEATURES, budget, logs, kinks, &below);
    cr_expect(found == count && testing_distance(below, infinite_below) < 1e-14,
              "%s: %zu, %.17g", text, found, below);
    cr_expect(!found || found != count ||
                  (fabs(kinks[0] - first) < ROUNDED &&
                   fabs(kinks[found - 1] - last) < ROUNDED),
              "%s: %.17g", text, *kinks);
    nsl_cost_free(cost);
}

static void expect_kinks(const char *text, double budget, double infinite_below,
                         size_t count, double first, double last)
{
    expect_kinks_of(NSL_COST_SAMPLES, 0.0, text, budget, infinite_below, count, first,
                    last);
}

Test(cost, kinks_with_time)
{
    const double inf = INFINITY;
    expect_kinks_of(NSL_COST_TIME, inf, "N*time", 10, -inf, 0, 0, 0);
    expect_kinks_of(NSL_COST_TIME, inf, "N*min(P,time)", 10, -inf, 0, 0, 0);
    expect_kinks_of(NSL_COST_TIME, 4, "N*min(P,time)", 10, 6, 0, 0, 0);
    expect_kinks_of(NSL_COST_SAMPLES, inf, "N*min(P,time)", 10, -inf, 0, 0, 0);
    expect_kinks_of(NSL_COST_SAMPLES, 3, "N*P*time", 10, -inf, 0, 0, 0);
    /* 10 − x and (8 − ln 4)/2 */
    expect_kinks_of(NSL_COST_TIME, 2, "min(N*time,4*P*time^2)", 10, -inf, 1, 6 + log(2),
                    6 + log(2));
    /* with endless samples only the first is left */
    expect_kinks_of(NSL_COST_TIME, inf, "min(N*time,4*P*time^2)", 10, -inf, 0, 0, 0);
    /* nothing but infinite terms */
    expect_kinks_of(NSL_COST_TIME, inf, "N*P*time", 10, -inf, 0, 0, 0);
}

Test(cost, kinks_by_hand)
{
    const double inf = INFINITY;
    expect_kinks("N*P", 10, -inf, 0, 0, 0);
    expect_kinks("N*min(N,P)", 10, 5, 0, 0, 0);
    expect_kinks("min(N,P)", 10, 10, 0, 0, 0);
    expect_kinks("min(N*P,2)", 10, inf, 0, 0, 0);
    expect_kinks("min(N*P,2)", 0, -inf, 0, 0, 0);
    /* 10 − x and (10 − ln 4)/2 */
    expect_kinks("min(N*P,4*P^2)", 10, -inf, 1, 5 + log(2), 5 + log(2));
    /* 10 − 2x, 10 − x and 9, not 9.5 − x, which is below or beside all */
    expect_kinks("min(N^2*P,N*P,2.718281828459045*P)", 10, -inf, 2, 0, 1);
    expect_kinks("min(N^2*P,N*P,2.718281828459045*P,1.6487212707001282*N*P)", 10, -inf,
                 2, 0, 1);
    /* three lines through a point are one kink */
    expect_kinks("min(N^2*P,N^1.5*P,N*P,N^0.3*P)", 10, -inf, 1, 0, 0);
    expect_kinks("min(7*N^0.7*P,7*N^0.1*P,7*N^1.1*P)", 10, -inf, 1, 0, 0);
    /* parallel lines, and N P with P = budget^(1/2) only where P is infinite */
    expect_kinks("min(N^0.1*P^0.3,N^0.3*P^0.9)", 10, -inf, 0, 0, 0);
    expect_kinks("min(N^0.1*P^0.3,N^0.3*P^0.9)", 0, -inf, 0, 0, 0);
    expect_kinks("(3.7*min(N,P))^1.3*min(N,P)^0.4", 7.7, (7.7 - 1.3 * log(3.7)) / 1.7,
                 0, 0, 0);
}

/* --- digits -----------------------------------------------------------------------
 */

static void set(mpfr_t out, mpfr_prec_t bits, const char *text)
{
    mpfr_init2(out, bits);
    mpfr_set_str(out, text, 10, MPFR_RNDN);
}

Test(cost, exact_decimals)
{
    for (mpfr_prec_t bits = 53; bits <= 1000; bits += 147) {
        nsl_cost *cost = parse("0.1*N^0.1*P^12.345678901234567890123456789", bits);
        mpfr_t tenth, power;
        set(tenth, bits, "0.1");
        set(power, bits, "12.345678901234567890123456789");
        cr_expect(mpfr_equal_p(cost->exact[0].n[NSL_COST_FEATURES], tenth));
        cr_expect(mpfr_equal_p(cost->exact[0].n[NSL_COST_SAMPLES], power));
        mpfr_log(tenth, tenth, MPFR_RNDN);
        cr_expect(mpfr_equal_p(cost->exact[0].n[COST_LOG_CONSTANT], tenth));
        cr_expect(mpfr_get_prec(cost->exact[0].n[COST_LOG_CONSTANT]) == bits);
        mpfr_clears(tenth, power, (mpfr_ptr)NULL);
        nsl_cost_free(cost);
    }
    mpfr_free_cache();
}

/* 10 − x against (10 − ln 4)/2 at their crossing, as well as it can be said at each
 * precision of the point, and beside it. */
Test(cost, ties_at_any_precision)
{
    for (mpfr_prec_t bits = 53; bits < 2000; bits = bits * 3 / 2) {
        nsl_cost *cost = parse("min(N*P,4*P^2)", bits + 100);
        mpfr_t x, y, budget, a, b, d;
        mpfr_inits2(bits, x, y, a, b, d, (mpfr_ptr)NULL);
        mpfr_srcptr logs[] = {x, y, NULL};
        mpfr_ptr exponents[] = {a, b, d};
        set(budget, bits, "10");
        mpfr_const_log2(x, MPFR_RNDN);
        mpfr_add_ui(x, x, 5, MPFR_RNDN);
        nsl_cost_log_most_mp(y, cost, NSL_COST_SAMPLES, budget, logs);
        cr_expect(nsl_cost_exponents_mp(exponents, cost, logs) == 2, "%ld", (long)bits);
        mpfr_set_ui_2exp(a, 1, 16 - bits, MPFR_RNDN);
        mpfr_add(x, x, a, MPFR_RNDN);
        nsl_cost_log_most_mp(y, cost, NSL_COST_SAMPLES, budget, logs);
        cr_expect(nsl_cost_exponents_mp(exponents, cost, logs) == 1, "%ld", (long)bits);
        cr_expect(mpfr_cmp_ui(a, 0) == 0 && mpfr_cmp_ui(b, 2) == 0);
        mpfr_clears(x, y, a, b, d, budget, (mpfr_ptr)NULL);
        nsl_cost_free(cost);
    }
    mpfr_free_cache();
}
