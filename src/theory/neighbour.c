/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At the optimal ridge x = lnΔ and y = ln ε, ε = n − z, solve
 *
 *     F = ln A − ln B = 0 [E4*],      G = z(x) − n + e^y = 0,
 *
 * which keep apart the gap, small where N ≪ P, and z, whose rounding would swamp it.
 * Newton's method from the neighbour's solution, with G_x = −r, G_y = ε, F_y as a
 * difference quotient (no new moments) and F_x kept up to date by Broyden's secant
 * rule. */
#include "theory/neighbour.h"
#include "theory/balance.h"

#include <float.h>
#include <math.h>

enum { STEPS_MAX = 12 };

/* Newton's last step: what is left is its square, or that times the error of F_x. */
static const double SETTLED = 1e-11;

/* A neighbour is nearer than this in lnΔ and ln ε. */
static const double NEAR = 2.0;

/* Step of the difference quotient in y. */
static const double QUOTIENT = 1e-4;

/* Roundings of A and B. */
static const double BALANCE_ERROR = 24 * DBL_EPSILON;

typedef struct {
    const nsl_model *model;
    const nsl_point *point;
    nsl_root root;
    double least; /* n */
    double x, y;  /* ln Δ, ln ε */
    double gap;   /* ε */
    double f, g;  /* F and G */
    double f_x, f_y;
} place;

static double log_balance(place *p, double gap)
{
    nsl_root_set_gaps(&p->root, p->model, p->point, gap);
    nsl_balance b = nsl_balance_of(&p->root, p->model, p->point);
    return log(b.rise / b.fall);
}

/* F, G and F_y at (x, y); false where they are not finite. */
static bool look(place *p)
{
    p->root.delta = exp(p->x);
    p->gap = exp(p->y);
    nsl_model_moments(&p->root.m, p->model, p->root.delta);
    double above = log_balance(p, p->gap * (1.0 + QUOTIENT));
    p->f = log_balance(p, p->gap);
    p->f_y = (above - p->f) / log1p(QUOTIENT);
    p->g = nsl_root_excess(&p->root.m, p->least) + p->gap;
    return isfinite(p->f) && isfinite(p->f_y) && p->f_y != 0.0;
}

/* F_x where no neighbour knows it. */
static bool measure_tilt(place *p)
{
    place beside = *p;
    beside.x += QUOTIENT;
    if (!look(&beside))
        return false;
    p->f_x = (beside.f - p->f) / QUOTIENT;
    return true;
}

/* dG/dx along F = 0. */
static double tilt_of(const place *p)
{
    return -p->root.m.r - p->gap * (p->f_x / p->f_y);
}

/* The root of F = G = 0 from (x, y) on; false when it is not near. */
static bool descend(place *p)
{
    double x = p->x, y = p->y;
    if (!look(p) || (isnan(p->f_x) && !measure_tilt(p)))
        return false;
    for (int i = 0; i < STEPS_MAX; i++) {
        double dx = (p->gap * (p->f / p->f_y) - p->g) / tilt_of(p);
        double dy = -(p->f + p->f_x * dx) / p->f_y;
        double f_y = p->f_y, size = dx * dx + dy * dy;
        p->x += dx;
        p->y += dy;
        if (!(fabs(p->x - x) < NEAR && fabs(p->y - y) < NEAR) || !look(p))
            return false;
        if (size < SETTLED * SETTLED)
            return true;
        /* Broyden: what the linear model left of F; F_y is as old as the step */
        p->f_x += dx * (p->f - 0.5 * (p->f_y - f_y) * dy) / size;
    }
    return false;
}

/* The bound on ln γ = lnΔ + Σ_j ln(ε + D_j), as in optimum_refine.c; also sets that of
 * lnΔ. */
static double ridge_error(place *p)
{
    const nsl_moments *m = &p->root.m;
    double shares = p->gap / p->root.gap_samples, tilt = fabs(tilt_of(p));
    for (size_t k = 0; k < p->root.layers; k++)
        shares += p->gap / p->root.gap[k];
    double gap_error = (4.0 * m->error + BALANCE_ERROR) / fabs(p->f_y);
    double excess_error = m->z_error + p->gap * gap_error +
                          DBL_EPSILON * (fabs(m->count - p->least) + 4.0 * p->gap);
    double drift = fabs(p->f_x / p->f_y) * shares; /* |Σ dln gap_j/dlnΔ| */
    p->root.delta_error = excess_error / tilt + 4 * DBL_EPSILON;
    return p->root.delta_error * (1.0 + drift) + gap_error * shares + 8 * DBL_EPSILON;
}

/* Whether the loss rises on both sides: d(ln A − ln B)/dlnΔ > 0 along ε = n − z. */
static bool is_minimum(const place *p)
{
    return p->f_x + p->f_y * (p->root.m.r / p->gap) > 0.0;
}

/* The next step, if steps change as they did. */
static double ahead_of(double step, double before)
{
    return before == 0.0 ? step : step + (step - before);
}

static void move_on(nsl_neighbour *n, const place *p)
{
    double step_delta = p->x - n->log_delta, step_gap = p->y - n->log_gap;
    *n = (nsl_neighbour){.log_delta = p->x,
                         .log_gap = p->y,
                         .step_delta = step_delta,
                         .step_gap = step_gap,
                         .ahead_delta = ahead_of(step_delta, n->step_delta),
                         .ahead_gap = ahead_of(step_gap, n->step_gap),
                         .tilt = p->f_x,
                         .known = true};
}

bool nsl_optimum_beside(nsl_optimum *out, nsl_root *root, const nsl_model *model,
                        const nsl_point *point, nsl_neighbour *neighbour)
{
    place p = {.model = model, .point = point, .f_x = neighbour->tilt};
    p.x = neighbour->log_delta + neighbour->ahead_delta;
    p.y = neighbour->log_gap + neighbour->ahead_gap;
    p.root.layers = model->hidden_count + 1;
    p.root.kind = NSL_ROOT_POSITIVE;
    p.least = nsl_root_least_width(model, point);
    *out = (nsl_optimum){.kind = NSL_OPTIMUM_INTERIOR};
    if (neighbour->known && isfinite(p.least) && descend(&p) && is_minimum(&p)) {
        out->error = ridge_error(&p);
        out->ridge = nsl_root_ridge(&p.root, model, point);
        out->delta = p.root.delta;
        out->gap = p.gap;
        if (out->error <= NSL_MAP_PROMISE && out->ridge > 0.0 && isfinite(out->ridge)) {
            p.root.m.z = p.least - p.gap;
            *root = p.root;
            move_on(neighbour, &p);
            return true;
        }
    }
    neighbour->known = false;
    return false;
}
