/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E7] at rising precisions until two agree, and the untrained model. */
#include "mp/training_mp.h"
#include "core/error.h"
#include "mp/agree.h"
#include "mp/training_at.h"

/* --- rising precision --------------------------------------------------------------
 */

/* Bits to which two values agree; LONG_MAX where all do. */
static mpfr_exp_t bits_agreed(mpfr_srcptr a, mpfr_srcptr b)
{
    if ((mpfr_nan_p(a) && mpfr_nan_p(b)) || mpfr_equal_p(a, b))
        return LONG_MAX;
    if (!mpfr_regular_p(a) || !mpfr_regular_p(b))
        return 0;
    mpfr_t difference;
    mpfr_init2(difference, 64);
    mpfr_sub(difference, a, b, MPFR_RNDN);
    mpfr_exp_t bits = mpfr_get_exp(b) - mpfr_get_exp(difference);
    mpfr_clear(difference);
    return bits;
}

static mpfr_exp_t least_agreed(nsl_prediction_mp *a, nsl_prediction_mp *b)
{
    mpfr_exp_t least = LONG_MAX;
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++) {
        mpfr_exp_t bits =
            bits_agreed(nsl_prediction_mp_value(a, i), nsl_prediction_mp_value(b, i));
        least = bits < least ? bits : least;
    }
    return least;
}

static void swap_values(nsl_prediction_mp *a, nsl_prediction_mp *b)
{
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        mpfr_swap(nsl_prediction_mp_value(a, i), nsl_prediction_mp_value(b, i));
}

/* Few bits first, to see how small the values are; then as many as are wanted, and more
 * by what was lost at the fewer ones until that leaves enough. */
static nsl_status settle(nsl_prediction_mp *out, const nsl_training_question *q,
                         const nsl_decay_mp *decay, unsigned digits, nsl_error *err)
{
    enum { FIRST_BITS = 64, SPARE = 24, SURE_BITS = 8, TRIES_MAX = 8 };
    mpfr_prec_t wanted = nsl_digits_bits(digits), most = 4 * wanted + 1500;
    mpfr_prec_t low = FIRST_BITS, bits = wanted + 2 * SPARE;
    nsl_prediction_mp lower;
    nsl_prediction_mp_init(&lower);
    bool agreed = false;
    nsl_status status = nsl_training_at(&lower, q, decay, low, err);
    for (int i = 0; i < TRIES_MAX && status == NSL_OK && !agreed; i++) {
        status = nsl_training_at(out, q, decay, bits, err);
        if (status != NSL_OK)
            break;
        mpfr_exp_t least = least_agreed(&lower, out);
        mpfr_prec_t lost = least < low ? low - least : 0;
        agreed = least >= SURE_BITS && bits - lost >= wanted + SPARE;
        if (agreed)
            break;
        if (bits >= most)
            status = nsl_digits_unsettled(digits, err);
        low = bits;
        bits = least >= SURE_BITS ? wanted + lost + 2 * SPARE : 2 * bits;
        bits = bits > low + SPARE ? bits : low + SPARE;
        bits = bits < most ? bits : most;
        swap_values(&lower, out);
    }
    nsl_prediction_mp_clear(&lower);
    if (status == NSL_OK && !agreed)
        status = nsl_digits_unsettled(digits, err);
    return status;
}

/* --- the untrained model -----------------------------------------------------------
 */

/* V = Σ v², summed at a Δ so large that 1 − u is 1 to the last bit. */
static bool label_variance(mpfr_t out, nsl_level *level)
{
    nsl_moments_mp m;
    mpfr_t delta;
    mpfr_prec_t bits = mpfr_get_prec(out);
    const nsl_spectrum *spectrum = level->model->model->spectrum;
    nsl_moments_mp_init(&m, bits);
    mpfr_init2(delta, 53);
    mpfr_set_d(delta, spectrum->ops->guess(spectrum, 0.5), MPFR_RNDN);
    mpfr_mul_2ui(delta, delta, 4 * (unsigned long)bits, MPFR_RNDN);
    bool fine = nsl_level_moments(&m, level, delta, true);
    mpfr_add(out, m.t0, m.td, MPFR_RNDN);
    mpfr_clear(delta);
    nsl_moments_mp_clear(&m);
    return fine;
}

static nsl_status untrained(nsl_prediction_mp *out, const nsl_training_question *q,
                            unsigned digits, nsl_error *err)
{
    nsl_level level;
    mpfr_t noise, half;
    mpfr_prec_t bits = nsl_digits_bits(digits) + NSL_GUARD_BITS;
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++) {
        mpfr_set_prec(nsl_prediction_mp_value(out, i), bits);
        mpfr_set_zero(nsl_prediction_mp_value(out, i), 1);
    }
    mpfr_set_nan(out->delta);
    mpfr_inits2(bits, noise, half, (mpfr_ptr)NULL);
    nsl_exact_set(noise, q->decimals.noise, q->point->noise);
    mpfr_set_d(half, q->units.mse ? 1.0 : 0.5 * q->model->model->outputs, MPFR_RNDN);
    nsl_status status =
        nsl_level_init(&level, q->model, bits) && label_variance(out->bias, &level)
            ? NSL_OK
            : nsl_fail_memory(err);
    mpfr_add(out->train_loss, out->bias, noise, MPFR_RNDN);
    mpfr_mul(out->train_loss, out->train_loss, half, MPFR_RNDN);
    mpfr_mul(out->bias, out->bias, half, MPFR_RNDN);
    mpfr_set(out->signal_loss, out->bias, MPFR_RNDN);
    mpfr_set(out->test_loss, q->units.test_noise ? out->train_loss : out->bias,
             MPFR_RNDN);
    nsl_level_clear(&level);
    mpfr_clears(noise, half, (mpfr_ptr)NULL);
    return status;
}

nsl_status nsl_training_answer(nsl_prediction_mp *out, bool *decayed,
                               const nsl_training_question *q, nsl_stop_kind kind,
                               unsigned digits, nsl_error *err)
{
    nsl_decay_mp decay;
    *decayed = false;
    if (kind == NSL_STOP_AT_ONCE)
        return untrained(out, q, digits, err);
    nsl_decay_mp_init(&decay);
    nsl_status status = nsl_decay_mp_find(&decay, q, err);
    if (status == NSL_OK) {
        *decayed = nsl_training_has_decayed(q, &decay);
        if (!*decayed)
            status = settle(out, q, &decay, digits, err);
    }
    nsl_decay_mp_clear(&decay);
    return status;
}
