/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NSLAW_ERROR_H
#define NSLAW_ERROR_H

#include <nslaw/api.h>

NSL_BEGIN

/** How a library call ended. Functions that can fail return one of these; on failure
 *  their outputs are NaN or NULL and `nsl_error`, where given, says what was wrong. */
typedef enum {
    NSL_OK = 0,
    NSL_EFAILED = 1, /**< the computation failed, e.g. did not converge */
    NSL_EINVAL = 2,  /**< a parameter is outside its range, or parameters contradict */
    NSL_EFILE = 3,   /**< a file cannot be read, or what it holds is not valid */
    NSL_ENOMEM = 4,  /**< out of memory */
    NSL_ECANCELLED = 5 /**< the caller asked to stop */
} nsl_status;

/** What went wrong. The caller owns it; every function takes NULL as well. */
typedef struct {
    nsl_status status;
    char field[32];    /**< the offending parameter ("alpha", "ridge", …) or "" */
    char message[256]; /**< which value is wrong and what is allowed, one line */
} nsl_error;

NSL_END

#endif
