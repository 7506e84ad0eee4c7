/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E1]   g = Δ (P − z) Π_k (N_k − z)
 *
 * (theory.md section 2; the planar resummation of MRS, exact by Zhang) solved for Δ
 * without subtracting z from any width. With n the least width and D_j = W_j − n ≥ 0,
 * the least gap ε = n − z follows from Δ alone, Π_j (ε + D_j) = g/Δ, and the root of
 *
 *     h(lnΔ) = z(Δ) − n + ε(Δ),       falling in lnΔ,
 *
 * is bracketed and found by Newton. The moments give z − n as a difference of counts
 * and two short sums, so that h is right to rounding however close z comes to n, and
 * every gap is ε + D_j, a sum of positive terms. Infinite widths are divided out of
 * [E1] first: g becomes g/Π(infinite widths). */
#include "theory/root.h"
#include "core/error.h"
#include "theory/wide.h"

#include <float.h>
#include <math.h>

/* Newton doubles the digits; bisection alone would take about 60 steps. */
enum { ITERATIONS_MAX = 200, GAP_ITERATIONS_MAX = 100 };

/* A relative step this small is the rounding of Δ itself. */
static const double STEP_FLOOR = 2 * DBL_EPSILON;

/* Rounding of h never excuses a step longer than this: far from the root the counts
 * are far from n, and their rounding is no measure of anything. */
static const double NOISE_MAX = 1e-9;

/* Above this λ + Δ might overflow. */
static const double DELTA_MAX = DBL_MAX / 4;

/* Without a bracket on one side, a step in lnΔ is at most this long. */
static const double STEP_MAX = 40.0;

/* Below this step Newton converges quadratically and needs no bisection. */
static const double SETTLED = 1e-6;

/* Up to here e^x is 1 + x + x²/2, and ln(1+x) x in a step of Newton's, to rounding. */
static const double SMALL_EXP = 1e-5, SMALL_LOG = 1e-9;

/* Where `a` is NaN, `b`: fmin and fmax, which look at both, are calls, and take a tenth
 * of a map's time. */
static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The finite widths of the problem, measured from the least of them. */
typedef struct {
    double least;                      /* n; INFINITY when there is no finite width */
    size_t count;                      /* finite widths, P among them */
    double excess[NSL_LAYERS_MAX + 1]; /* D_j */
    double most;                       /* the largest excess */
    bool ridgeless;
    nsl_wide ridge; /* g over the infinite widths; 0 when ridgeless */
    /* the same as a double, where two widths or fewer leave a closed form for the gap
     * that stays within the range of double; else 0 */
    double plain_ridge;
} widths;

/* Between these a ridge and widths leave room for squares and quotients. */
static const double PLAIN_MIN = 0x1p-400, PLAIN_MAX = 0x1p+400;

static bool is_plain(double value)
{
    return value > PLAIN_MIN && value < PLAIN_MAX;
}

static nsl_status check_point(const nsl_model *model, const nsl_point *point,
                              nsl_error *err)
{
    if (!(point->features > 0.0))
        return nsl_fail(err, NSL_EINVAL, "features", "must be a number > 0, got %g",
                        point->features);
    if (!(point->samples > 0.0))
        return nsl_fail(err, NSL_EINVAL, "samples", "must be a number > 0, got %g",
                        point->samples);
    const char *field = model->convention == NSL_RIDGE_MRS ? "ridge" : "kernel-ridge";
    if (!(point->ridge >= 0.0))
        return nsl_fail(err, NSL_EINVAL, field, "must be a number >= 0, got %g",
                        point->ridge);
    if (!(point->noise >= 0.0 && isfinite(point->noise)))
        return nsl_fail(err, NSL_EINVAL, "noise",
                        "must be a finite number >= 0, got %g", point->noise);
    if (!(point->ensemble >= 1.0 || point->ensemble == 0.0) ||
        (isfinite(point->ensemble) && point->ensemble != floor(point->ensemble)))
        return nsl_fail(err, NSL_EINVAL, "ensemble",
                        "must be a whole number >= 1, or inf, got %g", point->ensemble);
    bool same = point->ridge == 0.0 || isinf(point->ridge); /* in both conventions */
    if (model->convention == NSL_RIDGE_KERNEL || same)
        return NSL_OK;
    const char *infinite = nsl_model_infinite(model, point->features);
    if (infinite)
        return nsl_fail(err, NSL_EINVAL, "ridge",
                        "must be 0 at %s = inf, where it is not defined; give "
                        "kernel-ridge instead",
                        infinite);
    return NSL_OK;
}

/* g over the infinite widths: γ·M·Π(hidden)/σ_u^{2·layers}, or δ·Π(finite widths). */
static nsl_wide scaled_ridge(const nsl_model *model, const nsl_point *point)
{
    nsl_wide g = nsl_wide_normal(point->ridge, 0);
    bool mrs = model->convention == NSL_RIDGE_MRS;
    if (mrs)
        g = nsl_wide_over(nsl_wide_times(g, (double)model->spectrum->latents),
                          model->sigma_u2);
    else if (isfinite(point->features))
        g = nsl_wide_times(g, point->features);
    for (size_t k = 0; k < model->hidden_count; k++) {
        if (isfinite(model->hidden[k]))
            g = nsl_wide_times(g, model->hidden[k]);
        if (mrs)
            g = nsl_wide_over(g, model->sigma_u2);
    }
    return g;
}

/* The same in double where no layer is hidden and nothing leaves its range: the same
 * bits, in fewer steps; else 0. */
static double plain_scaled_ridge(const nsl_model *model, const nsl_point *point)
{
    bool mrs = model->convention == NSL_RIDGE_MRS;
    bool grows = !mrs && isfinite(point->features); /* the kernel's ridge, with N */
    double factor = mrs ? (double)model->spectrum->latents : point->features;
    if (model->hidden_count > 0 || !is_plain(point->ridge) ||
        !(mrs ? is_plain(model->sigma_u2) : !grows || is_plain(factor)))
        return 0.0;
    return mrs ? point->ridge * factor / model->sigma_u2
               : (grows ? point->ridge * factor : point->ridge);
}

static void widths_set(widths *w, const nsl_model *model, const nsl_point *point)
{
    double all[NSL_LAYERS_MAX + 1];
    size_t count = 0;
    for (size_t k = 0; k < model->hidden_count; k++)
        all[count++] = model->hidden[k];
    all[count++] = point->features;
    all[count++] = point->samples;
    w->least = INFINITY;
    for (size_t j = 0; j < count; j++)
        w->least = lesser(all[j], w->least);
    w->count = 0;
    w->most = w->plain_ridge = 0.0;
    for (size_t j = 0; j < count; j++)
        if (isfinite(all[j])) {
            double excess = all[j] - w->least;
            w->excess[w->count++] = excess;
            w->most = larger(excess, w->most);
        }
    w->ridgeless = point->ridge == 0.0 || isinf(point->samples);
    w->ridge = (nsl_wide){0.0, 0};
    if (w->ridgeless)
        return;
    double plain = plain_scaled_ridge(model, point);
    w->ridge = plain > 0.0 ? nsl_wide_normal(plain, 0) : scaled_ridge(model, point);
    if (plain == 0.0)
        plain = ldexp(w->ridge.mantissa, (int)w->ridge.exponent);
    if (w->count <= 2 && is_plain(plain) && w->most < PLAIN_MAX)
        w->plain_ridge = plain;
}

/* ln of [Π_j (ε + D_j)] / [g/Δ], without forming either. */
static double gap_excess(const widths *w, double gap, double delta)
{
    nsl_wide ratio = nsl_wide_over(nsl_wide_normal(delta, 0), w->ridge.mantissa);
    ratio.exponent -= w->ridge.exponent;
    for (size_t j = 0; j < w->count; j++)
        ratio = nsl_wide_times(ratio, gap + w->excess[j]);
    return nsl_wide_log(ratio);
}

/* Σ_j ε/(ε + D_j) = −dlnΔ/dlnε at fixed g. */
static double gap_slope(const widths *w, double gap)
{
    double slope = 0.0;
    for (size_t j = 0; j < w->count; j++)
        slope += w->excess[j] == 0.0 ? 1.0 : gap / (gap + w->excess[j]);
    return slope;
}

/* The least gap ε(Δ). With one width it is g/Δ, with two the root of a quadratic:
 *
 *     ε (ε + D) = g/Δ,     ε = 2 (g/Δ)/(D + √(D² + 4g/Δ)).
 *
 * With more ln Π(ε + D_j) is convex and increasing in lnε and (g/Δ)^{1/J} lies above
 * the root, so that Newton comes down monotonically. */
static double gap_at(const widths *w, double delta)
{
    if (w->ridgeless)
        return 0.0;
    if (w->plain_ridge > 0.0 && is_plain(delta)) {
        double product = w->plain_ridge / delta, D = w->most;
        return w->count == 1 ? product
                             : 2.0 * product / (D + sqrt(D * D + 4.0 * product));
    }
    double log_gap = (nsl_wide_log(w->ridge) - log(delta)) / (double)w->count;
    double gap = exp(log_gap);
    for (int i = 0; i < GAP_ITERATIONS_MAX && gap > 0.0 && isfinite(gap); i++) {
        double step = gap_excess(w, gap, delta) / gap_slope(w, gap);
        gap *= exp(-step);
        if (fabs(step) < 1e-8) /* the next one would be below rounding */
            break;
    }
    return gap;
}

/* z − n + ε from the counts: exact but for the rounding of the short sums. */
static double excess_dof(const nsl_moments *m, double least, double gap)
{
    return (((m->count - least) + m->count_low) - m->above) + (m->below + gap);
}

double nsl_root_excess(const nsl_moments *m, double least)
{
    return excess_dof(m, least, 0.0);
}

/* −dh/dlnΔ > 0. */
static double falling_slope(const nsl_moments *m, const widths *w, double gap)
{
    return m->r + (gap > 0.0 ? gap / gap_slope(w, gap) : 0.0);
}

/* Rounding of h. */
static double excess_error(const nsl_moments *m, const widths *w, double gap)
{
    return m->z_error +
           DBL_EPSILON * (fabs(m->count - w->least) + (4.0 + (double)w->count) * gap);
}

/* Least Δ of which the moments can be had: a power law has them as functions of Δ/λ₊.
 */
static double least_delta(const nsl_spectrum *spectrum)
{
    bool law = nsl_spectrum_origin(spectrum)->ops == &nsl_powerlaw_ops;
    return law ? DBL_MIN * larger(1.0, nsl_powerlaw_numbers(spectrum).lambda_max)
               : DBL_MIN;
}

/* Where to start: above both Δ(ε = 0) and Δ(z = 0), roughly. */
static double first_delta(const nsl_model *model, const widths *w)
{
    const nsl_spectrum *s = model->spectrum;
    double guess = 0.0;
    if (w->least < (double)s->rank || s->rank == NSL_LATENTS_INFINITE)
        guess = s->ops->guess(s, w->least);
    if (!w->ridgeless) {
        nsl_wide only_ridge = w->ridge;
        for (size_t j = 0; j < w->count; j++)
            only_ridge = nsl_wide_over(only_ridge, w->least + w->excess[j]);
        guess = fmax(guess, exp(nsl_wide_log(only_ridge)));
    }
    return fmin(fmax(guess, least_delta(s)), DELTA_MAX);
}

/* The brackets and the last step of the search, in lnΔ. */
typedef struct {
    double low, high; /* Δ; 0 and INFINITY while unknown */
    double last_step;
} search;

typedef struct {
    double h, slope; /* −dh/dlnΔ */
} excess;

/* Newton on ln(z+ε), which is nearly straight in lnΔ for a power law; where z and n
 * nearly agree in whole counts and only small remainders differ, by decades perhaps,
 * h = p − q with p and q > 0, what is above n and what is below, on ln p − ln q. */
static double newton_step(excess e, const nsl_moments *m, double n, double gap)
{
    double total = m->z + gap, counted = (m->count - n) + m->count_low;
    if (fabs(e.h) >= 0.5 * n)
        return log(total / n) * (total / e.slope);
    double p = m->below + gap + (counted > 0.0 ? counted : 0.0);
    double q = m->above + (counted < 0.0 ? -counted : 0.0);
    if (p > 0.0 && q > 0.0 && (p > 2.0 * q || q > 2.0 * p)) {
        double p_slope =
            e.slope - m->r * (m->above / (m->above + m->below)); /* roughly */
        return log(p / q) / (p_slope / p + (e.slope - p_slope) / q);
    }
    double ratio = e.h / n;
    return (fabs(ratio) < SMALL_LOG ? ratio : log1p(ratio)) * (total / e.slope);
}

/* Δ after Newton's step, kept inside the bracket and shrinking; else in the middle. */
static double next_delta(search *s, double delta, double h, double step)
{
    if (h > 0.0)
        s->low = delta;
    else
        s->high = delta;
    bool bracketed = s->low > 0.0 && isfinite(s->high);
    if (!bracketed)
        step = larger(lesser(step, STEP_MAX), -STEP_MAX);
    double next = fabs(step) < SMALL_EXP ? delta + delta * (step * (1.0 + 0.5 * step))
                                         : delta * exp(step);
    bool inside = next > s->low && next < s->high;
    bool slow = fabs(step) > SETTLED && fabs(step) > 0.5 * s->last_step;
    if (bracketed && (!inside || slow)) {
        step = 0.5 * (log(s->low / delta) + log(s->high / delta));
        next = delta * exp(step);
    }
    s->last_step = fabs(step);
    return next;
}

static double gap_to(double width, double least, double gap)
{
    return isinf(width) ? (double)INFINITY : gap + (width - least);
}

static void set_gaps(nsl_root *root, const nsl_model *model, const nsl_point *point,
                     double least, double gap)
{
    root->layers = model->hidden_count + 1;
    for (size_t k = 0; k < model->hidden_count; k++)
        root->gap[k] = gap_to(model->hidden[k], least, gap);
    root->gap[root->layers - 1] = gap_to(point->features, least, gap);
    root->gap_samples = gap_to(point->samples, least, gap);
}

/* count − z = above − below = (count − n) + ε. */
static void set_count_less_dof(nsl_root *root, const widths *w, double gap)
{
    const nsl_moments *m = &root->m;
    double counted = (m->count - w->least) + m->count_low;
    root->count_less_dof = m->above - m->below;
    root->count_less_dof_size = m->above + m->below;
    if (fabs(counted) + gap < root->count_less_dof_size) {
        root->count_less_dof = counted + gap;
        root->count_less_dof_size = fabs(counted) + gap;
    }
}

static nsl_status find_positive(nsl_root *root, const nsl_model *model, const widths *w,
                                double start, double *gap, nsl_error *err)
{
    search s = {0.0, INFINITY, INFINITY};
    double least = least_delta(model->spectrum);
    bool given = start > 0.0 && start < DELTA_MAX;
    double delta = given ? start : first_delta(model, w);
    for (int i = 0; i < ITERATIONS_MAX; i++) {
        nsl_moments *m = &root->m;
        nsl_model_moments(m, model, delta);
        *gap = gap_at(w, delta);
        excess e = {excess_dof(m, w->least, *gap), falling_slope(m, w, *gap)};
        double noise = excess_error(m, w, *gap) / e.slope;
        double step = newton_step(e, m, w->least, *gap);
        if (fabs(step) <= lesser(noise, NOISE_MAX) + STEP_FLOOR ||
            fabs(e.h) <= e.slope * STEP_FLOOR) {
            root->kind = NSL_ROOT_POSITIVE;
            root->delta = delta;
            root->delta_error = noise + fabs(step) + 2.0 * STEP_FLOOR;
            set_count_less_dof(root, w, *gap);
            if (*gap < 0.5 * w->least)
                m->z = w->least - *gap;
            return NSL_OK;
        }
        double next = next_delta(&s, delta, e.h, step);
        if ((next < least && delta <= 2 * least) ||
            (next > DELTA_MAX && delta >= DELTA_MAX / 2)) {
            root->kind = next < least ? NSL_ROOT_UNDERFLOW : NSL_ROOT_OVERFLOW;
            return NSL_OK;
        }
        delta = lesser(larger(next, least), DELTA_MAX);
    }
    return nsl_fail(err, NSL_EFAILED, "",
                    "the self-consistent equation did not converge near delta = %g",
                    delta);
}

/* Ridgeless and every latent direction resolved: the sums at Δ = 0. */
static void set_resolved(nsl_root *root, const nsl_model *model)
{
    double rank = (double)model->spectrum->rank;
    if (model->spectrum->rank == NSL_LATENTS_INFINITE)
        rank = INFINITY;
    root->kind = NSL_ROOT_ZERO;
    root->delta = root->delta_error = 0.0;
    root->m = (nsl_moments){
        .count = rank, .z = rank, .q = rank, .t0 = model->target.unlearnable};
}

/* Ridge = ∞: Δ = ∞, z = 0, the whole target is bias. */
static void set_unlearnt(nsl_root *root, const nsl_model *model)
{
    static const double NOTHING = 0x1p-70; /* 1 − u is 1 in double from here on */
    nsl_moments m;
    double delta = model->spectrum->ops->guess(model->spectrum, 0.5);
    do {
        delta = fmin(delta * 0x1p+20, DELTA_MAX);
        nsl_model_moments(&m, model, delta);
    } while (m.z > NOTHING && delta < DELTA_MAX);
    root->kind = NSL_ROOT_INFINITE;
    root->delta = INFINITY;
    root->delta_error = 0.0;
    root->m = (nsl_moments){.t0 = m.t0 + m.td, .error = m.error};
}

nsl_status nsl_root_solve_from(nsl_root *out, const nsl_model *model,
                               const nsl_point *point, double start, nsl_error *err)
{
    nsl_status status = check_point(model, point, err);
    if (status != NSL_OK)
        return status;
    widths w;
    widths_set(&w, model, point);
    nsl_whole rank = nsl_whole_from(model->spectrum->rank);
    bool reaches_rank = (w.least - rank.high) - rank.low >= 0.0 || isinf(w.least);
    if (w.ridgeless && reaches_rank) {
        set_resolved(out, model);
        set_gaps(out, model, point, rank.high, -rank.low);
        return NSL_OK;
    }
    if (!w.ridgeless && isinf(point->ridge)) {
        set_unlearnt(out, model);
        set_gaps(out, model, point, 0.0, 0.0);
        return NSL_OK;
    }
    double gap = 0.0;
    status = find_positive(out, model, &w, start, &gap, err);
    if (status == NSL_OK)
        set_gaps(out, model, point, w.least, gap);
    return status;
}

nsl_status nsl_root_solve(nsl_root *out, const nsl_model *model, const nsl_point *point,
                          nsl_error *err)
{
    return nsl_root_solve_from(out, model, point, 0.0, err);
}

double nsl_root_least_width(const nsl_model *model, const nsl_point *point)
{
    double least = lesser(point->features, point->samples);
    for (size_t k = 0; k < model->hidden_count; k++)
        least = lesser(least, model->hidden[k]);
    return least;
}

void nsl_root_set_gaps(nsl_root *root, const nsl_model *model, const nsl_point *point,
                       double gap)
{
    set_gaps(root, model, point, nsl_root_least_width(model, point), gap);
}

double nsl_root_ridge(const nsl_root *root, const nsl_model *model,
                      const nsl_point *point)
{
    nsl_point unit = *point;
    unit.ridge = 1.0;
    nsl_wide per_ridge = scaled_ridge(model, &unit),
             g = nsl_wide_normal(root->delta, 0);
    for (size_t k = 0; k < root->layers; k++)
        if (isfinite(root->gap[k]))
            g = nsl_wide_times(g, root->gap[k]);
    if (isfinite(root->gap_samples))
        g = nsl_wide_times(g, root->gap_samples);
    g = nsl_wide_over(g, per_ridge.mantissa);
    g.exponent -= per_ridge.exponent;
    if (g.mantissa == 0.0 || g.exponent < DBL_MIN_EXP)
        return 0.0;
    return g.exponent > DBL_MAX_EXP ? (double)INFINITY
                                    : ldexp(g.mantissa, (int)g.exponent);
}

bool nsl_root_resolved_limit(nsl_root *root, const nsl_model *model)
{
    double delta = ldexp(model->spectrum->smallest, -80);
    if (delta < DBL_MIN * 0x1p+80) /* room for Δ² */
        return false;
    nsl_model_moments(&root->m, model, delta);
    for (size_t k = 0; k < root->layers; k++)
        root->gap[k] += root->m.above;
    root->gap_samples += root->m.above;
    return true;
}
