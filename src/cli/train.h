/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw train: the course of training of one model, or of each of a ladder of sizes. */
#ifndef NSL_CLI_TRAIN_H
#define NSL_CLI_TRAIN_H

#include "cli/answer.h"
#include "cli/training.h"
#include "plot/figure.h"

/* A time, or a number of steps, that is looked for; NaN where there is none. */
typedef struct {
    double length;
    double error; /* relative bound on it */
    nsl_prediction there;
} train_moment;

/* What one course of training comes to. Losses are L on clean labels. */
typedef struct {
    nsl_point point; /* trained by flow or descent, for a time of no meaning */
    query_texts texts;
    nsl_course *course;
    double low, high;       /* the loss moves between these */
    query_answer plateau;   /* trained to the end */
    nsl_prediction initial; /* before any training */
    nsl_stop stop;
    train_moment peak;     /* the loss has risen half of the way from best to plateau */
    bool doubled;          /* the plateau diverges: to twice the best instead */
    train_moment frontier; /* from here on more features do more than longer training */
    query_answer best;     /* trained to the end at the best ridge */
    bool best_is_kernel;   /* that ridge is the kernel's */
} train_course;

/* Everything of one command. */
typedef struct {
    const cli_options *options;
    query_setup setup;
    query_setup kernel;   /* with the kernel's ridge, where only that is defined */
    bool steps;           /* of descent, not a time of flow */
    option_id ladder;     /* the size that is swept, or OPT_COUNT */
    option_value lengths; /* the times or steps of the rows */
    size_t count, sizes;  /* rows of a size, and sizes */
    train_course *course; /* array of `sizes` */
    double *test, *train; /* reported losses of the rows, for a picture; or NULL */
    figure picture;
    document d;
} train_job;

/* Makes the course of the i-th size and finds what it comes to, but for the rows. */
nsl_status train_course_find(train_course *out, train_job *job, size_t i,
                             nsl_error *err);
void train_course_clear(train_course *course);

/* The moment from which on, at the cost N·time, more features do more for the loss than
 * longer training: there their elasticities are the same. That of a size like the
 * course's at features N. */
nsl_status train_find_frontier(train_moment *out, const train_job *job,
                               nsl_course *course, double low, double high,
                               nsl_error *err);

/* The i-th time of the rows, and what prints of it. */
double train_length(const train_job *job, size_t i);

/* The columns; the rows of the j-th size; what the courses come to. */
void train_add_columns(train_job *job);
nsl_status train_add_rows(train_job *job, size_t j, nsl_error *err);
void train_add_summary(train_job *job);

/* The picture; nothing without --plot. */
nsl_status train_figure_make(train_job *job, nsl_error *err);

#endif
