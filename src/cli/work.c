/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/work.h"
#include "cli/interrupt.h"

#include <sched.h>

enum { JOBS_MOST = 1024 };

/* One a processor that this process may use. */
unsigned work_jobs(const cli_options *o)
{
    cpu_set_t set;
    if (o->value[OPT_JOBS].given)
        return o->value[OPT_JOBS].whole > JOBS_MOST
                   ? JOBS_MOST
                   : (unsigned)o->value[OPT_JOBS].whole;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&set);
}

static bool proceed(void *data, size_t done, size_t total)
{
    progress_at_stage(data, done, total);
    return !interrupt_seen();
}

nsl_work work_of(const cli_options *o, progress *p)
{
    return (nsl_work){work_jobs(o), proceed, p};
}

int work_complain_interrupted(const cli_options *o)
{
    return options_complain(o->command, interrupt_exit_code(),
                            "interrupted; nothing is written");
}
