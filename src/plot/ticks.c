/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot labels whole decades of logarithmic axes and nothing else, so that an axis
 * from 0.2 to 0.8 would have no number at all: the ticks are chosen here. */
#include "plot/ticks.h"

#include <math.h>

enum {
    LABELS_LEAST = 3,  /* fewer numbers do not make a scale */
    LABELS_MOST = 7,   /* more do not fit below a narrow picture */
    DECADES_MINOR = 10 /* from here on 2…9 are a grey smear */
};

typedef struct {
    FILE *out;
    span range;
    tick_style style;
    size_t count;
} ticks;

static bool inside(const ticks *t, double value)
{
    static const double ROUNDING = 1e-9;
    double slack = ROUNDING * fabs(value);
    return isfinite(value) && value >= t->range.low - slack &&
           value <= t->range.high + slack;
}

/* Starts a tick; what follows is its label. */
static void begin(ticks *t)
{
    fputs(t->count++ ? ", " : "(", t->out);
}

static void end(ticks *t, double value, int level)
{
    fprintf(t->out, " %.10g %d", t->style.log && t->style.places ? log10(value) : value,
            level);
}

static void put_minor(ticks *t, double value)
{
    if (!inside(t, value))
        return;
    begin(t);
    fputs("''", t->out);
    end(t, value, 1);
}

static void put_number(ticks *t, double value)
{
    if (!inside(t, value))
        return;
    begin(t);
    if (t->style.blank)
        fputs("''", t->out);
    else if (value < 0.0 && t->style.markup != MARKUP_NONE)
        fprintf(t->out, t->style.markup == MARKUP_LATEX ? "'$-%.6g$'" : "'−%.6g'",
                -value);
    else
        fprintf(t->out, "'%.6g'", value);
    end(t, value, 0);
}

static void put_powers(ticks *t, int first, int last)
{
    int step = (last - first + LABELS_MOST) / LABELS_MOST;
    for (int k = first; k <= last; k++) {
        double value = pow(10.0, k);
        if (inside(t, value) && k % step == 0) {
            begin(t);
            if (t->style.blank)
                fputs("''", t->out);
            else
                script_power(t->out, k, t->style.markup);
            end(t, value, 0);
        } else {
            put_minor(t, value);
        }
        for (int m = 2; m <= 9 && last - first < DECADES_MINOR; m++)
            put_minor(t, m * value);
    }
}

/* 1, 2 and 5 with numbers, on every decade. */
static void put_few_decades(ticks *t, int first, int last)
{
    for (int k = first; k <= last; k++)
        for (int m = 1; m <= 9; m++) {
            double value = m * pow(10.0, k);
            if (m == 1 || m == 2 || m == 5)
                put_number(t, value);
            else
                put_minor(t, value);
        }
}

/* Equal steps of 1, 2 or 5 times a power of ten, about five of them. */
static void put_steps(ticks *t)
{
    enum { STEPS = 5 };
    double width = t->range.high - t->range.low;
    double unit = pow(10.0, floor(log10(width / STEPS))), step = unit;
    static const double factors[] = {2.0, 5.0, 10.0};
    for (int i = 0; i < 3 && width / step > STEPS + 1; i++)
        step = factors[i] * unit;
    if (!(step > 0.0 && width / step < 2 * STEPS))
        return;
    for (double k = ceil(t->range.low / step); k * step <= t->range.high; k += 1.0)
        put_number(t, k == 0.0 ? 0.0 : k * step);
}

/* How many of 1, 2 and 5 on all decades are inside. */
static int count_few(const ticks *t, int first, int last)
{
    static const int marks[] = {1, 2, 5};
    int count = 0;
    for (int k = first; k <= last; k++)
        for (int i = 0; i < 3; i++)
            count += inside(t, marks[i] * pow(10.0, k));
    return count;
}

void ticks_write(FILE *out, const char *name, span range, tick_style style)
{
    static const double PLAIN_LOW = 1e-4, PLAIN_HIGH = 1e5;
    ticks t = {out, range, style, 0};
    fprintf(out, "set %stics ", name);
    if (style.log) {
        int first = (int)floor(log10(range.low)), last = (int)ceil(log10(range.high));
        int powers = (int)(floor(log10(range.high)) - ceil(log10(range.low))) + 1;
        bool plain = range.low >= PLAIN_LOW && range.high <= PLAIN_HIGH;
        int few = count_few(&t, first, last);
        if (powers >= LABELS_LEAST || (!plain && powers >= 2))
            put_powers(&t, first, last);
        else if (few >= LABELS_LEAST)
            put_few_decades(&t, first, last);
        else
            put_steps(&t);
    } else {
        put_steps(&t);
    }
    fputs(t.count ? ")\n" : "autofreq\n", out);
}
