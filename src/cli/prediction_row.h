/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The columns that every command prints of a prediction, and its row. */
#ifndef NSL_CLI_PREDICTION_ROW_H
#define NSL_CLI_PREDICTION_ROW_H

#include "cli/answer.h"

/* Which columns people need: those that the caption does not say already. */
typedef struct {
    bool kernel;                /* ridge in the kernel convention */
    bool latents, ridge, noise; /* shown in the table for people */
    bool parts;                 /* signal and noise loss differ from the whole */
    bool decompose;             /* the parts of signal_loss have columns */
    bool intervals;             /* test_loss_lo and test_loss_hi have columns */
    bool training;              /* how long it is: time and elasticity_time */
    bool steps;                 /* steps in place of the time */
    bool rate;                  /* learning_rate has a column */
    bool fitted;                /* --model: only what its losses mean is shown */
} row_style;

/* Declares the columns up to elasticity_ridge; `error` and `note` come last, after what
 * a command adds, by row_add_last_columns. */
void row_add_columns(document *d, row_style style);
void row_add_last_columns(document *d);

/* Reasons for nulls, joined by "; ". */
typedef struct {
    char text[512];
    char for_people[512];
} row_note;

/* Adds a reason; `obvious` ones are only for files. */
void row_note_add(row_note *note, const char *reason, bool obvious);

/* Starts a row and fills the columns of row_add_columns and `error`. The decimals are
 * those printed with --digits; NULL otherwise. */
void row_add(document *d, row_style style, const query_setup *setup,
             const nsl_point *point, const nsl_point_decimals *decimals,
             query_answer *answer, loss_units units, row_note *note);

/* The best ridge that an answer was found at, with what is to be said about it. */
cell row_best_ridge(const query_answer *answer, bool wide, row_note *note);

/* Sets `note`, when the command is done with the row. */
void row_end(document *d, const row_note *note);

/* Nothing is printed of values whose bound is not below this, as by cell_known. */
#define ROW_NOTHING_KNOWN 0.1

/* A value, of a prediction with this bound, where training is stopped early: to the
 * digits that are known. */
cell row_known(double value, double error);

/* The elasticity by the number of steps, −ln(L(k+1)/L(k))/ln(1 + 1/k), of a loss that
 * is changed by a constant after which the old one is `part` of it. */
double row_step_elasticity(double elasticity, double part, double steps);

/* The reported test loss of a prediction: NaN where there is none. */
double row_test_loss(const nsl_prediction *prediction, loss_units units);

/* "power law, alpha = 0.3, latents = inf", or the file and how many eigenvalues. */
void row_caption_spectrum(char *out, size_t size, const cli_options *options,
                          const query_setup *setup);

/* The lines above a table for people: the model, the units of the losses, and a line
 * that the command adds, or NULL. */
char *row_caption(const cli_options *options, const query_setup *setup,
                  query_columns columns, const char *more);

#endif
