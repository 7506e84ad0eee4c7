/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling in the caller's nsl_error. Used by every room of the library. */
#ifndef NSL_CORE_ERROR_H
#define NSL_CORE_ERROR_H

#include <nslaw/error.h>

/* Sets *err (if not NULL) and returns `status`, so that callers can write
 * `return nsl_fail(err, NSL_EINVAL, "alpha", "must be … , got %g", alpha);`. */
__attribute__((format(printf, 4, 5))) nsl_status
nsl_fail(nsl_error *err, nsl_status status, const char *field, const char *format, ...);

/* The same for a failed allocation. */
nsl_status nsl_fail_memory(nsl_error *err);

#endif
