/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded, makes one call of a program fail: NSLAW_FAULT is
 *   memory:N  the N-th allocation, memory+:N  every one from the N-th on,
 *   call:N    the N-th call that makes, opens, renames or starts something,
 *   bytes:N   writes of what would make a file longer than N bytes,
 *   pipe:1    every write to standard output, which no one reads any more,
 *   signal:N  whatever a signal interrupts, N microseconds after the last one.
 * memory:0: none; NSLAW_FAULT_COUNT names a file in which the numbers of allocations
 * and calls are left, and then those of the allocations that are the first or the last
 * of their place: of one chain of eight callers. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static enum { NONE, MEMORY, MEMORY_ON, CALL, BYTES, PIPE, SIGNAL } kind;
static long at;
static atomic_long count[2]; /* calls, allocations */

/* What dlsym itself allocates before it has found the allocator: never freed. */
static char early[1 << 16];
static size_t early_used;
/* Volatile, as dlsym is declared not to come back here. */
static _Thread_local volatile int finding __attribute__((tls_model("initial-exec")));

/* In what cannot do without memory: the sanitizer, and json-c, which takes the length
 * of a key that it could not copy. */
static _Thread_local volatile int sparing __attribute__((tls_model("initial-exec")));

/* Places of allocations, by a hash of the callers' addresses. */
enum { PLACES = 1 << 16, OWN = 2, CALLERS = OWN + 8 };
static struct {
    uint64_t callers;
    long first, last;
} place[PLACES];
static pthread_mutex_t noting = PTHREAD_MUTEX_INITIALIZER;

/* Where calls are counted. */
static const char *counted;

/* Of the leak sanitizer, where the program has it. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static void note_place(long now)
{
    void *caller[CALLERS];
    uint64_t hash = 1; /* 0 is no place */
    sparing++;         /* the first time it allocates, for good */
    if (__lsan_disable)
        __lsan_disable();
    int callers = backtrace(caller, CALLERS);
    if (__lsan_enable)
        __lsan_enable();
    sparing--;
    for (int i = OWN; i < callers; i++)
        hash = (hash ^ (uintptr_t)caller[i]) * UINT64_C(0x9e3779b97f4a7c15);
    hash |= 1;
    pthread_mutex_lock(&noting);
    size_t k = hash % PLACES;
    for (int tries = 0; place[k].callers != 0 && place[k].callers != hash; tries++) {
        if (tries == PLACES)
            abort();
        k = (k + 1) % PLACES;
    }
    if (place[k].callers == 0)
        place[k].first = now;
    place[k].callers = hash;
    place[k].last = now;
    pthread_mutex_unlock(&noting);
}

static void *early_memory(size_t size)
{
    size = (size + 15) / 16 * 16;
    if (early_used + size > sizeof early)
        abort();
    early_used += size;
    return early + early_used - size;
}

static int is_early(const void *memory)
{
    return (const char *)memory >= early && (const char *)memory < early + sizeof early;
}

#define NEXT(type, name, ...)                                                          \
    static type (*next_##name)(__VA_ARGS__);                                           \
    static void find_##name(void)                                                      \
    {                                                                                  \
        if (!next_##name) {                                                            \
            finding++;                                                                 \
            *(void **)&next_##name = dlsym(RTLD_NEXT, #name);                          \
            finding--;                                                                 \
        }                                                                              \
    }

NEXT(void *, malloc, size_t)
NEXT(void *, calloc, size_t, size_t)
NEXT(void *, realloc, void *, size_t)
NEXT(void *, aligned_alloc, size_t, size_t)
NEXT(int, posix_memalign, void **, size_t, size_t)
NEXT(void, free, void *)
NEXT(FILE *, fopen, const char *, const char *)
NEXT(FILE *, fdopen, int, const char *)
NEXT(FILE *, tmpfile, void)
NEXT(int, mkostemp, char *, int)
NEXT(char *, mkdtemp, char *)
NEXT(int, mkdir, const char *, mode_t)
NEXT(int, rename, const char *, const char *)
NEXT(int, pthread_getattr_np, pthread_t, pthread_attr_t *)
NEXT(void *, json_tokener_parse, const char *)
NEXT(void *, json_tokener_parse_ex, void *, const char *, int)
NEXT(int, posix_spawnp, pid_t *, const char *, const posix_spawn_file_actions_t *,
     const posix_spawnattr_t *, char *const *, char *const *)

/* Whether this call is to fail. */
static int fails(int memory)
{
    if (sparing)
        return 0;
    long now = atomic_fetch_add(&count[memory], 1) + 1;
    if (memory && counted)
        note_place(now);
    bool meant = memory ? kind == MEMORY || kind == MEMORY_ON : kind == CALL;
    if (!meant || at == 0 || !(now == at || (kind == MEMORY_ON && now > at)))
        return 0;
    errno = memory ? ENOMEM : ENOSPC;
    return 1;
}

void *malloc(size_t size)
{
    if (finding)
        return early_memory(size);
    find_malloc();
    return fails(1) ? NULL : next_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    if (finding)
        return early_memory(number * size);
    find_calloc();
    return fails(1) ? NULL : next_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
    if (finding)
        return early_memory(size);
    find_realloc();
    if (fails(1))
        return NULL;
    if (is_early(memory)) {
        void *moved = malloc(size);
        return moved ? memcpy(moved, memory, size) : NULL;
    }
    return next_realloc(memory, size);
}

void *reallocarray(void *memory, size_t number, size_t size)
{
    return realloc(memory, number * size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    find_aligned_alloc();
    return fails(1) ? NULL : next_aligned_alloc(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    find_posix_memalign();
    return fails(1) ? ENOMEM : next_posix_memalign(out, alignment, size);
}

void free(void *memory)
{
    if (!memory || is_early(memory) || finding) /* dlsym frees messages of its own */
        return;
    find_free();
    next_free(memory);
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
    find_pthread_getattr_np();
    sparing++;
    int failed = next_pthread_getattr_np(thread, attributes);
    sparing--;
    return failed;
}

void *json_tokener_parse(const char *text)
{
    find_json_tokener_parse();
    sparing++;
    void *parsed = next_json_tokener_parse(text);
    sparing--;
    return parsed;
}

void *json_tokener_parse_ex(void *tokener, const char *text, int length)
{
    find_json_tokener_parse_ex();
    sparing++;
    void *parsed = next_json_tokener_parse_ex(tokener, text, length);
    sparing--;
    return parsed;
}

FILE *fopen(const char *path, const char *mode)
{
    find_fopen();
    return fails(0) ? NULL : next_fopen(path, mode);
}

FILE *fdopen(int descriptor, const char *mode)
{
    find_fdopen();
    return fails(0) ? NULL : next_fdopen(descriptor, mode);
}

FILE *tmpfile(void)
{
    find_tmpfile();
    return fails(0) ? NULL : next_tmpfile();
}

int mkostemp(char *name, int flags)
{
    find_mkostemp();
    return fails(0) ? -1 : next_mkostemp(name, flags);
}

char *mkdtemp(char *name)
{
    find_mkdtemp();
    return fails(0) ? NULL : next_mkdtemp(name);
}

int mkdir(const char *path, mode_t mode)
{
    find_mkdir();
    return fails(0) ? -1 : next_mkdir(path, mode);
}

int rename(const char *from, const char *to)
{
    find_rename();
    return fails(0) ? -1 : next_rename(from, to);
}

int posix_spawnp(pid_t *child, const char *program,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const *arguments,
                 char *const *environment)
{
    find_posix_spawnp();
    return fails(0) ? ENOMEM
                    : next_posix_spawnp(child, program, actions, attributes, arguments,
                                        environment);
}

static void nothing(int number)
{
    (void)number;
}

/* Calls that wait then end with EINTR. */
static void interrupt(long microseconds)
{
    struct sigaction action = {.sa_handler = nothing};
    struct itimerval often = {{0, microseconds}, {0, microseconds}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

static void break_output(void)
{
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0)
        abort();
    close(ends[0]);
    close(ends[1]);
}

/* Children run as they are. */
__attribute__((constructor)) static void set_up(void)
{
    const char *fault = getenv("NSLAW_FAULT"),
               *number = fault ? strchr(fault, ':') : "";
    if (!fault || !number)
        return;
    at = strtol(number + 1, NULL, 10);
    if (strncmp(fault, "bytes:", 6) == 0) {
        struct rlimit limit = {(rlim_t)at, (rlim_t)at};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    unsetenv("LD_PRELOAD");
    kind = strncmp(fault, "memory+:", 8) == 0  ? MEMORY_ON
           : strncmp(fault, "memory:", 7) == 0 ? MEMORY
           : strncmp(fault, "call:", 5) == 0   ? CALL
           : strncmp(fault, "bytes:", 6) == 0  ? BYTES
           : strncmp(fault, "pipe:", 5) == 0   ? PIPE
           : strncmp(fault, "signal:", 7) == 0 ? SIGNAL
                                               : NONE;
    counted = kind == MEMORY && at == 0 ? getenv("NSLAW_FAULT_COUNT") : NULL;
    if (kind == PIPE)
        break_output();
    if (kind == SIGNAL)
        interrupt(at);
}

__attribute__((destructor)) static void leave_count(void)
{
    const char *path = counted;
    long allocations = atomic_load(&count[1]), calls = atomic_load(&count[0]);
    kind = NONE;
    counted = NULL;
    int descriptor = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (descriptor < 0)
        return;
    bool fine = dprintf(descriptor, "%ld %ld\n", allocations, calls) > 0;
    for (size_t k = 0; k < PLACES && fine; k++)
        if (place[k].callers != 0)
            fine = dprintf(descriptor, "%ld\n%ld\n", place[k].first, place[k].last) > 0;
    close(descriptor);
    if (!fine)
        abort();
}
