/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a course holds, for the files that it is made of: its ends (course.c), and what
 * lies between (course_between.c). */
#ifndef NSL_TRAINING_COURSE_INSIDE_H
#define NSL_TRAINING_COURSE_INSIDE_H

#include "training/course.h"
#include "training/edges.h"
#include "training/pairs.h"

#include <complex.h>

struct nsl_course {
    nsl_setting setting;
    bool parts;      /* bias and variances too */
    double rate;     /* η of descent, 0 of flow */
    bool nothing;    /* at an infinite ridge nothing is learnt */
    nsl_edges edges; /* of the Gram matrix, without ω₀ */
    nsl_prediction untrained, trained;
    nsl_trained end; /* where the pole is left out */
    size_t count;
    nsl_window *window;
    nsl_sheet *sheet;
    nsl_course_slopes slopes; /* at the time last asked for */
    double complex *c, *work; /* vectors over the largest sheet's nodes */
    size_t room;
};

/* The eigenvalues of the Gram matrix and the ridge. */
nsl_contour_range nsl_course_range(const nsl_course *c);

/* e^−(decay)·time of the slowest part of the filter. */
double nsl_course_decay(const nsl_course *c);

/* Of one model. */
nsl_course_slopes nsl_course_slopes_of(const nsl_pairs *single, double samples);

/* At a time between, by sums over a contour. */
nsl_status nsl_course_predict(nsl_prediction *out, nsl_course *c, double time,
                              nsl_error *err);

#endif
