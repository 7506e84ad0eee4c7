/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzzers share: bytes as a file, and what must hold. */
#ifndef NSL_FUZZ_H
#define NSL_FUZZ_H

#include <nslaw/error.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The path of a file in memory that holds the bytes; the last call's alone. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Ends the fuzzer with a message unless `holds`. */
void fuzz_must(int holds, const char *what);

/* A call has succeeded, or has failed with one line that says why. */
void fuzz_explained(nsl_status status, const nsl_error *err);

#endif
