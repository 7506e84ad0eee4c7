/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fit_groups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static double median(size_t count, const double *sorted)
{
    return sqrt(sorted[(count - 1) / 2]) * sqrt(sorted[count / 2]);
}

/* Cuts the sorted values where `starts` says so; false for more than the most. */
static bool cut(fit_groups *out, size_t count, const double *sorted,
                bool (*starts)(const double *value, size_t first, size_t i,
                               size_t count))
{
    size_t first = 0;
    out->count = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i < count && !starts(sorted, first, i, count))
            continue;
        if (out->count == FIT_GROUPS_MOST)
            return false;
        out->at[out->count].low = sorted[first];
        out->at[out->count].high = sorted[i - 1];
        out->at[out->count++].median = median(i - first, sorted + first);
        first = i;
    }
    return true;
}

/* Model sizes that were meant to be the same differ by less. */
static bool differs(const double *value, size_t first, size_t i, size_t count)
{
    static const double SAME = 1.02;
    (void)count;
    return value[i] > SAME * value[first];
}

static double interval(double value, double low, double high)
{
    return floor(FIT_GROUPS_INTERVALS * log(value / low) / log(high / low));
}

static bool leaves_interval(const double *value, size_t first, size_t i, size_t count)
{
    double low = value[0], high = value[count - 1];
    double place = interval(value[i], low, high);
    return fmin(place, FIT_GROUPS_INTERVALS - 1) > interval(value[first], low, high);
}

bool fit_groups_find(fit_groups *out, size_t count, const double *value)
{
    double *sorted = malloc((count ? count : 1) * sizeof *sorted);
    *out = (fit_groups){.count = 0};
    if (!sorted)
        return false;
    if (count)
        memcpy(sorted, value, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    if (count && !cut(out, count, sorted, differs))
        cut(out, count, sorted, leaves_interval);
    free(sorted);
    return true;
}

size_t fit_groups_of(const fit_groups *groups, double value)
{
    size_t i = 0;
    while (i + 1 < groups->count && value > groups->at[i].high)
        i++;
    return i;
}

/* To two digits, or four where it is exact and has no power of ten. */
static void number(char *out, size_t size, double value, bool exact)
{
    static const double PLAIN_LOW = 1e-2, PLAIN_HIGH = 1e4;
    if (value >= PLAIN_LOW && value < PLAIN_HIGH) {
        snprintf(out, size, "%.*g", exact ? 4 : 2, value);
        if (strchr(out, 'e'))
            snprintf(out, size, "%.0f", value);
        return;
    }
    int exponent = (int)floor(log10(value));
    double digits = value / pow(10.0, exponent);
    snprintf(out, size, "%.1f×10^%s%d", digits, exponent < 0 ? "−" : "", abs(exponent));
}

void fit_groups_label(char *out, size_t size, const fit_groups *groups, size_t i,
                      const char *symbol)
{
    char text[64];
    bool exact = groups->at[i].low == groups->at[i].high;
    number(text, sizeof text, groups->at[i].median, exact);
    snprintf(out, size, "%s %s %s", symbol, exact ? "=" : "≈", text);
}
