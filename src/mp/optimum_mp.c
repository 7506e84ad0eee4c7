/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A = B [E4*] (balance.c) with ε = n − z(Δ) is solved for Δ by the secant method, the
 * precision doubling. Where n − z would lose too many digits, ε is taken at each Δ from
 * A = B instead, which is algebraic, and Δ solves z(Δ) − n + ε(Δ) = 0. */
#include "mp/optimum_mp.h"
#include "core/error.h"
#include "mp/loss_mp.h"

#include <float.h>

/* The first precision, bits that a doubling does not gain, and steps at one precision
 * of either secant method. */
enum { FIRST_BITS = 128, LOST_BITS = 24, STEPS_MAX = 200 };

/* Exponent of the first step in lnε, and in lnΔ at the first precision. */
enum { FIRST_STEP = -20 };

/* Bits that n − z may lose. */
enum { GAP_BITS = 20 };

/* Scratch numbers of A and B. */
enum { GAP, SHARE, SQUARE, NOISY, A, B, SUM, PART, MANY, D, SCRATCH };

typedef struct {
    nsl_root_mp *root;
    nsl_level *level;
    const nsl_problem_mp *p;
    mpfr_t x[SCRATCH];
} search;

static void search_init(search *s, mpfr_prec_t bits)
{
    for (int i = 0; i < SCRATCH; i++)
        mpfr_init2(s->x[i], bits);
}

static void search_clear(search *s)
{
    for (int i = 0; i < SCRATCH; i++)
        mpfr_clear(s->x[i]);
}

/* out += a·b·c·d */
static void add_product(search *s, mpfr_ptr out, mpfr_srcptr a, mpfr_srcptr b,
                        mpfr_srcptr c, mpfr_srcptr d)
{
    mpfr_mul(s->x[PART], a, b, MPFR_RNDN);
    mpfr_mul(s->x[PART], s->x[PART], c, MPFR_RNDN);
    mpfr_mul(s->x[PART], s->x[PART], d, MPFR_RNDN);
    mpfr_add(out, out, s->x[PART], MPFR_RNDN);
}

/* [E4] alone, a b q₁ against r³, for one model with one layer and a noise-free MRS
 * target; true where it holds. */
static bool set_plain_sides(search *s)
{
    const nsl_moments_mp *m = &s->root->m;
    if (s->level->model->model->target.kind != NSL_TARGET_MRS || s->p->layers > 1 ||
        !mpfr_zero_p(s->p->noise) || s->p->ensemble > 1.0 || mpfr_inf_p(s->x[GAP]))
        return false;
    mpfr_mul(s->x[A], s->x[GAP], s->root->gap_samples, MPFR_RNDN);
    mpfr_mul(s->x[A], s->x[A], m->q1, MPFR_RNDN);
    mpfr_sqr(s->x[B], m->r, MPFR_RNDN);
    mpfr_mul(s->x[B], s->x[B], m->r, MPFR_RNDN);
    return true;
}

/* A and B of one model, in x[A] and x[B]. */
static void set_sides(search *s)
{
    const nsl_moments_mp *m = &s->root->m;
    mpfr_srcptr b = s->root->gap_samples, r = m->r, gap = s->x[GAP], t0 = s->x[NOISY];
    mpfr_t half, one;
    mpfr_init2(half, mpfr_get_prec(s->x[A]));
    mpfr_init2(one, 2);
    mpfr_set_ui(one, 1, MPFR_RNDN);
    mpfr_set_zero(s->x[A], 1);
    mpfr_set_zero(s->x[B], 1);
    if (mpfr_inf_p(gap)) { /* over Λ² */
        add_product(s, s->x[A], b, m->tc, one, one);
        add_product(s, s->x[A], r, m->tc, one, one);
        add_product(s, s->x[B], m->q1, t0, one, one);
    } else {
        mpfr_add(s->x[SUM], gap, b, MPFR_RNDN);
        add_product(s, s->x[A], gap, b, m->q1, m->td);
        mpfr_mul(half, gap, gap, MPFR_RNDN);
        add_product(s, s->x[A], half, b, m->tc, one);
        add_product(s, s->x[A], gap, r, s->x[SUM], m->tc);
        add_product(s, s->x[B], half, m->q1, t0, one);
        add_product(s, s->x[B], gap, r, r, t0);
        mpfr_ui_sub(half, 1, s->x[SQUARE], MPFR_RNDN); /* ½(1−H) b r² t_d */
        mpfr_div_2ui(half, half, 1, MPFR_RNDN);
        mpfr_mul(half, half, r, MPFR_RNDN);
        add_product(s, s->x[A], half, b, r, m->td);
        mpfr_add_ui(half, s->x[SQUARE], 1, MPFR_RNDN); /* ½(1+H) r³ (t₁ + σ_ε²) */
        mpfr_div_2ui(half, half, 1, MPFR_RNDN);
        mpfr_mul(half, half, r, MPFR_RNDN);
        mpfr_add(s->x[SUM], t0, m->td, MPFR_RNDN);
        add_product(s, s->x[B], half, r, r, s->x[SUM]);
    }
    mpfr_clears(half, one, (mpfr_ptr)NULL);
}

/* A and B of an ensemble: (A/D² + (K−1) t_c W/W²)/K and likewise B. */
static void mix_sides(search *s)
{
    const nsl_moments_mp *m = &s->root->m;
    mpfr_srcptr b = s->root->gap_samples, r = m->r, gap = s->x[GAP];
    double models = s->p->ensemble;
    mpfr_add(s->x[MANY], b, r, MPFR_RNDN);
    if (mpfr_inf_p(gap)) {
        mpfr_set(s->x[D], s->x[MANY], MPFR_RNDN);
    } else {
        mpfr_add(s->x[D], gap, b, MPFR_RNDN);
        mpfr_mul(s->x[D], s->x[D], r, MPFR_RNDN);
        mpfr_mul(s->x[PART], gap, b, MPFR_RNDN);
        mpfr_add(s->x[D], s->x[D], s->x[PART], MPFR_RNDN);
    }
    mpfr_sqr(s->x[D], s->x[D], MPFR_RNDN);
    mpfr_div(s->x[A], s->x[A], s->x[D], MPFR_RNDN);
    mpfr_div(s->x[B], s->x[B], s->x[D], MPFR_RNDN);
    mpfr_div(s->x[SUM], m->tc, s->x[MANY], MPFR_RNDN);
    mpfr_mul(s->x[PART], m->q1, s->x[NOISY], MPFR_RNDN);
    mpfr_sqr(s->x[MANY], s->x[MANY], MPFR_RNDN);
    mpfr_div(s->x[PART], s->x[PART], s->x[MANY], MPFR_RNDN);
    if (models > DBL_MAX) { /* E_× alone */
        mpfr_set(s->x[A], s->x[SUM], MPFR_RNDN);
        mpfr_set(s->x[B], s->x[PART], MPFR_RNDN);
        return;
    }
    mpfr_mul_d(s->x[SUM], s->x[SUM], models - 1.0, MPFR_RNDN);
    mpfr_mul_d(s->x[PART], s->x[PART], models - 1.0, MPFR_RNDN);
    mpfr_add(s->x[A], s->x[A], s->x[SUM], MPFR_RNDN);
    mpfr_add(s->x[B], s->x[B], s->x[PART], MPFR_RNDN);
}

/* (A − B)/(A + B) for the moments and gaps that the root has. */
static void set_balance(mpfr_t out, search *s)
{
    nsl_layers_mp(s->x[GAP], s->x[SHARE], s->x[SQUARE], s->root, s->p->layers);
    mpfr_add(s->x[NOISY], s->root->m.t0, s->p->noise, MPFR_RNDN);
    if (!set_plain_sides(s))
        set_sides(s);
    if (s->p->ensemble > 1.0)
        mix_sides(s);
    mpfr_sub(out, s->x[A], s->x[B], MPFR_RNDN);
    mpfr_add(s->x[SUM], s->x[A], s->x[B], MPFR_RNDN);
    mpfr_div(out, out, s->x[SUM], MPFR_RNDN);
}

/* The same with the least gap ε = e^y. */
static void balance_at(mpfr_t out, search *s, const mpfr_t y)
{
    mpfr_exp(s->x[PART], y, MPFR_RNDN);
    nsl_root_mp_set_gaps(s->root, s->p, s->x[PART]);
    set_balance(out, s);
}

/* A function of one number, for the secant method. */
typedef struct function {
    bool (*at)(mpfr_t out, struct function *f, const mpfr_t x);
    search *s;
    mpfr_ptr y; /* of the outer function: ln ε, kept from Δ to Δ */
    mpfr_exp_t first_step;
} function;

/* Secant steps from x until they are below 2^−wanted, or below 2^−wanted/2 and halve no
 * more; false when they do not come that far. */
static bool secant(mpfr_t x, function *f, mpfr_prec_t wanted)
{
    mpfr_prec_t bits = mpfr_get_prec(x);
    mpfr_t last, value, last_value, step, slope;
    mpfr_inits2(bits, last, value, last_value, step, slope, (mpfr_ptr)NULL);
    mpfr_set_ui_2exp(step, 1, f->first_step, MPFR_RNDN);
    mpfr_add(last, x, step, MPFR_RNDN);
    bool fine = f->at(last_value, f, last) && f->at(value, f, x), done = false;
    mpfr_exp_t size = 0;
    for (int i = 0; i < STEPS_MAX && fine && !done; i++) {
        mpfr_sub(step, x, last, MPFR_RNDN);
        if (!mpfr_zero_p(step) && mpfr_get_exp(step) > -(mpfr_exp_t)(bits / 2)) {
            /* below that rounding spoils the difference, and the slope will do */
            mpfr_sub(slope, value, last_value, MPFR_RNDN);
            mpfr_div(slope, slope, step, MPFR_RNDN);
        }
        mpfr_div(step, value, slope, MPFR_RNDN);
        fine = mpfr_number_p(step) && (mpfr_zero_p(step) || mpfr_get_exp(step) < 2);
        if (!fine)
            break;
        mpfr_set(last, x, MPFR_RNDN);
        mpfr_set(last_value, value, MPFR_RNDN);
        mpfr_sub(x, x, step, MPFR_RNDN);
        mpfr_exp_t now = mpfr_zero_p(step) ? -(mpfr_exp_t)bits : mpfr_get_exp(step);
        done = now <= -(mpfr_exp_t)wanted ||
               (now >= size - 1 && now < -(mpfr_exp_t)(wanted / 2));
        size = now;
        if (!done)
            fine = f->at(value, f, x);
    }
    mpfr_clears(last, value, last_value, step, slope, (mpfr_ptr)NULL);
    return fine && done;
}

static bool balance_function(mpfr_t out, function *f, const mpfr_t y)
{
    balance_at(out, f->s, y);
    return mpfr_number_p(out) != 0;
}

/* z − n + ε at Δ = e^x. */
static bool sizes_function(mpfr_t out, function *f, const mpfr_t x)
{
    search *s = f->s;
    nsl_moments_mp *m = &s->root->m;
    function inner = {balance_function, s, NULL, FIRST_STEP};
    mpfr_exp(s->root->delta, x, MPFR_RNDN);
    if (!nsl_level_moments(m, s->level, s->root->delta, true) ||
        !secant(f->y, &inner, mpfr_get_prec(x)))
        return false;
    mpfr_exp(out, f->y, MPFR_RNDN);
    mpfr_add(out, out, m->below, MPFR_RNDN);
    mpfr_sub(s->x[PART], m->count, s->p->least, MPFR_RNDN);
    mpfr_sub(s->x[PART], s->x[PART], m->above, MPFR_RNDN);
    mpfr_add(out, out, s->x[PART], MPFR_RNDN);
    return true;
}

/* The balance at Δ = e^x with ε = n − z, whose logarithm is kept. */
static bool curve_function(mpfr_t out, function *f, const mpfr_t x)
{
    search *s = f->s;
    nsl_moments_mp *m = &s->root->m;
    mpfr_ptr gap = s->x[PART];
    mpfr_exp(s->root->delta, x, MPFR_RNDN);
    if (!nsl_level_moments(m, s->level, s->root->delta, true))
        return false;
    mpfr_sub(gap, s->p->least, m->count, MPFR_RNDN);
    mpfr_add(gap, gap, m->above, MPFR_RNDN);
    mpfr_sub(gap, gap, m->below, MPFR_RNDN);
    if (mpfr_sgn(gap) <= 0)
        return false;
    mpfr_log(f->y, gap, MPFR_RNDN);
    nsl_root_mp_set_gaps(s->root, s->p, gap);
    set_balance(out, s);
    return mpfr_number_p(out) != 0;
}

/* One precision of the search; x = lnΔ and y = ln ε are improved to `wanted` bits. */
static bool solve_at(nsl_root_mp *root, nsl_level *level, const nsl_problem_mp *p,
                     mpfr_t x, mpfr_t y, bool on_curve, mpfr_prec_t wanted)
{
    search s = {.root = root, .level = level, .p = p};
    search_init(&s, mpfr_get_prec(x));
    mpfr_exp_t first = -(mpfr_exp_t)(mpfr_get_prec(x) / 4);
    function outer = {on_curve ? curve_function : sizes_function, &s, y,
                      first < FIRST_STEP ? first : FIRST_STEP};
    bool fine = secant(x, &outer, wanted);
    if (fine && on_curve) { /* ε at the last x */
        mpfr_t value;
        mpfr_init2(value, mpfr_get_prec(x));
        fine = curve_function(value, &outer, x);
        mpfr_clear(value);
    }
    search_clear(&s);
    return fine;
}

/* γ = Δ Π gaps / (g of ridge 1) */
static void set_ridge(mpfr_t ridge, const nsl_root_mp *root, const nsl_problem_mp *p)
{
    mpfr_div(ridge, root->delta, p->g, MPFR_RNDN);
    for (size_t k = 0; k < p->layers; k++)
        if (mpfr_number_p(root->gap[k]))
            mpfr_mul(ridge, ridge, root->gap[k], MPFR_RNDN);
    mpfr_mul(ridge, ridge, root->gap_samples, MPFR_RNDN);
}

/* Moments at e^x and gaps from ε = e^y: all of the root. */
static bool set_root(nsl_root_mp *root, nsl_level *level, const nsl_problem_mp *p,
                     const mpfr_t x, const mpfr_t y)
{
    mpfr_t gap, half;
    mpfr_inits2(mpfr_get_prec(x), gap, half, (mpfr_ptr)NULL);
    root->kind = NSL_ROOT_POSITIVE;
    mpfr_exp(root->delta, x, MPFR_RNDN);
    mpfr_exp(gap, y, MPFR_RNDN);
    bool fine = nsl_level_moments(&root->m, level, root->delta, true);
    nsl_root_mp_set_gaps(root, p, gap);
    mpfr_div_2ui(half, p->least, 1, MPFR_RNDN);
    if (mpfr_cmp(gap, half) < 0) /* z = n − ε, without the rounding of the sums */
        mpfr_sub(root->m.z, p->least, gap, MPFR_RNDN);
    mpfr_clears(gap, half, (mpfr_ptr)NULL);
    return fine;
}

nsl_status nsl_optimum_mp_solve(nsl_root_mp *out, mpfr_t ridge, nsl_level *level,
                                const nsl_problem_mp *problem,
                                const nsl_start_mp *start, mpfr_prec_t known,
                                nsl_error *err)
{
    mpfr_prec_t ladder[64], full = mpfr_get_prec(out->delta);
    int rungs = 0;
    for (mpfr_prec_t bits = full; rungs < 63; bits = bits / 2 + LOST_BITS) {
        ladder[rungs++] = bits;
        if (bits <= FIRST_BITS || bits <= 2 * (known - LOST_BITS))
            break;
    }
    mpfr_t x, y;
    mpfr_inits2(full, x, y, (mpfr_ptr)NULL);
    mpfr_log(x, start->delta, MPFR_RNDN);
    mpfr_log(y, start->gap, MPFR_RNDN);
    mpfr_exp_t lost = mpfr_get_exp(problem->least) - mpfr_get_exp(start->gap);
    bool fine = true, on_curve = lost < GAP_BITS;
    for (int i = rungs - 1; i >= 0 && fine; i--) {
        nsl_root_mp root;
        nsl_root_mp_init(&root, problem->layers, ladder[i]);
        mpfr_prec_round(x, ladder[i], MPFR_RNDN);
        mpfr_prec_round(y, ladder[i], MPFR_RNDN);
        fine =
            solve_at(&root, level, problem, x, y, on_curve, i ? ladder[i] / 2 : full);
        nsl_root_mp_clear(&root, problem->layers);
    }
    if (fine) {
        fine = set_root(out, level, problem, x, y);
        set_ridge(ridge, out, problem);
    }
    mpfr_clears(x, y, (mpfr_ptr)NULL);
    return fine ? NSL_OK
                : nsl_fail(err, NSL_EFAILED, "", "the optimal ridge did not converge");
}
