/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With X = Δ^{−1/p} as the variable, a number θ of the spectrum changes a sum m by
 * dm = ∂m/∂θ + (∂m/∂lnX) dlnX, the gaps by da = db = −dz, and E of [E2] by the quotient
 * rule. dlnX is 0 at the best ridge; at a fixed one it keeps
 * ln g = −p lnX + ln a + ln b of [E1], and z itself where there is none. */
#include "theory/sensitivity.h"

#include <math.h>

/* dlnX/dθ at a fixed ridge. */
static double shift(const nsl_root *root, double p, double dp, const nsl_law_slope *law)
{
    double a = root->gap[0], b = root->gap_samples;
    double log_x = -log(root->delta) / p, z_x = p * root->m.r;
    if (a == 0.0 || b == 0.0)
        return -law->z / z_x;
    double closeness = 1.0 / a + 1.0 / b;
    return -(dp * log_x + law->z * closeness) / (p + z_x * closeness);
}

double nsl_risk_slope(const nsl_root *root, const nsl_point *point, double p, double dp,
                      const nsl_law_slope *law, nsl_hold hold)
{
    const nsl_moments *m = &root->m;
    double a = root->gap[0], b = root->gap_samples, P = point->samples;
    double x = hold == NSL_HOLD_OPTIMUM ? 0.0 : shift(root, p, dp, law);
    /* by lnX = −lnΔ/p: dz = p r, dr = −p ρ, dt₀ = −2p t_c, dt_d = −p (t_d − 2t_c) */
    double dz = law->z + p * m->r * x;
    double dr = law->r - p * (2.0 * m->q1 - m->r) * x;
    double dt0 = law->t0 - 2.0 * p * m->tc * x;
    double dtd = law->td - p * (m->td - 2.0 * m->tc) * x;
    double s = a / (a + m->r), rest = m->r / (a + m->r);
    double ds = -(dz * m->r + a * dr) / ((a + m->r) * (a + m->r));
    double signal = m->t0 + rest * m->td, noise = m->q + rest * m->r;
    double above = P * signal + point->noise * noise, below = b + s * m->r;
    double d_above =
        P * (dt0 + rest * dtd - ds * m->td) + point->noise * (dz - ds * m->r - s * dr);
    double d_below = -dz + ds * m->r + s * dr;
    return (d_above - above / below * d_below) / below;
}

double nsl_risk_noise_slope(const nsl_root *root)
{
    double a = root->gap[0], r = root->m.r;
    double s = a / (a + r), rest = r / (a + r);
    return (root->m.q + rest * r) / (root->gap_samples + s * r);
}
