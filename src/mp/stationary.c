/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/stationary.h"

#include <stdbool.h>

void nsl_factors_mp_init(nsl_factor_mp *f, int count, mpfr_prec_t bits)
{
    for (int i = 0; i < count; i++)
        mpfr_inits2(bits, f[i].power, f[i].offset, f[i].slope, (mpfr_ptr)NULL);
}

void nsl_factors_mp_clear(nsl_factor_mp *f, int count)
{
    for (int i = 0; i < count; i++)
        mpfr_clears(f[i].power, f[i].offset, f[i].slope, (mpfr_ptr)NULL);
}

/* dln/dlnx = Σ power·slope·x/(offset + slope·x), and `bend`, its derivative by x. */
static void log_slope(mpfr_t out, mpfr_t bend, const nsl_factor_mp *f, int count,
                      const mpfr_t x)
{
    mpfr_t part, value;
    mpfr_inits2(mpfr_get_prec(out), part, value, (mpfr_ptr)NULL);
    mpfr_set_zero(out, 1);
    mpfr_set_zero(bend, 1);
    for (int i = 0; i < count; i++) {
        mpfr_fma(value, f[i].slope, x, f[i].offset, MPFR_RNDN);
        mpfr_mul(part, f[i].power, f[i].slope, MPFR_RNDN);
        mpfr_div(part, part, value, MPFR_RNDN);
        mpfr_fma(out, part, x, out, MPFR_RNDN);
        mpfr_mul(part, part, f[i].offset, MPFR_RNDN);
        mpfr_div(part, part, value, MPFR_RNDN);
        mpfr_add(bend, bend, part, MPFR_RNDN);
    }
    mpfr_clears(part, value, (mpfr_ptr)NULL);
}

/* The root is at least about 2^−2200: exponents are doubles or decimals in the range of
 * double, and so are their differences but for cancellation. */
enum { HALVINGS_MAX = 1 << 20 };

/* The root between `low` and twice that, by halving from 1 on; x = low. */
static void bracket(mpfr_t x, mpfr_t low, mpfr_t high, const nsl_factor_mp *f,
                    int count)
{
    mpfr_t slope, bend;
    mpfr_inits2(mpfr_get_prec(x), slope, bend, (mpfr_ptr)NULL);
    mpfr_set_ui(x, 1, MPFR_RNDN);
    for (int i = 0; i == 0 || (mpfr_sgn(slope) > 0 && i < HALVINGS_MAX); i++) {
        mpfr_set(high, x, MPFR_RNDN);
        mpfr_div_2ui(x, x, 1, MPFR_RNDN);
        log_slope(slope, bend, f, count, x);
    }
    mpfr_set(low, x, MPFR_RNDN);
    mpfr_clears(slope, bend, (mpfr_ptr)NULL);
}

/* Newton from the bracket's lower end, and bisection where Newton leaves the bracket.
 */
void nsl_stationary_mp(mpfr_t x, const nsl_factor_mp *f, int count)
{
    mpfr_prec_t bits = mpfr_get_prec(x);
    mpfr_t low, high, slope, step;
    mpfr_inits2(bits, low, high, slope, step, (mpfr_ptr)NULL);
    bracket(x, low, high, f, count);
    bool close = false;
    for (mpfr_prec_t i = 0; i < 2 * bits && !close; i++) {
        log_slope(slope, step, f, count, x);
        mpfr_set(mpfr_sgn(slope) < 0 ? low : high, x, MPFR_RNDN);
        mpfr_div(step, slope, step, MPFR_RNDN);
        close = mpfr_zero_p(step) || mpfr_get_exp(step) < mpfr_get_exp(x) - bits / 2;
        mpfr_sub(x, x, step, MPFR_RNDN);
        if (!close && !(mpfr_cmp(low, x) < 0 && mpfr_cmp(x, high) < 0)) {
            mpfr_add(x, low, high, MPFR_RNDN);
            mpfr_div_2ui(x, x, 1, MPFR_RNDN);
        }
    }
    mpfr_clears(low, high, slope, step, (mpfr_ptr)NULL);
}
