/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Late training: how fast what is not trained decays, and what is trained. */
#ifndef NSL_MP_TRAINING_LATE_H
#define NSL_MP_TRAINING_LATE_H

#include "mp/training_mp.h"
#include "mp/training_node.h"

/* The least eigenvalue with the ridge, a little less of it; and the slowest decays a
 * time, of those below 1/η and beyond it (flow: all are below): 0 where some do not
 * decay or that is not known, infinite where there are none. */
typedef struct {
    mpfr_t least, below, beyond;
} nsl_decay_mp;

void nsl_decay_mp_init(nsl_decay_mp *d);
void nsl_decay_mp_clear(nsl_decay_mp *d);

/* Finds them.
 * @return NSL_OK, NSL_ENOMEM */
nsl_status nsl_decay_mp_find(nsl_decay_mp *d, const nsl_training_question *q,
                             nsl_error *err);

/* The node at w = 0, right to the bits of `node`. The least eigenvalue with the ridge
 * is above `least` > 0.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_training_end_set(nsl_training_end *end, const nsl_training_question *q,
                                const mpfr_t least, nsl_error *err);

#endif
