/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/interrupt.h"

#include "cli/options.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

enum { SIGNALLED = 128, PATIENCE = 2 /* seconds of work */ };

static volatile sig_atomic_t seen, writing;

static void note(int signal_number)
{
    seen = signal_number;
    const struct itimerval patience = {.it_value = {.tv_sec = PATIENCE}};
    setitimer(ITIMER_VIRTUAL, &patience, NULL);
}

/* Work that does not stop in time is ended: nothing has been written that would be
 * left.
 */
static void end_work(int signal_number)
{
    static const char message[] = "nslaw: interrupted; nothing is written\n";
    (void)signal_number;
    if (seen && !writing && write(STDERR_FILENO, message, sizeof message - 1) >= 0)
        _exit(SIGNALLED + seen);
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    struct sigaction last = {.sa_handler = end_work, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGVTALRM, &last, NULL);
}

void interrupt_writing(void)
{
    writing = 1;
}

/* A page of a mapped file is gone. */
static void give_up(int signal_number, siginfo_t *info, void *context)
{
    static const char message[] = "nslaw: a file became shorter while it was read\n";
    (void)context;
    signal(signal_number, SIG_DFL);
    if (info->si_code == BUS_ADRERR &&
        write(STDERR_FILENO, message, sizeof message - 1) >= 0)
        _exit(EXIT_INPUT_OUTPUT);
    /* back to the same fault */
}

void interrupt_watch_files(void)
{
    struct sigaction action = {.sa_sigaction = give_up, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &action, NULL);
}

bool interrupt_seen(void)
{
    return seen != 0;
}

int interrupt_exit_code(void)
{
    return SIGNALLED + seen;
}
