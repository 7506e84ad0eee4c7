/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cells.h"
#include "core/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BRIEF_DIGITS = 7, GIVEN_DIGITS = 8 };

cell cell_made(cell_kind kind, char *full, char *brief)
{
    return (cell){.kind = kind, .owned = true, .full = full, .brief = brief};
}

static cell copy(cell_kind kind, const char *full, const char *brief)
{
    return cell_made(kind, full ? strdup(full) : NULL, strdup(brief));
}

cell cell_computed(double value)
{
    return cell_digits(value, NSL_DECIMAL_DIGITS_MAX);
}

cell cell_digits(double value, int digits)
{
    if (!isfinite(value))
        return cell_null();
    return (cell){.kind = CELL_NUMBER,
                  .form = CELL_IN_DIGITS,
                  .digits = (char)digits,
                  .brief_digits = (char)(digits < BRIEF_DIGITS ? digits : BRIEF_DIGITS),
                  .value = value};
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
    return cell_within(value, bound, 1.0);
}

cell cell_within(double value, double bound, double scale)
{
    if (isnan(value) || !(bound < FEW * fmax(scale, fabs(value))))
        return cell_null();
    if (!(bound < FEW * fabs(value)))
        return cell_given(0.0);
    return cell_known(value, bound / fabs(value));
}

cell cell_given(double value)
{
    if (isinf(value))
        return (cell){.kind = CELL_NULL, .brief = "inf"};
    return (cell){.kind = CELL_NUMBER, .form = CELL_IN_SHORT, .value = value};
}

cell cell_whole(uint64_t value)
{
    return (cell){.kind = CELL_NUMBER, .form = CELL_AS_WHOLE, .whole = value};
}

cell cell_bound(double value)
{
    if (!isfinite(value))
        return cell_null();
    return (cell){.kind = CELL_NUMBER, .form = CELL_AS_BOUND, .value = value};
}

cell cell_note(const char *full, const char *brief)
{
    return *full || *brief ? copy(CELL_TEXT, full, brief) : cell_word("");
}

cell cell_text(const char *text)
{
    return copy(CELL_TEXT, text, text);
}

cell cell_word(const char *text)
{
    return cell_words(text, text);
}

cell cell_words(const char *full, const char *brief)
{
    return (cell){.kind = CELL_TEXT, .full = full, .brief = brief};
}

cell cell_truth(bool value)
{
    return (cell){.kind = CELL_JSON, .full = value ? "true" : "false", .brief = ""};
}

cell cell_written(memory_text *text, FILE *stream, const char *brief)
{
    char *json = memory_text_close(text, stream);
    return cell_made(CELL_JSON, json, brief ? strdup(brief) : NULL);
}

cell cell_null(void)
{
    return (cell){.kind = CELL_NULL};
}

bool cell_failed(const cell *c)
{
    return c->kind != CELL_NULL && c->form == CELL_AS_IT_IS && !(c->full && c->brief);
}

void cell_clear(cell *c)
{
    if (c->owned) {
        free((char *)(uintptr_t)c->full);
        free((char *)(uintptr_t)c->brief);
    }
    *c = cell_null();
}

const char *cell_full(const cell *c, char room[CELL_ROOM])
{
    switch (c->form) {
    case CELL_IN_DIGITS:
        nsl_decimal_print(room, c->value, c->digits);
        return room;
    case CELL_IN_SHORT:
        nsl_decimal_shortest(room, c->value);
        return room;
    case CELL_AS_BOUND:
        nsl_decimal_print(room, c->value, NSL_DECIMAL_DIGITS_MAX);
        return room;
    case CELL_AS_WHOLE:
        snprintf(room, CELL_ROOM, "%" PRIu64, c->whole);
        return room;
    case CELL_AS_IT_IS:
        break;
    }
    return c->full ? c->full : "";
}

/* Whole numbers of people's size whole: a sweep then reads 1e6, 1e7, … alike. */
static void print_given(char room[CELL_ROOM], double value)
{
    bool whole = value == floor(value) && fabs(value) < 1e13;
    nsl_decimal_print(room, value, whole ? NSL_DECIMAL_DIGITS_MAX : GIVEN_DIGITS);
}

/* One digit, rounded up: a bound stays one. */
static void print_bound(char room[CELL_ROOM], double value)
{
    double unit = pow(10.0, floor(log10(value)));
    if (value > 0.0)
        snprintf(room, CELL_ROOM, "%.0e", ceil(value / unit) * unit);
    else
        strcpy(room, "0");
}

const char *cell_brief(const cell *c, char room[CELL_ROOM])
{
    switch (c->form) {
    case CELL_IN_DIGITS:
        nsl_decimal_print(room, c->value, c->brief_digits);
        return room;
    case CELL_IN_SHORT:
        print_given(room, c->value);
        return room;
    case CELL_AS_BOUND:
        print_bound(room, c->value);
        return room;
    case CELL_AS_WHOLE:
        return cell_full(c, room);
    case CELL_AS_IT_IS:
        break;
    }
    return c->brief ? c->brief : "";
}
