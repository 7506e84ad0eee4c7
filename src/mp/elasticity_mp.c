/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formulas of elasticity.c with digits to spare: what cancels is left to cancel,
 * and the precision is raised until the digits agree. */
#include "mp/elasticity_mp.h"

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

/* −dlnE for the changes DX, DGAP and DB (see log_risk_slope in elasticity.c):
 *     dS = [2 s t_c + (1−s) t_d] dx − t_d ds,  ds = (r dΛ − Λρ dx)/(Λ+r)²,
 *     dZ = −(r + s²ρ) dx − (1−s)² dΛ,   d(b + s r) = db + (1−s)² dΛ + s²ρ dx. */
static void set_elasticity(mpfr_t out, nsl_loss_work *w, bool of_samples)
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
static void set_cross_elasticity(mpfr_t out, nsl_loss_work *w, bool of_samples)
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
static void set_mixed_elasticity(mpfr_t out, nsl_loss_work *w, bool of_samples)
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
static void follow_delta(nsl_loss_work *w)
{
    mpfr_mul(w->x[DB], w->r, w->x[DX], MPFR_RNDN);
    mpfr_mul(w->x[DGAP], w->x[SHARE2], w->x[DB], MPFR_RNDN);
}

static void change_ridge(nsl_loss_work *w) /* dx = Λb/D; N = ∞: b/(b+r) */
{
    if (mpfr_inf_p(w->x[GAP]))
        mpfr_div(w->x[DX], w->b, w->x[D], MPFR_RNDN);
    else {
        mpfr_mul(w->x[DX], w->x[GAP], w->b, MPFR_RNDN);
        mpfr_div(w->x[DX], w->x[DX], w->x[D], MPFR_RNDN);
    }
    follow_delta(w);
}

static void change_samples(nsl_loss_work *w) /* dx = −PΛ/D; db = P b(Λ+r)/D */
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

static void change_features(nsl_loss_work *w, bool kernel) /* dx = −N h b/D */
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

void nsl_elasticities_mp_undefined(nsl_prediction_mp *out, unsigned note)
{
    mpfr_set_nan(out->elasticity_features);
    mpfr_set_nan(out->elasticity_samples);
    mpfr_set_nan(out->elasticity_ridge);
    out->notes |= note;
}

void nsl_elasticities_mp_flat(nsl_prediction_mp *out)
{
    mpfr_set_zero(out->elasticity_features, 1);
    mpfr_set_zero(out->elasticity_samples, 1);
    mpfr_set_zero(out->elasticity_ridge, 1);
}

void nsl_elasticities_mp(nsl_prediction_mp *out, nsl_loss_work *w,
                         const nsl_level *level)
{
    const nsl_moments_mp *m = &w->root->m;
    mpfr_mul_2ui(w->x[RHO], m->q1, 1, MPFR_RNDN);
    mpfr_sub(w->x[RHO], w->x[RHO], w->r, MPFR_RNDN);
    nsl_elasticities_mp_flat(out);
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
        nsl_elasticities_mp_undefined(out, NSL_NOTE_KINK);
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

void nsl_elasticities_mp_resolved(nsl_prediction_mp *out, const nsl_loss_work *w)
{
    bool kink = mpfr_zero_p(w->root->gap[w->p->layers - 1]) != 0;
    bool tied = mpfr_zero_p(w->b) != 0;
    nsl_elasticities_mp_flat(out);
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
