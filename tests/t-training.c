/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training time: [E7] by another contour, another precision and another solver, with
 * [E6] as theory.md has it; closed forms; limits; monotony; the best time to stop. */
#include "testing.h"
#include "training/edges.h"
#include "training/node.h"
#include <nslaw/density.h>

#include <complex.h>
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

typedef long double real;
typedef long double complex complex_real;

static double between(gsl_rng *rng, double low, double high)
{
    return low * pow(high / low, gsl_rng_uniform(rng));
}

static nsl_prediction predict(const nsl_model *model, const nsl_point *point)
{
    nsl_prediction p;
    nsl_error err = {0};
    cr_assert(nsl_predict(&p, model, point, &err) == NSL_OK, "N %g P %g t %g k %g: %s",
              point->features, point->samples, point->training.time,
              point->training.steps, err.message);
    return p;
}

/* --- the second route --------------------------------------------------------------
 */

enum { ROWS_MAX = 40, LAYERS_MAX = 2, NODES_MAX = 400, SOLVE_STEPS = 40 };

/* A table with its own target, one or two layers. */
typedef struct {
    size_t rows;
    double lambda[ROWS_MAX], target[ROWS_MAX];
    size_t layers;
    double width[LAYERS_MAX];
    double samples, noise, ridge; /* in units of ω */
} subject;

/* What [E6] needs at one ω. */
typedef struct {
    complex_real omega, delta, z, t1, kappa, b;
} side;

static void sums_at(side *out, const subject *s, complex_real delta,
                    complex_real *slope)
{
    complex_real z = 0, t1 = 0, r = 0;
    for (size_t i = 0; i < s->rows; i++) {
        complex_real u = s->lambda[i] / (s->lambda[i] + delta);
        z += u;
        r += u * (1 - u);
        t1 += s->target[i] * (1 - u);
    }
    *out = (side){
        .delta = delta, .z = z, .t1 = t1, .kappa = delta, .b = 1 - z / s->samples};
    complex_real D = 1 + r / s->samples / out->b; /* dlnω/dlnΔ */
    for (size_t k = 0; k < s->layers; k++) {
        out->kappa *= 1 - z / s->width[k];
        D += r / (s->width[k] - z);
    }
    out->omega = out->kappa * out->b;
    *slope = D;
}

/* [E1] by bisection on the real axis, then along the circle to ω, Newton's method in
 * lnΔ at each step. */
static side solve(const subject *s, complex_real omega)
{
    side at;
    complex_real slope;
    real low = -80, high = 80;
    for (int i = 0; i < 120; i++) {
        real middle = 0.5L * (low + high);
        sums_at(&at, s, expl(middle), &slope);
        bool more = creall(at.b) > 0 && creall(at.omega) < cabsl(omega);
        for (size_t k = 0; k < s->layers; k++)
            more &= creall(at.z) < s->width[k];
        bool inside = creall(at.b) > 0;
        for (size_t k = 0; k < s->layers; k++)
            inside &= creall(at.z) < s->width[k];
        *(!inside || more ? &low : &high) = middle;
    }
    complex_real log_delta = high;
    for (int step = 1; step <= SOLVE_STEPS; step++) {
        complex_real to =
            logl(cabsl(omega)) + I * cargl(omega) * step / (real)SOLVE_STEPS;
        for (int i = 0; i < 60; i++) {
            sums_at(&at, s, cexpl(log_delta), &slope);
            complex_real change = cexpl(to) / at.omega - 1;
            if (cabsl(change) > 0.3L)
                change *= 0.3L / cabsl(change);
            log_delta += change / slope;
            if (cabsl(change) < 1e-18L)
                break;
        }
    }
    sums_at(&at, s, cexpl(log_delta), &slope);
    return at;
}

/* E₁₂ and T₁₂ as in theory.md section 12, of one model or with features of their own.
 */
static complex_real cross_risk(const subject *s, const side *a, const side *b, bool own)
{
    complex_real k1 = own ? a->delta : a->kappa, k2 = own ? b->delta : b->kappa;
    complex_real q = (k2 * b->z - k1 * a->z) / (k2 - k1);
    complex_real B = (k2 * a->t1 - k1 * b->t1) / (k2 - k1);
    return (B + s->noise * q / s->samples) / (1 - q / s->samples);
}

/* Nodes and weights of a filter. */
typedef struct {
    size_t count;
    side at[NODES_MAX];
    complex_real weight[NODES_MAX];
} contour;

/* Weideman and Trefethen's parabola for one time. */
static void parabola(contour *c, const subject *s, size_t count, real t)
{
    c->count = count;
    for (size_t k = 0; k < count; k++) {
        real x = (2 * (real)k + 1) * M_PIl / (real)count - M_PIl, n = (real)count;
        complex_real w = n / t * (0.1309L - 0.1194L * x * x + 0.25L * I * x);
        complex_real slope = n / t * (-0.2388L * x + 0.25L * I);
        c->at[k] = solve(s, s->ridge + w);
        c->weight[k] = cexpl(w * t) / w * slope / (I * n);
    }
}

/* A circle for k steps at a rate. */
static void circle(contour *c, const subject *s, size_t count, real radius, real steps,
                   real rate)
{
    c->count = count;
    for (size_t k = 0; k < count; k++) {
        real x = (2 * (real)k + 1) * M_PIl / (real)count - M_PIl;
        complex_real z = radius * cexpl(I * x), w = (z - 1) / rate;
        c->at[k] = solve(s, s->ridge + w);
        c->weight[k] = cpowl(z, steps) * z / (z - 1) / (real)count;
    }
}

typedef struct {
    real test, train, cross, dof;
} answer;

static answer sum_pairs(const subject *s, const contour *a, const contour *b)
{
    complex_real test = 0, train = 0, cross = 0, dof = 0;
    for (size_t i = 0; i < a->count; i++) {
        dof += a->weight[i] * a->at[i].z;
        for (size_t j = 0; j < b->count; j++) {
            complex_real c = a->weight[i] * b->weight[j];
            complex_real e = cross_risk(s, &a->at[i], &b->at[j], false);
            test += c * e;
            train += c * a->at[i].b * b->at[j].b * (e + s->noise);
            cross += c * cross_risk(s, &a->at[i], &b->at[j], true);
        }
    }
    return (answer){creall(test), creall(train), creall(cross), creall(dof)};
}

static testing_model model_of(const subject *s)
{
    nsl_spectrum *spectrum;
    nsl_error err;
    nsl_model_options o = nsl_model_defaults();
    o.convention = NSL_RIDGE_KERNEL;
    o.hidden = s->width;
    o.hidden_count = s->layers - 1;
    cr_assert(nsl_spectrum_new_table(&spectrum, s->rows, s->lambda, s->target, NULL,
                                     &err) == NSL_OK,
              "%s", err.message);
    return testing_on(spectrum, &o);
}

static void draw(subject *s, gsl_rng *rng)
{
    *s = (subject){.rows = 5 + gsl_rng_uniform_int(rng, ROWS_MAX - 5)};
    for (size_t i = 0; i < s->rows; i++) {
        s->lambda[i] = between(rng, 1e-3, 1.0);
        s->target[i] = between(rng, 1e-2, 1.0);
    }
    s->layers = 1 + gsl_rng_uniform_int(rng, LAYERS_MAX);
    for (size_t k = 0; k < s->layers; k++)
        s->width[k] = ceil(between(rng, 2.0, 60.0));
    s->samples = ceil(between(rng, 2.0, 60.0));
    if (gsl_rng_uniform_int(rng, 4) == 0)
        s->samples = s->width[s->layers - 1];
    s->noise = gsl_rng_uniform_int(rng, 2) ? between(rng, 1e-3, 1.0) : 0.0;
    s->ridge = gsl_rng_uniform_int(rng, 2) ? between(rng, 1e-4, 0.1) : 0.0;
}

static nsl_point point_of(const subject *s)
{
    return (nsl_point){s->width[s->layers - 1], s->samples, s->ridge * s->samples,
                       s->noise, 1.0};
}

/* Both contours are at rounding; what the loss lacks of the untrained one is lost. */
static const double AGREE = 2e-13;

static void compare(const subject *s, const nsl_model *model, nsl_training training,
                    answer truth)
{
    nsl_point point = point_of(s);
    point.training = training;
    nsl_prediction p = predict(model, &point);
    double whole = 0.0;
    for (size_t i = 0; i < s->rows; i++)
        whole += s->target[i];
    char what[120];
    snprintf(what, sizeof what, "N %g P %g layers %zu noise %g ridge %g t %g k %g",
             point.features, s->samples, s->layers, s->noise, s->ridge, training.time,
             training.steps);
    cr_expect(fabs((double)(2 * p.test_loss - truth.test)) <=
                  AGREE * (whole + s->noise) + AGREE * (double)truth.test,
              "%s: test %.17g, not %.17Lg", what, 2 * p.test_loss, truth.test);
    cr_expect(isnan(p.train_loss) || fabs((double)(2 * p.train_loss - truth.train)) <=
                                         AGREE * (whole + s->noise),
              "%s: train %.17g, not %.17Lg", what, 2 * p.train_loss, truth.train);
    cr_expect(fabs(p.dof - (double)truth.dof) <= AGREE * (double)s->rows,
              "%s: dof %.17g, not %.17Lg", what, p.dof, truth.dof);
    point.ensemble = 4.0;
    p = predict(model, &point);
    real ensemble = truth.cross + (truth.test - truth.cross) / 4;
    cr_expect(fabs((double)(2 * p.test_loss - ensemble)) <=
                  AGREE * (whole + s->noise) + AGREE * (double)truth.test,
              "%s: of 4 models %.17g, not %.17Lg", what, 2 * p.test_loss, ensemble);
}

Test(training, flow_on_another_contour)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 31);
    static contour a, b;
    for (int i = 0; i < 40; i++) {
        subject s;
        draw(&s, rng);
        testing_model m = model_of(&s);
        double t = between(rng, 1e-3, 1e5);
        parabola(&a, &s, 38, t);
        parabola(&b, &s, 42, t);
        compare(&s, m.model, (nsl_training){.kind = NSL_FLOW, .time = t},
                sum_pairs(&s, &a, &b));
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

/* The largest eigenvalue by the density, in units of ω: with ω₀, what a rate must stay
 * below 2 over. */
static double largest_of(const subject *s, const nsl_model *model)
{
    nsl_density *density;
    nsl_error err;
    nsl_gram gram = {s->width[s->layers - 1], s->samples, NSL_SIDE_SAMPLES, true};
    cr_assert(nsl_density_new(&density, model, &gram, &err) == NSL_OK, "%s",
              err.message);
    double edge = nsl_density_bulk(density, nsl_density_bulks(density) - 1).upper;
    nsl_density_free(density);
    return edge / s->samples;
}

Test(training, descent_on_another_contour)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 32);
    static contour a, b;
    for (int i = 0; i < 40; i++) {
        subject s;
        draw(&s, rng);
        testing_model m = model_of(&s);
        double rate =
            2.0 / (largest_of(&s, m.model) + s.ridge) * between(rng, 0.1, 0.99);
        /* grows by e³ at most, and 1/radius^(nodes − steps) is left */
        double steps = floor(between(rng, 1.0, 24.0));
        size_t count = (size_t)(16.0 * steps) + 4;
        circle(&a, &s, count, expl(3.0L / steps), steps, rate);
        circle(&b, &s, count + 2, expl(3.1L / steps), steps, rate);
        compare(&s, m.model,
                (nsl_training){.kind = NSL_DESCENT, .steps = steps, .rate = rate},
                sum_pairs(&s, &a, &b));
        testing_free(&m);
    }
    gsl_rng_free(rng);
}

/* --- closed forms ------------------------------------------------------------------
 */

/* N = P = ∞: L = ½ Σ v² f², f = e^{−λt} or (1−ηλ)^k with a ridge that adds nothing. */
Test(training, infinite_sizes_have_a_closed_form)
{
    enum { LATENTS = 500 };
    for (int i = 0; i < 60; i++) {
        double alpha = 0.2 + 0.4 * (i % 4), beta = 0.3 + 0.9 * (i % 5);
        nsl_model_options o = nsl_model_defaults();
        o.convention = NSL_RIDGE_KERNEL;
        o.source = beta;
        testing_model m = testing_powerlaw(alpha, LATENTS, &o);
        nsl_point point = {(double)INFINITY, (double)INFINITY, 0.0, 0.2, 1.0};
        bool flow = i % 2 == 0;
        double t = pow(10.0, i / 10.0 - 2.0), k = floor(pow(10.0, i / 12.0));
        double rate = 0.4 + 0.3 * (i % 6);
        point.training = flow ? (nsl_training){.kind = NSL_FLOW, .time = t}
                              : (nsl_training){NSL_DESCENT, 0.0, k, rate};
        real loss = 0, slope = 0, next = 0, whole = 0, dof = 0;
        for (int j = LATENTS; j >= 1; j--) {
            real lambda = powl(j, -1.0L - alpha), v = powl(j, -1.0L - beta);
            real f = flow ? expl(-lambda * t) : powl(1 - rate * lambda, k);
            whole += v;
            loss += v * f * f;
            slope += v * 2 * lambda * t * f * f;
            next += v * f * f * (1 - rate * lambda) * (1 - rate * lambda);
            dof += 1 - f;
        }
        nsl_prediction p = predict(m.model, &point);
        double elasticity =
            (double)(flow ? slope / loss : -logl(next / loss) / log1pl(1 / (real)k));
        double truth = (double)(loss / whole / 2);
        cr_expect(fabs(p.test_loss - truth) <= fmax(p.error, 1e-14) * truth &&
                      fabs(p.test_loss - truth) <= 1e-13,
                  "case %d: %.17g, not %.17g within %g", i, p.test_loss, truth,
                  p.error);
        cr_expect(fabs(p.elasticity_time - elasticity) <=
                      p.elasticity_error * fmax(1.0, elasticity),
                  "case %d: e_t %.17g, not %.17g to %g", i, p.elasticity_time,
                  elasticity, p.elasticity_error);
        cr_expect(fabs(p.dof - (double)dof) <= 1e-12 * (double)dof, "case %d: dof", i);
        cr_expect(p.train_loss == p.test_loss + 0.1 ||
                      fabs(p.train_loss / (p.test_loss + 0.1) - 1.0) < 1e-14,
                  "case %d: train", i);
        testing_free(&m);
    }
}

/* --- limits, random models ---------------------------------------------------------
 */

typedef struct {
    testing_model m;
    nsl_point point;
    char name[160];
} random_case;

static random_case draw_case(gsl_rng *rng)
{
    random_case c;
    static double hidden[2];
    nsl_model_options o = nsl_model_defaults();
    double alpha = between(rng, 0.1, 3.0);
    uint64_t latents = gsl_rng_uniform_int(rng, 3) ? (uint64_t)between(rng, 10.0, 1e14)
                                                   : NSL_LATENTS_INFINITE;
    o.convention = NSL_RIDGE_KERNEL;
    if (gsl_rng_uniform_int(rng, 2))
        o.source = between(rng, 0.1, 5.0);
    hidden[0] = ceil(between(rng, 3.0, 1e5));
    o.hidden = hidden;
    o.hidden_count = gsl_rng_uniform_int(rng, 3) == 0;
    c.m = testing_powerlaw(alpha, latents, &o);
    c.point =
        (nsl_point){ceil(between(rng, 2.0, 1e5)), ceil(between(rng, 2.0, 1e5)),
                    gsl_rng_uniform_int(rng, 2) ? between(rng, 1e-5, 1.0) : 0.0,
                    gsl_rng_uniform_int(rng, 2) ? between(rng, 1e-3, 1.0) : 0.0, 1.0};
    if (gsl_rng_uniform_int(rng, 6) == 0)
        c.point.features = (double)INFINITY;
    if (gsl_rng_uniform_int(rng, 6) == 0)
        c.point.samples = (double)INFINITY;
    snprintf(c.name, sizeof c.name,
             "alpha %g M %g source %g hidden %g N %g P %g ridge %g noise %g", alpha,
             (double)latents, o.source, o.hidden_count ? hidden[0] : 0.0,
             c.point.features, c.point.samples, c.point.ridge, c.point.noise);
    return c;
}

/* What the second order of λt adds at t = 1e-4, and rounding of a slope that is 0. */
static const double SECOND_ORDER = 1e-2, FLAT = 1e-14;

/* Descent at the brink of stability, where the largest eigenvalue overshoots by nearly
 * as much each step, and where one step does away with nearly all: values are within
 * their bounds of L = ½ Σ v² (1−ηλ)^2k. */
Test(training, brink_of_stability)
{
    static const double lambda[] = {1.0, 0.3, 1e-9}, target[] = {1.0, 1.0, 1e-12};
    static const double rates[] = {0.9,           0.99,          0.999,
                                   1.9,           2.0 - 0x1p-10, 2.0 - 0x1p-20,
                                   2.0 - 0x1p-36, 2.0 - 0x1p-44};
    static const double steps[] = {1.0, 2.0, 30.0, 1e3, 1e5, 1e7};
    int known = 0;
    for (size_t rows = 1; rows <= 3; rows += 2) {
        nsl_spectrum *table;
        nsl_model_options o = nsl_model_defaults();
        o.convention = NSL_RIDGE_KERNEL;
        cr_assert(nsl_spectrum_new_table(&table, rows, lambda, target, NULL, NULL) ==
                  NSL_OK);
        testing_model m = testing_on(table, &o);
        nsl_point trained = {(double)INFINITY, (double)INFINITY, 0.0, 0.0, 1.0, {0}};
        nsl_point at_start = trained;
        at_start.training = (nsl_training){.kind = NSL_FLOW, .time = 0.0};
        real whole = 0;
        for (size_t i = 0; i < rows; i++)
            whole += target[i];
        double scale = predict(m.model, &at_start).test_loss / (double)whole;
        for (size_t i = 0; i < 8; i++)
            for (size_t k = 0; k < 6; k++) {
                nsl_point at = trained;
                at.training = (nsl_training){NSL_DESCENT, 0.0, steps[k], rates[i]};
                nsl_prediction p = predict(m.model, &at);
                real loss = 0, next = 0, dof = 0;
                for (size_t j = 0; j < rows; j++) {
                    real f = powl(1 - (real)rates[i] * lambda[j], steps[k]);
                    real g = f * (1 - (real)rates[i] * lambda[j]);
                    loss += target[j] * f * f;
                    next += target[j] * g * g;
                    dof += 1 - f;
                }
                double truth = scale * (double)loss;
                double slope =
                    (double)(-logl(next / loss) / log1pl(1 / (real)steps[k]));
                known += !isnan(p.test_loss);
                cr_expect(!(fabs(p.test_loss - truth) > p.error * truth),
                          "%zu rows, rate %.17g, %g steps: %.17g, not %.17g, to %g",
                          rows, rates[i], steps[k], p.test_loss, truth, p.error);
                cr_expect(
                    !(fabs(p.dof - (double)dof) > p.dof_error * fabs((double)dof)),
                    "%zu rows, rate %.17g, %g steps: dof %.17g, not %.17g, to %g", rows,
                    rates[i], steps[k], p.dof, (double)dof, p.dof_error);
                cr_expect(
                    !(fabs(p.elasticity_time - slope) >
                      p.elasticity_time_error + 1e-15 * fabs(slope)),
                    "%zu rows, rate %.17g, %g steps: slope %.17g, not %.17g, to %g",
                    rows, rates[i], steps[k], p.elasticity_time, slope,
                    p.elasticity_time_error);
            }
        testing_free(&m);
    }
    cr_expect(known > 40, "%d", known);
}

/* t → 0: E = V − 2t Σ v²λ for any N and P; and t = 0 is the untrained model. */
Test(training, short_times)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 33);
    for (int i = 0; i < 60; i++) {
        random_case c = draw_case(rng);
        c.point.noise = 0.0;
        double far = 1e8; /* Σ v²λ = t_d Δ at Δ → ∞ */
        nsl_moments m;
        nsl_error err;
        cr_assert(nsl_moments_at(&m, c.m.model, far, &err) == NSL_OK);
        double first = m.td * far, t = 1e-4;
        c.point.training = (nsl_training){.kind = NSL_FLOW, .time = t};
        nsl_prediction p = predict(c.m.model, &c.point);
        c.point.training.time = 0.0;
        nsl_prediction none = predict(c.m.model, &c.point);
        cr_expect(fabs(2.0 * none.test_loss - (m.t0 + m.td)) < 1e-6 &&
                      none.elasticity_time == 0.0 && none.dof == 0.0,
                  "%s: untrained %.17g", c.name, none.test_loss);
        double fall = t * 2.0 * first / (2.0 * p.test_loss);
        cr_expect(fabs(p.elasticity_time - fall) < SECOND_ORDER * fall + FLAT,
                  "%s: e_t %g, not %g", c.name, p.elasticity_time, fall);
        testing_free(&c.m);
    }
    gsl_rng_free(rng);
}

/* t → ∞: the trained model, where the spectrum ends above 0. */
Test(training, long_times)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 34);
    int seen = 0;
    for (int i = 0; i < 80; i++) {
        random_case c = draw_case(rng);
        nsl_prediction trained = predict(c.m.model, &c.point);
        c.point.training = (nsl_training){.kind = NSL_FLOW, .time = 1e60};
        nsl_prediction p = predict(c.m.model, &c.point);
        bool ends = c.point.features != c.point.samples && trained.test_loss > 0.0;
        seen += ends;
        if (ends)
            cr_expect(testing_distance(p.test_loss, trained.test_loss) < 1e-12 &&
                          fabs(p.elasticity_features - trained.elasticity_features) <
                              1e-10 * fmax(1.0, fabs(trained.elasticity_features)),
                      "%s: %.17g, not %.17g", c.name, p.test_loss, trained.test_loss);
        c.point.training.time = (double)INFINITY;
        p = predict(c.m.model, &c.point);
        cr_expect(testing_distance(p.test_loss, trained.test_loss) == 0.0 &&
                      p.delta == trained.delta,
                  "%s: t = inf", c.name);
        testing_free(&c.m);
    }
    cr_expect(seen > 60);
    gsl_rng_free(rng);
}

/* The training loss, ridge's penalty aside, only falls: without ridge. It begins at
 * ½(V + σ²), and so do all its digits. */
Test(training, training_loss_falls)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 35);
    for (int i = 0; i < 40; i++) {
        random_case c = draw_case(rng);
        c.point.ridge = 0.0;
        nsl_course *course;
        nsl_error err;
        cr_assert(nsl_course_new(&course, c.m.model, &c.point, &err) == NSL_OK);
        double low, high, last = (double)INFINITY;
        cr_assert(nsl_course_span(&low, &high, course, &err) == NSL_OK);
        for (int k = 0; k < 200; k++) {
            nsl_prediction p;
            double t = low * pow(high / low, k / 199.0);
            cr_assert(nsl_course_at(&p, course, t, &err) == NSL_OK, "%s t %g: %s",
                      c.name, t, err.message);
            if (isnan(p.train_loss))
                break;
            cr_expect(p.train_loss <= last * (1.0 + 2.0 * p.error),
                      "%s t %g: train %.17g after %.17g", c.name, t, p.train_loss,
                      last);
            last = p.train_loss;
        }
        nsl_course_free(course);
        testing_free(&c.m);
    }
    gsl_rng_free(rng);
}

/* The same numbers whatever was asked before, and by nsl_predict. */
Test(training, courses_remember_nothing_else)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 36);
    for (int i = 0; i < 10; i++) {
        random_case c = draw_case(rng);
        nsl_course *course;
        nsl_error err;
        cr_assert(nsl_course_new(&course, c.m.model, &c.point, &err) == NSL_OK);
        for (int k = 0; k < 30; k++) {
            nsl_prediction p;
            double t = between(rng, 1e-4, 1e8);
            cr_assert(nsl_course_at(&p, course, t, &err) == NSL_OK);
            c.point.training = (nsl_training){.kind = NSL_FLOW, .time = t};
            nsl_prediction alone = predict(c.m.model, &c.point);
            cr_expect(testing_distance(p.test_loss, alone.test_loss) == 0.0 &&
                          testing_distance(p.train_loss, alone.train_loss) == 0.0 &&
                          testing_distance(p.elasticity_time, alone.elasticity_time) ==
                              0.0,
                      "%s t %g", c.name, t);
        }
        nsl_course_free(course);
        testing_free(&c.m);
    }
    gsl_rng_free(rng);
}

/* --- derivatives -------------------------------------------------------------------
 */

/* Below the limit of all random models: λ_1 = 1, and few features and samples raise the
 * largest eigenvalue to some ten. */
static const double SLOW = 0.02;

/* Central differences at a step h are off by h² times a third derivative, and by
 * rounding over h. */
static const double DIFFERENCE = 3e-4, DIFFERENCE_ERROR = 3e-6;

static double slope_by(const random_case *c, double *field)
{
    double value = *field, loss[2];
    for (int k = 0; k < 2; k++) {
        *field = value * (k ? 1.0 + DIFFERENCE : 1.0 - DIFFERENCE);
        loss[k] = predict(c->m.model, &c->point).test_loss;
    }
    *field = value;
    return -log(loss[1] / loss[0]) / (log1p(DIFFERENCE) - log1p(-DIFFERENCE));
}

Test(training, elasticities_are_derivatives)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 37);
    for (int i = 0; i < 60; i++) {
        random_case c = draw_case(rng);
        c.point.ensemble = 1.0 + 2.0 * (i % 3 == 0);
        if (i % 2)
            c.point.training =
                (nsl_training){.kind = NSL_FLOW, .time = between(rng, 1e-2, 1e5)};
        else
            c.point.training = (nsl_training){.kind = NSL_DESCENT,
                                              .steps = floor(between(rng, 1.0, 1e5)),
                                              .rate = SLOW};
        nsl_prediction p = predict(c.m.model, &c.point);
        if (p.error > 1e-11) {
            testing_free(&c.m);
            continue;
        }
        double truth[] = {0.0, 0.0, 0.0, p.elasticity_time};
        const double got[] = {p.elasticity_features, p.elasticity_samples,
                              p.elasticity_ridge, p.elasticity_time};
        if (isfinite(c.point.features))
            truth[0] = slope_by(&c, &c.point.features);
        if (isfinite(c.point.samples))
            truth[1] = slope_by(&c, &c.point.samples);
        if (c.point.ridge > 0.0)
            truth[2] = slope_by(&c, &c.point.ridge);
        if (c.point.training.kind == NSL_FLOW) {
            truth[3] = slope_by(&c, &c.point.training.time);
        } else {
            double steps = c.point.training.steps++;
            nsl_prediction next = predict(c.m.model, &c.point);
            truth[3] = -log(next.test_loss / p.test_loss) / log1p(1.0 / steps);
        }
        for (int k = 0; k < 4; k++)
            cr_expect(
                fabs(got[k] - truth[k]) <= DIFFERENCE_ERROR * fmax(1.0, fabs(truth[k])),
                "%s t %g k %g: slope %d is %.12g, not %.12g", c.name,
                c.point.training.time, c.point.training.steps, k, got[k], truth[k]);
        testing_free(&c.m);
    }
    gsl_rng_free(rng);
}

/* --- the parts ---------------------------------------------------------------------
 */

/* Right to 11 digits, or as far as t₁ − t_d leaves it. */
static bool near(double value, double truth, double floor)
{
    return fabs(value - truth) <= 1e-11 * fabs(truth) + floor;
}

/* [E6] at equal ridges is [E2], [E5] and their parts. */
Test(training, cross_risk_at_equal_ridges)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 38);
    for (int i = 0; i < 80; i++) {
        random_case c = draw_case(rng);
        c.point.ridge = between(rng, 1e-4, 1e2);
        c.point.noise = 0.7;
        nsl_setting s;
        nsl_node node;
        nsl_error err;
        if (isinf(c.point.samples)) { /* no ridge is felt */
            testing_free(&c.m);
            continue;
        }
        cr_assert(nsl_setting_set(&s, c.m.model, &c.point, &err) == NSL_OK);
        cr_assert(nsl_node_trained(&node, &s, &err) == NSL_OK);
        nsl_prediction p = predict(c.m.model, &c.point);
        const nsl_arm *one = &node.arm[NSL_PAIR_FEATURES];
        const nsl_arm *many = &node.arm[NSL_PAIR_CROSS];
        double cross = 2.0 * (p.bias + p.variance_samples);
        c.point.training = (nsl_training){.kind = NSL_FLOW, .time = 0.0};
        double floor = DBL_EPSILON * 2.0 * predict(c.m.model, &c.point).test_loss;
        double residual = creal(node.residual);
        double train = residual * residual * (2.0 * p.test_loss + 0.7);
        cr_expect(near(creal(one->signal), 2.0 * p.signal_loss, floor),
                  "%s: signal %.17g, not %.17g", c.name, creal(one->signal),
                  2.0 * p.signal_loss);
        cr_expect(testing_distance(0.7 * creal(one->noise), 2.0 * p.noise_loss) < 1e-11,
                  "%s: noise %.17g, not %.17g", c.name, 0.7 * creal(one->noise),
                  2.0 * p.noise_loss);
        cr_expect(near(creal(many->signal), cross, floor), "%s: cross %.17g, not %.17g",
                  c.name, creal(many->signal), cross);
        cr_expect(testing_distance(train, 2.0 * p.train_loss) < 1e-11, "%s: train",
                  c.name);
        cr_expect(near(creal(node.bias), 2.0 * p.bias, floor), "%s: bias", c.name);
        testing_free(&c.m);
    }
    gsl_rng_free(rng);
}

/* Edges are those of the density: the largest to rounding, the least from below. */
Test(training, edges_are_those_of_the_density)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 39);
    int gaps = 0;
    for (int i = 0; i < 60; i++) {
        subject s;
        draw(&s, rng);
        testing_model m = model_of(&s);
        nsl_density *density;
        nsl_equation e;
        nsl_edges edges;
        nsl_error err;
        nsl_gram gram = {s.width[s.layers - 1], s.samples, NSL_SIDE_SAMPLES, true};
        cr_assert(nsl_density_new(&density, m.model, &gram, &err) == NSL_OK);
        nsl_equation_set_mean(&e, m.model, gram.features, gram.samples);
        cr_assert(nsl_edges_find(&edges, &e, &err) == NSL_OK);
        size_t bulks = nsl_density_bulks(density);
        double low = nsl_density_bulk(density, 0).lower / s.samples;
        double high = nsl_density_bulk(density, bulks - 1).upper / s.samples;
        cr_expect(testing_distance(edges.largest, high) < 1e-12, "case %d: %.17g %.17g",
                  i, edges.largest, high);
        cr_expect(edges.least <= low * (1.0 + 1e-12) && edges.least >= 0.9 * low,
                  "case %d: %.17g %.17g", i, edges.least, low);
        gaps += low > 0.0;
        nsl_density_free(density);
        testing_free(&m);
    }
    cr_expect(gaps > 30);
    gsl_rng_free(rng);
}

/* --- the best time to stop ---------------------------------------------------------
 */

Test(training, best_stopping_against_a_fine_grid)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 40);
    int stopped = 0;
    for (int i = 0; i < 40; i++) {
        random_case c = draw_case(rng);
        if (i % 2)
            c.point.training = (nsl_training){.kind = NSL_DESCENT, .rate = SLOW};
        nsl_course *course;
        nsl_stop stop;
        nsl_error err;
        cr_assert(nsl_course_new(&course, c.m.model, &c.point, &err) == NSL_OK,
                  "%s: %s", c.name, err.message);
        cr_assert(nsl_course_best(&stop, course, &err) == NSL_OK, "%s: %s", c.name,
                  err.message);
        double least = (double)INFINITY, low, high;
        cr_assert(nsl_course_span(&low, &high, course, &err) == NSL_OK);
        for (int k = 0; k <= 2000; k++) {
            nsl_prediction p;
            double t = low * pow(high / low, k / 2000.0);
            if (i % 2)
                t = floor(t);
            cr_assert(nsl_course_at(&p, course, t, &err) == NSL_OK, "%s t %g: %s",
                      c.name, t, err.message);
            if (p.test_loss < least)
                least = p.test_loss;
        }
        cr_expect(stop.best.test_loss <= least * (1.0 + 1e-11),
                  "%s: %.17g at %g, but %.17g", c.name, stop.best.test_loss, stop.time,
                  least);
        stopped += !stop.trained;
        if (!stop.trained && i % 2 == 0)
            cr_expect(fabs(stop.best.elasticity_time) < 1e-9, "%s: e_t %g", c.name,
                      stop.best.elasticity_time);
        nsl_course_free(course);
        testing_free(&c.m);
    }
    cr_expect(stopped > 10, "%d", stopped);
    gsl_rng_free(rng);
}

Test(training, refuses)
{
    testing_model m = testing_powerlaw(0.5, 100, NULL);
    nsl_prediction p;
    nsl_error err = {0};
    nsl_point point = {50.0, 80.0, 0.0, 0.0, 1.0, {NSL_FLOW, -1.0, 0.0, 0.0}};
    cr_expect(nsl_predict(&p, m.model, &point, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "time");
    point.training = (nsl_training){NSL_DESCENT, 0.0, 1.5, 0.1};
    cr_expect(nsl_predict(&p, m.model, &point, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "steps");
    point.training = (nsl_training){NSL_DESCENT, 0.0, 2.0, 0.0};
    cr_expect(nsl_predict(&p, m.model, &point, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "rate");
    point.training.rate = 100.0;
    cr_expect(nsl_predict(&p, m.model, &point, &err) == NSL_EINVAL);
    cr_expect_str_eq(err.field, "rate");
    testing_free(&m);
}
