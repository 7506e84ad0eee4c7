/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsl_predict_mp: a precision and half of it, which tells what is lost, and higher ones
 * where that is too much. */
#include "core/error.h"
#include "input/number.h"
#include "mp/agree.h"
#include "mp/gram_mp.h"
#include "mp/loss_mp.h"
#include "mp/optimum_mp.h"
#include "mp/sizes_mp.h"
#include "mp/training_mp.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- the model's decimals ----------------------------------------------------------
 */

/* Copies a decimal; NULL stays NULL. */
static nsl_status take_text(char **out, const char *text, const char *field,
                            nsl_error *err)
{
    *out = NULL;
    if (!text)
        return NSL_OK;
    double value;
    nsl_number_status parsed = nsl_number_parse(text, &value);
    if (parsed != NSL_NUMBER_OK)
        return nsl_fail(err, NSL_EINVAL, field, "%s", nsl_number_problem(parsed));
    *out = strdup(text);
    return *out ? NSL_OK : nsl_fail_memory(err);
}

nsl_status nsl_model_mp_new(nsl_model_mp **out, const nsl_model *model,
                            const nsl_model_decimals *decimals, nsl_error *err)
{
    static const nsl_model_decimals none = {NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    const nsl_model_decimals *d = decimals ? decimals : &none;
    const char *texts[DECIMALS] = {d->alpha,          d->lambda_max, d->source,
                                   d->label_variance, d->sigma_w2,   d->sigma_u2};
    static const char *const fields[DECIMALS] = {
        "alpha", "lambda-max", "source", "label-variance", "sigma-w2", "sigma-u2"};
    *out = NULL;
    nsl_model_mp *mm = calloc(1, sizeof *mm);
    if (!mm)
        return nsl_fail_memory(err);
    mm->model = model;
    mm->hidden_count = model->hidden_count;
    nsl_status status = NSL_OK;
    for (int i = 0; i < DECIMALS && status == NSL_OK; i++)
        status = take_text(&mm->text[i], texts[i], fields[i], err);
    for (size_t k = 0; k < mm->hidden_count && status == NSL_OK; k++)
        status =
            take_text(&mm->hidden[k], d->hidden ? d->hidden[k] : NULL, "hidden", err);
    if (status != NSL_OK) {
        nsl_model_mp_free(mm);
        return status;
    }
    *out = mm;
    return NSL_OK;
}

void nsl_model_mp_free(nsl_model_mp *model)
{
    if (!model)
        return;
    for (int i = 0; i < DECIMALS; i++)
        free(model->text[i]);
    for (size_t k = 0; k < model->hidden_count; k++)
        free(model->hidden[k]);
    free(model);
}

/* --- predictions -------------------------------------------------------------------
 */

mpfr_ptr nsl_prediction_mp_value(nsl_prediction_mp *p, int i)
{
    mpfr_ptr all[NSL_PREDICTION_MP_VALUES] = {p->delta,
                                              p->dof,
                                              p->test_loss,
                                              p->signal_loss,
                                              p->noise_loss,
                                              p->train_loss,
                                              p->bias,
                                              p->variance_samples,
                                              p->variance_features,
                                              p->elasticity_features,
                                              p->elasticity_samples,
                                              p->elasticity_ridge,
                                              p->elasticity_time};
    return all[i];
}

static void set_precision(nsl_prediction_mp *p, mpfr_prec_t bits)
{
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        mpfr_set_prec(nsl_prediction_mp_value(p, i), bits);
}

void nsl_prediction_mp_init(nsl_prediction_mp *p)
{
    p->notes = 0;
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        mpfr_init2(nsl_prediction_mp_value(p, i), 53);
}

void nsl_prediction_mp_clear(nsl_prediction_mp *p)
{
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        mpfr_clear(nsl_prediction_mp_value(p, i));
}

/* What a prediction is asked about. */
typedef struct {
    const nsl_model_mp *model;
    const nsl_point *point;
    const nsl_point_decimals *decimals;
    nsl_units units;
    bool optimal; /* at the best ridge, which lies at a positive one */
} question;

/* The best root so far, and how many bits of it are right. */
typedef struct {
    nsl_start_mp start; /* its gap is used at the best ridge only */
    mpfr_prec_t known;
} best_root;

/* What comes out. */
typedef struct {
    nsl_prediction_mp *values;
    mpfr_ptr ridge; /* the best, with question.optimal */
} answer;

/* The least of the gaps. */
static void least_gap(mpfr_t out, const nsl_root_mp *root, size_t layers)
{
    mpfr_set(out, root->gap_samples, MPFR_RNDN);
    for (size_t k = 0; k < layers; k++)
        mpfr_min(out, out, root->gap[k], MPFR_RNDN);
}

/* What is exactly 0 at the best ridge: its elasticity, and for infinitely many models,
 * whose loss knows N through Δ alone, that of the features. */
static void set_stationary(nsl_prediction_mp *p, bool endless)
{
    if (!mpfr_nan_p(p->elasticity_ridge))
        mpfr_set_zero(p->elasticity_ridge, 1);
    if (endless && !mpfr_nan_p(p->elasticity_features))
        mpfr_set_zero(p->elasticity_features, 1);
}

/* One evaluation at one precision, at most that of the level. */
static nsl_status predict_at(answer *out, const question *q, nsl_level *level,
                             mpfr_prec_t bits, best_root *best, nsl_error *err)
{
    nsl_problem_mp problem;
    nsl_root_mp root;
    set_precision(out->values, bits);
    nsl_problem_mp_init(&problem, q->model, q->point, q->decimals, bits);
    nsl_root_mp_init(&root, problem.layers, bits);
    nsl_status status;
    if (q->optimal) {
        mpfr_set_prec(out->ridge, bits);
        status = nsl_optimum_mp_solve(&root, out->ridge, level, &problem, &best->start,
                                      best->known, err);
    } else {
        status = nsl_root_mp_solve(&root, level, &problem, best->start.delta,
                                   best->known, err);
    }
    if (status == NSL_OK && root.kind == NSL_ROOT_POSITIVE) {
        mpfr_set_prec(best->start.delta, bits);
        mpfr_set_prec(best->start.gap, bits);
        mpfr_set(best->start.delta, root.delta, MPFR_RNDN);
        least_gap(best->start.gap, &root, problem.layers);
        best->known = bits - NSL_GUARD_BITS;
    }
    if (status == NSL_OK)
        status = nsl_loss_mp(out->values, level, &problem, &root, q->units, err);
    if (status == NSL_OK && q->optimal)
        set_stationary(out->values, isinf(q->point->ensemble) != 0);
    nsl_root_mp_clear(&root, problem.layers);
    nsl_problem_mp_clear(&problem);
    return status;
}

static bool all_agree(const answer *a, const answer *b, const question *q,
                      mpfr_prec_t bits)
{
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        if (!nsl_agree_mp(nsl_prediction_mp_value(a->values, i),
                          nsl_prediction_mp_value(b->values, i), bits))
            return false;
    return a->values->notes == b->values->notes &&
           (!q->optimal || nsl_agree_mp(a->ridge, b->ridge, bits));
}

/* A thousandth of the least eigenvalue, which may be below the range of double. */
static void below_spectrum(mpfr_t out, const nsl_spectrum *spectrum)
{
    mpfr_set_d(out, spectrum->smallest, MPFR_RNDN);
    if (spectrum->ops == &nsl_powerlaw_ops && spectrum->smallest < DBL_MIN &&
        spectrum->latents != NSL_LATENTS_INFINITE) {
        nsl_powerlaw_view law = nsl_powerlaw_numbers(spectrum);
        mpfr_t p;
        mpfr_init2(p, 53);
        mpfr_set_d(p, -1.0 - law.alpha, MPFR_RNDN);
        mpfr_set_uj(out, spectrum->latents, MPFR_RNDN);
        mpfr_pow(out, out, p, MPFR_RNDN);
        mpfr_mul_d(out, out, law.lambda_max, MPFR_RNDN);
        mpfr_clear(p);
    }
    mpfr_div_ui(out, out, 1000, MPFR_RNDN);
}

/* From where to look for Δ: the double root, or a place below the eigenvalues where
 * that does not exist (N = rank in double, say, and not in decimals). */
static nsl_status first_start(mpfr_t start, const nsl_model *model,
                              const nsl_point *point, nsl_error *err)
{
    nsl_prediction p;
    nsl_status status = nsl_predict(&p, model, point, err);
    if (status == NSL_EINVAL || status == NSL_ENOMEM)
        return status;
    if (status == NSL_OK && (p.notes & (NSL_NOTE_UNDERFLOW | NSL_NOTE_OVERFLOW)) &&
        isnan(p.delta))
        return nsl_fail(
            err, NSL_EFAILED, "",
            "delta is outside the range of double, where the search starts");
    if (status == NSL_OK && p.delta > 0.0)
        mpfr_set_d(start, p.delta, MPFR_RNDN);
    else
        below_spectrum(start, model->spectrum);
    return NSL_OK;
}

static void set_unknown(nsl_prediction_mp *p)
{
    for (int i = 0; i < NSL_PREDICTION_MP_VALUES; i++)
        mpfr_set_nan(nsl_prediction_mp_value(p, i));
}

static void copy(answer *to, const answer *from, const question *q, mpfr_prec_t bits)
{
    set_precision(to->values, bits);
    for (int k = 0; k < NSL_PREDICTION_MP_VALUES; k++)
        mpfr_set(nsl_prediction_mp_value(to->values, k),
                 nsl_prediction_mp_value(from->values, k), MPFR_RNDN);
    to->values->notes = from->values->notes;
    if (q->optimal) {
        mpfr_set_prec(to->ridge, bits);
        mpfr_set(to->ridge, from->ridge, MPFR_RNDN);
    }
}

/* Bits that the formulas lose grow hardly at all with the precision: with the number of
 * terms, and so with its logarithm. This many are left for that. */
enum { GROWTH_BITS = 24 };

/* Bits that are lost where N and P are nearly equal. */
static mpfr_prec_t near_bits(const question *q)
{
    nsl_gram_question sizes = {
        q->model,
        {q->point->features, q->point->samples, NSL_SIDE_SAMPLES, true},
        {q->decimals ? q->decimals->features : NULL,
         q->decimals ? q->decimals->samples : NULL}};
    return nsl_gram_facts_of(&sizes).near;
}

/* Evaluates at rising precisions until what is lost to rounding is known to leave
 * `wanted` bits. First at half of the bits, where Newton's way to the root passes
 * anyway, and at all of them: the lower answer is off by what was lost there, and so
 * many bits the higher one may have lost. Where these are too many, or the lower answer
 * tells nothing, two answers must agree to all that is wanted. The first two share
 * their tables. */
static nsl_status settle(answer *out, const question *q, mpfr_prec_t wanted,
                         best_root *best, bool *agreed, nsl_error *err)
{
    mpfr_prec_t near = near_bits(q);
    mpfr_prec_t bits = wanted + NSL_GUARD_BITS + NSL_STEP_BITS + near;
    mpfr_prec_t half = bits / 2 + near + NSL_GUARD_BITS + NSL_STEP_BITS;
    half = half < bits - NSL_STEP_BITS ? half : bits - NSL_STEP_BITS;
    mpfr_prec_t needed = half - (bits - wanted - GROWTH_BITS);
    nsl_prediction_mp values;
    mpfr_t ridge;
    nsl_status status = NSL_OK;
    nsl_prediction_mp_init(&values);
    mpfr_init2(ridge, 53);
    answer lower = {&values, ridge};
    *agreed = false;
    for (int i = 0; i < NSL_TRIES_MAX && status == NSL_OK && !*agreed; i++) {
        nsl_level level;
        status = nsl_level_init(&level, q->model, bits) ? NSL_OK : nsl_fail_memory(err);
        if (status == NSL_OK && i == 0)
            status = predict_at(&lower, q, &level, half, best, err);
        if (status == NSL_OK)
            status = predict_at(out, q, &level, bits, best, err);
        *agreed = status == NSL_OK && all_agree(&lower, out, q, i ? wanted : needed);
        if (!*agreed && status == NSL_OK)
            copy(&lower, out, q, bits);
        nsl_level_clear(&level);
        bits += bits / 2;
    }
    nsl_prediction_mp_clear(&values);
    mpfr_clear(ridge);
    return status;
}

/* Settles a question from the start that `best` has. */
static nsl_status answer_question(answer *out, const question *q, unsigned digits,
                                  best_root *best, nsl_error *err)
{
    bool agreed = false;
    nsl_status status = settle(out, q, nsl_digits_bits(digits), best, &agreed, err);
    if (status == NSL_OK && !agreed)
        status = nsl_digits_unsettled(digits, err);
    return status;
}

/* nsl_predict_mp for any number of digits, trained to the end. */
static nsl_status answer_trained(nsl_prediction_mp *out, const nsl_model_mp *model,
                                 const nsl_point *point,
                                 const nsl_point_decimals *decimals, nsl_units units,
                                 unsigned digits, nsl_error *err)
{
    question q = {model, point, decimals, units, false};
    answer to = {out, NULL};
    best_root best = {.known = 0};
    mpfr_inits2(53, best.start.delta, best.start.gap, (mpfr_ptr)NULL);
    nsl_status status = first_start(best.start.delta, model->model, point, err);
    if (status == NSL_OK)
        status = answer_question(&to, &q, digits, &best, err);
    mpfr_clears(best.start.delta, best.start.gap, (mpfr_ptr)NULL);
    return status;
}

/* What has decayed to a loss of 0 is not yet that. */
static void set_decayed(nsl_prediction_mp *p)
{
    mpfr_set_nan(p->delta);
    bool none = mpfr_zero_p(p->test_loss) != 0;
    for (int i = 2; i < NSL_PREDICTION_MP_VALUES && none; i++) /* after Δ and z */
        mpfr_set_nan(nsl_prediction_mp_value(p, i));
    if (none)
        p->notes = 0;
    if (none || mpfr_zero_p(p->train_loss)) {
        mpfr_set_nan(p->train_loss);
        p->notes |= NSL_NOTE_UNDERFLOW;
    }
}

/* The same of any training. */
static nsl_status answer_given(nsl_prediction_mp *out, const nsl_model_mp *model,
                               const nsl_point *point,
                               const nsl_point_decimals *decimals, nsl_units units,
                               unsigned digits, nsl_error *err)
{
    static const nsl_point_decimals none = {NULL, NULL, NULL, NULL, NULL, NULL};
    nsl_training_question q = {model, point, decimals ? *decimals : none, units};
    nsl_point trained = *point;
    nsl_stop_kind kind = NSL_STOP_NEVER;
    nsl_prediction rough;
    trained.training.kind = NSL_TRAINED;
    nsl_status status = NSL_OK;
    if (point->training.kind != NSL_TRAINED) {
        status = nsl_predict(&rough, model->model, &trained, err); /* checks the rest */
        status = status == NSL_EINVAL || status == NSL_ENOMEM
                     ? status
                     : nsl_training_check(&kind, &q, err);
    }
    if (status != NSL_OK)
        return status;
    bool decayed = false;
    if (kind != NSL_STOP_NEVER) {
        status = nsl_training_answer(out, &decayed, &q, kind, digits, err);
        if (status != NSL_OK || !decayed)
            return status;
    }
    status = answer_trained(out, model, &trained, decimals, units, digits, err);
    if (status == NSL_OK && decayed)
        set_decayed(out);
    return status;
}

/* At the best ridge where that is 0 or infinite, in point and decimals. */
static nsl_status answer_at_end(nsl_prediction_mp *out, mpfr_t ridge,
                                const nsl_optimum *best, const question *q,
                                unsigned digits, nsl_error *err)
{
    nsl_point point = *q->point;
    nsl_point_decimals decimals = *q->decimals;
    point.ridge = best->ridge;
    if (best->kind == NSL_OPTIMUM_ANY) /* at P = ∞, not in the limit γ → 0 */
        point.ridge = 1.0;
    decimals.ridge = NULL;
    mpfr_set_d(ridge, best->ridge, MPFR_RNDN);
    return answer_trained(out, q->model, &point, &decimals, q->units, digits, err);
}

/* nsl_predict_optimal_mp for any number of digits; `rough` is what double found. */
static nsl_status answer_optimal(nsl_prediction_mp *out, mpfr_t ridge,
                                 const nsl_optimum *rough, const nsl_model_mp *model,
                                 const nsl_point *point,
                                 const nsl_point_decimals *decimals, nsl_units units,
                                 unsigned digits, nsl_error *err)
{
    static const nsl_point_decimals none = {NULL, NULL, NULL, NULL, NULL, NULL};
    enum { DOUBLE_OPTIMUM_BITS = 40 }; /* that its Δ and its gap have, at least */
    nsl_point unit = *point;
    nsl_point_decimals d = decimals ? *decimals : none;
    question q = {model, &unit, &d, units, true};
    answer to = {out, ridge};
    best_root best = {.known = DOUBLE_OPTIMUM_BITS};
    unit.ridge = 1.0;
    d.ridge = "1";
    if (rough->kind != NSL_OPTIMUM_INTERIOR)
        return answer_at_end(out, ridge, rough, &q, digits, err);
    mpfr_inits2(53, best.start.delta, best.start.gap, (mpfr_ptr)NULL);
    mpfr_set_d(best.start.delta, rough->delta, MPFR_RNDN);
    mpfr_set_d(best.start.gap, rough->gap, MPFR_RNDN);
    nsl_status status = answer_question(&to, &q, digits, &best, err);
    mpfr_clears(best.start.delta, best.start.gap, (mpfr_ptr)NULL);
    return status;
}

/* Either of them, by whether there is a place for the best ridge; NaN where it fails.
 */
static nsl_status answer_either(nsl_prediction_mp *out, mpfr_ptr ridge,
                                nsl_optimum *optimum, const nsl_model_mp *model,
                                const nsl_point *point,
                                const nsl_point_decimals *decimals, nsl_units units,
                                unsigned digits, nsl_error *err)
{
    nsl_status status = NSL_OK;
    out->notes = 0;
    if (ridge && point->training.kind != NSL_TRAINED)
        status = nsl_fail(err, NSL_EINVAL, "ridge",
                          "the best ridge is for training to the end");
    else if (ridge)
        status = nsl_optimal_ridge(optimum, model->model, point, err);
    if (status == NSL_OK)
        status = ridge ? answer_optimal(out, ridge, optimum, model, point, decimals,
                                        units, digits, err)
                       : answer_given(out, model, point, decimals, units, digits, err);
    if (status != NSL_OK) {
        set_unknown(out);
        if (ridge)
            mpfr_set_nan(ridge);
    }
    return status;
}

nsl_status nsl_answer_mp(nsl_prediction_mp *out, mpfr_ptr ridge,
                         const nsl_model_mp *model, const nsl_point *point,
                         const nsl_point_decimals *decimals, nsl_units units,
                         unsigned digits, nsl_error *err)
{
    nsl_optimum optimum;
    unsigned enough = digits < NSL_DIGITS_MIN ? NSL_DIGITS_MIN : digits;
    return answer_either(out, ridge, &optimum, model, point, decimals, units, enough,
                         err);
}

nsl_status nsl_predict_mp(nsl_prediction_mp *out, const nsl_model_mp *model,
                          const nsl_point *point, const nsl_point_decimals *decimals,
                          nsl_units units, unsigned digits, nsl_error *err)
{
    set_unknown(out);
    out->notes = 0;
    nsl_status status = nsl_digits_check(digits, err);
    return status == NSL_OK
               ? nsl_answer_mp(out, NULL, model, point, decimals, units, digits, err)
               : status;
}

nsl_status nsl_predict_optimal_mp(nsl_prediction_mp *out, mpfr_t ridge,
                                  nsl_optimum *optimum, const nsl_model_mp *model,
                                  const nsl_point *point,
                                  const nsl_point_decimals *decimals, nsl_units units,
                                  unsigned digits, nsl_error *err)
{
    nsl_optimum own;
    set_unknown(out);
    mpfr_set_nan(ridge);
    out->notes = 0;
    nsl_status status = nsl_digits_check(digits, err);
    if (status != NSL_OK)
        return status;
    return answer_either(out, ridge, optimum ? optimum : &own, model, point, decimals,
                         units, digits, err);
}
