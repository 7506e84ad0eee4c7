/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsl_resolvent_mp: two precisions, and higher ones until their digits agree. */
#include "core/error.h"
#include "input/number.h"
#include "mp/agree.h"
#include "mp/left_axis.h"
#include "mp/resolvent_axis.h"

#include <math.h>

/* Bits at which a root is looked for, beyond those that differences may lose; and tries
 * at rising precision: at the last one seven times as many bits as wanted. */
enum { SEARCH_BITS = 128, TRIES_MAX = 6 };

/* Where ζ lies; by symmetry Im ζ ≥ 0. */
typedef enum { NEGATIVE, OFF_AXIS, INSIDE, OUTSIDE } region;

typedef struct {
    const nsl_gram_question *q;
    const char *re, *im;
    nsl_gram_facts facts;
    mpfr_prec_t lost;
    nsl_error *err;
} question;

/* What one try knows beside its precision. */
typedef struct {
    const question *question;
    nsl_population_mp *p;
    region where;
    mpc_t s;              /* OFF_AXIS, INSIDE: the best root so far */
    nsl_axis_place place; /* OUTSIDE */
    bool undecided;       /* no region at that precision */
} attempt;

/* ζ with its imaginary part's sign taken off. */
static void set_zeta(mpc_t zeta, const question *q)
{
    nsl_exact_set(mpc_realref(zeta), q->re, 0.0);
    nsl_exact_set(mpc_imagref(zeta), q->im, 0.0);
    mpfr_abs(mpc_imagref(zeta), mpc_imagref(zeta), MPFR_RNDN);
}

static mpfr_prec_t bits_below(mpfr_srcptr small, mpfr_srcptr large)
{
    if (mpfr_zero_p(small) || mpfr_zero_p(large))
        return 0;
    mpfr_exp_t bits = mpfr_get_exp(large) - mpfr_get_exp(small);
    return bits > 0 ? bits : 0;
}

/* Bits by which Im ζ is below Re ζ, and some gap W_j − z below W_j: on the circle |ζ|
 * the product of 1 − z/W_j is about what it is at −|ζ|, ζ/(c s). */
static nsl_status set_lost(question *q)
{
    nsl_level level;
    nsl_gram_mp g;
    mpfr_t size, s, product;
    mpc_t zeta;
    nsl_status status = NSL_OK;
    mpc_init2(zeta, SEARCH_BITS);
    mpfr_inits2(SEARCH_BITS, size, s, product, (mpfr_ptr)NULL);
    nsl_gram_mp_init(&g, q->q, SEARCH_BITS);
    set_zeta(zeta, q);
    mpc_abs(size, zeta, MPFR_RNDN);
    if (nsl_level_init(&level, q->q->model, SEARCH_BITS))
        status = nsl_left_axis(s, product, &level, q->q, size, q->err);
    else
        status = nsl_fail_memory(q->err);
    nsl_level_clear(&level);
    mpfr_mul(s, s, g.scale, MPFR_RNDN);
    q->lost = q->facts.lost + bits_below(size, s) +
              2 * bits_below(mpc_imagref(zeta), mpc_realref(zeta));
    nsl_gram_mp_clear(&g);
    mpfr_clears(size, s, product, (mpfr_ptr)NULL);
    mpc_clear(zeta);
    return status;
}

/* --- one try -----------------------------------------------------------------------
 */

/* The region, and the first root. */
static nsl_status begin(attempt *a, mpfr_prec_t bits)
{
    mpc_t zeta;
    mpc_init2(zeta, bits);
    set_zeta(zeta, a->question);
    nsl_root_task task = {a->p, a->question->q, a->question->lost, a->question->err};
    nsl_status status = NSL_OK;
    a->where = OFF_AXIS;
    if (mpfr_zero_p(mpc_imagref(zeta)) && mpfr_sgn(mpc_realref(zeta)) < 0) {
        a->where = NEGATIVE;
    } else if (mpfr_zero_p(mpc_imagref(zeta))) {
        status = nsl_axis_locate(&a->place, &a->undecided, &task,
                                 a->question->facts.bottom, mpc_realref(zeta));
        a->where = a->place.outside ? OUTSIDE : INSIDE;
    }
    if (status == NSL_OK && (a->where == OFF_AXIS || a->where == INSIDE))
        status = nsl_root_find(a->s, &task, zeta);
    mpc_clear(zeta);
    return status;
}

/* R(−γ) = 1/(c Δ Π_{j≠own} (1 − z/W_j)) */
static nsl_status negative_axis(mpc_t out, const attempt *a, const mpfr_t zeta)
{
    const question *q = a->question;
    nsl_gram_mp g;
    mpfr_t size, product;
    mpfr_ptr s = mpc_realref(out);
    mpfr_prec_t bits = mpfr_get_prec(s);
    nsl_gram_mp_init(&g, q->q, bits);
    mpfr_inits2(bits, size, product, (mpfr_ptr)NULL);
    mpfr_neg(size, zeta, MPFR_RNDN);
    nsl_status status = nsl_left_axis(s, product, a->p->level, q->q, size, q->err);
    mpfr_mul(s, s, product, MPFR_RNDN);
    mpfr_mul(s, s, g.scale, MPFR_RNDN);
    mpfr_si_div(s, -1, s, MPFR_RNDN);
    mpfr_set_zero(mpc_imagref(out), 1);
    mpfr_clears(size, product, (mpfr_ptr)NULL);
    nsl_gram_mp_clear(&g);
    return status;
}

/* R at the precision of `out`. */
static nsl_status resolvent_at(mpc_t out, attempt *a)
{
    mpc_t zeta;
    nsl_root_task task = {a->p, a->question->q, a->question->lost, a->question->err};
    nsl_status status = NSL_OK;
    mpc_init2(zeta, mpfr_get_prec(mpc_realref(out)));
    set_zeta(zeta, a->question);
    switch (a->where) {
    case NEGATIVE:
        status = negative_axis(out, a, mpc_realref(zeta));
        break;
    case OUTSIDE:
        status =
            nsl_axis_resolvent(mpc_realref(out), &task, &a->place, mpc_realref(zeta));
        mpfr_set_zero(mpc_imagref(out), 1);
        break;
    case OFF_AXIS:
    case INSIDE:
        status = nsl_root_polish(out, a->s, &task, zeta);
    }
    mpc_clear(zeta);
    return status;
}

/* Looks for the root at `search` bits and evaluates at the precisions of both. */
static nsl_status try_bits(mpc_t low, mpc_t high, bool *undecided, const question *q,
                           mpfr_prec_t search)
{
    nsl_level level;
    nsl_population_mp p;
    attempt a = {.question = q, .p = &p};
    bool fine = nsl_level_init(&level, q->q->model, mpfr_get_prec(mpc_realref(high)));
    nsl_status status =
        fine ? nsl_population_mp_init(&p, &level, q->err) : nsl_fail_memory(q->err);
    if (status != NSL_OK) {
        nsl_level_clear(&level);
        return status;
    }
    mpc_init2(a.s, search);
    nsl_axis_place_init(&a.place, search);
    status = begin(&a, search);
    if (status == NSL_OK)
        status = resolvent_at(low, &a);
    if (status == NSL_OK)
        status = resolvent_at(high, &a);
    *undecided = a.undecided;
    mpc_clear(a.s);
    nsl_axis_place_clear(&a.place);
    nsl_population_mp_clear(&p);
    nsl_level_clear(&level);
    return status;
}

/* --- rising precision --------------------------------------------------------------
 */

static bool parts_agree(const mpc_t a, const mpc_t b, mpfr_prec_t bits)
{
    return nsl_agree_mp(mpc_realref(a), mpc_realref(b), bits) &&
           nsl_agree_mp(mpc_imagref(a), mpc_imagref(b), bits);
}

static nsl_status settle(mpc_t out, question *q, unsigned digits)
{
    mpfr_prec_t wanted = nsl_digits_bits(digits);
    nsl_status status = set_lost(q);
    if (status != NSL_OK)
        return status;
    mpfr_prec_t bits = wanted + NSL_GUARD_BITS + q->lost,
                search = SEARCH_BITS + q->lost;
    mpc_t lower;
    bool agreed = false;
    mpc_init2(lower, 53);
    for (int i = 0; i < TRIES_MAX && !agreed; i++) {
        bool undecided = false;
        mpc_set_prec(lower, bits);
        mpc_set_prec(out, bits + NSL_STEP_BITS);
        status = try_bits(lower, out, &undecided, q, search < bits ? search : bits);
        if (status != NSL_OK && !undecided)
            break;
        agreed = status == NSL_OK && parts_agree(lower, out, wanted);
        search = bits;
        bits += bits / 2;
    }
    mpc_clear(lower);
    if (status == NSL_OK && !agreed)
        status = nsl_digits_unsettled(digits, q->err);
    return status;
}

/* --- the question ------------------------------------------------------------------
 */

/* A text to a number, `sign` of which is taken. */
static nsl_status check_part(int *sign, const char *text, nsl_error *err)
{
    double value;
    nsl_number_status parsed = nsl_number_parse(text, &value);
    if (parsed != NSL_NUMBER_OK)
        return nsl_fail(err, NSL_EINVAL, "zeta", "%s", nsl_number_problem(parsed));
    if (!isfinite(value))
        return nsl_fail(err, NSL_EINVAL, "zeta", "must be finite");
    mpfr_t exact;
    mpfr_init2(exact, 53);
    nsl_exact_set(exact, text, value);
    *sign = mpfr_sgn(exact);
    mpfr_clear(exact);
    return NSL_OK;
}

static nsl_status check_zeta(int *im_sign, const question *q, nsl_error *err)
{
    int re_sign;
    nsl_status status = check_part(&re_sign, q->re, err);
    if (status == NSL_OK)
        status = check_part(im_sign, q->im, err);
    if (status == NSL_OK && re_sign == 0 && *im_sign == 0)
        return nsl_fail(err, NSL_EINVAL, "zeta",
                        "must not be 0: the resolvent may have a pole there");
    return status;
}

nsl_status nsl_resolvent_mp(mpfr_t re, mpfr_t im, const nsl_model_mp *model,
                            const nsl_gram *gram, const nsl_gram_decimals *decimals,
                            const char *zeta_re, const char *zeta_im, unsigned digits,
                            nsl_error *err)
{
    static const nsl_gram_decimals none = {NULL, NULL};
    nsl_gram_question g = {model, *gram, decimals ? *decimals : none};
    question q = {.q = &g, .re = zeta_re, .im = zeta_im ? zeta_im : "0", .err = err};
    int im_sign = 0;
    mpfr_set_nan(re);
    mpfr_set_nan(im);
    nsl_status status = nsl_digits_check(digits, err);
    if (status == NSL_OK)
        status = nsl_gram_question_check(&g, err);
    if (status == NSL_OK)
        status = check_zeta(&im_sign, &q, err);
    if (status != NSL_OK)
        return status;
    mpc_t out;
    mpc_init2(out, 53);
    q.facts = nsl_gram_facts_of(&g);
    status = settle(out, &q, digits);
    if (status == NSL_OK) {
        mpfr_set_prec(re, mpfr_get_prec(mpc_realref(out)));
        mpfr_set_prec(im, mpfr_get_prec(mpc_realref(out)));
        mpfr_set(re, mpc_realref(out), MPFR_RNDN);
        mpfr_set(im, mpc_imagref(out), MPFR_RNDN);
        if (im_sign < 0)
            mpfr_neg(im, im, MPFR_RNDN);
    }
    mpc_clear(out);
    return status;
}
