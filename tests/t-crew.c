/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that share tasks (crew.h), and sums that tell of damage (hash.h). */
#include "core/crew.h"
#include "core/error.h"
#include "core/hash.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

enum { TASKS = 1000 };

typedef struct {
    atomic_int done[TASKS];
    size_t fails[2]; /* tasks */
    atomic_bool pinned;
    cpu_set_t all;
} tally;

static nsl_status do_task(void *data, size_t task, nsl_error *err)
{
    tally *t = data;
    cpu_set_t here;
    atomic_fetch_add(&t->done[task], 1);
    pthread_getaffinity_np(pthread_self(), sizeof here, &here);
    if (!CPU_EQUAL(&here, &t->all))
        atomic_store(&t->pinned, true);
    if (task == t->fails[0] || task == t->fails[1])
        return nsl_fail(err, NSL_EFAILED, "", "task %zu", task);
    return NSL_OK;
}

static void tally_start(tally *t)
{
    memset(t, 0, sizeof *t);
    t->fails[0] = t->fails[1] = TASKS;
    cr_assert(pthread_getaffinity_np(pthread_self(), sizeof t->all, &t->all) == 0);
}

/* Each task once, and threads run where their maker may, though they start elsewhere.
 */
Test(crew, every_task_once)
{
    for (unsigned jobs = 1; jobs <= 5; jobs++) {
        static tally t;
        nsl_work work = {.jobs = jobs};
        cpu_set_t after;
        tally_start(&t);
        cr_assert(nsl_crew_run(do_task, &t, TASKS, &work, NULL) == NSL_OK);
        for (int i = 0; i < TASKS; i++)
            cr_expect(atomic_load(&t.done[i]) == 1, "task %d, %u jobs", i, jobs);
        cr_expect(!atomic_load(&t.pinned), "%u jobs", jobs);
        pthread_getaffinity_np(pthread_self(), sizeof after, &after);
        cr_expect(CPU_EQUAL(&after, &t.all));
    }
}

/* A maker that may run on one processor only: so do all. */
Test(crew, one_processor)
{
    static tally t;
    cpu_set_t one;
    nsl_work work = {.jobs = 3};
    int here = sched_getcpu();
    cr_assert(here >= 0 && here < CPU_SETSIZE);
    CPU_ZERO(&one);
    CPU_SET((size_t)here, &one);
    cr_assert(pthread_setaffinity_np(pthread_self(), sizeof one, &one) == 0);
    tally_start(&t);
    cr_assert(nsl_crew_run(do_task, &t, TASKS, &work, NULL) == NSL_OK);
    for (int i = 0; i < TASKS; i++)
        cr_expect(atomic_load(&t.done[i]) == 1);
    cr_expect(!atomic_load(&t.pinned));
}

/* The first failure in the order of the tasks, whoever meets it. */
Test(crew, first_failure)
{
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        static tally t;
        nsl_work work = {.jobs = jobs};
        nsl_error err = {0};
        tally_start(&t);
        t.fails[0] = 40;
        t.fails[1] = 41;
        cr_expect(nsl_crew_run(do_task, &t, TASKS, &work, &err) == NSL_EFAILED);
        cr_expect_str_eq(err.message, "task 40");
    }
}

/* Whatever word changes by whatever bit, the sum does; so it does for what is left of a
 * word, and for an order. */
Test(hash, sees_every_bit)
{
    enum { BYTES = 27 };
    unsigned char bytes[BYTES];
    for (int i = 0; i < BYTES; i++)
        bytes[i] = (unsigned char)(37 * i);
    uint64_t whole = nsl_hash(NSL_HASH_START, bytes, BYTES);
    for (int bit = 0; bit < 8 * BYTES; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        cr_expect(nsl_hash(NSL_HASH_START, bytes, BYTES) != whole, "bit %d", bit);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    cr_expect(nsl_hash(NSL_HASH_START, bytes, BYTES) == whole);
    cr_expect(nsl_hash(NSL_HASH_START, bytes, BYTES - 1) != whole);
    unsigned char first[8];
    memcpy(first, bytes, 8);
    memmove(bytes, bytes + 8, 8);
    memcpy(bytes + 8, first, 8);
    cr_expect(nsl_hash(NSL_HASH_START, bytes, BYTES) != whole);
}
