/* SPDX-License-Identifier: GPL-3.0-or-later */
/* z, r, q, q₁, t₀, t_d, t_c are analytic in lnΔ in the strip |Im lnΔ| < π (theory.md
 * section 9): their poles are at Δ = −λ_I. On an octave of Δ, of length ln 2, the
 * Chebyshev series of such a function falls by a factor of about 18 a term, so that
 * NODES of them give it to rounding; powers of the local coordinate lose nothing at
 * this length, since their coefficients fall nearly as fast. */
#include "spectrum/interpolant.h"
#include "core/crew.h"
#include "core/error.h"
#include "core/lanes.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 14, HALF = NODES / 2 };

/* The sums; one lane is not used. */
enum { Z, R, Q, Q1, T0, TD, TC };

/* One piece an octave [2^k, 2^{k+1}): the range of double, but for the room that
 * products of two sums need at its ends. */
enum { FIRST = -1000, PIECES = 2000 };

/* Pieces next to each other may be made at once. */
enum { MAKERS = 8 };

/* Chebyshev interpolation passes the error of its nodes on, times at most this: the
 * Lebesgue constant of NODES. */
static const double LEBESGUE = 3.0;

/* Roundings of the evaluation: each Horner step adds one to a falling series. */
static const double EVALUATION = 6 * DBL_EPSILON;

/* The sum of the missing terms is at most this part of the last two, … */
static const double REST = 0.125;

/* … and a piece that is not good to this is not used: close to the latent scale of a
 * steep spectrum, say. */
static const double GOOD = 1e-13;

/* Sums below this leave no room for products. */
static const double LEAST = DBL_MIN * 0x1p+100;

/* With t = ln(Δ/2^{k+½})/(½ ln 2), −1 ≤ t ≤ 1. */
typedef struct {
    lanes even[HALF], odd[HALF]; /* coefficients of t^{2k}, t^{2k+1} */
    double error, z_error;       /* relative bounds */
    bool good;
} piece;

typedef struct {
    nsl_spectrum head;
    const nsl_spectrum *from;
    const nsl_target *target;
    pthread_mutex_t making[MAKERS]; /* of pieces, by their place modulo MAKERS */
    _Atomic(piece *) piece[PIECES];
} interpolant;

static void moments_of(nsl_moments *m, const interpolant *s, double delta)
{
    s->from->ops->moments(m, s->from, s->target, delta);
    m->z = ((m->count + m->count_low) - m->above) + m->below;
}

/* cos(πm/(2·NODES)) for m of one period, in the precision of the sums below. */
static void set_cosines(long double out[4 * NODES])
{
    const long double step = acosl(-1.0L) / (2 * NODES);
    for (int m = 0; m <= NODES; m++) {
        long double cosine = m == NODES ? 0.0L : cosl(step * m);
        out[m] = cosine;
        out[2 * NODES - m] = -cosine;
        out[2 * NODES + m] = -cosine;
        if (m > 0)
            out[4 * NODES - m] = cosine;
    }
}

/* Chebyshev coefficients from values at the nodes. In double their roundings, each of
 * the size of the first, would add up to a dozen of the last digit's units. */
static void to_chebyshev(double c[NODES][LANES], double f[NODES][LANES])
{
    long double cosine[4 * NODES];
    set_cosines(cosine);
    for (int j = 0; j < NODES; j++) {
        long double sum[LANES] = {0.0L};
        for (int k = 0; k < NODES; k++) {
            long double weight = cosine[j * (2 * k + 1) % (4 * NODES)];
            for (int lane = 0; lane < LANES; lane++)
                sum[lane] += weight * f[k][lane];
        }
        for (int lane = 0; lane < LANES; lane++)
            c[j][lane] = (double)((j ? 2.0L : 1.0L) * sum[lane] / NODES);
    }
}

/* Their sum as powers of t, by T_{j+1} = 2t T_j − T_{j−1}. */
static void set_powers(piece *p, double c[NODES][LANES])
{
    double before[NODES] = {1.0}, here[NODES] = {0.0, 1.0};
    double power[NODES][LANES] = {{0.0}};
    for (int j = 0; j < NODES; j++) {
        const double *t = j ? here : before;
        for (int k = 0; k <= j; k++)
            for (int lane = 0; lane < LANES; lane++)
                power[k][lane] += t[k] * c[j][lane];
        if (j == 0)
            continue;
        for (int k = NODES - 1; k >= 0; k--) {
            double next = (k ? 2.0 * here[k - 1] : 0.0) - before[k];
            before[k] = here[k];
            here[k] = next;
        }
    }
    for (int k = 0; k < HALF; k++)
        for (int lane = 0; lane < LANES; lane++) {
            p->even[k].of[lane] = power[2 * k][lane];
            p->odd[k].of[lane] = power[2 * k + 1][lane];
        }
}

/* What the series leaves out of a sum, relative to the least value on the piece. */
static double missing(double c[NODES][LANES], double f[NODES][LANES], int lane)
{
    double least = f[0][lane];
    for (int k = 1; k < NODES; k++)
        least = fmin(least, f[k][lane]);
    double last = REST * (fabs(c[NODES - 2][lane]) + fabs(c[NODES - 1][lane]));
    return last == 0.0 ? 0.0 : last / least;
}

static void piece_make(piece *p, const interpolant *s, int at)
{
    double f[NODES][LANES] = {{0.0}}, c[NODES][LANES], error = 0.0, z_error = 0.0;
    p->good = true;
    for (int k = 0; k < NODES; k++) {
        nsl_moments m;
        double t = cos(M_PI * (k + 0.5) / NODES);
        moments_of(&m, s, ldexp(exp2(0.5 * (1.0 + t)), FIRST + at));
        const double sums[] = {m.z, m.r, m.q, m.q1, m.t0, m.td, m.tc};
        for (int lane = 0; lane <= TC; lane++) {
            f[k][lane] = sums[lane];
            bool none = lane >= T0 && sums[lane] == 0.0; /* a target of zeros */
            p->good &= none || (sums[lane] > LEAST && isfinite(sums[lane]));
        }
        error = fmax(error, m.error);
        z_error = fmax(z_error, m.z_error / m.z);
    }
    if (!p->good)
        return;
    to_chebyshev(c, f);
    set_powers(p, c);
    double left = 0.0;
    for (int lane = R; lane <= TC; lane++)
        left = fmax(left, missing(c, f, lane));
    p->error = LEBESGUE * error + left + EVALUATION;
    p->z_error = LEBESGUE * z_error + missing(c, f, Z) + EVALUATION;
    p->good = p->error <= GOOD && p->z_error <= GOOD;
}

/* See nsl_interpolant_lacked: of a thread, so that one is not told of another's. */
static _Thread_local bool lacked;

/* The piece, made by the first thread that needs it; NULL when memory ran out. Its
 * numbers do not depend on which. */
static const piece *piece_at(interpolant *s, int at)
{
    piece *p = atomic_load_explicit(&s->piece[at], memory_order_acquire);
    if (p)
        return p;
    pthread_mutex_lock(&s->making[at % MAKERS]);
    p = atomic_load_explicit(&s->piece[at], memory_order_relaxed);
    if (!p && (p = aligned_alloc(sizeof(lanes), sizeof *p)) != NULL) {
        piece_make(p, s, at);
        atomic_store_explicit(&s->piece[at], p, memory_order_release);
    }
    pthread_mutex_unlock(&s->making[at % MAKERS]);
    lacked |= !p;
    return p;
}

/* Δ = 2^octave·m, 1 ≤ m < 2. */
static double split(double delta, int *octave)
{
    enum { FRACTION_BITS = 52, BIAS = 1023, EXPONENTS = 0x7ff };
    uint64_t bits;
    memcpy(&bits, &delta, sizeof bits);
    *octave = (int)(bits >> FRACTION_BITS & EXPONENTS) - BIAS;
    bits &= (UINT64_C(1) << FRACTION_BITS) - 1;
    bits |= (uint64_t)BIAS << FRACTION_BITS;
    memcpy(&delta, &bits, sizeof bits);
    return delta;
}

WIDE static void evaluate(lanes *restrict out, const piece *p, double t)
{
    double tt = t * t;
    for (int lane = 0; lane < LANES; lane++) {
        double even = p->even[HALF - 1].of[lane], odd = p->odd[HALF - 1].of[lane];
#pragma GCC unroll 8
        for (int k = HALF - 2; k >= 0; k--) {
            even = even * tt + p->even[k].of[lane];
            odd = odd * tt + p->odd[k].of[lane];
        }
        out->of[lane] = odd * t + even;
    }
}

typedef struct {
    interpolant *s;
    int first;
} preparation;

static nsl_status prepare_piece(void *data, size_t task, nsl_error *err)
{
    const preparation *p = data;
    (void)err; /* a piece that is not made now is made later */
    piece_at(p->s, p->first + (int)task);
    return NSL_OK;
}

void nsl_interpolant_prepare(nsl_spectrum *spectrum, double low, double high,
                             size_t uses, unsigned jobs)
{
    int first, last;
    split(low, &first);
    split(high, &last);
    first = first < FIRST ? 0 : first - FIRST;
    last = last - FIRST >= PIECES ? PIECES - 1 : last - FIRST;
    preparation p = {(interpolant *)spectrum, first};
    const nsl_work work = {.jobs = jobs};
    size_t pieces = first <= last ? (size_t)(last - first + 1) : 0;
    bool before = lacked;
    if (pieces > 0 && pieces * NODES <= uses)
        nsl_crew_run(prepare_piece, &p, pieces, &work, NULL);
    lacked = before;
}

bool nsl_interpolant_lacked(void)
{
    bool told = lacked;
    lacked = false;
    return told;
}

static void interpolant_moments(nsl_moments *m, const nsl_spectrum *spectrum,
                                const nsl_target *target, double delta)
{
    /* making a piece changes nothing that can be seen */
    interpolant *s = (interpolant *)(uintptr_t)spectrum;
    int octave;
    double mantissa = split(delta, &octave);
    (void)target; /* its own one */
    int at = octave - FIRST;
    const piece *p = at >= 0 && at < PIECES ? piece_at(s, at) : (const piece *)NULL;
    if (!p || !p->good) {
        moments_of(m, s, delta);
        return;
    }
    lanes sums;
    evaluate(&sums, p, log(mantissa * M_SQRT1_2) * (2.0 / M_LN2));
    *m = (nsl_moments){
        .below = sums.of[Z],
        .z_error = p->z_error * sums.of[Z],
        .r = sums.of[R],
        .q = sums.of[Q],
        .q1 = sums.of[Q1],
        .t0 = sums.of[T0],
        .td = sums.of[TD],
        .tc = sums.of[TC],
        .bend_above = NAN, /* 2 q₁ − r is ρ */
        .bend_below = NAN,
        .error = p->error,
    };
}

static void interpolant_free(nsl_spectrum *spectrum)
{
    interpolant *s = (interpolant *)spectrum;
    for (int at = 0; at < PIECES; at++)
        free(atomic_load(&s->piece[at]));
    for (int i = 0; i < MAKERS; i++)
        pthread_mutex_destroy(&s->making[i]);
    free(s);
}

static double interpolant_guess(const nsl_spectrum *spectrum, double n)
{
    const nsl_spectrum *from = nsl_spectrum_origin(spectrum);
    return from->ops->guess(from, n);
}

static double interpolant_trace(const nsl_spectrum *spectrum)
{
    const nsl_spectrum *from = nsl_spectrum_origin(spectrum);
    return from->ops->trace(from);
}

/* A model's target is made before it is interpolated: no set_source, no set_own. */
static const nsl_spectrum_ops interpolant_ops = {
    .name = "interpolant",
    .free = interpolant_free,
    .moments = interpolant_moments,
    .guess = interpolant_guess,
    .trace = interpolant_trace,
};

nsl_status nsl_spectrum_new_interpolant(nsl_spectrum **out, const nsl_spectrum *from,
                                        const nsl_target *target, nsl_error *err)
{
    *out = NULL;
    interpolant *s = calloc(1, sizeof *s);
    if (!s)
        return nsl_fail_memory(err);
    for (int i = 0; i < MAKERS; i++)
        pthread_mutex_init(&s->making[i], NULL);
    s->head = *from;
    s->head.ops = &interpolant_ops;
    s->head.origin = nsl_spectrum_origin(from);
    s->from = from;
    s->target = target;
    *out = &s->head;
    return NSL_OK;
}
