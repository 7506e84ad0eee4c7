/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sum by which damage to numbers shows; no guard against intent. */
#ifndef NSL_CORE_HASH_H
#define NSL_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NSL_HASH_START UINT64_C(0xcbf29ce484222325)

/* Adds `size` bytes, eight at a time, as FNV-1a does one; the high half comes down to
 * the low one. Each step is one to one, so that no single word can change unseen. */
static inline uint64_t nsl_hash(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (; size > 0; size -= size < sizeof(uint64_t) ? size : sizeof(uint64_t)) {
        uint64_t word = 0;
        size_t some = size < sizeof word ? size : sizeof word;
        memcpy(&word, bytes, some);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 32;
        bytes += some;
    }
    return hash;
}

#endif
