/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [E7] at one precision. */
#ifndef NSL_MP_TRAINING_AT_H
#define NSL_MP_TRAINING_AT_H

#include "mp/training_late.h"

/* A prediction with an error of about 2^−bits of the untrained loss, so that values far
 * below that need as many more.
 * @return NSL_OK, NSL_ENOMEM, NSL_EFAILED */
nsl_status nsl_training_at(nsl_prediction_mp *out, const nsl_training_question *q,
                           const nsl_decay_mp *decay, mpfr_prec_t bits, nsl_error *err);

/* Whether all but what is trained to the end is below what MPFR has. */
bool nsl_training_has_decayed(const nsl_training_question *q,
                              const nsl_decay_mp *decay);

#endif
