/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of nslaw train. */
#include "cli/digits.h"
#include "cli/prediction_row.h"
#include "cli/train.h"

#include <math.h>
#include <string.h>

static row_style style_of(const train_job *job)
{
    return (row_style){
        .kernel = query_is_kernel(job->options), .training = true, .steps = job->steps};
}

void train_add_columns(train_job *job)
{
    static const char *const for_people[] = {
        "time", "steps", "dof", "test_loss", "train_loss", "elasticity_time"};
    document *d = &job->d;
    row_add_columns(d, style_of(job));
    for (size_t c = 0; c < d->columns; c++) {
        bool shown = false;
        for (size_t i = 0; i < sizeof for_people / sizeof *for_people; i++)
            shown |= strcmp(d->column[c].key, for_people[i]) == 0;
        d->column[c].for_people = shown;
    }
    document_add_column(d, "gap", "test_loss - train_loss", true);
    row_add_last_columns(d);
}

/* test_loss − train_loss of the printed digits' numbers, to the digits that are left.
 */
static cell gap_of_digits(const query_answer *answer)
{
    mpfr_t gap, ratio;
    mpfr_init2(gap, mpfr_get_prec(answer->mp.test_loss));
    mpfr_init2(ratio, 53);
    mpfr_sub(gap, answer->mp.test_loss, answer->mp.train_loss, MPFR_RNDN);
    mpfr_div(ratio, answer->mp.test_loss, gap, MPFR_RNDN);
    mpfr_abs(ratio, ratio, MPFR_RNDN);
    mpfr_log10(ratio, ratio, MPFR_RNDN);
    double lost = ceil(fmax(mpfr_get_d(ratio, MPFR_RNDU), 0.0)) + 1.0;
    cell c = lost < answer->digits
                 ? digits_cell(gap, answer->digits - (unsigned)lost, false)
                 : cell_null();
    mpfr_clear(gap);
    mpfr_clear(ratio);
    return c;
}

static cell gap_cell(const query_answer *answer, loss_units units)
{
    if (answer->digits)
        return gap_of_digits(answer);
    double test = row_test_loss(&answer->p, units);
    double train = units.scale * answer->p.train_loss, gap = test - train;
    return cell_known(gap, answer->error * (test + train) / fabs(gap));
}

static void keep_for_picture(train_job *job, size_t at, const query_answer *answer,
                             loss_units units)
{
    if (!job->test)
        return;
    if (answer->digits) /* in the units asked for already */
        units = (loss_units){1.0, 0.0};
    job->test[at] = row_test_loss(&answer->p, units);
    job->train[at] = units.scale * answer->p.train_loss;
}

static nsl_status add_row(train_job *job, query_answer *answer, size_t j, size_t i,
                          nsl_error *err)
{
    const cli_options *o = job->options;
    train_course *c = &job->course[j];
    nsl_point point = c->point;
    loss_units units = query_units(o, point.noise);
    row_note note = {{0}, {0}};
    double length = train_length(job, i);
    training_set_length(&point.training, length);
    query_texts_set_time(&c->texts, length);
    nsl_status status = query_predict_course(answer, o, &job->setup, c->course, &point,
                                             &c->texts.decimals, err);
    if (status != NSL_OK)
        return status;
    row_add(&job->d, style_of(job), &job->setup, &point, &c->texts.decimals, answer,
            units, &note);
    cell gap = gap_cell(answer, units);
    if (gap.kind == CELL_NULL)
        row_note_add(&note, "gap: no digit is known", true);
    document_set(&job->d, "gap", gap);
    row_end(&job->d, &note);
    keep_for_picture(job, j * job->count + i, answer, units);
    return NSL_OK;
}

nsl_status train_add_rows(train_job *job, size_t j, nsl_error *err)
{
    query_answer answer;
    nsl_status status = NSL_OK;
    query_answer_init(&answer);
    for (size_t i = 0; i < job->count && status == NSL_OK; i++)
        status = add_row(job, &answer, j, i, err);
    query_answer_clear(&answer);
    return status;
}
