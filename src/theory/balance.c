/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the loss gains and loses by more ridge.
 *
 * At fixed sizes E is a function of Δ alone, and dE/dlnΔ has a form without any
 * cancellation. With Λ = 1/Σ 1/a_k, H = Σ (Λ/a_k)² and N, D numerator and denominator
 * of E, using dΛ = H r dlnΔ, db = r dlnΔ, dt₀ = 2 t_c dlnΔ, dt₁ = t_d dlnΔ,
 * dq = −2 q₁ dlnΔ and dr = ρ dlnΔ, 2 q₁ = r + ρ, every mixed term of N'D − N D' cancels
 * and what is left is
 *
 *     [E4*]  dE/dlnΔ = 2P (A − B)/[Λb + r(Λ+b)]²,
 *            A = Λ [b (q₁ t_d + Λ t_c) + r (Λ+b) t_c] + ½(1−H) b r² t_d,
 *            B = (Λ² q₁ + Λ r²)(t₀ + σ_ε²) + ½(1+H) r³ (t₁ + σ_ε²):
 *
 * sums of positive terms for any target, noise and layers. A noise-free MRS target and
 * one layer (H = 1, t₁ = Δz, t₀ = Δr, t_c = Δq₁, up to a factor) turn A = B into [E4].
 * For the part E_× that averaged models share, likewise with W = P − q = b + r,
 *
 *            dE_×/dlnΔ = 2P (t_c W − q₁ (t₀ + σ_ε²))/W². */
#include "theory/balance.h"

#include <math.h>

/* [E4], all that [E4*] leaves of one model with one layer and a noise-free MRS target:
 * a b q₁ against r³, over r²(a + r). At a ≫ b the other parts of A and B would hide it.
 */
static nsl_balance plain_balance(const nsl_root *root)
{
    const nsl_moments *m = &root->m;
    nsl_split a = nsl_split_of(root->gap[0], m->r);
    return (nsl_balance){a.s * (root->gap_samples * (m->q1 / m->r) / m->r), a.rest};
}

double nsl_balance_value(nsl_balance x)
{
    return (x.rise - x.fall) / (x.rise + x.fall);
}

/* [E4*] over (Λ+r)², with S = Λ/(Λ+r); an ensemble's parts weigh as their derivatives
 * do, (D/(Λ+r))² = (b + S r)² = (fW)². */
nsl_balance nsl_balance_of(const nsl_root *root, const nsl_model *model,
                           const nsl_point *point)
{
    const nsl_moments *m = &root->m;
    if (model->target.kind == NSL_TARGET_MRS && root->layers == 1 &&
        isfinite(root->gap[0]) && point->noise == 0.0 &&
        nsl_ensemble_share(point) == 1.0)
        return plain_balance(root);
    nsl_layers l = nsl_layers_of(root);
    nsl_split s = nsl_split_of(l.gap, m->r);
    double b = root->gap_samples, r = m->r, H = l.share_square, R = s.rest;
    /* 1 − H, of which rounding leaves nothing where one gap is far below the others */
    double layered = l.rest_share * (2.0 - l.rest_share) - l.rest_square;
    double t0 = m->t0 + point->noise, share = nsl_ensemble_share(point);
    nsl_balance one = {b * s.s * m->tc + s.s * s.s * r * m->tc, s.s * s.s * m->q1 * t0};
    if (R > 0.0) {
        one.rise += b * R * m->td * (s.s * (m->q1 / r) + 0.5 * layered * R);
        one.fall += R * r * (s.s * t0 + 0.5 * (1.0 + H) * R * (t0 + m->td));
    }
    if (share == 1.0)
        return one;
    double many = b + r, f = share > 0.0 ? (b + s.s * r) / many : 1.0;
    return (nsl_balance){share * one.rise + (1.0 - share) * m->tc * many * f * f,
                         share * one.fall + (1.0 - share) * m->q1 * t0 * f * f};
}
