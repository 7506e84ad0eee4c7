/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random_model.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

double dice_between(const dice *d, double low, double high)
{
    return low + (high - low) * d->next(d->state);
}

double dice_decades(const dice *d, double low, double high)
{
    return pow(10.0, dice_between(d, low, high));
}

bool dice_chance(const dice *d, double probability)
{
    return d->next(d->state) < probability;
}

size_t dice_whole(const dice *d, size_t from, size_t to)
{
    return from + (size_t)(d->next(d->state) * (double)(to - from + 1));
}

__attribute__((format(printf, 2, 3))) static void say(random_model *m,
                                                      const char *format, ...)
{
    size_t used = strlen(m->text);
    va_list args;
    va_start(args, format);
    vsnprintf(m->text + used, sizeof m->text - used, format, args);
    va_end(args);
}

/* --- drawing -----------------------------------------------------------------------
 */

/* From flat to 200 decades, with ties, zeros and copies. */
static nsl_status draw_table(random_model *m, const dice *d, nsl_error *err)
{
    double lambda[RANDOM_ROWS_MAX], target[RANDOM_ROWS_MAX], copies[RANDOM_ROWS_MAX];
    size_t rows = dice_whole(d, 1, RANDOM_ROWS_MAX);
    bool own = dice_chance(d, 0.5), many = dice_chance(d, 0.3);
    double steep = dice_chance(d, 0.2) ? 200.0 / (double)rows : dice_between(d, 0, 1);
    say(m, "table");
    for (size_t i = 0; i < rows; i++) {
        lambda[i] = pow(10.0, -steep * (double)i * dice_between(d, 0.5, 1.0));
        if (i > 0 && dice_chance(d, 0.1))
            lambda[i] = dice_chance(d, 0.5) ? lambda[i - 1] : 0.0;
        target[i] = dice_chance(d, 0.1) ? 0.0 : dice_decades(d, -6, 1);
        copies[i] =
            many ? floor(dice_decades(d, 0, dice_chance(d, 0.1) ? 14 : 3)) : 1.0;
        say(m, " %.17g,%.17g,%.17g", lambda[i], own ? target[i] : (double)NAN,
            copies[i]);
    }
    return nsl_spectrum_new_table(&m->spectrum, rows, lambda, own ? target : NULL,
                                  many ? copies : NULL, err);
}

static nsl_status draw_powerlaw(random_model *m, const dice *d, nsl_error *err)
{
    double alpha = dice_decades(d, -2, dice_chance(d, 0.1) ? 3 : 1);
    double largest = dice_chance(d, 0.7) ? 1.0 : dice_decades(d, -20, 20);
    uint64_t latents = dice_chance(d, 0.4)
                           ? NSL_LATENTS_INFINITE
                           : (uint64_t)dice_decades(d, 0, dice_chance(d, 0.5) ? 4 : 18);
    say(m, "alpha %.17g lambda_max %.17g M %g", alpha, largest,
        latents == NSL_LATENTS_INFINITE ? (double)INFINITY : (double)latents);
    return nsl_spectrum_new_powerlaw(&m->spectrum, alpha, largest, latents, err);
}

/* Far from and near a size that matters, whole or not, or infinite. */
static double draw_width(const dice *d, double near)
{
    double how = d->next(d->state);
    if (how < 0.08)
        return (double)INFINITY;
    if (how < 0.16)
        return near;
    double width =
        how < 0.4 ? near * dice_between(d, 0.5, 2.0) : dice_decades(d, -0.3, 7);
    return how < 0.7 ? fmax(1.0, round(width)) : width;
}

static double draw_ridge(const dice *d)
{
    double how = d->next(d->state);
    if (how < 0.3)
        return 0.0;
    if (how < 0.32)
        return (double)INFINITY;
    return how < 0.5 ? dice_decades(d, -30, -8) : dice_decades(d, -8, 8);
}

/* What the size of things is to be compared with. */
static double latent_scale(const random_model *m)
{
    uint64_t rank = nsl_spectrum_rank(m->spectrum);
    return rank < 1000000 ? (double)rank : 300.0;
}

static void draw_options(random_model *m, const dice *d)
{
    nsl_model_options *o = &m->options;
    bool own = nsl_spectrum_has_target(m->spectrum);
    bool endless = nsl_spectrum_latents(m->spectrum) == NSL_LATENTS_INFINITE;
    if (!own && dice_chance(d, 0.3))
        o->source = dice_decades(d, -1, 1);
    if (!own && dice_chance(d, 0.2))
        o->label_variance = dice_decades(d, -3, 3);
    else if (!own && !endless && isnan(o->source) && dice_chance(d, 0.2))
        o->sigma_w2 = dice_decades(d, -3, 3);
    if (dice_chance(d, 0.2))
        o->sigma_u2 = dice_decades(d, -3, 3);
    if (dice_chance(d, 0.2))
        o->outputs = (double)dice_whole(d, 2, 10);
    o->hidden_count = dice_chance(d, 0.7) ? 0 : dice_whole(d, 1, RANDOM_HIDDEN_MAX);
    for (size_t k = 0; k < o->hidden_count; k++)
        m->hidden[k] = draw_width(d, latent_scale(m));
    o->hidden = m->hidden;
    o->convention =
        dice_chance(d, endless ? 0.05 : 0.5) ? NSL_RIDGE_MRS : NSL_RIDGE_KERNEL;
}

static void draw_point(random_model *m, const dice *d)
{
    double n = draw_width(d, latent_scale(m));
    double p = draw_width(d, dice_chance(d, 0.5) ? n : latent_scale(m));
    m->point = (nsl_point){.features = n, .samples = p, .ridge = draw_ridge(d)};
    m->point.noise = dice_chance(d, 0.5) ? 0.0 : dice_decades(d, -6, 2);
    if (dice_chance(d, 0.2))
        m->point.ensemble =
            dice_chance(d, 0.2) ? (double)INFINITY : (double)dice_whole(d, 1, 20);
}

nsl_status random_model_draw(random_model *m, const dice *d, nsl_error *err)
{
    *m = (random_model){.options = nsl_model_defaults()};
    nsl_status status =
        dice_chance(d, 0.5) ? draw_table(m, d, err) : draw_powerlaw(m, d, err);
    if (status != NSL_OK)
        return status;
    draw_options(m, d);
    draw_point(m, d);
    const nsl_model_options *o = &m->options;
    say(m, "; source %.17g variance %.17g sigma_w2 %.17g sigma_u2 %.17g C %g hidden",
        o->source, o->label_variance, o->sigma_w2, o->sigma_u2, o->outputs);
    for (size_t k = 0; k < o->hidden_count; k++)
        say(m, " %.17g", m->hidden[k]);
    say(m, "; N %.17g P %.17g %s ridge %.17g noise %.17g K %g", m->point.features,
        m->point.samples, o->convention == NSL_RIDGE_MRS ? "MRS" : "kernel",
        m->point.ridge, m->point.noise, m->point.ensemble);
    return nsl_model_new(&m->model, m->spectrum, o, err);
}

void random_model_clear(random_model *m)
{
    nsl_model_free(m->model);
    nsl_spectrum_free(m->spectrum);
    m->model = NULL;
    m->spectrum = NULL;
}

/* --- what must hold ----------------------------------------------------------------
 */

/* The first thing that does not hold. */
typedef struct {
    char *why;
    size_t size;
    bool wrong;
} verdict;

__attribute__((format(printf, 3, 4))) static void must(verdict *v, bool holds,
                                                       const char *format, ...)
{
    if (holds || v->wrong)
        return;
    v->wrong = true;
    va_list args;
    va_start(args, format);
    vsnprintf(v->why, v->size, format, args);
    va_end(args);
}

/* Whether two values are equal to NSL_PROMISE, or to `error` of the whole that they are
 * parts of, as stopped training has them. */
static bool close_to(double a, double b, double error, double whole)
{
    double bound = 2.0 * NSL_PROMISE * fmax(fabs(a), fabs(b));
    return !(fabs(a - b) > bound + 4.0 * error * whole + DBL_MIN);
}

static const unsigned known_notes =
    NSL_NOTE_DIVERGES | NSL_NOTE_ZERO_LOSS | NSL_NOTE_KINK | NSL_NOTE_UNDERFLOW |
    NSL_NOTE_DOF_INFINITE | NSL_NOTE_ELASTICITY | NSL_NOTE_OVERFLOW |
    NSL_NOTE_RIDGE_INFINITE | NSL_NOTE_DIGITS | NSL_NOTE_ORDER;

static void check_values(verdict *v, const nsl_prediction *p, bool stopped)
{
    const struct {
        const char *name;
        double value;
        bool signless;    /* not below 0 */
        unsigned endless; /* the notes with which it may be infinite */
    } values[] = {
        {"delta", p->delta, true, NSL_NOTE_RIDGE_INFINITE | NSL_NOTE_OVERFLOW},
        {"dof", p->dof, true, NSL_NOTE_DOF_INFINITE},
        {"test_loss", p->test_loss, true, 0},
        {"signal_loss", p->signal_loss, true, 0},
        {"noise_loss", p->noise_loss, true, 0},
        {"train_loss", p->train_loss, true, 0},
        {"bias", p->bias, true, 0},
        {"variance_samples", p->variance_samples, true, 0},
        {"variance_features", p->variance_features, true, 0},
        {"elasticity_features", p->elasticity_features, false, 0},
        {"elasticity_samples", p->elasticity_samples, false, 0},
        {"elasticity_ridge", p->elasticity_ridge, false, 0},
        {"elasticity_time", p->elasticity_time, false, 0},
        {"elasticity_error", p->elasticity_error, true, 0},
        {"elasticity_time_error", p->elasticity_time_error, true, 0},
        {"parts_error", p->parts_error, true, 0},
        {"dof_error", p->dof_error, true, 0},
        {"error", p->error, true, 0},
    };
    must(v, (p->notes & ~known_notes) == 0, "notes 0x%x", p->notes);
    for (size_t i = stopped; i < sizeof values / sizeof *values; i++) {
        double x = values[i].value;
        must(v, !isnan(x) || p->notes, "%s is NaN and no note says why",
             values[i].name);
        must(v, !isinf(x) || (p->notes & values[i].endless), "%s is %g, notes 0x%x",
             values[i].name, x, p->notes);
        must(v, !values[i].signless || !(x < 0.0), "%s is %.17g", values[i].name, x);
    }
    /* of stopped training double promises less, and says how much */
    must(v, stopped || !(p->error > NSL_PROMISE), "error is %g", p->error);
}

static void check_sums(verdict *v, const nsl_prediction *p, bool stopped)
{
    double parts = p->bias + p->variance_samples + p->variance_features;
    double sum = p->signal_loss + p->noise_loss, error = stopped ? p->error : 0.0;
    must(v, close_to(sum, p->test_loss, error, p->test_loss),
         "signal + noise %.17g is not the test loss %.17g", sum, p->test_loss);
    must(v,
         close_to(parts, p->signal_loss, stopped ? p->parts_error : 0.0, p->test_loss),
         "bias and variances %.17g are not the signal loss %.17g", parts,
         p->signal_loss);
}

/* How far beside a root [E1] must have changed sign. */
static const double BESIDE = 1e-9;

/* ln of the right side of [E1] over the left at Δ, each gap moved by `side` times what
 * rounding leaves of it: an upper or a lower bound. */
static double excess_bound(const random_model *m, double delta, int side)
{
    nsl_moments at;
    if (nsl_moments_at(&at, m->model, delta, NULL) != NSL_OK)
        return (double)NAN;
    const nsl_model_options *o = &m->options;
    bool kernel = o->convention == NSL_RIDGE_KERNEL;
    double sum = log(delta) - log(m->point.ridge), slack = 0.0;
    for (size_t k = 0; k < o->hidden_count + 2; k++) {
        double width = k < o->hidden_count    ? m->hidden[k]
                       : k == o->hidden_count ? m->point.features
                                              : m->point.samples;
        bool is_samples = k == o->hidden_count + 1;
        double gap =
            width - at.z + side * (at.z_error + 4.0 * DBL_EPSILON * fmax(width, at.z));
        /* g has every width (kernel), or the input widths (MRS) */
        bool divide = !is_samples && (kernel || k < o->hidden_count);
        if (isinf(width))
            continue;
        if (gap <= 0.0)
            return -(double)INFINITY;
        sum += divide ? log(gap / width) : log(gap);
        slack += 4.0 * DBL_EPSILON * (2.0 + fabs(log(gap)));
    }
    if (!kernel) {
        double sigma = isnan(o->sigma_u2) ? 1.0 : o->sigma_u2;
        sum += (double)(o->hidden_count + 1) * log(sigma);
        sum -= log((double)nsl_spectrum_latents(m->spectrum));
    }
    slack += 4.0 * DBL_EPSILON * (fabs(log(delta)) + fabs(log(m->point.ridge)) + 50.0);
    return sum + side * slack;
}

/* Ridgeless: n − z in its place. */
static double gap_bound(const random_model *m, double delta, int side)
{
    nsl_moments at;
    if (nsl_moments_at(&at, m->model, delta, NULL) != NSL_OK)
        return (double)NAN;
    double n = fmin(m->point.features, m->point.samples);
    for (size_t k = 0; k < m->options.hidden_count; k++)
        n = fmin(n, m->hidden[k]);
    return n - at.z + side * (at.z_error + 4.0 * DBL_EPSILON * n);
}

static void check_root(verdict *v, const random_model *m, const nsl_prediction *p)
{
    double (*bound)(const random_model *, double, int) =
        m->point.ridge > 0.0 ? excess_bound : gap_bound;
    if (!(p->delta > 0.0 && isfinite(p->delta) && isfinite(m->point.ridge)) ||
        (m->point.ridge > 0.0 && isinf(m->point.samples)))
        return;
    double above = bound(m, p->delta * (1.0 + BESIDE), 1);
    double below = bound(m, p->delta * (1.0 - BESIDE), -1);
    must(v, !(above < 0.0), "[E1] is %g above the root %.17g", above, p->delta);
    must(v, !(below > 0.0), "[E1] is %g below the root %.17g", below, p->delta);
}

/* Whether a ≤ b, of values that are each right to `error` or NSL_PROMISE. */
static bool not_above(double a, double b, double error)
{
    return !(a > b * (1.0 + 2.0 * fmax(error, NSL_PROMISE)) + DBL_MIN);
}

static nsl_status ask(nsl_prediction *out, const random_model *m, nsl_point point)
{
    return nsl_predict(out, m->model, &point, NULL);
}

static void check_monotone(verdict *v, const random_model *m, const nsl_prediction *p,
                           const dice *d)
{
    nsl_prediction other;
    nsl_moments here, there;
    double factor = 1.0 + dice_decades(d, -6, 2);
    nsl_point wider = m->point, harder = m->point;
    wider.samples *= factor;
    harder.ridge *= factor;
    if (ask(&other, m, harder) == NSL_OK)
        must(v, not_above(p->delta, other.delta, 0.0),
             "ridge * %.17g: delta %.17g to %.17g", factor, p->delta, other.delta);
    if (ask(&other, m, wider) == NSL_OK)
        must(v, not_above(other.delta, p->delta, 0.0),
             "P * %.17g: delta %.17g to %.17g", factor, p->delta, other.delta);
    if (!(p->delta > 0.0) || p->delta * factor > DBL_MAX)
        return;
    if (nsl_moments_at(&here, m->model, p->delta, NULL) == NSL_OK &&
        nsl_moments_at(&there, m->model, p->delta * factor, NULL) == NSL_OK)
        must(v, there.z <= here.z + here.z_error + there.z_error,
             "delta * %.17g: z %.17g to %.17g", factor, here.z, there.z);
}

/* The best ridge is no worse than the one given, and than none. */
static void check_optimum(verdict *v, const random_model *m, const nsl_prediction *p)
{
    nsl_optimum optimum;
    nsl_prediction best, none;
    nsl_error err = {0};
    nsl_point ridgeless = m->point;
    ridgeless.ridge = 0.0;
    nsl_status status = nsl_predict_optimal(&best, &optimum, m->model, &m->point, &err);
    must(v, status == NSL_OK || *err.message, "the best ridge fails without a reason");
    if (status != NSL_OK)
        return;
    check_values(v, &best, false);
    must(v, not_above(best.test_loss, p->test_loss, 0.0),
         "at the best ridge %.17g the loss is %.17g, at the one given %.17g",
         optimum.ridge, best.test_loss, p->test_loss);
    if (ask(&none, m, ridgeless) == NSL_OK)
        must(v, not_above(best.test_loss, none.test_loss, 0.0),
             "at the best ridge %.17g the loss is %.17g, without %.17g", optimum.ridge,
             best.test_loss, none.test_loss);
}

/* One model's training loss never rises, by flow or by steps. */
static void check_course(verdict *v, const random_model *m, const dice *d)
{
    enum { TIMES = 4 };
    nsl_course *course;
    nsl_error err = {0};
    nsl_point point = m->point;
    bool descent = dice_chance(d, 0.3);
    point.training = descent ? (nsl_training){NSL_DESCENT, 0, 1, dice_decades(d, -4, 0)}
                             : (nsl_training){NSL_FLOW, 1, 0, 0};
    nsl_status status = nsl_course_new(&course, m->model, &point, &err);
    must(v, status == NSL_OK || *err.message, "a course fails without a reason");
    if (status != NSL_OK)
        return;
    double time = dice_decades(d, descent ? 0 : -4, 4);
    bool swings =
        descent && point.ridge > 0.0; /* about the trained model, at high rates */
    double last = (double)INFINITY, last_error = 0.0;
    for (int i = 0; i < TIMES; i++, time *= dice_decades(d, 0, 3)) {
        nsl_prediction p;
        time = descent ? floor(time) : time;
        status = nsl_course_at(&p, course, time, &err);
        must(v, status == NSL_OK || *err.message, "time %.17g fails without a reason",
             time);
        if (status != NSL_OK)
            continue;
        check_values(v, &p, true);
        check_sums(v, &p, true);
        must(v,
             swings || point.ensemble > 1.0 ||
                 not_above(p.train_loss, last, p.error + last_error),
             "the training loss rises from %.17g to %.17g", last, p.train_loss);
        if (v->wrong) {
            size_t used = strlen(v->why);
            snprintf(v->why + used, v->size - used, " (%s %.17g, rate %.17g, error %g)",
                     descent ? "steps" : "time", time, point.training.rate, p.error);
            break;
        }
        last = p.train_loss;
        last_error = p.error;
    }
    nsl_course_free(course);
}

random_outcome random_model_check(const random_model *m, const dice *d,
                                  size_t course_every, char *why, size_t size)
{
    verdict v = {why, size, false};
    nsl_prediction p;
    nsl_error err = {0};
    nsl_status status = nsl_predict(&p, m->model, &m->point, &err);
    must(&v, status == NSL_OK || (*err.message && !strchr(err.message, '\n')),
         "fails without a reason");
    if (status == NSL_OK) {
        check_values(&v, &p, false);
        check_sums(&v, &p, false);
        check_root(&v, m, &p);
        check_monotone(&v, m, &p, d);
        check_optimum(&v, m, &p);
        if (course_every && dice_chance(d, 1.0 / (double)course_every))
            check_course(&v, m, d);
    }
    if (v.wrong)
        return RANDOM_WRONG;
    if (status != NSL_OK)
        snprintf(why, size, "%s %s", err.field, err.message);
    return status == NSL_OK       ? p.notes ? RANDOM_NOTED : RANDOM_FINE
           : status == NSL_EINVAL ? RANDOM_REFUSED
                                  : RANDOM_FAILED;
}
