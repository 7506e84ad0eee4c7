/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Σ_{I≤M} F(I), F(t) = t^−s u^j w^k, u = 1/(1+y), w = 1 − u, y = (t/X)^p.
 *
 * The terms below an I₀ are added one by one, the rest is
 *
 *     ∫_{I₀}^{M} F dt + (F(I₀)+F(M))/2 + Σ_{k=1}^{K} b_k [F^(2k−1)]_{I₀}^{M} + R_K,
 *
 * b_k = B_2k/(2k)!. Bound on R_K. In the disc |τ−t| ≤ θt, arg τ ≤ arcsin θ, so that
 * θ ≤ sin(π/2p) keeps |arg y| ≤ π/2 and |1+y| ≥ max(1, |y|); and so does, up to a
 * factor 2, any θ < 1 − 2^{1/p} X/I₀ for t ≥ I₀, since there |y| ≥ 2. In both cases
 *
 *     |F(τ)| ≤ C G(t),  G(t) = t^−s min(1,y)^k min(1,1/y)^j,
 *     C = 2^{j+k} (1+θ)^{pk} (1−θ)^{−pj−s},
 *
 * and Cauchy's estimate gives |F^(n)(t)| ≤ n! C G(t)/(θt)^n. With |B_2K({t})| ≤ |B_2K|
 * and |b_K| ≤ 4/(2π)^{2K}, and since G grows at most like t^{pk},
 *
 *     |R_K| ≤ 4 (2K)!/(2πθI₀)^{2K} · C G(I₀) · I₀/(2K−1−pk),     2K > 1 + pk.
 *
 * The sum itself is at least F(I₀) ≥ 2^−(j+k) G(I₀), so that the relative error is
 * known before anything is computed. Corrections at M beyond the K_M-th are left out:
 * they add up to at most twice the first, |b_k F^(2k−1)(M)| ≤ 4 (2k−1)!/(2π)^{2k} C
 * G(M)/(θM)^{2k−1} while these fall by half or more, and the sum is at least F(M). For
 * z the bound holds relative to Σ u w, because u' = −p u w/t.
 *
 * The integrals are incomplete beta functions, summed until the terms are below the
 * last bit, their ratio by then at most 3/4: what is left is at most three times the
 * last. */
#include "mp/powersum_mp.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* θ is a multiple of 1/64 and at most this: nearer to 1 the constant C explodes. */
enum { THETA_UNIT = 64, THETA_MAX = 48 };

/* Bits beyond the precision asked for, at which every bound is met. */
enum { SLACK_BITS = 16 };

static const double LOG_PI2 = 1.8378770664093453; /* ln 2π */

void em_tables_init(em_tables *t, mpfr_prec_t bits, uint64_t latents, bool weighted)
{
    *t = (em_tables){.bits = bits, .latents = latents, .weighted = weighted};
    mpfr_inits2(bits, t->alpha, t->p, t->beta, (mpfr_ptr)NULL);
    mpfr_set_zero(t->beta, 1);
}

static void free_values(mpfr_t *values, size_t first, size_t last)
{
    for (size_t i = first; values && i <= last; i++)
        mpfr_clear(values[i]);
    free(values);
}

void em_tables_clear(em_tables *t)
{
    mpfr_clears(t->alpha, t->p, t->beta, (mpfr_ptr)NULL);
    free_values(t->power, 1, t->powers);
    free_values(t->weight, 1, t->powers);
    free_values(t->factor, 1, t->factors);
}

/* Grows an array of values from index `have` + 1 to `want`. */
static bool grow(mpfr_t **values, size_t have, size_t want, mpfr_prec_t bits)
{
    mpfr_t *grown = realloc(*values, (want + 1) * sizeof(mpfr_t));
    if (!grown)
        return false;
    *values = grown;
    for (size_t i = have + 1; i <= want; i++)
        mpfr_init2(grown[i], bits);
    return true;
}

static size_t least_divisor(size_t n)
{
    for (size_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return d;
    return n;
}

/* value[I] = I^exponent: a power for primes, a product otherwise. */
static void extend_powers(mpfr_t *value, size_t have, size_t want,
                          const mpfr_t exponent)
{
    for (size_t i = have + 1; i <= want; i++) {
        size_t d = least_divisor(i);
        if (i == 1)
            mpfr_set_ui(value[i], 1, MPFR_RNDN);
        else if (d == i)
            mpfr_ui_pow(value[i], i, exponent, MPFR_RNDN);
        else
            mpfr_mul(value[i], value[d], value[i / d], MPFR_RNDN);
    }
}

static bool want_powers(em_tables *t, size_t want)
{
    if (want <= t->powers)
        return true;
    if (!grow(&t->power, t->powers, want, t->bits))
        return false;
    extend_powers(t->power, t->powers, want, t->p);
    if (t->weighted) {
        mpfr_t minus;
        if (!grow(&t->weight, t->powers, want, t->bits))
            return false;
        mpfr_init2(minus, t->bits);
        mpfr_add_ui(minus, t->beta, 1, MPFR_RNDN);
        mpfr_neg(minus, minus, MPFR_RNDN);
        extend_powers(t->weight, t->powers, want, minus);
        mpfr_clear(minus);
    }
    t->powers = want;
    return true;
}

/* Σ_k h^k/(2k+shift)! with h = 8: cosh and sinh of √32/2·√η. */
static void hyperbolic(series *s, unsigned shift)
{
    mpz_set_ui(s->a[0], 0);
    mpz_setbit(s->a[0], s->bits);
    for (size_t k = 1; k < s->length; k++) {
        mpz_mul_2exp(s->a[k], s->a[k - 1], 3);
        mpz_fdiv_q_ui(s->a[k], s->a[k], (2 * k + shift - 1) * (2 * k + shift));
    }
}

/* b_k for k ≤ want: Σ b_k x^{2k} = (x/2) coth(x/2), as a quotient of series in
 * η = x²/32, in which the coefficients b_k 32^k stay below 1. They fall by 0.81 a step:
 * bits enough to keep the last to full precision. */
static bool want_factors(em_tables *t, size_t want)
{
    if (want <= t->factors)
        return true;
    unsigned long bits = (unsigned long)t->bits + want / 3 + 64;
    series cosh_series, sinh_series, inverse;
    if (!grow(&t->factor, t->factors, want, t->bits))
        return false;
    if (!series_init(&cosh_series, want + 1, bits))
        return false;
    bool fine = series_init(&sinh_series, want + 1, bits);
    if (fine) {
        hyperbolic(&cosh_series, 0);
        hyperbolic(&sinh_series, 1);
        fine = series_init(&inverse, want + 1, bits);
        if (fine) {
            fine = series_invert(&inverse, &sinh_series) &&
                   series_multiply(&inverse, &inverse, &cosh_series);
            for (size_t k = t->factors + 1; k <= want && fine; k++) {
                series_get(t->factor[k], &inverse, k);
                mpfr_div_2ui(t->factor[k], t->factor[k], 5 * k, MPFR_RNDN);
            }
            series_clear(&inverse);
        }
        series_clear(&sinh_series);
    }
    series_clear(&cosh_series);
    if (fine)
        t->factors = want;
    else
        free_values(t->factor, 1, want), t->factor = NULL, t->factors = 0;
    return fine;
}

/* --- choosing I₀, θ and K by the bounds ------------------------------------------- */

typedef struct {
    size_t first;            /* I₀; all terms are direct when it is beyond M */
    unsigned theta;          /* in units of 1/64 */
    size_t corrections;      /* K at I₀ */
    size_t corrections_last; /* K_M at M */
} em_plan;

/* ln of C·2^{j+k} at j = k = 2, the most that occurs. */
static double log_constant(double theta, double p, double s)
{
    return 8.0 * M_LN2 + 2.0 * p * log1p(theta) - (2.0 * p + s) * log1p(-theta);
}

/* ln of the relative bound on R_K. */
static double log_remainder(double k, double at, double theta, double p, double s)
{
    double room = 2.0 * k - 1.0 - 2.0 * p;
    if (room < 1.0)
        return (double)INFINITY;
    return log(4.0) + lgamma(2.0 * k + 1.0) - 2.0 * k * (LOG_PI2 + log(theta * at)) +
           log_constant(theta, p, s) + log(at / room);
}

/* ln of the relative bound on the corrections at `at` after the k-th. */
static double log_omitted(double k, double at, double theta, double p, double s)
{
    return log(8.0) + lgamma(2.0 * k + 2.0) - (2.0 * k + 2.0) * LOG_PI2 -
           (2.0 * k + 1.0) * log(theta * at) + log_constant(theta, p, s);
}

/* Least K with log_bound(K) ≤ target, or 0 where there is none before the terms grow.
 */
static size_t
least_corrections(double (*log_bound)(double, double, double, double, double),
                  double target, double at, double theta, double p, double s)
{
    double turn = M_PI * theta * at; /* where (2K)!/(2πθI₀)^{2K} is least */
    double low = 1.0, high = fmax(2.0, floor(turn));
    if (!(log_bound(high, at, theta, p, s) <= target))
        return 0;
    while (high - low > 1.0) {
        double middle = floor(0.5 * (low + high));
        if (log_bound(middle, at, theta, p, s) <= target)
            high = middle;
        else
            low = middle;
    }
    return (size_t)(log_bound(low, at, theta, p, s) <= target ? low : high);
}

/* The largest θ of the two arguments above, in units of 1/64; 0: none. */
static unsigned widest_theta(double first, double scale_index, double p)
{
    double near = sin(0.5 * M_PI / p), far = 1.0 - exp2(1.0 / p) * scale_index / first;
    double theta = floor(fmax(near, far) * THETA_UNIT * (1.0 - 1e-9));
    return (unsigned)fmin(fmax(theta, 0.0), THETA_MAX);
}

/* Relative cost, in products of two numbers: a direct term, with its share of a prime's
 * power, and two coefficients a correction in series that are multiplied some eight
 * times. Measured at 50, 1,000 and 10,000 digits. */
static double plan_cost(double first, double corrections)
{
    return first * (3.0 + 100.0 / log(first + 2.0)) + 600.0 * 2.0 * corrections;
}

/* scale_index: X. Fails (first = 0) only where 2^40 terms would not do. */
static em_plan plan_make(const em_tables *t, mpfr_prec_t bits, double scale_index)
{
    double target = -(double)(bits + SLACK_BITS) * M_LN2, best = (double)INFINITY;
    double p = mpfr_get_d(t->p, MPFR_RNDN);
    double s = t->weighted ? 1.0 + mpfr_get_d(t->beta, MPFR_RNDN) : 0.0;
    double latents = t->latents == UINT64_MAX ? (double)INFINITY : (double)t->latents;
    em_plan plan = {0, 0, 0, 0};
    for (double first = 16.0; first < 0x1p40; first = ceil(first * 1.15)) {
        if (first > 2.0 * latents || plan_cost(first, 1.0) > best)
            break;
        unsigned theta = widest_theta(first, scale_index, p);
        if (theta == 0)
            continue;
        double wide = (double)theta / THETA_UNIT;
        size_t k = least_corrections(log_remainder, target, first, wide, p, s);
        if (k == 0 || plan_cost(first, (double)k) >= best)
            continue;
        best = plan_cost(first, (double)k);
        plan = (em_plan){(size_t)first, theta, k, 0};
    }
    if (isfinite(latents) && (plan.first == 0 || (double)plan.first + 2.0 >= latents))
        plan.first = (size_t)latents + 1;
    else if (isfinite(latents))
        plan.corrections_last = least_corrections(
            log_omitted, target, latents, (double)plan.theta / THETA_UNIT, p, s);
    return plan;
}

/* --- the two ends of the range -----------------------------------------------------
 */

/* At an end: u, w and the series of u there. With h = θη the argument is at·(1+h), and
 * u(η) = u₀ + u₀w₀ v(η); the factors that may be small stay outside of v. */
typedef struct {
    bool exists; /* false at M = ∞ */
    mpfr_t at, u, w;
    unsigned theta;
    size_t corrections;
    series v;
    series square_u, square_w, weight; /* made when first wanted: see below */
} em_end;

static void end_init(em_end *e, mpfr_prec_t bits)
{
    *e = (em_end){.exists = false};
    mpfr_inits2(bits, e->at, e->u, e->w, (mpfr_ptr)NULL);
}

static void end_clear(em_end *e)
{
    mpfr_clears(e->at, e->u, e->w, (mpfr_ptr)NULL);
    series_clear(&e->v);
    series_clear(&e->square_u);
    series_clear(&e->square_w);
    series_clear(&e->weight);
}

/* β(η) = (1+θη)^exponent − 1. */
static void binomial_series(series *s, unsigned theta, const mpfr_t exponent)
{
    mpfr_t value, step;
    mpfr_prec_t bits = (mpfr_prec_t)s->bits + 32;
    mpfr_init2(value, bits);
    mpfr_init2(step, bits);
    mpfr_set_ui(value, 1, MPFR_RNDN);
    mpz_set_ui(s->a[0], 0);
    for (size_t n = 1; n < s->length; n++) {
        mpfr_sub_ui(step, exponent, n - 1, MPFR_RNDN);
        mpfr_mul_ui(step, step, theta, MPFR_RNDN);
        mpfr_div_ui(step, step, n * THETA_UNIT, MPFR_RNDN);
        mpfr_mul(value, value, step, MPFR_RNDN);
        series_set(s, n, value);
    }
    mpfr_clear(value);
    mpfr_clear(step);
}

/* v = −β/(1 + w₀β): from 1 + y(1+h)^p = (1+y)(1 + w₀β). */
static bool end_expand(em_end *e, const em_tables *t)
{
    mpfr_prec_t bits = mpfr_get_prec(e->u);
    unsigned long fixed = (unsigned long)bits + 64;
    series beta, bottom;
    if (!series_init(&e->v, 2 * e->corrections + 1, fixed))
        return false;
    if (!series_init(&beta, e->v.length, fixed))
        return false;
    binomial_series(&beta, e->theta, t->p);
    bool fine = series_init(&bottom, e->v.length, fixed);
    if (fine) {
        for (size_t n = 0; n < beta.length; n++)
            mpz_set(bottom.a[n], beta.a[n]);
        series_scale(&bottom, e->w);
        mpz_setbit(bottom.a[0], fixed);
        fine = series_invert(&e->v, &bottom) && series_multiply(&e->v, &e->v, &beta);
        for (size_t n = 0; n < e->v.length; n++)
            mpz_neg(e->v.a[n], e->v.a[n]);
        series_clear(&bottom);
    }
    series_clear(&beta);
    return fine;
}

/* u and w from y. */
static void fractions(mpfr_t u, mpfr_t w, const mpfr_t y)
{
    mpfr_add_ui(u, y, 1, MPFR_RNDN);
    mpfr_ui_div(u, 1, u, MPFR_RNDN);
    mpfr_mul(w, y, u, MPFR_RNDN);
}

/* --- one sum -----------------------------------------------------------------------
 */

typedef struct {
    int j, k;
    bool weighted;
} em_term;

/* Everything about one Δ. */
typedef struct {
    const em_tables *t;
    mpfr_prec_t bits;
    mpfr_t scale_index; /* X */
    em_end first, last;
} em_range;

/* v(2 + w₀v) of u² = u₀²(1 + w₀ …), or v(2 − u₀v) of w² = w₀²(1 − u₀ …). */
static bool want_square(em_end *e, bool of_w)
{
    series *to = of_w ? &e->square_w : &e->square_u;
    if (to->a)
        return true;
    if (!series_init(to, e->v.length, e->v.bits))
        return false;
    mpfr_t factor;
    mpz_t two;
    mpfr_init2(factor, mpfr_get_prec(e->u));
    mpfr_set(factor, of_w ? e->u : e->w, MPFR_RNDN);
    if (of_w)
        mpfr_neg(factor, factor, MPFR_RNDN);
    for (size_t n = 0; n < to->length; n++)
        mpz_set(to->a[n], e->v.a[n]);
    series_scale(to, factor);
    mpz_init_set_ui(two, 2);
    mpz_mul_2exp(two, two, to->bits);
    mpz_add(to->a[0], to->a[0], two);
    series_multiply(to, to, &e->v);
    mpz_clear(two);
    mpfr_clear(factor);
    return true;
}

/* Φ with F = c Φ around an end, and c; for k = 0 less its constant. */
static bool term_series(series *phi, mpfr_t c, em_end *e, const em_tables *t,
                        em_term term)
{
    bool square = term.j == 2 || term.k == 2;
    if (square && !want_square(e, term.k == 2))
        return false;
    const series *from = !square ? &e->v : term.k == 2 ? &e->square_w : &e->square_u;
    for (size_t n = 0; n < phi->length; n++)
        mpz_set(phi->a[n], from->a[n]);
    bool slope = term.j > 0 && term.k > 0;
    /* c: u₀w₀ times u₀ or w₀ for squares; w² itself starts at w₀² */
    mpfr_mul(c, e->u, e->w, MPFR_RNDN);
    if (term.j == 2)
        mpfr_mul(c, c, e->u, MPFR_RNDN);
    if (term.k == 2)
        mpfr_mul(c, c, e->w, MPFR_RNDN);
    if (slope) { /* −dΦ/dlnI/(degree·p); +for w², whose series comes with a minus */
        mpfr_div(c, c, t->p, MPFR_RNDN);
        mpfr_div_si(c, c, square ? -2 : -1, MPFR_RNDN);
        for (size_t n = 0; n + 1 < phi->length; n++) {
            mpz_t next;
            mpz_init(next);
            mpz_mul_ui(next, phi->a[n + 1], (n + 1) * THETA_UNIT);
            mpz_fdiv_q_ui(next, next, e->theta);
            mpz_mul_ui(phi->a[n], phi->a[n], n);
            mpz_add(phi->a[n], phi->a[n], next);
            mpz_clear(next);
        }
        mpz_set_ui(phi->a[phi->length - 1], 0);
        return true;
    }
    if (term.j == 0) /* w = w₀ − u₀w₀v, w² = w₀² − u₀w₀² q */
        mpfr_neg(c, c, MPFR_RNDN);
    return true;
}

/* (1+θη)^−s, s = 1 + β. */
static bool want_weight(em_end *e, const em_tables *t)
{
    if (e->weight.a)
        return true;
    if (!series_init(&e->weight, e->v.length, e->v.bits))
        return false;
    mpfr_t s;
    mpfr_init2(s, mpfr_get_prec(e->u));
    mpfr_add_ui(s, t->beta, 1, MPFR_RNDN);
    mpfr_neg(s, s, MPFR_RNDN);
    binomial_series(&e->weight, e->theta, s);
    mpz_setbit(e->weight.a[0], e->weight.bits);
    mpfr_clear(s);
    return true;
}

/* Multiplies c·Φ (+ F₀ where Φ leaves the constant out) by (1+θη)^−s. */
static bool weigh(series *phi, em_end *e, const em_tables *t, em_term term)
{
    if (!want_weight(e, t))
        return false;
    if (term.j == 0) { /* w² = −u₀w₀²(q − 1/u₀) */
        mpfr_t inverse;
        mpz_t constant;
        mpfr_init2(inverse, mpfr_get_prec(e->u));
        mpz_init(constant);
        mpfr_ui_div(inverse, 1, e->u, MPFR_RNDN);
        mpfr_mul_2ui(inverse, inverse, phi->bits, MPFR_RNDN);
        mpfr_get_z(constant, inverse, MPFR_RNDN);
        mpz_sub(phi->a[0], phi->a[0], constant);
        mpz_clear(constant);
        mpfr_clear(inverse);
    }
    return series_multiply(phi, phi, &e->weight);
}

/* at^−(1+β) */
static void weight_at(mpfr_t out, const mpfr_t at, const em_tables *t)
{
    mpfr_add_ui(out, t->beta, 1, MPFR_RNDN);
    mpfr_neg(out, out, MPFR_RNDN);
    mpfr_pow(out, at, out, MPFR_RNDN);
}

/* F/2 at an end (for k = 0 below X, (F−1)/2), plus sign·Σ_k b_k F^(2k−1). */
static bool add_end(mpfr_t sum, const em_range *range, em_end *e, em_term term,
                    int sign)
{
    if (!e->exists)
        return true;
    series phi;
    mpfr_t c, total, g, part, step;
    if (!series_init(&phi, e->v.length, e->v.bits))
        return false;
    mpfr_inits2(range->bits, c, total, g, part, step, (mpfr_ptr)NULL);
    bool fine = term_series(&phi, c, e, range->t, term) &&
                (!term.weighted || weigh(&phi, e, range->t, term));
    mpfr_set_zero(total, 1);
    mpfr_mul_ui(step, e->at, e->theta, MPFR_RNDN);
    mpfr_div_ui(step, step, THETA_UNIT, MPFR_RNDN); /* θ·at */
    mpfr_ui_div(g, 1, step, MPFR_RNDN);             /* (2k−1)!/(θ at)^{2k−1} */
    mpfr_sqr(step, step, MPFR_RNDN);
    for (size_t k = 1; k <= e->corrections && fine; k++) {
        series_get(part, &phi, 2 * k - 1);
        mpfr_mul(part, part, g, MPFR_RNDN);
        mpfr_mul(part, part, range->t->factor[k], MPFR_RNDN);
        mpfr_add(total, total, part, MPFR_RNDN);
        mpfr_mul_ui(g, g, (2 * k) * (2 * k + 1), MPFR_RNDN);
        mpfr_div(g, g, step, MPFR_RNDN);
    }
    mpfr_mul(total, total, c, MPFR_RNDN);
    mpfr_mul_si(total, total, sign, MPFR_RNDN);
    bool below = mpfr_cmp(e->at, range->scale_index) < 0;
    if (term.k == 0 && below) { /* u − 1 = −w, u² − 1 = −w(1+u) */
        mpfr_neg(part, e->w, MPFR_RNDN);
        if (term.j == 2) {
            mpfr_add_ui(c, e->u, 1, MPFR_RNDN);
            mpfr_mul(part, part, c, MPFR_RNDN);
        }
    } else {
        mpfr_set_ui(part, 1, MPFR_RNDN);
        for (int j = 0; j < term.j; j++)
            mpfr_mul(part, part, e->u, MPFR_RNDN);
        for (int k = 0; k < term.k; k++)
            mpfr_mul(part, part, e->w, MPFR_RNDN);
    }
    mpfr_div_2ui(part, part, 1, MPFR_RNDN);
    mpfr_add(total, total, part, MPFR_RNDN);
    if (term.weighted) {
        weight_at(c, e->at, range->t);
        mpfr_mul(total, total, c, MPFR_RNDN);
    }
    mpfr_add(sum, sum, total, MPFR_RNDN);
    mpfr_clears(c, total, g, part, step, (mpfr_ptr)NULL);
    series_clear(&phi);
    return fine;
}

/* Σ_n (c)_n/n! [g1 x1^{k+n} − g0 x0^{k+n}]/(k+e+n) as in powersum.c; x0 = 0: no lower
 * edge. Adds sign times it to `sum`. */
static void add_beta_difference(mpfr_t sum, const mpfr_t g1, const mpfr_t x1,
                                const mpfr_t g0, const mpfr_t x0, int k, const mpfr_t e,
                                const mpfr_t c, int sign)
{
    mpfr_prec_t bits = mpfr_get_prec(sum);
    bool lower_edge = !mpfr_zero_p(x0);
    mpfr_t upper, lower, coefficient, q, part, total, span;
    mpfr_inits2(bits, upper, lower, coefficient, q, part, total, span, (mpfr_ptr)NULL);
    mpfr_set_ui(coefficient, 1, MPFR_RNDN);
    mpfr_pow_ui(upper, x1, (unsigned long)k, MPFR_RNDN);
    mpfr_mul(upper, upper, g1, MPFR_RNDN);
    mpfr_set_zero(lower, 1);
    mpfr_set_zero(total, 1);
    if (lower_edge) {
        mpfr_pow_ui(lower, x0, (unsigned long)k, MPFR_RNDN);
        mpfr_mul(lower, lower, g0, MPFR_RNDN);
        mpfr_div(span, x1, x0, MPFR_RNDN);
        mpfr_log(span, span, MPFR_RNDN);
    }
    double growth = mpfr_get_d(c, MPFR_RNDN);
    for (unsigned long n = 0;; n++) {
        mpfr_add_ui(q, e, (unsigned long)k + n, MPFR_RNDN);
        bool logarithm = false;
        if (lower_edge && fabs(mpfr_get_d(q, MPFR_RNDN)) < 0.5) {
            mpfr_mul(part, q, span, MPFR_RNDN);
            logarithm = fabs(mpfr_get_d(part, MPFR_RNDN)) < 1.0;
        }
        if (logarithm && !mpfr_zero_p(q)) {
            mpfr_neg(part, part, MPFR_RNDN);
            mpfr_expm1(part, part, MPFR_RNDN);
            mpfr_neg(part, part, MPFR_RNDN);
            mpfr_mul(part, part, upper, MPFR_RNDN);
            mpfr_div(part, part, q, MPFR_RNDN);
        } else if (logarithm) {
            mpfr_mul(part, upper, span, MPFR_RNDN);
        } else {
            mpfr_sub(part, upper, lower, MPFR_RNDN);
            mpfr_div(part, part, q, MPFR_RNDN);
        }
        mpfr_mul(part, part, coefficient, MPFR_RNDN);
        mpfr_add(total, total, part, MPFR_RNDN);
        if (mpfr_zero_p(coefficient))
            break;
        /* from here on the ratio of terms is at most x1·(1 + |c|/n) ≤ 3/4 */
        if ((double)n > 2.0 * fabs(growth) + k + 2.0 &&
            (mpfr_zero_p(part) ||
             mpfr_get_exp(part) < mpfr_get_exp(total) - (mpfr_exp_t)bits - 4))
            break;
        mpfr_add_ui(q, c, n, MPFR_RNDN);
        mpfr_mul(coefficient, coefficient, q, MPFR_RNDN);
        mpfr_div_ui(coefficient, coefficient, n + 1, MPFR_RNDN);
        mpfr_mul(upper, upper, x1, MPFR_RNDN);
        if (lower_edge)
            mpfr_mul(lower, lower, x0, MPFR_RNDN);
    }
    if (sign > 0)
        mpfr_add(sum, sum, total, MPFR_RNDN);
    else
        mpfr_sub(sum, sum, total, MPFR_RNDN);
    mpfr_clears(upper, lower, coefficient, q, part, total, span, (mpfr_ptr)NULL);
}

/* I^{1−s} fraction^e/p, the factor of an edge. */
static void edge_factor(mpfr_t out, const mpfr_t at, const mpfr_t fraction,
                        const mpfr_t one_less_s, const mpfr_t e, const mpfr_t p)
{
    mpfr_t power;
    mpfr_init2(power, mpfr_get_prec(out));
    mpfr_pow(out, at, one_less_s, MPFR_RNDN);
    mpfr_pow(power, fraction, e, MPFR_RNDN);
    mpfr_mul(out, out, power, MPFR_RNDN);
    mpfr_div(out, out, p, MPFR_RNDN);
    mpfr_clear(power);
}

/* An edge of an integral: an end, or X, where both fractions are 1/2. */
typedef struct {
    mpfr_srcptr at, u, w;
} em_edge;

/* ∫ F from a to b on one side of X. Below: a series in w with e = (1−s)/p and factor
 * I^{1−s} u^e; above: in u with −e and w^−e. */
static void add_integral(mpfr_t sum, const em_range *range, em_term term, em_edge a,
                         em_edge b, bool above, int sign)
{
    mpfr_t e, c, ga, gb, one_less_s, zero;
    const em_tables *t = range->t;
    mpfr_inits2(range->bits, e, c, ga, gb, one_less_s, zero, (mpfr_ptr)NULL);
    mpfr_set_zero(zero, 1);
    mpfr_set_zero(gb, 1);
    if (term.weighted)
        mpfr_neg(one_less_s, t->beta, MPFR_RNDN);
    else
        mpfr_set_ui(one_less_s, 1, MPFR_RNDN);
    mpfr_div(e, one_less_s, t->p, MPFR_RNDN);
    if (above)
        mpfr_neg(e, e, MPFR_RNDN);
    edge_factor(ga, a.at, above ? a.w : a.u, one_less_s, e, t->p);
    if (b.at)
        edge_factor(gb, b.at, above ? b.w : b.u, one_less_s, e, t->p);
    /* exponent of the other fraction: 1 − j + e below, 1 − k + e above (e negated) */
    mpfr_add_si(c, e, 1 - (above ? term.k : term.j), MPFR_RNDN);
    if (above && !term.weighted && term.j == 1) {
        /* 1 − 1/p = α/p */
        mpfr_mul(ga, ga, a.u, MPFR_RNDN);
        if (b.at)
            mpfr_mul(gb, gb, b.u, MPFR_RNDN);
        mpfr_div(e, t->alpha, t->p, MPFR_RNDN);
        add_beta_difference(sum, ga, a.u, gb, b.at ? b.u : zero, 0, e, c, sign);
    } else if (above) {
        add_beta_difference(sum, ga, a.u, gb, b.at ? b.u : zero, term.j, e, c, sign);
    } else {
        add_beta_difference(sum, gb, b.w, ga, a.w, term.k, e, c, sign);
    }
    mpfr_clears(e, c, ga, gb, one_less_s, zero, (mpfr_ptr)NULL);
}

/* Σ_{I₀}^{M} F; for k = 0 and I₀ < X < M less X − I₀ + 1/2, as in powersum.c. */
static bool range_sum(mpfr_t sum, em_range *range, em_term term)
{
    mpfr_t half;
    mpfr_init2(half, 2);
    mpfr_set_d(half, 0.5, MPFR_RNDN);
    em_edge middle = {range->scale_index, half, half};
    em_edge first = {range->first.at, range->first.u, range->first.w};
    em_edge last = {range->last.exists ? range->last.at : NULL, range->last.u,
                    range->last.w};
    bool below = mpfr_cmp(range->first.at, range->scale_index) < 0;
    bool beyond =
        !range->last.exists || mpfr_cmp(range->last.at, range->scale_index) > 0;
    mpfr_set_zero(sum, 1);
    if (below && term.k > 0)
        add_integral(sum, range, term, first, beyond ? middle : last, false, 1);
    for (int j = 0; below && term.k == 0 && j < term.j;
         j++) /* 1−u = w, 1−u² = w + uw */
        add_integral(sum, range, (em_term){j, 1, false}, first, beyond ? middle : last,
                     false, -1);
    if (beyond)
        add_integral(sum, range, term, below ? middle : first, last, true, 1);
    mpfr_clear(half);
    return add_end(sum, range, &range->first, term, -1) &&
           add_end(sum, range, &range->last, term, 1);
}

/* --- all moments -------------------------------------------------------------------
 */

void em_moments_init(em_moments *m, mpfr_prec_t bits)
{
    mpfr_inits2(bits, m->count, m->above, m->below, m->r, m->q, m->q1, m->t0, m->td,
                m->tc, (mpfr_ptr)NULL);
}

void em_moments_clear(em_moments *m)
{
    mpfr_clears(m->count, m->above, m->below, m->r, m->q, m->q1, m->t0, m->td, m->tc,
                (mpfr_ptr)NULL);
}

static void set_zero(em_moments *m)
{
    mpfr_ptr all[] = {m->count, m->above, m->below, m->r, m->q,
                      m->q1,    m->t0,    m->td,    m->tc};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mpfr_set_zero(all[i], 1);
}

/* Terms 1 … end−1 one by one. */
static void add_direct(em_moments *m, const em_tables *t, const mpfr_t x,
                       const mpfr_t scale_index, size_t end, bool all)
{
    mpfr_t u, w, uw, part;
    mpfr_inits2(mpfr_get_prec(m->r), u, w, uw, part, (mpfr_ptr)NULL);
    for (size_t i = 1; i < end; i++) {
        mpfr_mul(part, x, t->power[i], MPFR_RNDN);
        fractions(u, w, part);
        mpfr_mul(uw, u, w, MPFR_RNDN);
        mpfr_add(m->r, m->r, uw, MPFR_RNDN);
        if (mpfr_cmp_ui(scale_index, i) >= 0) {
            mpfr_add_ui(m->count, m->count, 1, MPFR_RNDN);
            mpfr_add(m->above, m->above, w, MPFR_RNDN);
        } else {
            mpfr_add(m->below, m->below, u, MPFR_RNDN);
        }
        if (!all)
            continue;
        mpfr_sqr(part, u, MPFR_RNDN);
        mpfr_add(m->q, m->q, part, MPFR_RNDN);
        mpfr_mul(part, u, uw, MPFR_RNDN);
        mpfr_add(m->q1, m->q1, part, MPFR_RNDN);
        if (!t->weighted)
            continue;
        mpfr_sqr(part, w, MPFR_RNDN);
        mpfr_mul(part, part, t->weight[i], MPFR_RNDN);
        mpfr_add(m->t0, m->t0, part, MPFR_RNDN);
        mpfr_mul(part, uw, t->weight[i], MPFR_RNDN);
        mpfr_add(m->td, m->td, part, MPFR_RNDN);
        mpfr_mul(part, part, w, MPFR_RNDN);
        mpfr_add(m->tc, m->tc, part, MPFR_RNDN);
    }
    mpfr_clears(u, w, uw, part, (mpfr_ptr)NULL);
}

static bool add_term(mpfr_t moment, em_range *range, em_term term)
{
    mpfr_t sum;
    mpfr_init2(sum, range->bits);
    bool fine = range_sum(sum, range, term);
    mpfr_add(moment, moment, sum, MPFR_RNDN);
    mpfr_clear(sum);
    return fine;
}

/* z over the range: counted to M, from X, or from nothing. */
static bool add_dof(em_moments *m, em_range *range, uint64_t latents)
{
    bool below = mpfr_cmp(range->first.at, range->scale_index) < 0;
    bool whole =
        range->last.exists && mpfr_cmp(range->last.at, range->scale_index) <= 0;
    if (whole) {
        mpfr_set_uj(m->count, latents, MPFR_RNDN);
        return add_term(m->above, range, (em_term){0, 1, false});
    }
    if (below) {
        mpfr_sub_d(m->count, range->scale_index, 0.5, MPFR_RNDN);
    }
    return add_term(m->below, range, (em_term){1, 0, false});
}

static bool add_square(em_moments *m, em_range *range)
{
    if (mpfr_cmp(range->first.at, range->scale_index) < 0) { /* X − I₀ + 1/2 */
        mpfr_add(m->q, m->q, range->scale_index, MPFR_RNDN);
        mpfr_sub(m->q, m->q, range->first.at, MPFR_RNDN);
        mpfr_add_d(m->q, m->q, 0.5, MPFR_RNDN);
    }
    return add_term(m->q, range, (em_term){2, 0, false});
}

static bool add_range(em_moments *m, em_range *range, uint64_t latents, bool all)
{
    bool fine =
        add_dof(m, range, latents) && add_term(m->r, range, (em_term){1, 1, false});
    if (!all || !fine)
        return fine;
    bool whole =
        range->last.exists && mpfr_cmp(range->last.at, range->scale_index) <= 0;
    if (whole) { /* q = M − Σw − Σuw */
        mpfr_sub(m->q, m->count, m->above, MPFR_RNDN);
        mpfr_sub(m->q, m->q, m->r, MPFR_RNDN);
    } else {
        fine = add_square(m, range);
    }
    fine = fine && add_term(m->q1, range, (em_term){2, 1, false});
    if (range->t->weighted)
        fine = fine && add_term(m->t0, range, (em_term){0, 2, true}) &&
               add_term(m->td, range, (em_term){1, 1, true}) &&
               add_term(m->tc, range, (em_term){1, 2, true});
    return fine;
}

static bool range_set(em_range *range, const em_tables *t, em_plan plan, const mpfr_t x)
{
    mpfr_t y;
    mpfr_init2(y, range->bits);
    mpfr_set_ui(range->first.at, plan.first, MPFR_RNDN);
    mpfr_mul(y, x, t->power[plan.first], MPFR_RNDN);
    fractions(range->first.u, range->first.w, y);
    range->first.exists = true;
    range->first.theta = range->last.theta = plan.theta;
    range->first.corrections = plan.corrections;
    bool fine = end_expand(&range->first, t);
    if (fine && t->latents != UINT64_MAX) {
        range->last.exists = true;
        range->last.corrections = plan.corrections_last;
        mpfr_set_uj(range->last.at, t->latents, MPFR_RNDN);
        mpfr_pow(y, range->last.at, t->p, MPFR_RNDN);
        mpfr_mul(y, y, x, MPFR_RNDN);
        fractions(range->last.u, range->last.w, y);
        fine = end_expand(&range->last, t);
    }
    mpfr_clear(y);
    return fine;
}

bool em_moments_at(em_moments *m, em_tables *t, const mpfr_t x, bool all)
{
    em_range range = {.t = t, .bits = mpfr_get_prec(m->r)};
    mpfr_inits2(range.bits, range.scale_index, (mpfr_ptr)NULL);
    end_init(&range.first, range.bits);
    end_init(&range.last, range.bits);
    mpfr_ui_div(range.scale_index, 1, t->p, MPFR_RNDN);
    mpfr_neg(range.scale_index, range.scale_index, MPFR_RNDN);
    mpfr_pow(range.scale_index, x, range.scale_index, MPFR_RNDN);
    em_plan plan = plan_make(t, range.bits, mpfr_get_d(range.scale_index, MPFR_RNDN));
    bool direct = t->latents != UINT64_MAX && plan.first > t->latents;
    set_zero(m);
    bool fine = plan.first > 0 &&
                want_powers(t, direct ? plan.first - 1 : plan.first) &&
                want_factors(t, plan.corrections > plan.corrections_last
                                    ? plan.corrections
                                    : plan.corrections_last);
    if (fine)
        add_direct(m, t, x, range.scale_index, plan.first, all);
    if (fine && !direct)
        fine = range_set(&range, t, plan, x) && add_range(m, &range, t->latents, all);
    end_clear(&range.first);
    end_clear(&range.last);
    mpfr_clear(range.scale_index);
    return fine;
}

/* --- sums of I^−(1+exponent) -------------------------------------------------------
 */

/* The corrections at one end, all signs positive, and half the end term and the
 * integral beyond it: Σ_{I≥at} I^−s. F^(2k−1) = −s(s+1)…(s+2k−2) at^{−s−2k+1}. */
static bool add_hurwitz(mpfr_t sum, em_tables *t, const mpfr_t exponent,
                        const mpfr_t at, int sign, size_t corrections)
{
    mpfr_t total, power, part, s;
    mpfr_prec_t bits = mpfr_get_prec(sum);
    mpfr_inits2(bits, total, power, part, s, (mpfr_ptr)NULL);
    mpfr_neg(part, exponent, MPFR_RNDN);
    mpfr_pow(power, at, part, MPFR_RNDN); /* at^{1−s} */
    mpfr_div(total, power, exponent, MPFR_RNDN);
    mpfr_div(power, power, at, MPFR_RNDN);
    mpfr_div_2ui(part, power, 1, MPFR_RNDN);
    if (sign > 0)
        mpfr_add(total, total, part, MPFR_RNDN);
    else /* Σ_{I≤M}: the end term belongs to the sum */
        mpfr_sub(total, total, part, MPFR_RNDN);
    mpfr_add_ui(s, exponent, 1, MPFR_RNDN);
    mpfr_div(power, power, at, MPFR_RNDN);
    mpfr_mul(power, power, s, MPFR_RNDN);
    bool small = false;
    for (size_t k = 1; k <= corrections && !small; k++) {
        mpfr_mul(part, power, t->factor[k], MPFR_RNDN);
        mpfr_add(total, total, part, MPFR_RNDN);
        small = mpfr_get_exp(part) < mpfr_get_exp(total) - (mpfr_exp_t)bits;
        for (size_t i = 2 * k - 1; i <= 2 * k; i++) {
            mpfr_add_ui(part, s, i, MPFR_RNDN);
            mpfr_mul(power, power, part, MPFR_RNDN);
            mpfr_div(power, power, at, MPFR_RNDN);
        }
    }
    if (sign > 0)
        mpfr_add(sum, sum, total, MPFR_RNDN);
    else
        mpfr_sub(sum, sum, total, MPFR_RNDN);
    mpfr_clears(total, power, part, s, (mpfr_ptr)NULL);
    return small;
}

/* One term: from the tables where they reach. */
static void power_term(mpfr_t out, const em_tables *t, uint64_t i, bool of_weight)
{
    if (i <= t->powers && of_weight) {
        mpfr_set(out, t->weight[i], MPFR_RNDN);
    } else if (i <= t->powers) {
        mpfr_ui_div(out, 1, t->power[i], MPFR_RNDN);
    } else {
        mpfr_t at, s;
        mpfr_inits2(mpfr_get_prec(out), at, s, (mpfr_ptr)NULL);
        mpfr_set_uj(at, i, MPFR_RNDN);
        mpfr_add_ui(s, of_weight ? t->beta : t->alpha, 1, MPFR_RNDN);
        mpfr_neg(s, s, MPFR_RNDN);
        mpfr_pow(out, at, s, MPFR_RNDN);
        mpfr_clears(at, s, (mpfr_ptr)NULL);
    }
}

/* t^−s is completely monotone: what Euler–Maclaurin leaves out is smaller than the
 * first correction left out. At I₀ = 0.6 bits, the corrections to I₀/4 fall below the
 * last bit
 * ((2k)!/(2πI₀)^{2k} at 2k = I₀/2 is (4πe)^{−I₀/2} < 2^−1.5 bits). */
bool em_power_sum(mpfr_t out, em_tables *t, bool of_weight, uint64_t first,
                  uint64_t last)
{
    mpfr_prec_t bits = mpfr_get_prec(out);
    uint64_t start = (uint64_t)(0.6 * (double)bits) + 64;
    size_t corrections = (size_t)(start / 4);
    start = first > start ? first : start;
    mpfr_t part, sum;
    mpfr_inits2(bits + SLACK_BITS, part, sum, (mpfr_ptr)NULL);
    mpfr_set_zero(sum, 1);
    bool short_range = last != UINT64_MAX && last - first < 2 * start;
    uint64_t direct = short_range ? last : start - 1;
    bool fine =
        direct > t->powers && first == 1 ? want_powers(t, (size_t)direct) : true;
    for (uint64_t i = direct; i >= first && fine; i--) {
        power_term(part, t, i, of_weight);
        mpfr_add(sum, sum, part, MPFR_RNDN);
    }
    if (!short_range && fine) {
        mpfr_srcptr exponent = of_weight ? t->beta : t->alpha;
        fine = want_factors(t, corrections);
        mpfr_set_uj(part, start, MPFR_RNDN);
        fine = fine && add_hurwitz(sum, t, exponent, part, 1, corrections);
        mpfr_set_uj(part, last, MPFR_RNDN);
        if (fine && last != UINT64_MAX)
            fine = add_hurwitz(sum, t, exponent, part, -1, corrections);
    }
    mpfr_set(out, sum, MPFR_RNDN);
    mpfr_clears(part, sum, (mpfr_ptr)NULL);
    return fine;
}
