/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

nsl_status nsl_fail(nsl_error *err, nsl_status status, const char *field,
                    const char *format, ...)
{
    if (err) {
        err->status = status;
        snprintf(err->field, sizeof err->field, "%s", field);
        va_list args;
        va_start(args, format);
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

nsl_status nsl_fail_memory(nsl_error *err)
{
    return nsl_fail(err, NSL_ENOMEM, "", "out of memory");
}
