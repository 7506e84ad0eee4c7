/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of every kind from a stream of random numbers, and what must hold of each:
 * for the tests, whose numbers are a generator's, and for a fuzzer, whose are bytes. */
#ifndef NSL_TESTING_RANDOM_MODEL_H
#define NSL_TESTING_RANDOM_MODEL_H

#include <nslaw/nslaw.h>
#include <stdbool.h>

/* A stream of numbers in [0, 1). */
typedef struct {
    double (*next)(void *state);
    void *state;
} dice;

double dice_between(const dice *d, double low, double high);
/* 10^x for x uniform: sizes of every order. */
double dice_decades(const dice *d, double low, double high);
bool dice_chance(const dice *d, double probability);
size_t dice_whole(const dice *d, size_t from, size_t to);

enum { RANDOM_HIDDEN_MAX = 3, RANDOM_ROWS_MAX = 24, RANDOM_TEXT = 2048 };

typedef struct {
    nsl_spectrum *spectrum;
    nsl_model *model; /* NULL where it was refused */
    nsl_model_options options;
    double hidden[RANDOM_HIDDEN_MAX];
    nsl_point point;
    char text[RANDOM_TEXT]; /* all numbers, to make it again */
} random_model;

/* Draws one. NSL_OK, or what refused the spectrum or the options, and why. */
nsl_status random_model_draw(random_model *out, const dice *d, nsl_error *err);
void random_model_clear(random_model *m);

/* What came of a model. */
typedef enum {
    RANDOM_FINE,    /* every value finite */
    RANDOM_NOTED,   /* some are not, and a note says why */
    RANDOM_REFUSED, /* a value outside its range, explained */
    RANDOM_FAILED,  /* an explained failure of the computation */
    RANDOM_WRONG,   /* something that must hold does not: `why` */
    RANDOM_OUTCOMES
} random_outcome;

/* Asks for the prediction and checks it; one in `course_every` with its training over
 * time. */
random_outcome random_model_check(const random_model *m, const dice *d,
                                  size_t course_every, char *why, size_t size);

#endif
