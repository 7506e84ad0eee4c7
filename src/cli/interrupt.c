/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/interrupt.h"

#include "cli/options.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t seen;

static void note(int signal_number)
{
    seen = signal_number;
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
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
    enum { SIGNALLED = 128 };
    return SIGNALLED + seen;
}
