/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plateaus: predictions at infinite sizes. */
#ifndef NSL_CLI_LIMIT_H
#define NSL_CLI_LIMIT_H

#include "cli/answer.h"

/* The prediction as features, samples or both go to infinity, everything else as in the
 * first point. A fixed MRS ridge vanishes there against g ~ N; the kernel's stays. */
nsl_status limit_predict(query_answer *out, const cli_options *options,
                         const query_setup *setup, bool features, bool samples,
                         nsl_error *err);

/* The prediction of the first point's model trained to the end. */
nsl_status limit_predict_trained(query_answer *out, const cli_options *options,
                                 const query_setup *setup, nsl_error *err);

#endif
