/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/file.h"
#include "core/error.h"
#include "input/number.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

nsl_status nsl_input_open(nsl_input *out, const char *path, nsl_error *err)
{
    if (strcmp(path, "-") == 0) {
        *out = (nsl_input){.stream = stdin, .name = "standard input"};
        return NSL_OK;
    }
    if (!*path)
        return nsl_fail(err, NSL_EFILE, "", "a file name is empty");
    nsl_printable(out->name, sizeof out->name, path);
    out->stream = fopen(path, "rb");
    if (!out->stream)
        return nsl_fail(err, NSL_EFILE, "", "cannot open %s: %s", out->name,
                        strerror(errno));
    struct stat info;
    if (fstat(fileno(out->stream), &info) == 0 && S_ISDIR(info.st_mode)) {
        fclose(out->stream);
        out->stream = NULL;
        return nsl_fail(err, NSL_EFILE, "", "%s is a directory, not a file", out->name);
    }
    return NSL_OK;
}

void nsl_input_close(nsl_input *input)
{
    if (input->stream && input->stream != stdin)
        fclose(input->stream);
    input->stream = NULL;
}
