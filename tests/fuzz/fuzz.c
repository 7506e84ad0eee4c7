/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[64];
    static int descriptor = -1;
    if (descriptor < 0)
        descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz_must(descriptor >= 0 && ftruncate(descriptor, 0) == 0 &&
                  pwrite(descriptor, data, size, 0) == (ssize_t)size,
              "no file in memory");
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return path;
}

void fuzz_must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

void fuzz_explained(nsl_status status, const nsl_error *err)
{
    if (status == NSL_OK)
        return;
    fuzz_must(err->status == status, "the status in the error");
    fuzz_must(*err->message && !strpbrk(err->message, "\n\r"),
              "one line that says why");
}
