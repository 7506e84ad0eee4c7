/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cells.h"
#include "cli/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_ROOM = 40 };

static cell make(cell_kind kind, const char *full, const char *brief)
{
    return (cell){kind, full ? strdup(full) : NULL, strdup(brief)};
}

cell cell_computed(double value)
{
    char full[NUMBER_ROOM], brief[NUMBER_ROOM];
    if (!isfinite(value))
        return cell_null();
    snprintf(full, sizeof full, "%.17g", value);
    snprintf(brief, sizeof brief, "%.7g", value);
    return make(CELL_NUMBER, full, brief);
}

cell cell_digits(double value, int digits)
{
    enum { BRIEF_DIGITS = 7 };
    char full[NUMBER_ROOM], brief[NUMBER_ROOM];
    if (!isfinite(value))
        return cell_null();
    snprintf(full, sizeof full, "%.*g", digits, value);
    snprintf(brief, sizeof brief, "%.*g", digits < BRIEF_DIGITS ? digits : BRIEF_DIGITS,
             value);
    return make(CELL_NUMBER, full, brief);
}

/* Nothing is known of a value whose relative bound is not below FEW, and all that a
 * double says where it is below ALL. */
static const double FEW = 0.1, ALL = 1e-17;

static int known_digits(double relative_bound)
{
    return (int)floor(-log10(fmax(relative_bound, ALL)));
}

cell cell_known(double value, double relative_bound)
{
    if (!(relative_bound < FEW))
        return cell_null();
    return cell_digits(value, known_digits(relative_bound));
}

cell cell_absolute(double value, double bound)
{
    if (isnan(value) || !(bound < FEW * fmax(1.0, fabs(value))))
        return cell_null();
    if (fabs(value) <= bound)
        return cell_given(0.0);
    int digits = known_digits(bound / fabs(value));
    return cell_digits(value, digits > 0 ? digits : 1);
}

cell cell_given(double value)
{
    char full[NUMBER_ROOM], brief[NUMBER_ROOM];
    if (isinf(value))
        return make(CELL_NULL, NULL, "inf");
    value_shortest(full, sizeof full, value);
    /* whole numbers of people's size whole: a sweep then reads 1e6, 1e7, … alike */
    bool whole = value == floor(value) && fabs(value) < 1e13;
    snprintf(brief, sizeof brief, whole ? "%.0f" : "%.8g", value);
    return make(CELL_NUMBER, full, brief);
}

cell cell_whole(uint64_t value)
{
    char text[NUMBER_ROOM];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return make(CELL_NUMBER, text, text);
}

cell cell_bound(double value)
{
    char full[NUMBER_ROOM], brief[NUMBER_ROOM] = "0";
    if (!isfinite(value))
        return cell_null();
    snprintf(full, sizeof full, "%.17g", value);
    if (value > 0.0) { /* one digit, rounded up: a bound stays one */
        double unit = pow(10.0, floor(log10(value)));
        snprintf(brief, sizeof brief, "%.0e", ceil(value / unit) * unit);
    }
    return make(CELL_NUMBER, full, brief);
}

cell cell_note(const char *full, const char *brief)
{
    return make(CELL_TEXT, full, brief);
}

cell cell_text(const char *text)
{
    return make(CELL_TEXT, text, text);
}

cell cell_json(const char *json, const char *brief)
{
    return make(CELL_JSON, json, brief);
}

cell cell_null(void)
{
    return make(CELL_NULL, NULL, "");
}

bool cell_failed(const cell *c)
{
    return !c->brief || (c->kind != CELL_NULL && !c->full);
}

void cell_clear(cell *c)
{
    free(c->full);
    free(c->brief);
    *c = (cell){CELL_NULL, NULL, NULL};
}
