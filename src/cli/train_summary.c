/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each course of nslaw train comes to, in words and numbers. */
#include "cli/digits.h"
#include "cli/prediction_row.h"
#include "cli/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is said of a course, in this order. */
enum {
    PLATEAU,
    INITIAL_LOSS,
    BEST_LENGTH,
    BEST_LOSS,
    BEST_GAIN,
    OPTIMAL_RIDGE,
    OPTIMAL_RIDGE_KIND,
    OPTIMAL_RIDGE_LOSS,
    BEST_OF,
    PEAK_LENGTH,
    SAYINGS,
    FRONTIER_LENGTH = SAYINGS, /* of a ladder of features */
    FRONTIER_LOSS,
    SAYINGS_MOST
};

static const char *key_of(const train_job *job, int saying)
{
    static const char *const keys[SAYINGS_MOST] = {
        "plateau",   "initial_loss",  "best_time",          "best_loss",
        "best_gain", "optimal_ridge", "optimal_ridge_kind", "optimal_ridge_loss",
        "best_of",   "peak_time",     "frontier_time",      "frontier_loss"};
    switch (job->steps ? saying : SAYINGS_MOST) {
    case BEST_LENGTH:
        return "best_steps";
    case PEAK_LENGTH:
        return "peak_steps";
    case FRONTIER_LENGTH:
        return "frontier_steps";
    default:
        return keys[saying];
    }
}

/* A loss of an answer, and its value as reported. */
static cell answer_cell(query_answer *answer, loss_units units)
{
    return answer->digits ? digits_cell(answer->mp.test_loss, answer->digits, false)
                          : row_known(row_test_loss(&answer->p, units), answer->error);
}

static double reported(const query_answer *answer, loss_units units)
{
    return answer->digits ? mpfr_get_d(answer->mp.test_loss, MPFR_RNDN)
                          : row_test_loss(&answer->p, units);
}

static cell prediction_cell(const nsl_prediction *p, loss_units units)
{
    return row_known(row_test_loss(p, units), p->error);
}

static cell length_cell(const train_job *job, double length, double error)
{
    return !isfinite(length)             ? cell_null()
           : job->steps || length == 0.0 ? cell_given(length)
                                         : cell_known(length, error);
}

/* 1 − best/plateau; all of an infinite plateau is saved. */
static cell gain_cell(const train_course *c, loss_units units)
{
    double best = row_test_loss(&c->stop.best, units);
    double plateau = reported(&c->plateau, units);
    double error = c->stop.best.error + (c->plateau.digits ? 0.0 : c->plateau.error);
    if (c->stop.trained)
        return cell_given(0.0);
    if (c->doubled)
        return cell_given(1.0);
    return cell_absolute(1.0 - best / plateau, error * best / plateau);
}

/* What does the most: the given ridge to the end where nothing else does more. */
static const char *best_of(const train_course *c, loss_units units)
{
    static const double TIE = 1e-9; /* relative */
    double stopping = row_test_loss(&c->stop.best, units);
    double ridge = reported(&c->best, units), plateau = reported(&c->plateau, units);
    double least = fmin(stopping, ridge);
    if (plateau <= least * (1.0 + TIE))
        return "training";
    if (fabs(stopping - ridge) <= TIE * least)
        return "tie";
    return stopping < ridge ? "stopping" : "ridge";
}

/* Sets array of SAYINGS_MOST; the reasons for nulls are added to the note. */
static void say(cell *out, train_job *job, train_course *c, row_note *note)
{
    loss_units units = query_units(job->options, c->point.noise);
    out[PLATEAU] = answer_cell(&c->plateau, units);
    out[INITIAL_LOSS] = prediction_cell(&c->initial, units);
    out[BEST_LENGTH] = length_cell(job, c->stop.time, c->stop.time_error);
    out[BEST_LOSS] = prediction_cell(&c->stop.best, units);
    out[BEST_GAIN] = gain_cell(c, units);
    out[OPTIMAL_RIDGE] = row_best_ridge(&c->best, false, note);
    if (!c->best.digits && c->best.optimum.error > NSL_PROMISE) {
        cell_clear(&out[OPTIMAL_RIDGE]);
        out[OPTIMAL_RIDGE] = cell_known(c->best.optimum.ridge, c->best.optimum.error);
    }
    out[OPTIMAL_RIDGE_KIND] = cell_text(c->best_is_kernel ? "kernel_ridge" : "ridge");
    out[OPTIMAL_RIDGE_LOSS] = answer_cell(&c->best, units);
    out[BEST_OF] = cell_text(best_of(c, units));
    out[PEAK_LENGTH] = length_cell(job, c->peak.length, c->peak.error);
    out[FRONTIER_LENGTH] = length_cell(job, c->frontier.length, c->frontier.error);
    out[FRONTIER_LOSS] = isfinite(c->frontier.length)
                             ? prediction_cell(&c->frontier.there, units)
                             : cell_null();
    if (c->doubled)
        row_note_add(note,
                     "the plateau diverges: the peak is where the loss is twice "
                     "the best",
                     false);
    if (c->stop.trained)
        row_note_add(note, "the loss never rises: the best is not to stop", false);
    else if (isnan(c->peak.length))
        row_note_add(note, "the rise is beyond the times that are looked at", false);
    if (job->ladder == OPT_FEATURES && isnan(c->frontier.length))
        row_note_add(note, "never on the frontier", false);
}

static void say_alone(train_job *job)
{
    cell said[SAYINGS_MOST];
    row_note note = {{0}, {0}};
    say(said, job, &job->course[0], &note);
    for (int k = 0; k < SAYINGS_MOST; k++) {
        if (k < SAYINGS)
            document_add_summary(&job->d, key_of(job, k), said[k]);
        else
            cell_clear(&said[k]);
    }
    document_add_summary(&job->d, "note", cell_note(note.text, note.for_people));
}

/* "key": value; texts are words of this file. */
static void put_json(FILE *out, const char *gap, const char *key, const cell *c)
{
    char room[CELL_ROOM];
    const char *quote = c->kind == CELL_TEXT ? "\"" : "";
    fprintf(out, "%s\"%s\": %s%s%s", gap, key, quote,
            c->kind == CELL_NULL ? "null" : cell_full(c, room), quote);
}

/* A row of the section for people, and an object of the array for files. */
static void say_of_size(train_job *job, document *section, FILE *json, size_t j)
{
    train_course *c = &job->course[j];
    int sayings = job->ladder == OPT_FEATURES ? SAYINGS_MOST : SAYINGS;
    cell said[SAYINGS_MOST],
        size = cell_given(job->ladder == OPT_FEATURES ? c->point.features
                                                      : c->point.samples);
    row_note note = {{0}, {0}};
    say(said, job, c, &note);
    cell remark = cell_note(note.text, note.for_people);
    put_json(json, j ? "}, {" : "[{", option_table[job->ladder].name, &size);
    for (int k = 0; k < sayings; k++)
        put_json(json, ", ", key_of(job, k), &said[k]);
    put_json(json, ", ", "note", &remark);
    document_add_row(section);
    document_set(section, option_table[job->ladder].name, size);
    document_set(section, "note", remark);
    for (int k = 0; k < SAYINGS_MOST; k++) {
        if (k < sayings)
            document_set(section, key_of(job, k), said[k]);
        else
            cell_clear(&said[k]);
    }
}

static void add_section_columns(const train_job *job, document *section)
{
    int sayings = job->ladder == OPT_FEATURES ? SAYINGS_MOST : SAYINGS;
    document_add_column(section, option_table[job->ladder].name, "", true);
    for (int k = 0; k < sayings; k++)
        document_add_column(section, key_of(job, k), "", k != OPTIMAL_RIDGE_KIND);
    document_add_column(section, "note", "", true);
}

/* People see what each size comes to in place of the rows. */
static void say_of_ladder(train_job *job)
{
    memory_text text;
    document *section =
        document_add_section(&job->d, strdup("for the curves: -f csv or --plot\n\n"));
    FILE *json = section ? memory_text_open(&text) : NULL;
    if (!json) {
        job->d.failed = true;
        return;
    }
    add_section_columns(job, section);
    for (size_t j = 0; j < job->sizes; j++)
        say_of_size(job, section, json, j);
    fputs("}]", json);
    document_add_summary_for_files(&job->d, "sizes", cell_written(&text, json, ""));
}

void train_add_summary(train_job *job)
{
    if (job->ladder == OPT_COUNT)
        say_alone(job);
    else
        say_of_ladder(job);
}
