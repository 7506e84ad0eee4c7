/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals: SIGINT and SIGTERM ask long work to stop; it then leaves nothing
 * half-written.
 */
#ifndef NSL_CLI_INTERRUPT_H
#define NSL_CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on a mapped file that becomes shorter ends the program with a message. */
void interrupt_watch_files(void);

/* From here on SIGINT and SIGTERM are seen; what has not stopped two seconds of work
 * after one is ended, unless results are being written. */
void interrupt_watch(void);
void interrupt_writing(void);
bool interrupt_seen(void);

/* The exit code of a program that such a signal ended: 128 + its number. */
int interrupt_exit_code(void);

#endif
