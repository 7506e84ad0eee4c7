/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vectors of a fixed number of doubles, so that sums round alike on every machine. */
#ifndef NSL_CORE_LANES_H
#define NSL_CORE_LANES_H

/* One set of instructions for each width of registers, chosen when the program starts;
 * all of them round alike. Not for ThreadSanitizer, which begins after the choice. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

enum { LANES = 8 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef long lane_mask __attribute__((vector_size(LANES * sizeof(long))));

/* By lane: `yes` where the comparison that made the mask holds. A macro: vectors wider
 * than the registers are not passed. */
#define CHOOSE(mask, yes, no)                                                          \
    ((lanes)(((mask) & (lane_mask)(yes)) | (~(mask) & (lane_mask)(no))))

#endif
