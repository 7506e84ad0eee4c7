/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Threads, progress and cancellation of long calls. */
#ifndef NSLAW_WORK_H
#define NSLAW_WORK_H

#include <nslaw/api.h>
#include <stdbool.h>
#include <stddef.h>

NSL_BEGIN

/** Called now and then by the thread that called; false stops the work. */
typedef bool nsl_proceed(void *data, size_t done, size_t total);

/** How the work is done; none of it changes a bit of the result. */
typedef struct {
    unsigned jobs;        /**< threads, ≥ 1 */
    nsl_proceed *proceed; /**< or NULL */
    void *data;
} nsl_work;

NSL_END

#endif
