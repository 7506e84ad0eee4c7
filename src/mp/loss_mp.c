/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formulas of loss.c with digits to spare: what cancels is left to cancel, and the
 * precision is raised until the digits agree. */
#include "mp/loss_mp.h"
#include "core/error.h"

/* Scratch numbers of one evaluation. */
enum {
    GAP,     /* Λ */
    SHARE,   /* h of the last layer */
    SHARE2,  /* H = Σ h_k² */
    S,       /* s = Λ/(Λ+r) */
    REST,    /* 1 − s */
    RHO,     /* dr/dlnΔ */
    SIGNAL,  /* S = t₀ + (1−s) t_d */
    NOISE,   /* Z = q + (1−s) r */
    BOTTOM,  /* b + s r */
    D,       /* Λb + r(Λ+b) */
    TOTAL,   /* P S + σ_ε² Z */
    DX,      /* changes: lnΔ, … */
    DGAP,    /* Λ, … */
    DB,      /* b */
    SHARE_K, /* 1/K */
    MANY,    /* W = b + r */
    CROSS,   /* E_× */
    SINGLE,  /* E */
    T1,
    T2,
    T3,
    SCRATCH
};

typedef struct {
    const nsl_problem_mp *p;
    nsl_root_mp *root;
    mpfr_srcptr N, P, b, r;
    mpfr_t x[SCRATCH];
} work;

static void work_init(work *w, const nsl_problem_mp *p, nsl_root_mp *root,
                      mpfr_prec_t bits)
{
    *w = (work){.p = p, .root = root};
    w->N = p->width[p->layers - 1];
    w->P = p->samples;
    w->b = root->gap_samples;
    w->r = root->m.r;
    for (int i = 0; i < SCRATCH; i++)
        mpfr_init2(w->x[i], bits);
    mpfr_set_d(w->x[SHARE_K], p->ensemble > 1.0 ? p->ensemble : 1.0, MPFR_RNDN);
    mpfr_ui_div(w->x[SHARE_K], 1, w->x[SHARE_K], MPFR_RNDN);
}

static void work_clear(work *w)
{
    for (int i = 0; i < SCRATCH; i++)
        mpfr_clear(w->x[i]);
}

void nsl_layers_mp(mpfr_t gap, mpfr_t share, mpfr_t square, const nsl_root_mp *root,
                   size_t layers)
{
    mpfr_t least, sum, part;
    mpfr_inits2(mpfr_get_prec(gap), least, sum, part, (mpfr_ptr)NULL);
    mpfr_set_inf(least, 1);
    for (size_t k = 0; k < layers; k++)
        mpfr_min(least, least, root->gap[k], MPFR_RNDN);
    mpfr_set_zero(sum, 1);    /* Σ least/a_k */
    mpfr_set_zero(square, 1); /* Σ (least/a_k)² */
    mpfr_set_zero(share, 1);
    for (size_t k = 0; k < layers && !mpfr_inf_p(least); k++) {
        if (mpfr_equal_p(root->gap[k], least)) /* also at zero gap */
            mpfr_set_ui(share, 1, MPFR_RNDN);
        else
            mpfr_div(share, least, root->gap[k], MPFR_RNDN);
        mpfr_add(sum, sum, share, MPFR_RNDN);
        mpfr_sqr(part, share, MPFR_RNDN);
        mpfr_add(square, square, part, MPFR_RNDN);
    }
    mpfr_set(gap, least, MPFR_RNDN);
    if (!mpfr_inf_p(least)) {
        mpfr_div(gap, gap, sum, MPFR_RNDN);
        mpfr_div(share, share, sum, MPFR_RNDN);
        mpfr_sqr(sum, sum, MPFR_RNDN);
        mpfr_div(square, square, sum, MPFR_RNDN);
    }
    mpfr_clears(least, sum, part, (mpfr_ptr)NULL);
}

/* s, 1−s, S, Z, b + s r and what is made of them. */
static void set_risk(work *w)
{
    const nsl_moments_mp *m = &w->root->m;
    nsl_layers_mp(w->x[GAP], w->x[SHARE], w->x[SHARE2], w->root, w->p->layers);
    if (mpfr_inf_p(w->x[GAP]) || mpfr_zero_p(w->r)) {
        mpfr_set_ui(w->x[S], 1, MPFR_RNDN);
        mpfr_set_zero(w->x[REST], 1);
    } else {
        mpfr_add(w->x[T1], w->x[GAP], w->r, MPFR_RNDN);
        mpfr_div(w->x[S], w->x[GAP], w->x[T1], MPFR_RNDN);
        mpfr_div(w->x[REST], w->r, w->x[T1], MPFR_RNDN);
    }
    mpfr_mul(w->x[SIGNAL], w->x[REST], m->td, MPFR_RNDN);
    mpfr_add(w->x[SIGNAL], w->x[SIGNAL], m->t0, MPFR_RNDN);
    mpfr_mul(w->x[NOISE], w->x[REST], w->r, MPFR_RNDN);
    mpfr_add(w->x[NOISE], w->x[NOISE], m->q, MPFR_RNDN);
    mpfr_mul(w->x[BOTTOM], w->x[S], w->r, MPFR_RNDN);
    mpfr_add(w->x[BOTTOM], w->x[BOTTOM], w->b, MPFR_RNDN);
}

/* out = a·b/c, 0 where a or b is. */
static void set_quotient(mpfr_t out, mpfr_srcptr a, mpfr_srcptr b, mpfr_srcptr c)
{
    mpfr_mul(out, a, b, MPFR_RNDN);
    if (!mpfr_zero_p(out))
        mpfr_div(out, out, c, MPFR_RNDN);
}

/* The parts of nsl_risk_at in loss.c, with those of the features for K models, and
 * signal and noise part of E_K; infinite at a divergence. */
static void set_parts(nsl_prediction_mp *out, work *w)
{
    const nsl_moments_mp *m = &w->root->m;
    mpfr_ptr gain = w->x[T1], noise = w->x[T2], part = w->x[T3];
    bool one = mpfr_cmp_ui(w->x[SHARE_K], 1) == 0;
    mpfr_set(out->bias, m->t0, MPFR_RNDN);
    if (mpfr_inf_p(w->P)) {
        mpfr_mul(out->variance_features, w->x[REST], m->td, MPFR_RNDN);
        mpfr_add(w->x[SINGLE], out->bias, out->variance_features, MPFR_RNDN);
        mpfr_mul(out->variance_features, out->variance_features, w->x[SHARE_K],
                 MPFR_RNDN);
        mpfr_set(w->x[CROSS], out->bias, MPFR_RNDN);
        mpfr_set_zero(out->variance_samples, 1);
        mpfr_set_zero(out->noise_loss, 1);
        mpfr_add(out->signal_loss, out->bias, out->variance_features, MPFR_RNDN);
        return;
    }
    mpfr_add(w->x[MANY], w->b, w->r, MPFR_RNDN);
    set_quotient(out->variance_samples, m->t0, m->q, w->x[MANY]);
    set_quotient(noise, w->p->noise, m->q, w->x[MANY]); /* of E_× */
    mpfr_add(w->x[CROSS], out->bias, out->variance_samples, MPFR_RNDN);
    mpfr_add(w->x[CROSS], w->x[CROSS], noise, MPFR_RNDN);
    set_quotient(out->signal_loss, w->x[SIGNAL], w->P, w->x[BOTTOM]);
    set_quotient(out->noise_loss, w->x[NOISE], w->p->noise, w->x[BOTTOM]);
    mpfr_add(w->x[SINGLE], out->signal_loss, out->noise_loss, MPFR_RNDN);
    /* (1−s) P/(b + s r): times t_d + t₀ r/W, and σ_ε² r/W */
    set_quotient(gain, w->x[REST], w->P, w->x[BOTTOM]);
    set_quotient(part, m->t0, w->r, w->x[MANY]);
    mpfr_add(part, part, m->td, MPFR_RNDN);
    if (mpfr_zero_p(w->x[SHARE_K]))
        mpfr_set_zero(gain, 1);
    else
        mpfr_mul(gain, gain, w->x[SHARE_K], MPFR_RNDN);
    if (mpfr_zero_p(gain) || mpfr_zero_p(part))
        mpfr_set_zero(out->variance_features, 1);
    else
        mpfr_mul(out->variance_features, part, gain, MPFR_RNDN);
    if (one)
        return;
    mpfr_add(out->signal_loss, out->bias, out->variance_samples, MPFR_RNDN);
    mpfr_add(out->signal_loss, out->signal_loss, out->variance_features, MPFR_RNDN);
    set_quotient(part, w->p->noise, w->r, w->x[MANY]);
    if (!mpfr_zero_p(part) && !mpfr_zero_p(gain))
        mpfr_mul(part, part, gain, MPFR_RNDN);
    else
        mpfr_set_zero(part, 1);
    mpfr_add(out->noise_loss, noise, part, MPFR_RNDN);
}

/* out += sign·a·b·c (c may be NULL). */
static void add_product(mpfr_t out, int sign, mpfr_srcptr a, mpfr_srcptr b,
                        mpfr_srcptr c)
{
    mpfr_t t;
    mpfr_init2(t, mpfr_get_prec(out));
    mpfr_mul(t, a, b, MPFR_RNDN);
    if (c)
        mpfr_mul(t, t, c, MPFR_RNDN);
    if (sign > 0)
        mpfr_add(out, out, t, MPFR_RNDN);
    else
        mpfr_sub(out, out, t, MPFR_RNDN);
    mpfr_clear(t);
}

/* Least bits that a sum must keep of its largest part to be more than rounding. */
enum { LEAST_KEPT_BITS = 32 };

/* out = a + b + c; infinite, which agrees with nothing, where rounding is all that is
 * left: it may be the same at any two precisions, as 0. */
static void set_known_sum(mpfr_t out, mpfr_srcptr a, mpfr_srcptr b, mpfr_srcptr c)
{
    mpfr_srcptr part[] = {a, b, c};
    mpfr_exp_t largest = mpfr_get_emin_min();
    for (int i = 0; i < 3; i++)
        if (mpfr_regular_p(part[i]) && mpfr_get_exp(part[i]) > largest)
            largest = mpfr_get_exp(part[i]);
    bool none = mpfr_zero_p(a) && mpfr_zero_p(b) && mpfr_zero_p(c);
    mpfr_exp_t least = largest - mpfr_get_prec(out) + LEAST_KEPT_BITS;
    mpfr_add(out, a, b, MPFR_RNDN);
    mpfr_add(out, out, c, MPFR_RNDN);
    if (!none && (mpfr_zero_p(out) || mpfr_get_exp(out) < least))
        mpfr_set_inf(out, 1);
}

/* −dlnE for the changes DX, DGAP and DB (see log_risk_slope in loss.c):
 *     dS = [2 s t_c + (1−s) t_d] dx − t_d ds,  ds = (r dΛ − Λρ dx)/(Λ+r)²,
 *     dZ = −(r + s²ρ) dx − (1−s)² dΛ,   d(b + s r) = db + (1−s)² dΛ + s²ρ dx. */
static void set_elasticity(mpfr_t out, work *w, bool of_samples)
{
    const nsl_moments_mp *m = &w->root->m;
    mpfr_ptr x1 = w->x[T1], x2 = w->x[T2], x3 = w->x[T3];
    bool layered = !mpfr_inf_p(w->x[GAP]);
    mpfr_mul(x1, w->x[S], m->tc, MPFR_RNDN); /* dS */
    mpfr_mul_2ui(x1, x1, 1, MPFR_RNDN);
    add_product(x1, 1, w->x[REST], m->td, NULL);
    mpfr_mul(x1, x1, w->x[DX], MPFR_RNDN);
    mpfr_set_zero(x3, 1); /* (1−s)² dΛ */
    if (layered) {
        mpfr_mul(x2, w->r, w->x[DGAP], MPFR_RNDN);
        add_product(x2, -1, w->x[GAP], w->x[RHO], w->x[DX]);
        mpfr_add(x3, w->x[GAP], w->r, MPFR_RNDN);
        mpfr_sqr(x3, x3, MPFR_RNDN);
        mpfr_div(x2, x2, x3, MPFR_RNDN);
        add_product(x1, -1, m->td, x2, NULL);
        mpfr_sqr(x3, w->x[REST], MPFR_RNDN);
        mpfr_mul(x3, x3, w->x[DGAP], MPFR_RNDN);
    }
    mpfr_mul(x1, x1, w->P, MPFR_RNDN); /* P dS + σ² dZ */
    if (of_samples)
        add_product(x1, 1, w->P, w->x[SIGNAL], NULL);
    mpfr_sqr(x2, w->x[S], MPFR_RNDN);
    mpfr_mul(x2, x2, w->x[RHO], MPFR_RNDN); /* s²ρ */
    mpfr_t fall;
    mpfr_init2(fall, mpfr_get_prec(out));
    mpfr_add(fall, x2, w->r, MPFR_RNDN);
    add_product(x1, -1, fall, w->x[DX], w->p->noise);
    add_product(x1, -1, x3, w->p->noise, NULL);
    mpfr_div(x1, x1, w->x[TOTAL], MPFR_RNDN);
    mpfr_mul(x2, x2, w->x[DX], MPFR_RNDN);
    set_known_sum(fall, x2, x3, w->x[DB]); /* d(b + s r) */
    mpfr_div(fall, fall, w->x[BOTTOM], MPFR_RNDN);
    mpfr_sub(out, fall, x1, MPFR_RNDN);
    if (mpfr_zero_p(out) && !mpfr_zero_p(x1)) /* all bits cancelled: none is known */
        mpfr_set_ui_2exp(out, 1, mpfr_get_exp(x1) - mpfr_get_prec(out), MPFR_RNDN);
    mpfr_clear(fall);
}

/* −dlnE_× for the changes, E_× = (P t₀ + σ_ε² q)/W, dW = db + ρ dx. */
static void set_cross_elasticity(mpfr_t out, work *w, bool of_samples)
{
    const nsl_moments_mp *m = &w->root->m;
    mpfr_ptr top = w->x[T1], bottom = w->x[T2];
    mpfr_mul(top, m->tc, w->P, MPFR_RNDN);
    add_product(top, -1, w->p->noise, m->q1, NULL);
    mpfr_mul(top, top, w->x[DX], MPFR_RNDN);
    mpfr_mul_2ui(top, top, 1, MPFR_RNDN);
    if (of_samples)
        add_product(top, 1, w->P, m->t0, NULL);
    mpfr_mul(bottom, w->x[CROSS], w->x[MANY], MPFR_RNDN);
    mpfr_div(top, top, bottom, MPFR_RNDN);
    mpfr_mul(bottom, w->x[RHO], w->x[DX], MPFR_RNDN);
    mpfr_add(bottom, bottom, w->x[DB], MPFR_RNDN);
    mpfr_div(bottom, bottom, w->x[MANY], MPFR_RNDN);
    mpfr_sub(out, bottom, top, MPFR_RNDN);
}

/* −dlnE_K, E_K = E_× + (E − E_×)/K. */
static void set_mixed_elasticity(mpfr_t out, work *w, bool of_samples)
{
    mpfr_t single, cross;
    if (mpfr_cmp_ui(w->x[SHARE_K], 1) == 0) {
        set_elasticity(out, w, of_samples);
        return;
    }
    mpfr_inits2(mpfr_get_prec(out), single, cross, (mpfr_ptr)NULL);
    mpfr_ui_sub(cross, 1, w->x[SHARE_K], MPFR_RNDN);
    mpfr_mul(cross, cross, w->x[CROSS], MPFR_RNDN);
    mpfr_set_zero(single, 1);
    if (!mpfr_zero_p(w->x[SHARE_K])) /* E need not be finite */
        mpfr_mul(single, w->x[SHARE_K], w->x[SINGLE], MPFR_RNDN);
    set_cross_elasticity(out, w, of_samples);
    mpfr_mul(out, out, cross, MPFR_RNDN);
    mpfr_add(cross, cross, single, MPFR_RNDN); /* E_K */
    if (!mpfr_zero_p(single)) {
        mpfr_t own;
        mpfr_init2(own, mpfr_get_prec(out));
        set_elasticity(own, w, of_samples);
        add_product(out, 1, own, single, NULL);
        mpfr_clear(own);
    }
    mpfr_div(out, out, cross, MPFR_RNDN);
    mpfr_clears(single, cross, (mpfr_ptr)NULL);
}

/* DX = factor·Λb/D and the like; db = r dx (+ dP), dΛ = H r dx (+ h² dN). */
static void follow_delta(work *w)
{
    mpfr_mul(w->x[DB], w->r, w->x[DX], MPFR_RNDN);
    mpfr_mul(w->x[DGAP], w->x[SHARE2], w->x[DB], MPFR_RNDN);
}

static void change_ridge(work *w) /* dx = Λb/D; N = ∞: b/(b+r) */
{
    if (mpfr_inf_p(w->x[GAP]))
        mpfr_div(w->x[DX], w->b, w->x[D], MPFR_RNDN);
    else {
        mpfr_mul(w->x[DX], w->x[GAP], w->b, MPFR_RNDN);
        mpfr_div(w->x[DX], w->x[DX], w->x[D], MPFR_RNDN);
    }
    follow_delta(w);
}

static void change_samples(work *w) /* dx = −PΛ/D; db = P b(Λ+r)/D */
{
    mpfr_div(w->x[DX], w->P, w->x[D], MPFR_RNDN);
    mpfr_neg(w->x[DX], w->x[DX], MPFR_RNDN);
    if (!mpfr_inf_p(w->x[GAP]))
        mpfr_mul(w->x[DX], w->x[DX], w->x[GAP], MPFR_RNDN);
    follow_delta(w);
    mpfr_div(w->x[DB], w->P, w->x[D], MPFR_RNDN);
    mpfr_mul(w->x[DB], w->x[DB], w->b, MPFR_RNDN);
    if (!mpfr_inf_p(w->x[GAP])) {
        mpfr_add(w->x[T1], w->x[GAP], w->r, MPFR_RNDN);
        mpfr_mul(w->x[DB], w->x[DB], w->x[T1], MPFR_RNDN);
    }
}

static void change_features(work *w, bool kernel) /* dx = −N h b/D */
{
    mpfr_t scale, dgap;
    mpfr_inits2(mpfr_get_prec(w->x[DX]), scale, dgap, (mpfr_ptr)NULL);
    mpfr_mul(scale, w->N, w->x[SHARE], MPFR_RNDN);
    mpfr_div(scale, scale, w->x[D], MPFR_RNDN); /* N h/D */
    /* dΛ = (N h/D)[h Λ b + h r Λ + (h − H) r b], exactly 0 where it must be */
    mpfr_add(dgap, w->b, w->r, MPFR_RNDN);
    mpfr_mul(dgap, dgap, w->x[GAP], MPFR_RNDN);
    mpfr_mul(dgap, dgap, w->x[SHARE], MPFR_RNDN);
    mpfr_sub(w->x[T1], w->x[SHARE], w->x[SHARE2], MPFR_RNDN);
    add_product(dgap, 1, w->x[T1], w->r, w->b);
    mpfr_mul(dgap, dgap, scale, MPFR_RNDN);
    mpfr_mul(scale, scale, w->b, MPFR_RNDN);
    mpfr_set_zero(w->x[DX], 1);
    if (kernel) /* g grows with N */
        change_ridge(w);
    mpfr_sub(w->x[DX], w->x[DX], scale, MPFR_RNDN);
    mpfr_mul(w->x[DB], w->r, w->x[DX], MPFR_RNDN);
    if (kernel)
        mpfr_add(w->x[DGAP], w->x[DGAP], dgap, MPFR_RNDN);
    else
        mpfr_set(w->x[DGAP], dgap, MPFR_RNDN);
    mpfr_clears(scale, dgap, (mpfr_ptr)NULL);
}

static void set_undefined(nsl_prediction_mp *out, unsigned note)
{
    mpfr_set_nan(out->elasticity_features);
    mpfr_set_nan(out->elasticity_samples);
    mpfr_set_nan(out->elasticity_ridge);
    out->notes |= note;
}

static void set_flat(nsl_prediction_mp *out)
{
    mpfr_set_zero(out->elasticity_features, 1);
    mpfr_set_zero(out->elasticity_samples, 1);
    mpfr_set_zero(out->elasticity_ridge, 1);
}

static void set_elasticities(nsl_prediction_mp *out, work *w, const nsl_level *level)
{
    const nsl_moments_mp *m = &w->root->m;
    mpfr_mul_2ui(w->x[RHO], m->q1, 1, MPFR_RNDN);
    mpfr_sub(w->x[RHO], w->x[RHO], w->r, MPFR_RNDN);
    set_flat(out);
    if (mpfr_inf_p(w->P)) { /* E = t₁, E_× = t₀, dlnΔ/dlnN = −N h/r */
        if (mpfr_inf_p(w->N))
            return;
        mpfr_mul(w->x[T1], w->N, w->x[SHARE], MPFR_RNDN);
        mpfr_div(w->x[T1], w->x[T1], w->r, MPFR_RNDN);
        mpfr_mul(w->x[T2], w->x[SHARE_K], m->td, MPFR_RNDN); /* E_K − t₀ */
        mpfr_ui_sub(w->x[T3], 1, w->x[SHARE_K], MPFR_RNDN);
        mpfr_mul(w->x[T3], w->x[T3], m->tc, MPFR_RNDN);
        mpfr_mul_2ui(w->x[T3], w->x[T3], 1, MPFR_RNDN);
        mpfr_add(w->x[T3], w->x[T3], w->x[T2], MPFR_RNDN);
        mpfr_mul(w->x[T1], w->x[T1], w->x[T3], MPFR_RNDN);
        mpfr_add(w->x[T2], w->x[T2], m->t0, MPFR_RNDN);
        mpfr_div(out->elasticity_features, w->x[T1], w->x[T2], MPFR_RNDN);
        return;
    }
    mpfr_mul(w->x[TOTAL], w->P, w->x[SIGNAL], MPFR_RNDN);
    add_product(w->x[TOTAL], 1, w->p->noise, w->x[NOISE], NULL);
    if (mpfr_zero_p(w->x[GAP]) && mpfr_zero_p(w->b)) { /* N = P, many models */
        set_undefined(out, NSL_NOTE_KINK);
        return;
    }
    if (mpfr_inf_p(w->x[GAP])) { /* over Λ: D = b + r */
        mpfr_add(w->x[D], w->b, w->r, MPFR_RNDN);
    } else {
        mpfr_add(w->x[D], w->x[GAP], w->b, MPFR_RNDN);
        mpfr_mul(w->x[D], w->x[D], w->r, MPFR_RNDN);
        add_product(w->x[D], 1, w->x[GAP], w->b, NULL);
    }
    change_samples(w);
    set_mixed_elasticity(out->elasticity_samples, w, true);
    if (!w->p->ridgeless) {
        change_ridge(w);
        set_mixed_elasticity(out->elasticity_ridge, w, false);
    }
    if (mpfr_number_p(w->N)) {
        bool kernel = level->model->model->convention == NSL_RIDGE_KERNEL;
        change_features(w, kernel && !w->p->ridgeless);
        set_mixed_elasticity(out->elasticity_features, w, false);
    }
}

/* Δ = 0, as in resolved_elasticities of loss.c. */
static void resolved_elasticities(nsl_prediction_mp *out, const work *w)
{
    bool kink = mpfr_zero_p(w->root->gap[w->p->layers - 1]) != 0;
    bool tied = mpfr_zero_p(w->b) != 0;
    set_flat(out);
    if (kink || tied)
        out->notes |= NSL_NOTE_KINK;
    if (kink)
        mpfr_set_nan(out->elasticity_features);
    if (tied) {
        mpfr_set_nan(out->elasticity_samples);
    } else if (mpfr_number_p(w->P)) { /* P/b − P t₀/(P t₀ + σ² rank) */
        mpfr_t signal, noise;
        mpfr_inits2(mpfr_get_prec(out->test_loss), signal, noise, (mpfr_ptr)NULL);
        mpfr_mul(signal, w->P, w->root->m.t0, MPFR_RNDN);
        mpfr_mul(noise, w->p->noise, w->root->m.q, MPFR_RNDN);
        mpfr_add(noise, noise, signal, MPFR_RNDN);
        mpfr_div(signal, signal, noise, MPFR_RNDN);
        mpfr_div(noise, w->P, w->b, MPFR_RNDN);
        mpfr_sub(out->elasticity_samples, noise, signal, MPFR_RNDN);
        mpfr_clears(signal, noise, (mpfr_ptr)NULL);
    }
}

static bool some_layer_tied(const work *w)
{
    for (size_t k = 0; k < w->p->layers; k++)
        if (mpfr_zero_p(w->root->gap[k]))
            return true;
    return false;
}

/* E's parts at the root; NaN at a divergence. At Δ = 0 with N_k = P = rank and nothing
 * to diverge, the limit γ → 0 is taken at a Δ whose distance from it is below the last
 * bit. */
static nsl_status set_risk_at_root(nsl_prediction_mp *out, work *w, nsl_level *level,
                                   nsl_error *err)
{
    bool zero = w->root->kind == NSL_ROOT_ZERO, tied = mpfr_zero_p(w->b) != 0;
    bool quiet = mpfr_zero_p(w->p->noise) && mpfr_zero_p(w->root->m.t0);
    if (zero && tied && quiet && some_layer_tied(w)) {
        nsl_moments_mp *m = &w->root->m;
        mpfr_ptr delta = w->x[T1];
        mpfr_set_d(delta, level->model->model->spectrum->smallest, MPFR_RNDN);
        mpfr_div_2ui(delta, delta, (unsigned long)level->bits + 64, MPFR_RNDN);
        if (!nsl_level_moments(m, level, delta, true))
            return nsl_fail_memory(err);
        for (size_t k = 0; k < w->p->layers; k++)
            mpfr_add(w->root->gap[k], w->root->gap[k], m->above, MPFR_RNDN);
        mpfr_add(w->root->gap_samples, w->root->gap_samples, m->above, MPFR_RNDN);
        set_risk(w);
        set_parts(out, w);
        out->notes |= NSL_NOTE_KINK;
        mpfr_set_zero(w->root->gap_samples, 1); /* as it is at Δ = 0 */
        mpfr_set_zero(w->root->gap[w->p->layers - 1], 1);
        return NSL_OK;
    }
    set_risk(w);
    bool peak = tied && (zero || (some_layer_tied(w) && !mpfr_zero_p(w->x[SHARE_K])));
    if (zero && tied && quiet) {
        mpfr_ptr none[] = {out->signal_loss, out->noise_loss, out->bias,
                           out->variance_samples, out->variance_features};
        for (size_t i = 0; i < sizeof none / sizeof *none; i++)
            mpfr_set_zero(none[i], 1);
        return NSL_OK;
    }
    set_parts(out, w);
    mpfr_ptr parts[] = {out->signal_loss, out->noise_loss, out->variance_features,
                        out->variance_samples};
    bool whole = mpfr_zero_p(out->signal_loss) && mpfr_zero_p(out->noise_loss);
    if (peak && !whole)
        out->notes |= NSL_NOTE_DIVERGES;
    for (int i = 0; i < (zero ? 4 : 3) && peak; i++)
        if (!mpfr_zero_p(parts[i]))
            mpfr_set_nan(parts[i]);
    return NSL_OK;
}

/* Test and train loss of E, in the units asked for; the elasticities follow a shift of
 * the test loss. */
static void set_losses(nsl_prediction_mp *out, work *w, const nsl_level *level,
                       nsl_units units)
{
    mpfr_ptr clean = w->x[T1], noisy = w->x[T2], half = w->x[T3];
    mpfr_add(clean, out->signal_loss, out->noise_loss, MPFR_RNDN);
    mpfr_add(noisy, clean, w->p->noise, MPFR_RNDN);
    mpfr_set_d(half, units.mse ? 1.0 : 0.5 * level->model->model->outputs, MPFR_RNDN);
    /* [E3]   E_train = (b/P)² (E + σ_ε²) */
    if (mpfr_zero_p(w->b)) {
        mpfr_set_zero(out->train_loss, 1);
    } else {
        mpfr_mul(out->train_loss, noisy, half, MPFR_RNDN);
        if (mpfr_number_p(w->P)) {
            mpfr_div(w->x[TOTAL], w->b, w->P, MPFR_RNDN);
            mpfr_sqr(w->x[TOTAL], w->x[TOTAL], MPFR_RNDN);
            mpfr_mul(out->train_loss, out->train_loss, w->x[TOTAL], MPFR_RNDN);
        }
    }
    mpfr_ptr elasticity[] = {out->elasticity_features, out->elasticity_samples,
                             out->elasticity_ridge};
    for (int i = 0; i < 3 && units.test_noise && !mpfr_zero_p(noisy); i++) {
        if (mpfr_zero_p(clean) && mpfr_nan_p(elasticity[i]) &&
            !(out->notes & NSL_NOTE_KINK))
            mpfr_set_zero(elasticity[i], 1);
        mpfr_mul(elasticity[i], elasticity[i], clean, MPFR_RNDN);
        mpfr_div(elasticity[i], elasticity[i], noisy, MPFR_RNDN);
    }
    mpfr_mul(out->test_loss, units.test_noise ? noisy : clean, half, MPFR_RNDN);
    mpfr_ptr parts[] = {out->signal_loss, out->noise_loss, out->bias,
                        out->variance_samples, out->variance_features};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        mpfr_mul(parts[i], parts[i], half, MPFR_RNDN);
}

/* N = P = M = ∞ without a ridge, as in loss.c: E = E_noise = α σ_ε². */
static void set_noise_floor(nsl_prediction_mp *out, work *w, const nsl_level *level,
                            nsl_units units)
{
    mpfr_mul(out->noise_loss, level->tables.alpha, w->p->noise, MPFR_RNDN);
    set_losses(out, w, level, units);
    mpfr_set_zero(out->train_loss, 1);
    set_flat(out);
    out->notes &= ~(unsigned)NSL_NOTE_ZERO_LOSS;
    out->notes |= NSL_NOTE_ORDER;
}

nsl_status nsl_loss_mp(nsl_prediction_mp *out, nsl_level *level,
                       const nsl_problem_mp *problem, nsl_root_mp *root,
                       nsl_units units, nsl_error *err)
{
    work w;
    work_init(&w, problem, root, mpfr_get_prec(out->test_loss));
    out->notes = 0;
    mpfr_set(out->delta, root->delta, MPFR_RNDN);
    mpfr_set(out->dof, root->m.z, MPFR_RNDN);
    if (root->kind == NSL_ROOT_INFINITE) {
        mpfr_set_nan(out->delta);
        out->notes |= NSL_NOTE_RIDGE_INFINITE;
    }
    if (mpfr_inf_p(root->m.z)) {
        mpfr_set_nan(out->dof);
        out->notes |= NSL_NOTE_DOF_INFINITE;
    }
    nsl_status status = set_risk_at_root(out, &w, level, err);
    if (status == NSL_OK) {
        mpfr_add(w.x[T1], out->signal_loss, out->noise_loss, MPFR_RNDN);
        bool none = mpfr_zero_p(w.x[T1]) != 0;
        if (mpfr_nan_p(w.x[T1]))
            set_undefined(out, 0);
        else if (root->kind == NSL_ROOT_ZERO)
            resolved_elasticities(out, &w);
        else if (root->kind == NSL_ROOT_INFINITE)
            set_flat(out);
        else if (!none)
            set_elasticities(out, &w, level);
        if (none)
            set_undefined(out, units.test_noise && !mpfr_zero_p(problem->noise)
                                   ? 0
                                   : NSL_NOTE_ZERO_LOSS);
        bool endless = mpfr_inf_p(root->m.z) && mpfr_inf_p(problem->samples);
        if (endless && !mpfr_zero_p(problem->noise) && mpfr_zero_p(problem->g))
            set_noise_floor(out, &w, level, units);
        else
            set_losses(out, &w, level, units);
        if (mpfr_nan_p(out->test_loss) || (out->notes & NSL_NOTE_ZERO_LOSS))
            mpfr_set_nan(out->elasticity_time);
        else
            mpfr_set_zero(out->elasticity_time, 1);
    }
    work_clear(&w);
    return status;
}
