/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp/series.h"

#include <stdlib.h>
#include <string.h>

/* Below this many coefficients plain products are as fast. */
enum { SCHOOLBOOK = 24 };

bool nsl_series_init(series *s, size_t length, unsigned long bits)
{
    *s = (series){length, bits, malloc(length * sizeof(mpz_t))};
    if (!s->a)
        return false;
    for (size_t n = 0; n < length; n++)
        mpz_init(s->a[n]);
    return true;
}

void nsl_series_clear(series *s)
{
    if (s->a)
        for (size_t n = 0; n < s->length; n++)
            mpz_clear(s->a[n]);
    free(s->a);
    s->a = NULL;
}

static size_t largest_bits(const series *s, size_t length)
{
    size_t most = 1;
    for (size_t n = 0; n < length; n++) {
        size_t bits = mpz_sizeinbase(s->a[n], 2);
        most = bits > most ? bits : most;
    }
    return most;
}

/* Σ_n |a_n| 2^{n·slot} over coefficients of one sign. */
static void pack_sign(mpz_t out, const series *s, size_t length, size_t slot, int sign)
{
    mp_limb_t *limbs = mpz_limbs_write(out, (mp_size_t)(length * slot));
    memset(limbs, 0, length * slot * sizeof *limbs);
    for (size_t n = 0; n < length; n++)
        if (mpz_sgn(s->a[n]) == sign)
            memcpy(limbs + n * slot, mpz_limbs_read(s->a[n]),
                   mpz_size(s->a[n]) * sizeof *limbs);
    mpz_limbs_finish(out, (mp_size_t)(length * slot));
}

/* Σ_n a_n 2^{n·slot}, slot in limbs. */
static void pack(mpz_t out, const series *s, size_t length, size_t slot)
{
    mpz_t negative;
    mpz_init(negative);
    pack_sign(out, s, length, slot, 1);
    pack_sign(negative, s, length, slot, -1);
    mpz_sub(out, out, negative);
    mpz_clear(negative);
}

/* Takes a packed product apart, rounding each coefficient to s->bits. */
static void unpack(series *s, size_t length, mpz_t packed, size_t slot)
{
    int sign = mpz_sgn(packed);
    size_t size = mpz_size(packed);
    const mp_limb_t *limbs = mpz_limbs_read(packed);
    mpz_t piece, full;
    bool carry = false;
    mpz_init(full);
    mpz_setbit(full, slot * GMP_LIMB_BITS);
    mpz_init(piece);
    for (size_t n = 0; n < length; n++) {
        size_t from = n * slot, have = from < size ? size - from : 0;
        have = have < slot ? have : slot;
        mp_limb_t *to = mpz_limbs_write(piece, (mp_size_t)slot);
        memset(to, 0, slot * sizeof *to);
        if (have)
            memcpy(to, limbs + from, have * sizeof *to);
        mpz_limbs_finish(piece, (mp_size_t)slot);
        if (carry)
            mpz_add_ui(piece, piece, 1);
        carry = mpz_tstbit(piece, slot * GMP_LIMB_BITS - 1) ||
                mpz_tstbit(piece, slot * GMP_LIMB_BITS);
        if (carry) /* the piece stands for a negative number */
            mpz_sub(piece, piece, full);
        if (sign < 0)
            mpz_neg(piece, piece);
        mpz_fdiv_q_2exp(s->a[n], piece, s->bits);
    }
    mpz_clear(piece);
    mpz_clear(full);
}

static void multiply_plain(series *out, const series *x, const series *y, size_t length)
{
    mpz_t sum;
    mpz_init(sum);
    for (size_t n = length; n-- > 0;) { /* downwards: out may be x or y */
        mpz_set_ui(sum, 0);
        for (size_t i = 0; i <= n; i++)
            mpz_addmul(sum, x->a[i], y->a[n - i]);
        mpz_fdiv_q_2exp(out->a[n], sum, out->bits);
    }
    mpz_clear(sum);
}

/* The first `length` coefficients of x·y. */
static void multiply_low(series *out, const series *x, const series *y, size_t length)
{
    if (length < SCHOOLBOOK) {
        multiply_plain(out, x, y, length);
        return;
    }
    size_t bits = largest_bits(x, length) + largest_bits(y, length) + 2;
    for (size_t n = length; n; n /= 2)
        bits++;
    size_t slot = bits / GMP_LIMB_BITS + 1;
    mpz_t p, q;
    mpz_inits(p, q, NULL);
    pack(p, x, length, slot);
    if (x == y) {
        mpz_mul(p, p, p);
    } else {
        pack(q, y, length, slot);
        mpz_mul(p, p, q);
    }
    unpack(out, length, p, slot);
    mpz_clears(p, q, NULL);
}

bool nsl_series_multiply(series *out, const series *x, const series *y)
{
    multiply_low(out, x, y, out->length);
    return true;
}

/* Newton: v ← v + v(1 − x v), doubling the length known. */
bool nsl_series_invert(series *out, const series *x)
{
    series rest;
    if (!nsl_series_init(&rest, out->length, out->bits))
        return false;
    for (size_t n = 0; n < out->length; n++)
        mpz_set_ui(out->a[n], 0);
    mpz_setbit(out->a[0], out->bits);
    for (size_t known = 1; known < out->length;) {
        size_t next = 2 * known < out->length ? 2 * known : out->length;
        multiply_low(&rest, x, out, next);
        for (size_t n = 0; n < next; n++)
            mpz_neg(rest.a[n], rest.a[n]);
        for (size_t n = 0; n < known; n++) /* 1 − x v starts at `known` */
            mpz_set_ui(rest.a[n], 0);
        multiply_low(&rest, &rest, out, next);
        for (size_t n = known; n < next; n++)
            mpz_set(out->a[n], rest.a[n]);
        known = next;
    }
    nsl_series_clear(&rest);
    return true;
}

void nsl_series_set(series *s, size_t n, const mpfr_t value)
{
    mpfr_t scaled;
    mpfr_init2(scaled, mpfr_get_prec(value));
    mpfr_mul_2ui(scaled, value, s->bits, MPFR_RNDN);
    mpfr_get_z(s->a[n], scaled, MPFR_RNDN);
    mpfr_clear(scaled);
}

void nsl_series_get(mpfr_t out, const series *s, size_t n)
{
    mpfr_set_z(out, s->a[n], MPFR_RNDN);
    mpfr_div_2ui(out, out, s->bits, MPFR_RNDN);
}

void nsl_series_scale(series *s, const mpfr_t factor)
{
    mpz_t fixed;
    mpfr_t scaled;
    mpz_init(fixed);
    mpfr_init2(scaled, mpfr_get_prec(factor));
    mpfr_mul_2ui(scaled, factor, s->bits, MPFR_RNDN);
    mpfr_get_z(fixed, scaled, MPFR_RNDN);
    for (size_t n = 0; n < s->length; n++) {
        mpz_mul(s->a[n], s->a[n], fixed);
        mpz_fdiv_q_2exp(s->a[n], s->a[n], s->bits);
    }
    mpfr_clear(scaled);
    mpz_clear(fixed);
}
