/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums in a fixed number of lanes, so that they round alike on every machine. Kernels
 * are plain loops over the lanes, which the compiler turns into as many instructions as
 * registers are wide: vector types wider than the registers cost six times as much. */
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
typedef struct {
    _Alignas(LANES * sizeof(double)) double of[LANES];
} lanes;

#endif
