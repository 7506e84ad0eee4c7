/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hermite coefficients of the activations, against quadrature of their definition,
 * Fourier integrals summed by another rule, and Parseval's sum. */
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The general quadrature's promise, relative to √Eσ², and the coefficients' own. */
static const double EXPANDED = 1e-13, RELATIVE = 1e-14;

static const char *const names[] = {"relu",
                                    "erf",
                                    "tanh",
                                    "gelu",
                                    "silu",
                                    "sin",
                                    "step",
                                    "identity",
                                    "poly:0.3,-1,0,2,0.5",
                                    "poly:1",
                                    "poly:0,0,0,0,0,0,0,0,0,0,0,0,1"};
enum { NAMES = sizeof names / sizeof *names, EVERY = 8 };

static nsl_activation parse(const char *text)
{
    nsl_activation a;
    nsl_error err = {0};
    cr_assert(nsl_activation_parse(&a, text, &err) == NSL_OK, "%s: %s", text,
              err.message);
    return a;
}

static double evaluate(double s, void *data)
{
    return nsl_activation_at(data, s);
}

Test(activation, coefficients_are_those_of_the_definition, .timeout = 60)
{
    enum { COUNT = 61 };
    static const double kink[] = {0.0};
    for (size_t i = 0; i < NAMES; i++) {
        nsl_activation a = parse(names[i]);
        double c[COUNT], norm;
        nsl_error err = {0};
        cr_assert(nsl_hermite_expand(c, COUNT, &norm, evaluate, &a, kink, 1, &err) ==
                      NSL_OK,
                  "%s: %s", names[i], err.message);
        cr_expect(testing_distance(nsl_activation_norm(&a), norm) < EXPANDED,
                  "%s: norm %.17g, not %.17g", names[i], nsl_activation_norm(&a), norm);
        for (size_t k = 0; k < COUNT; k++) {
            double mine = nsl_activation_hermite(&a, k);
            cr_expect(fabs(mine - c[k]) < EXPANDED * sqrt(norm),
                      "%s: c_%zu = %.17g, not %.17g", names[i], k, mine, c[k]);
        }
    }
}

/* The Fourier transform of a derivative of σ, positive: |c_k| √k! = ∫_0^∞ of
 * t^(k−shift) e^{−t²/2} times it. */
static long double transform(nsl_activation_kind kind, long double t)
{
    static const long double PI = 3.14159265358979323846264338327950288L;
    switch (kind) {
    case NSL_ACTIVATION_RELU: /* σ'' = δ */
    case NSL_ACTIVATION_STEP: /* σ' = δ */
        return 1.0L / PI;
    case NSL_ACTIVATION_ERF: /* σ' = 2 e^{−s²}/√π */
        return 2.0L * expl(-t * t / 4.0L) / PI;
    case NSL_ACTIVATION_GELU: /* σ'' = (2 − s²) φ(s) */
        return (1.0L + t * t) * expl(-t * t / 2.0L) / PI;
    case NSL_ACTIVATION_TANH:
        return 1.0L / sinhl(PI * t / 2.0L);
    case NSL_ACTIVATION_SILU: {
        long double sinh = sinhl(PI * t);
        return PI * coshl(PI * t) / sinh / sinh;
    }
    default:
        return (long double)NAN;
    }
}

/* By the trapezoidal rule, which converges exponentially: the integrands are even and
 * have no pole nearer than i. */
static double fourier(nsl_activation_kind kind, int k)
{
    static const long double STEP = 0.04L;
    int shift = kind == NSL_ACTIVATION_RELU || kind == NSL_ACTIVATION_GELU  ? 2
                : kind == NSL_ACTIVATION_STEP || kind == NSL_ACTIVATION_ERF ? 1
                                                                            : 0;
    long double sum = 0.0L, half = lgammal((long double)k + 1.0L) / 2.0L;
    long double end = sqrtl((long double)k) + 14.0L;
    for (int i = 1; (long double)i * STEP < end; i++) {
        long double t = (long double)i * STEP;
        sum += STEP * transform(kind, t) *
               expl((long double)(k - shift) * logl(t) - t * t / 2.0L - half);
    }
    return (double)sum;
}

/* From k = 4 on nothing is left of the integrands at t = 0. */
Test(activation, coefficients_are_good_at_any_degree, .timeout = 60)
{
    static const nsl_activation_kind kinds[] = {
        NSL_ACTIVATION_RELU, NSL_ACTIVATION_STEP, NSL_ACTIVATION_ERF,
        NSL_ACTIVATION_GELU, NSL_ACTIVATION_TANH, NSL_ACTIVATION_SILU};
    static const int degrees[] = {4,  5,  6,   7,   10,  11,  20,  21,  50,   51,
                                  80, 81, 130, 131, 200, 201, 500, 501, 1000, 5001};
    int compared = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t j = 0; j < sizeof degrees / sizeof *degrees; j++) {
            nsl_activation a = parse(nsl_activation_name(kinds[i]));
            double mine = nsl_activation_hermite(&a, (uint64_t)degrees[j]);
            if (mine == 0.0)
                continue;
            double other = fourier(kinds[i], degrees[j]);
            cr_expect(testing_distance(fabs(mine), other) < RELATIVE,
                      "%s: |c_%d| = %.17g, not %.17g", nsl_activation_name(kinds[i]),
                      degrees[j], fabs(mine), other);
            compared++;
        }
    cr_expect(compared > 50, "%d", compared);
}

Test(activation, relu_is_double_factorials)
{
    nsl_activation a = parse("relu");
    cr_expect(testing_distance(pow(nsl_activation_hermite(&a, 0), 2), 0.5 / M_PI) <
              RELATIVE);
    cr_expect(nsl_activation_hermite(&a, 1) == 0.5);
    long double ratio = 1.0L; /* ((k−3)!!)²/k! */
    for (int k = 2; k <= 1000; k += 2) {
        ratio *= k == 2 ? 0.5L
                        : (long double)(k - 3) * (long double)(k - 3) /
                              ((long double)k * (long double)(k - 1));
        double c = nsl_activation_hermite(&a, (uint64_t)k);
        double expected = (double)ratio / (2.0 * M_PI);
        cr_expect(testing_distance(c * c, expected) < RELATIVE, "k = %d", k);
        cr_expect(nsl_activation_hermite(&a, (uint64_t)k + 1) == 0.0);
    }
}

/* Degree by degree the weights add up to Eσ². What is left beyond the last degree is
 * nothing, or for relu and step a power. */
Test(activation, parseval)
{
    static const double WITHIN = 1e-12;
    for (size_t i = 0; i < NAMES; i++) {
        nsl_activation a = parse(names[i]);
        bool slow = a.kind == NSL_ACTIVATION_RELU || a.kind == NSL_ACTIVATION_STEP;
        uint64_t last = slow ? 2000001 : 400;
        long double sum = 0.0L;
        for (uint64_t k = last + 1; k-- > 0;) {
            double c = nsl_activation_hermite(&a, k);
            sum += (long double)c * (long double)c;
        }
        double x = 1e6 + 0.5, root = pow(M_PI, 1.5), tail = 0.0;
        if (a.kind == NSL_ACTIVATION_RELU)
            tail = pow(x, -1.5) / (12.0 * root);
        if (a.kind == NSL_ACTIVATION_STEP)
            tail = (2.0 / sqrt(x) - 5.0 / 12.0 * pow(x, -1.5)) / (4.0 * root);
        cr_expect(testing_distance((double)sum + tail, nsl_activation_norm(&a)) <
                      WITHIN,
                  "%s: %.17g, not %.17g", names[i], (double)sum + tail,
                  nsl_activation_norm(&a));
    }
}

/* The walk over degrees ends by this. */
Test(activation, coefficients_fall)
{
    for (size_t i = 0; i < EVERY; i++) {
        nsl_activation a = parse(names[i]);
        for (uint64_t k = 2; k < 4000; k += k < 200 ? 1 : 97) {
            double now = fabs(nsl_activation_hermite(&a, k));
            double then = fabs(nsl_activation_hermite(&a, k + 2));
            cr_expect(then < now || (then == 0.0 && now == 0.0), "%s: c_%d", names[i],
                      (int)k);
        }
    }
}

/* What cancels is 0, and the rest is not touched. */
Test(activation, polynomials_in_the_hermite_basis)
{
    nsl_activation a = parse("poly:0,-3,0,1");
    for (uint64_t k = 0; k <= 4; k++)
        cr_expect(nsl_activation_hermite(&a, k) == (k == 3 ? sqrt(6.0) : 0.0));
    a = parse("poly:0,-0.3,0,0.1"); /* decimals that are no doubles */
    cr_expect(nsl_activation_hermite(&a, 1) == 0.0);
    cr_expect(nsl_activation_degree(&a) == 3);
    a = parse("poly:-1,0,1");
    cr_expect(nsl_activation_hermite(&a, 0) == 0.0 &&
              nsl_activation_hermite(&a, 2) == sqrt(2.0));
}

Test(activation, bad_texts_are_refused)
{
    char many[256] = "poly:1";
    for (int i = 0; i < NSL_POLY_DEGREE_MAX + 1; i++)
        strcat(many, ",1");
    const char *texts[] = {
        "",         "Relu",     "poly",     "poly:",      "poly:1,",  "poly:1,,2",
        "poly:1,x", "poly:inf", "poly:nan", "poly:1e200", "poly:1;2", many};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        nsl_activation a;
        nsl_error err = {0};
        cr_expect(nsl_activation_parse(&a, texts[i], &err) == NSL_EINVAL &&
                      strcmp(err.field, "activation") == 0 && *err.message,
                  "'%s' is accepted", texts[i]);
    }
    for (int k = 0; nsl_activation_name((nsl_activation_kind)k); k++)
        cr_expect(k == NSL_ACTIVATION_POLY ||
                  (int)parse(nsl_activation_name((nsl_activation_kind)k)).kind == k);
}

static double exponential(double s, void *rate)
{
    return exp(*(double *)rate * s * s);
}

static double power(double s, void *exponent)
{
    return pow(fabs(s), *(double *)exponent);
}

/* Growth and singularities that the Gaussian can bear, and those that it cannot. */
Test(activation, square_integrable_or_refused, .timeout = 60)
{
    static const double middle[] = {0.0};
    static const struct {
        nsl_function *function;
        double parameter, norm; /* NaN: refused */
    } cases[] = {
        {exponential, 0.2, 2.23606797749978969641},
        {exponential, -1.0, 0.44721359549995793928},
        {exponential, 0.25, (double)NAN},
        {exponential, 1.0, (double)NAN},
        {power, -0.25, 1.7200799746490394}, /* 2^−1/4 Γ(1/4)/√π */
        {power, -0.5, (double)NAN},
        {power, -1.0, (double)NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double parameter = cases[i].parameter, c[3], norm;
        nsl_error err = {0};
        nsl_status status = nsl_hermite_expand(c, 3, &norm, cases[i].function,
                                               &parameter, middle, 1, &err);
        if (isnan(cases[i].norm))
            cr_expect(status == NSL_EINVAL && isnan(norm) && isnan(c[2]) &&
                          *err.message,
                      "case %zu is accepted: %g", i, norm);
        else
            cr_expect(status == NSL_OK && testing_distance(norm, cases[i].norm) < 1e-13,
                      "case %zu: %.17g %s", i, norm, err.message);
    }
    double one = 1.0, c[1], outside[] = {-21.0}, falling[] = {1.0, 0.0};
    cr_expect(nsl_hermite_expand(c, 1, NULL, power, &one, outside, 1, NULL) ==
              NSL_EINVAL);
    cr_expect(nsl_hermite_expand(c, 1, NULL, power, &one, falling, 2, NULL) ==
              NSL_EINVAL);
    cr_expect(nsl_hermite_expand(c, 1, NULL, power, &one, NULL, 0, NULL) == NSL_OK &&
              testing_distance(c[0], sqrt(M_2_PI)) < EXPANDED);
}
