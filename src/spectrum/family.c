/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At fixed X = Δ^{−1/p}, where u = 1/2, the logarithms of z, r, q, q₁, t₀, t_d, t_c
 * vary slowly with lnα, lnβ and lnM, and analytically: interpolation at the Chebyshev
 * nodes of a small window gives them and their slopes. Windows lie on a fixed lattice,
 * so that results do not depend on what was asked before; each is made of power laws
 * whose sums are interpolated in lnΔ (interpolant.c), and made when it is first needed.
 */
#include "spectrum/family.h"
#include "core/error.h"
#include "theory/model.h"
#include "theory/quick.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { Z, R, Q, Q1, T0, TD, TC, SUMS };
enum { NODES_MAX = 9 };

const double nsl_law_least[] = {1e-3, 1e-3, 1.0};
const double nsl_law_most[] = {50.0, 50.0, 8e17}; /* windows end below 10^18 */

/* Windows in the logarithm of a number, and nodes across: where only α varies, and
 * where several do. Sums of two powers of X, which a source target makes, bend within
 * 1/lnX of an exponent. */
static const double WIDTH_ALONE = 0.25, WIDTH_TOGETHER[] = {0.06, 0.06, 0.25};
enum { NODES_ALONE = 9, NODES_TOGETHER = 6 };

/* Nodes of windows that no law uses are kept up to so many, a hundred kilobytes and
 * more each: descents come back to those that they were in last. */
enum { NODES_KEPT = 4096 };

/* A law of a family is a spectrum of its own, smooth in its numbers: this bounds the
 * roundings of its sums. From the power law's they differ by 1e-13 where α varies alone
 * and by 1e-8 where several do, but for target exponents beyond 2p, far from any that
 * runs have shown (t-family.c). */
static const double ERROR = 1e-14;

/* A law at a node. */
typedef struct {
    nsl_spectrum *law;
    nsl_model *model;
    nsl_quick quick;
    double p;
} node;

typedef struct window {
    struct window *next; /* asked for before this one */
    size_t laws;         /* that use it */
    long key[NSL_LAW_NUMBERS];
    double place[NSL_LAW_NUMBERS][NODES_MAX]; /* logarithms */
    node *node; /* array of all combinations, α fastest */
} window;

struct nsl_family {
    bool varies[NSL_LAW_NUMBERS];
    int nodes[NSL_LAW_NUMBERS]; /* 1 for what does not vary */
    int combinations;
    double width[NSL_LAW_NUMBERS];
    pthread_mutex_t making;
    window *windows; /* the last asked for first */
};

typedef struct {
    nsl_spectrum head;
    window *window;
    nsl_family *family;
    double p;
    double *weight; /* of each node, then by each number that varies its slope */
} law;

static void node_clear(node *n)
{
    nsl_quick_clear(&n->quick);
    nsl_model_free(n->model);
    nsl_spectrum_free(n->law);
}

static void window_free(window *w, int combinations)
{
    for (int i = 0; w->node && i < combinations; i++)
        node_clear(&w->node[i]);
    free(w->node);
    free(w);
}

nsl_status nsl_family_new(nsl_family **out, bool source, bool latents, nsl_error *err)
{
    nsl_family *f = *out = calloc(1, sizeof *f);
    if (!f || pthread_mutex_init(&f->making, NULL) != 0) {
        free(f);
        *out = NULL;
        return nsl_fail_memory(err);
    }
    bool alone = !source && !latents;
    f->varies[NSL_LAW_ALPHA] = true;
    f->varies[NSL_LAW_SOURCE] = source;
    f->varies[NSL_LAW_LATENTS] = latents;
    f->combinations = 1;
    for (int d = 0; d < NSL_LAW_NUMBERS; d++) {
        f->nodes[d] = !f->varies[d] ? 1 : alone ? NODES_ALONE : NODES_TOGETHER;
        f->width[d] = alone ? WIDTH_ALONE : WIDTH_TOGETHER[d];
        f->combinations *= f->nodes[d];
    }
    return NSL_OK;
}

void nsl_family_free(nsl_family *f)
{
    if (!f)
        return;
    for (window *w = f->windows, *next; w; w = next) {
        next = w->next;
        window_free(w, f->combinations);
    }
    pthread_mutex_destroy(&f->making);
    free(f);
}

static nsl_status node_make(node *n, const nsl_family *f, const double *logs,
                            nsl_error *err)
{
    nsl_model_options o = nsl_model_defaults();
    bool latents = f->varies[NSL_LAW_LATENTS];
    double alpha = exp(logs[NSL_LAW_ALPHA]);
    o.label_variance = 1.0;
    o.convention = NSL_RIDGE_KERNEL;
    if (f->varies[NSL_LAW_SOURCE])
        o.source = exp(logs[NSL_LAW_SOURCE]);
    n->p = 1.0 + alpha;
    nsl_status status = nsl_spectrum_new_powerlaw(
        &n->law, alpha, 1.0,
        latents ? (uint64_t)round(exp(logs[NSL_LAW_LATENTS])) : NSL_LATENTS_INFINITE,
        err);
    if (status == NSL_OK)
        status = nsl_model_new(&n->model, n->law, &o, err);
    if (status == NSL_OK)
        status = nsl_quick_new(&n->quick, n->model, err);
    return status;
}

/* Chebyshev nodes of a window; M is whole at each, and far from the least apart. */
static void set_places(window *w, const nsl_family *f)
{
    for (int d = 0; d < NSL_LAW_NUMBERS; d++)
        for (int i = 0; i < f->nodes[d]; i++) {
            double t = cos(M_PI * (i + 0.5) / f->nodes[d]);
            double at = ((double)w->key[d] + 0.5 * (1.0 + t)) * f->width[d];
            w->place[d][i] = d == NSL_LAW_LATENTS ? log(round(exp(at))) : at;
        }
}

static nsl_status window_make(window **out, nsl_family *f, const long *key,
                              nsl_error *err)
{
    window *w = *out = calloc(1, sizeof *w);
    if (!w || !(w->node = calloc((size_t)f->combinations, sizeof *w->node))) {
        free(w);
        return nsl_fail_memory(err);
    }
    for (int d = 0; d < NSL_LAW_NUMBERS; d++)
        w->key[d] = key[d];
    set_places(w, f);
    for (int i = 0; i < f->combinations; i++) {
        double logs[NSL_LAW_NUMBERS];
        for (int d = 0, rest = i; d < NSL_LAW_NUMBERS; rest /= f->nodes[d], d++)
            logs[d] = w->place[d][rest % f->nodes[d]];
        nsl_status status = node_make(&w->node[i], f, logs, err);
        if (status != NSL_OK) {
            window_free(w, i + 1);
            return status;
        }
    }
    return NSL_OK;
}

/* Takes the window out of the list; NULL where it is not there. */
static window *take_out(nsl_family *f, const long *key)
{
    window **at = &f->windows, *w;
    while ((w = *at) &&
           (w->key[0] != key[0] || w->key[1] != key[1] || w->key[2] != key[2]))
        at = &w->next;
    if (w)
        *at = w->next;
    return w;
}

/* Drops windows that no law uses, beyond those that are kept. */
static void drop_unused(nsl_family *f)
{
    int kept = 0;
    for (window **at = &f->windows, *w; (w = *at) != NULL;) {
        if (kept + f->combinations > NODES_KEPT && w->laws == 0) {
            *at = w->next;
            window_free(w, f->combinations);
            continue;
        }
        kept += f->combinations;
        at = &w->next;
    }
}

/* The window, which the caller's law uses until window_leave. */
static nsl_status window_at(window **out, nsl_family *f, const long *key,
                            nsl_error *err)
{
    nsl_status status = NSL_OK;
    pthread_mutex_lock(&f->making);
    window *w = take_out(f, key);
    if (!w)
        status = window_make(&w, f, key, err);
    if (status == NSL_OK) {
        w->laws++;
        w->next = f->windows;
        f->windows = w;
        drop_unused(f);
    }
    pthread_mutex_unlock(&f->making);
    *out = status == NSL_OK ? w : NULL;
    return status;
}

static void window_leave(window *w, nsl_family *f)
{
    pthread_mutex_lock(&f->making);
    w->laws--;
    pthread_mutex_unlock(&f->making);
}

/* Lagrange's polynomials at x and their slopes. */
static void lagrange(double *value, double *slope, const double *place, int nodes,
                     double x)
{
    for (int i = 0; i < nodes; i++) {
        value[i] = 1.0;
        slope[i] = 0.0;
        for (int j = 0; j < nodes; j++) {
            if (j == i)
                continue;
            double scale = 1.0 / (place[i] - place[j]);
            slope[i] = (slope[i] * (x - place[j]) + value[i]) * scale;
            value[i] *= (x - place[j]) * scale;
        }
    }
}

/* The weights of every node for the value and for the slopes. */
static void set_weights(law *l, const double *logs)
{
    const nsl_family *f = l->family;
    double value[NSL_LAW_NUMBERS][NODES_MAX], slope[NSL_LAW_NUMBERS][NODES_MAX];
    for (int d = 0; d < NSL_LAW_NUMBERS; d++)
        lagrange(value[d], slope[d], l->window->place[d], f->nodes[d], logs[d]);
    for (int i = 0; i < f->combinations; i++)
        for (int by = -1; by < NSL_LAW_NUMBERS; by++) {
            double weight = 1.0;
            for (int d = 0, rest = i; d < NSL_LAW_NUMBERS; rest /= f->nodes[d], d++)
                weight *= (d == by ? slope : value)[d][rest % f->nodes[d]];
            l->weight[(by + 1) * f->combinations + i] = weight;
        }
}

/* The sums at a node, at the Δ that has this lnX there. */
static void node_sums(double out[SUMS], const node *n, double log_x)
{
    nsl_moments m;
    nsl_model_moments(&m, n->quick.model, exp(-n->p * log_x));
    out[Z] = m.z;
    out[R] = m.r;
    out[Q] = m.q;
    out[Q1] = m.q1;
    out[T0] = m.t0;
    out[TD] = m.td;
    out[TC] = m.tc;
}

/* Σ weight·ln(sum/reference) over the nodes for `rows` rows of weights: the sums of a
 * law are reference·exp(row 0). */
static void contract(double out[][SUMS], double reference[SUMS], const law *l,
                     double log_x, int rows)
{
    int count = l->family->combinations;
    node_sums(reference, &l->window->node[count / 2], log_x);
    for (int row = 0; row < rows; row++)
        for (int s = 0; s < SUMS; s++)
            out[row][s] = 0.0;
    for (int i = 0; i < count; i++) {
        double sums[SUMS];
        node_sums(sums, &l->window->node[i], log_x);
        for (int s = 0; s < SUMS; s++) {
            double log_sum = log(sums[s] / reference[s]);
            for (int row = 0; row < rows; row++)
                out[row][s] += l->weight[row * count + i] * log_sum;
        }
    }
}

static void law_moments(nsl_moments *m, const nsl_spectrum *spectrum,
                        const nsl_target *target, double delta)
{
    const law *l = (const law *)spectrum;
    double logs[1][SUMS], sum[SUMS];
    (void)target; /* that of the nodes */
    contract(logs, sum, l, -log(delta) / l->p, 1);
    for (int s = 0; s < SUMS; s++)
        sum[s] *= exp(logs[0][s]);
    *m = (nsl_moments){
        .below = sum[Z],
        .z_error = ERROR * sum[Z],
        .r = sum[R],
        .q = sum[Q],
        .q1 = sum[Q1],
        .t0 = sum[T0],
        .td = sum[TD],
        .tc = sum[TC],
        .bend_above = NAN,
        .bend_below = NAN,
        .error = ERROR,
    };
}

void nsl_family_slopes(nsl_law_slope out[NSL_LAW_NUMBERS], const nsl_spectrum *spectrum,
                       double delta)
{
    const law *l = (const law *)spectrum;
    double logs[1 + NSL_LAW_NUMBERS][SUMS], sum[SUMS];
    contract(logs, sum, l, -log(delta) / l->p, 1 + NSL_LAW_NUMBERS);
    for (int s = 0; s < SUMS; s++)
        sum[s] *= exp(logs[0][s]);
    for (int d = 0; d < NSL_LAW_NUMBERS; d++) {
        double on = l->family->varies[d] ? 1.0 : 0.0;
        const double *slope = logs[1 + d];
        out[d] = (nsl_law_slope){on * sum[Z] * slope[Z], on * sum[R] * slope[R],
                                 on * sum[T0] * slope[T0], on * sum[TD] * slope[TD]};
    }
}

static void law_free(nsl_spectrum *spectrum)
{
    law *l = (law *)spectrum;
    if (l->window)
        window_leave(l->window, l->family);
    free(l->weight);
    free(l);
}

static double law_guess(const nsl_spectrum *spectrum, double n)
{
    return spectrum->origin->ops->guess(spectrum->origin, n);
}

static double law_trace(const nsl_spectrum *spectrum)
{
    return spectrum->origin->ops->trace(spectrum->origin);
}

static const nsl_spectrum_ops law_ops = {
    .name = "law of a family",
    .free = law_free,
    .moments = law_moments,
    .guess = law_guess,
    .trace = law_trace,
};

/* The window of each number's logarithm. */
static nsl_status locate(long *key, double *logs, const nsl_family *f,
                         const nsl_law_point *at, nsl_error *err)
{
    static const char *const names[] = {"alpha", "source", "latents"};
    for (int d = 0; d < NSL_LAW_NUMBERS; d++) {
        key[d] = 0;
        logs[d] = 0.0;
        if (!f->varies[d])
            continue;
        double number = at->number[d];
        if (!(number >= nsl_law_least[d] && number <= nsl_law_most[d]))
            return nsl_fail(err, NSL_EINVAL, names[d],
                            "must be from %g to %g in a fit, got %g", nsl_law_least[d],
                            nsl_law_most[d], number);
        logs[d] = log(number);
        key[d] = (long)floor(logs[d] / f->width[d]);
    }
    return NSL_OK;
}

nsl_status nsl_family_law(nsl_spectrum **out, nsl_family *f, const nsl_spectrum *exact,
                          const nsl_law_point *at, nsl_error *err)
{
    long key[NSL_LAW_NUMBERS];
    double logs[NSL_LAW_NUMBERS];
    law *l = calloc(1, sizeof *l);
    *out = NULL;
    if (!l)
        return nsl_fail_memory(err);
    l->head = *exact;
    l->head.ops = &law_ops;
    l->head.origin = exact;
    l->family = f;
    l->p = 1.0 + at->number[NSL_LAW_ALPHA];
    l->weight = calloc((size_t)f->combinations * (1 + NSL_LAW_NUMBERS), sizeof(double));
    nsl_status status =
        l->weight ? locate(key, logs, f, at, err) : nsl_fail_memory(err);
    if (status == NSL_OK)
        status = window_at(&l->window, f, key, err);
    if (status != NSL_OK) {
        law_free(&l->head);
        return status;
    }
    set_weights(l, logs);
    *out = &l->head;
    return NSL_OK;
}
