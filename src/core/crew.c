/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/crew.h"
#include "core/error.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { JOBS_MAX = 1024 };

typedef struct {
    nsl_task *task;
    void *data;
    size_t count;
    const nsl_work *work;
    atomic_size_t next, done;
    atomic_bool stop, cancelled;
    pthread_mutex_t failing;
    size_t failed; /* the first task that did, whichever thread found it */
    nsl_status status;
    nsl_error *err;
} crew;

static void note_failure(crew *c, size_t task, nsl_status status, const nsl_error *err)
{
    pthread_mutex_lock(&c->failing);
    if (c->status == NSL_OK || task < c->failed) {
        c->status = status;
        c->failed = task;
        if (c->err)
            *c->err = *err;
    }
    pthread_mutex_unlock(&c->failing);
    atomic_store(&c->stop, true);
}

/* Takes tasks until there are none left; `reports` for the thread that called. */
static void take_tasks(crew *c, bool reports)
{
    while (!atomic_load(&c->stop)) {
        size_t task = atomic_fetch_add(&c->next, 1);
        if (task >= c->count)
            return;
        nsl_error err = {0};
        nsl_status status = c->task(c->data, task, &err);
        if (status != NSL_OK)
            note_failure(c, task, status, &err);
        size_t done = atomic_fetch_add(&c->done, 1) + 1;
        if (reports && c->work->proceed &&
            !c->work->proceed(c->work->data, done, c->count)) {
            atomic_store(&c->cancelled, true);
            atomic_store(&c->stop, true);
        }
    }
}

/* A thread starts where its maker runs, and some kernels take milliseconds to move it:
 * longer than many a crew works. So it is told to start elsewhere, and then that it may
 * run anywhere again. */
typedef struct {
    bool known;
    cpu_set_t all;
    pthread_attr_t elsewhere;
} starts;

static void starts_look(starts *s)
{
    int here = sched_getcpu();
    bool looked = here >= 0 && here < CPU_SETSIZE &&
                  pthread_getaffinity_np(pthread_self(), sizeof s->all, &s->all) == 0;
    s->known = false;
    if (!looked || pthread_attr_init(&s->elsewhere) != 0)
        return;
    cpu_set_t others = s->all;
    CPU_CLR((size_t)here, &others);
    s->known = CPU_COUNT(&others) > 0 &&
               pthread_attr_setaffinity_np(&s->elsewhere, sizeof others, &others) == 0;
    if (!s->known)
        pthread_attr_destroy(&s->elsewhere);
}

typedef struct {
    crew *crew;
    const starts *starts;
} helper;

static void *help(void *shared)
{
    const helper *h = shared;
    if (h->starts->known)
        pthread_setaffinity_np(pthread_self(), sizeof h->starts->all, &h->starts->all);
    take_tasks(h->crew, false);
    return NULL;
}

nsl_status nsl_crew_run(nsl_task *task, void *data, size_t count, const nsl_work *work,
                        nsl_error *err)
{
    pthread_t thread[JOBS_MAX];
    crew c = {.task = task, .data = data, .count = count, .work = work, .err = err};
    size_t wanted = work->jobs > JOBS_MAX ? JOBS_MAX : work->jobs, started = 0;
    starts starts_at = {.known = false};
    helper shared = {&c, &starts_at};
    pthread_mutex_init(&c.failing, NULL);
    if (wanted > 1 && count > 1)
        starts_look(&starts_at);
    const pthread_attr_t *where = starts_at.known ? &starts_at.elsewhere : NULL;
    /* fewer threads than asked for only take longer */
    while (started + 1 < wanted && started + 1 < count) {
        if (pthread_create(&thread[started], where, help, &shared) == 0)
            started++;
        else if (where)
            where = NULL; /* where one may not be told where to start */
        else
            break;
    }
    take_tasks(&c, true);
    for (size_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    pthread_mutex_destroy(&c.failing);
    if (starts_at.known)
        pthread_attr_destroy(&starts_at.elsewhere);
    if (c.status == NSL_OK && atomic_load(&c.cancelled))
        return nsl_fail(err, NSL_ECANCELLED, "", "interrupted");
    return c.status;
}
