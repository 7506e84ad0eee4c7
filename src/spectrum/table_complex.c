/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrum/table_complex.h"

#include <complex.h>
#include <math.h>

/* One set of instructions for each width of registers, chosen when the program starts;
 * all of them round alike. Not for ThreadSanitizer, which begins after the choice. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

enum { LANES = 8 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

/* Sums over rows, lane by lane. */
enum { SHORT_RE, SHORT_IM, R_RE, R_IM, RHO_RE, RHO_IM, SUMS };

typedef struct {
    lanes sum[SUMS], lost[SUMS];
} lane_sums;

/* Rows begin … begin+LANES−1, or fewer; unused lanes have no copies. */
static void load(lanes *lambda, lanes *copies, const nsl_table_view *t, size_t begin,
                 size_t end)
{
    for (size_t i = 0; i < LANES; i++) {
        bool used = begin + i < end;
        (*lambda)[i] = t->lambda[used ? begin + i : end - 1];
        (*copies)[i] = used ? t->copies[begin + i] : 0.0;
    }
}

/* With e = s/|s|: for λ ≥ |s|, v = |s|/λ, u = 1/(1−ve) and w = 1−u is short; else
 * t = λ/|s|, w = 1/(1−t/e) and u is. The short one is summed. Kahan's compensation. */
WIDE static void add_rows(lane_sums *sums, const nsl_table_view *t, double size,
                          double cosine, double sine, size_t begin, size_t end,
                          bool above)
{
    double turn = above ? sine : -sine; /* e or 1/e */
    for (size_t row = begin; row < end; row += LANES) {
        lanes lambda, copies;
        load(&lambda, &copies, t, row, end);
        lanes q = above ? size / lambda : lambda / size;
        lanes re = 1.0 - q * cosine, im = -q * turn; /* 1 − qe^{±1} */
        lanes scale = 1.0 / (re * re + im * im);
        lanes big_re = re * scale, big_im = -im * scale;
        lanes small_re = -q * (cosine * big_re - turn * big_im);
        lanes small_im = -q * (cosine * big_im + turn * big_re);
        lanes r_re = big_re * small_re - big_im * small_im;
        lanes r_im = big_re * small_im + big_im * small_re;
        lanes d_re = above ? big_re - small_re : small_re - big_re; /* u − w */
        lanes d_im = above ? big_im - small_im : small_im - big_im;
        lanes part[SUMS] = {small_re,
                            small_im,
                            r_re,
                            r_im,
                            r_re * d_re - r_im * d_im,
                            r_re * d_im + r_im * d_re};
        for (int k = 0; k < SUMS; k++) {
            lanes y = copies * part[k] - sums->lost[k];
            lanes total = sums->sum[k] + y;
            sums->lost[k] = (total - sums->sum[k]) - y;
            sums->sum[k] = total;
        }
    }
}

static double total_of(const lanes *a)
{
    double sum = 0.0;
    for (int i = 0; i < LANES; i++)
        sum += (*a)[i];
    return sum;
}

/* Σ arg(1 − λ/s). */
static double angle_of(const nsl_table_view *t, double size, double cosine, double sine)
{
    double sum = 0.0, lost = 0.0;
    for (size_t i = 0; i < t->positive_rows; i++) {
        double q = t->lambda[i] / size;
        double y = t->copies[i] * atan2(q * sine, 1.0 - q * cosine) - lost;
        double total = sum + y;
        lost = (total - sum) - y;
        sum = total;
    }
    return sum;
}

/* Rows with λ ≥ size. */
static size_t rows_above(const nsl_table_view *t, double size)
{
    size_t low = 0, high = t->positive_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->lambda[middle] >= size)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void nsl_table_complex_sums(nsl_complex_sums *out, const nsl_spectrum *spectrum,
                            double complex s, bool angle)
{
    nsl_table_view t = nsl_table_rows(spectrum);
    double size = cabs(s), cosine = creal(s) / size, sine = cimag(s) / size;
    size_t split = rows_above(&t, size);
    lane_sums above = {0}, below = {0};
    add_rows(&above, &t, size, cosine, sine, 0, split, true);
    add_rows(&below, &t, size, cosine, sine, split, t.positive_rows, false);
    double sum[SUMS];
    for (int k = 0; k < SUMS; k++) /* counted rows miss what the others add */
        sum[k] =
            total_of(&below.sum[k]) + (k < R_RE ? -1.0 : 1.0) * total_of(&above.sum[k]);
    nsl_whole count = nsl_whole_from(split ? t.up_to[split - 1] : 0);
    *out = (nsl_complex_sums){.count = count.high,
                              .count_low = count.low,
                              .rest = CMPLX(sum[SHORT_RE], sum[SHORT_IM]),
                              .r = CMPLX(sum[R_RE], sum[R_IM]),
                              .rho = CMPLX(sum[RHO_RE], sum[RHO_IM])};
    if (angle)
        out->angle = angle_of(&t, size, cosine, sine);
}

/* Σ v² of w, u w and u w (u − w). */
WIDE static void add_weighted(lanes *sum, lanes *lost, const nsl_table_view *t,
                              const double *weights, double size, double cosine,
                              double sine)
{
    for (size_t row = 0; row < t->positive_rows; row += LANES) {
        lanes lambda, copies;
        load(&lambda, &copies, t, row, t->positive_rows);
        lanes large = lambda; /* the larger of λ and |s|: a and b below are at most 1 */
        for (size_t i = 0; i < LANES; i++) {
            large[i] = fmax(lambda[i], size);
            copies[i] *= row + i < t->positive_rows ? weights[row + i] : 0.0;
        }
        /* u = λ/(λ−s), w = −s/(λ−s) */
        lanes a = lambda / large, b = size / large;
        lanes re = a - b * cosine, im = -b * sine;
        lanes norm = 1.0 / (re * re + im * im);
        lanes over_re = re * norm, over_im = -im * norm;
        lanes u_re = a * over_re, u_im = a * over_im;
        lanes w_re = -b * (cosine * over_re - sine * over_im);
        lanes w_im = -b * (cosine * over_im + sine * over_re);
        lanes r_re = u_re * w_re - u_im * w_im, r_im = u_re * w_im + u_im * w_re;
        lanes d_re = u_re - w_re, d_im = u_im - w_im;
        lanes part[SUMS] = {w_re,
                            w_im,
                            r_re,
                            r_im,
                            r_re * d_re - r_im * d_im,
                            r_re * d_im + r_im * d_re};
        for (int k = 0; k < SUMS; k++) {
            lanes y = copies * part[k] - lost[k];
            lanes total = sum[k] + y;
            lost[k] = (total - sum[k]) - y;
            sum[k] = total;
        }
    }
}

void nsl_table_complex_target(nsl_complex_target *out, const nsl_spectrum *spectrum,
                              const nsl_target *target, double complex s)
{
    nsl_table_view t = nsl_table_rows(spectrum);
    double size = cabs(s);
    lanes sum[SUMS] = {{0.0}}, lost[SUMS] = {{0.0}};
    add_weighted(sum, lost, &t, target->weights, size, creal(s) / size,
                 cimag(s) / size);
    double total[SUMS];
    for (int k = 0; k < SUMS; k++)
        total[k] = total_of(&sum[k]);
    out->t1 = CMPLX(total[0], total[1]);
    out->td = CMPLX(total[2], total[3]);
    out->te = CMPLX(total[4], total[5]);
}
