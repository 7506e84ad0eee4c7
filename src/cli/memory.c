/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/memory.h"
#include "cli/options.h"

#include <gmp.h>
#include <gsl/gsl_errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Nothing is half-written while numbers are computed, so that there is nothing to undo;
 * not exit(), as another thread may run. */
static void *or_end(void *memory)
{
    static atomic_flag ended = ATOMIC_FLAG_INIT;
    if (memory)
        return memory;
    while (atomic_flag_test_and_set(&ended))
        pause(); /* another thread says so */
    _exit(options_complain(NULL, EXIT_COMPUTATION, "out of memory"));
}

static void *allocate(size_t size)
{
    return or_end(malloc(size));
}

static void *reallocate(void *memory, size_t old_size, size_t size)
{
    (void)old_size;
    return or_end(realloc(memory, size));
}

static void release(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

void memory_set_up(void)
{
    gsl_set_error_handler_off();
    mp_set_memory_functions(allocate, reallocate, release);
}
