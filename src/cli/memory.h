/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libraries do when memory runs out. */
#ifndef NSL_CLI_MEMORY_H
#define NSL_CLI_MEMORY_H

/* Before anything else: from here on GSL reports errors instead of aborting, and GMP
 * and MPFR, which cannot report them, end the program with a message. */
void memory_set_up(void);

#endif
