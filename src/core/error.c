/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>

/* vsnprintf with a decimal point in every locale. */
static void print(char *out, size_t size, const char *format, va_list args)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = c ? uselocale(c) : (locale_t)0;
    vsnprintf(out, size, format, args);
    if (before)
        uselocale(before);
    if (c)
        freelocale(c);
}

nsl_status nsl_fail(nsl_error *err, nsl_status status, const char *field,
                    const char *format, ...)
{
    if (err) {
        err->status = status;
        snprintf(err->field, sizeof err->field, "%s", field);
        va_list args;
        va_start(args, format);
        print(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

nsl_status nsl_fail_memory(nsl_error *err)
{
    return nsl_fail(err, NSL_ENOMEM, "", "out of memory");
}
