/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many tasks of one kind, shared out among threads. */
#ifndef NSL_CORE_CREW_H
#define NSL_CORE_CREW_H

#include <nslaw/error.h>
#include <nslaw/work.h>

/* One of the tasks 0, 1, …; several threads call it at once. */
typedef nsl_status nsl_task(void *data, size_t task, nsl_error *err);

/* Does tasks 0 … count−1 in order, by work->jobs threads of which the caller is one.
 * The first failure, in the order of the tasks, ends the work and is returned;
 * NSL_ECANCELLED when work->proceed said so. */
nsl_status nsl_crew_run(nsl_task *task, void *data, size_t count, const nsl_work *work,
                        nsl_error *err);

#endif
