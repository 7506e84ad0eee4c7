/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/value.h"
#include "core/decimal.h"
#include "input/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest text of one number that is looked at. */
enum { NUMBER_TEXT_MAX = 400 };

/* Most points of a sweep. */
enum { SWEEP_MAX = 1000000 };

static const char *allowed(const option_spec *spec)
{
    if (spec->kind == KIND_WHOLE && spec->zero)
        return spec->infinite ? "a whole number from 0 to 1e18, or inf"
                              : "a whole number from 0 to 1e18";
    if (spec->kind == KIND_WHOLE)
        return spec->infinite ? "a whole number from 1 to 1e18, or inf"
                              : "a whole number from 1 to 1e18";
    if (spec->infinite)
        return spec->zero ? "a number >= 0, or inf" : "a number > 0, or inf";
    if (spec->optimal)
        return "a finite number >= 0, or opt";
    return spec->zero ? "a finite number >= 0" : "a finite number > 0";
}

static bool in_range(const option_spec *spec, double value)
{
    if (isnan(value) || value < 0.0 || (value == 0.0 && !spec->zero))
        return false;
    return spec->infinite || isfinite(value);
}

/* Whole numbers exactly, 1e18 and 1000000.0 among them. */
static bool parse_whole(const char *text, uint64_t least, uint64_t *out)
{
    size_t length = strlen(text);
    if (length > 0 && length <= 19 && strspn(text, "0123456789") == length) {
        *out = strtoull(text, NULL, 10);
        return *out >= least && *out <= NSL_LATENTS_MAX;
    }
    double value;
    if (nsl_number_parse(text, &value) != NSL_NUMBER_OK)
        return false;
    if (isinf(value) && value > 0.0) {
        *out = NSL_LATENTS_INFINITE;
        return true;
    }
    if (!(value >= (double)least && value <= (double)NSL_LATENTS_MAX &&
          value == floor(value)))
        return false;
    *out = (uint64_t)value;
    return true;
}

static bool parse_number(double *out, const option_spec *spec, const char *text,
                         char *problem, size_t size)
{
    nsl_number_status status = nsl_number_parse(text, out);
    if (status == NSL_NUMBER_TOO_BIG || status == NSL_NUMBER_TOO_SMALL) {
        snprintf(problem, size, "%s", nsl_number_problem(status));
        return false;
    }
    if (status == NSL_NUMBER_OK && in_range(spec, *out)) {
        *out = fabs(*out); /* −0 is 0 */
        return true;
    }
    snprintf(problem, size, "must be %s", allowed(spec));
    return false;
}

/* 0.05 or 5% */
static bool parse_share(double *out, const char *text, char *problem, size_t size)
{
    char number[NUMBER_TEXT_MAX];
    size_t length = strlen(text);
    bool percent = length > 0 && text[length - 1] == '%';
    snprintf(problem, size, "must be a share > 0 and < 1, such as 5%% or 0.05");
    if (length >= sizeof number)
        return false;
    memcpy(number, text, length + 1);
    if (percent)
        number[length - 1] = '\0';
    if (nsl_number_parse(number, out) != NSL_NUMBER_OK)
        return false;
    *out /= percent ? 100.0 : 1.0;
    return *out > 0.0 && *out < 1.0;
}

static bool parse_list(option_value *out, const option_spec *spec, const char *text,
                       char *problem, size_t size)
{
    snprintf(problem, size, "must be at most %d numbers > 0 separated by commas",
             NSL_HIDDEN_MAX);
    out->count = 0;
    while (out->count < NSL_HIDDEN_MAX) {
        char item[NUMBER_TEXT_MAX];
        size_t length = strcspn(text, ",");
        if (length == 0 || length >= sizeof item)
            return false;
        memcpy(item, text, length);
        item[length] = '\0';
        double value;
        if (nsl_number_parse(item, &value) != NSL_NUMBER_OK || !in_range(spec, value))
            return false;
        out->list[out->count++] = value;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
    return false;
}

/* lo:hi:count */
static bool parse_sweep(option_value *out, const option_spec *spec, const char *text,
                        char *problem, size_t size)
{
    char part[NUMBER_TEXT_MAX], *save = NULL;
    double number[3];
    snprintf(
        problem, size,
        "must be %s, or a sweep lo:hi:count of such numbers with lo < hi finite and "
        "2 <= count <= %d",
        allowed(spec), SWEEP_MAX);
    if (strlen(text) >= sizeof part || strstr(text, "::"))
        return false;
    strcpy(part, text);
    char *item = strtok_r(part, ":", &save);
    for (int i = 0; i < 3; i++, item = strtok_r(NULL, ":", &save))
        if (!item || nsl_number_parse(item, &number[i]) != NSL_NUMBER_OK)
            return false;
    if (item || text[strlen(text) - 1] == ':')
        return false;
    double count = number[2];
    if (!(number[0] > 0.0 && number[0] < number[1] && isfinite(number[1])) ||
        !(count >= 2.0 && count <= SWEEP_MAX && count == floor(count)))
        return false;
    bool whole = number[0] == floor(number[0]) && number[1] == floor(number[1]);
    if (spec->kind == KIND_WHOLE && !(whole && number[1] <= (double)NSL_LATENTS_MAX &&
                                      count - 1.0 <= number[1] - number[0]))
        return false;
    out->low = number[0];
    out->high = number[1];
    out->sweep_count = (size_t)count;
    return true;
}

bool value_parse(option_value *out, const option_spec *spec, const char *text,
                 char *problem, size_t size)
{
    out->text = text;
    out->sweep_count = 0;
    if (spec->sweep && strchr(text, ':'))
        return parse_sweep(out, spec, text, problem, size);
    if (spec->optimal && strcmp(text, "opt") == 0) {
        out->optimal = true;
        return true;
    }
    switch (spec->kind) {
    case KIND_NUMBER:
        return parse_number(&out->number, spec, text, problem, size);
    case KIND_WHOLE:
        snprintf(problem, size, "must be %s", allowed(spec));
        return parse_whole(text, spec->zero ? 0 : 1, &out->whole) &&
               (spec->infinite || out->whole != NSL_LATENTS_INFINITE);
    case KIND_SHARE:
        return parse_share(&out->number, text, problem, size);
    case KIND_LIST:
        return parse_list(out, spec, text, problem, size);
    case KIND_MANY:
        snprintf(problem, size, "can be given at most 16 times");
        if (out->count == sizeof out->many / sizeof *out->many)
            return false;
        out->many[out->count++] = text;
        return true;
    case KIND_TEXT:
    case KIND_FLAG:
        return true;
    }
    return false;
}

double value_sweep_point(const option_value *sweep, size_t i)
{
    if (i == 0)
        return sweep->low;
    if (i + 1 == sweep->sweep_count)
        return sweep->high;
    /* in long double, so that the 15 digits are those of the exact grid */
    long double t = (long double)i / (long double)(sweep->sweep_count - 1);
    long double ratio = (long double)sweep->high / (long double)sweep->low;
    double value;
    char text[40];
    snprintf(text, sizeof text, "%.15Lg", (long double)sweep->low * powl(ratio, t));
    return nsl_number_parse(text, &value) == NSL_NUMBER_OK ? value : (double)NAN;
}

void value_shortest(char *out, size_t size, double value)
{
    char text[NSL_DECIMAL_ROOM];
    nsl_decimal_shortest(text, value);
    snprintf(out, size, "%s", text);
}
