/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of costs (grammar in cost.h) to their normal form, by recursive descent: every
 * part of a text becomes a minimum of terms at once, so that what is held and how deep
 * it goes is bounded by the limits on terms and parentheses. */
#include "core/error.h"
#include "input/number.h"
#include "mp/cost.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

/* All that an atom can be, for messages. */
static const char atom_forms[] = "a number, N, P, time, min or '('";

typedef struct {
    const char *text, *at; /* all of it, and what is left */
    mpfr_prec_t bits;
    int depth;
    nsl_error err;
} parser;

/* --- messages ---------------------------------------------------------------------
 */

/* Adds the place to a message, then `tail`. What comes before a first error is ASCII,
 * so that bytes are characters. */
static void say_where(parser *p, const char *where, const char *tail)
{
    size_t used = strlen(p->err.message);
    if (p->err.status == NSL_EINVAL)
        snprintf(p->err.message + used, sizeof p->err.message - used,
                 " at character %zu%s", (size_t)(where - p->text) + 1, tail);
}

/* The start of a piece of the text, fit for a message. */
enum { SHOWN = 32 };
static const char *show(char out[SHOWN], const char *text, size_t length)
{
    char piece[SHOWN + 8]; /* long enough that nsl_printable sees what is too long */
    snprintf(piece, sizeof piece, "%.*s", (int)length, text);
    nsl_printable(out, SHOWN, piece);
    return out;
}

static void skip_blanks(parser *p)
{
    p->at += strspn(p->at, " \t");
}

static size_t word_length(const char *s)
{
    return strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

static bool is_word(const char *s, const char *word)
{
    size_t length = strlen(word);
    return word_length(s) == length && strncmp(s, word, length) == 0;
}

/* A word, or else a character. */
static size_t token_length(const char *s)
{
    size_t word = word_length(s), one = nsl_utf8_length(s);
    if (word > 0)
        return word;
    return one > 0 ? one : 1;
}

static nsl_cost *unexpected(parser *p, const char *expected)
{
    skip_blanks(p);
    char found[SHOWN], tail[64];
    if (*p->at)
        nsl_fail(&p->err, NSL_EINVAL, "cost", "has an unexpected '%s'",
                 show(found, p->at, token_length(p->at)));
    else
        nsl_fail(&p->err, NSL_EINVAL, "cost", "ends");
    snprintf(tail, sizeof tail, ", where %s is expected", expected);
    say_where(p, p->at, tail);
    return NULL;
}

/* --- the grammar ------------------------------------------------------------------
 */

static nsl_cost *parse_product(parser *p);

static bool accept(parser *p, char wanted)
{
    skip_blanks(p);
    if (*p->at != wanted)
        return false;
    p->at++;
    return true;
}

/* The number there, from min to max; `must` says that in a message. */
static bool parse_number(parser *p, mpfr_t out, double min, double max,
                         const char *must)
{
    char text[NSL_COST_TEXT_MAX + 1], found[SHOWN];
    const char *where = p->at;
    size_t length = nsl_number_length(where);
    snprintf(text, sizeof text, "%.*s", (int)length, where);
    p->at += length;
    double value;
    nsl_number_status parsed = nsl_number_parse(text, &value);
    if (parsed == NSL_NUMBER_OK && value >= min && value <= max) {
        mpfr_set_str(out, text, 10, MPFR_RNDN);
        return true;
    }
    char tail[64];
    snprintf(tail, sizeof tail, ", which %s",
             parsed == NSL_NUMBER_OK ? must : nsl_number_problem(parsed));
    nsl_fail(&p->err, NSL_EINVAL, "cost", "has '%s'", show(found, text, length));
    say_where(p, where, tail);
    return false;
}

static nsl_cost *parse_constant(parser *p)
{
    nsl_cost *cost = NULL;
    mpfr_t value;
    mpfr_init2(value, p->bits);
    if (parse_number(p, value, DBL_MIN, DBL_MAX, "must be above 0"))
        cost = nsl_cost_new(p->bits, &p->err);
    if (cost)
        mpfr_log(cost->exact[0].n[COST_LOG_CONSTANT], value, MPFR_RNDN);
    mpfr_clear(value);
    return cost;
}

static nsl_cost *parse_variable(parser *p)
{
    int v = 0;
    while (v < NSL_COST_VARIABLES && !is_word(p->at, nsl_cost_variables[v]))
        v++;
    if (v == NSL_COST_VARIABLES)
        return unexpected(p, atom_forms);
    nsl_cost *cost = nsl_cost_new(p->bits, &p->err);
    if (cost)
        mpfr_set_ui(cost->exact[0].n[v], 1, MPFR_RNDN);
    p->at += word_length(p->at);
    return cost;
}

/* cost combined with other, both of which are freed; `other` NULL: it failed. */
static nsl_cost *
combine(parser *p, nsl_cost *(*with)(const nsl_cost *, const nsl_cost *, nsl_error *),
        nsl_cost *cost, nsl_cost *other, const char *where)
{
    nsl_cost *combined = other ? with(cost, other, &p->err) : NULL;
    if (other && !combined)
        say_where(p, where, "");
    nsl_cost_free(cost);
    nsl_cost_free(other);
    return combined;
}

/* What is between parentheses, the first of which was just taken. */
static nsl_cost *parse_inside(parser *p, bool list)
{
    if (++p->depth > NSL_COST_DEPTH_MAX) {
        nsl_fail(&p->err, NSL_EINVAL, "cost",
                 "has more than %d parentheses inside each other", NSL_COST_DEPTH_MAX);
        say_where(p, p->at - 1, "");
        return NULL;
    }
    nsl_cost *cost = parse_product(p);
    while (cost && list && accept(p, ',')) {
        const char *comma = p->at - 1;
        nsl_cost *other = parse_product(p);
        cost = combine(p, nsl_cost_min, cost, other, comma);
    }
    p->depth--;
    if (!cost || accept(p, ')'))
        return cost;
    nsl_cost_free(cost);
    return unexpected(p, list ? "'*', ',' or ')'" : "'*' or ')'");
}

static nsl_cost *parse_atom(parser *p)
{
    skip_blanks(p);
    if (nsl_number_length(p->at) > 0)
        return parse_constant(p);
    if (accept(p, '('))
        return parse_inside(p, false);
    if (!is_word(p->at, "min"))
        return parse_variable(p);
    p->at += word_length(p->at);
    return accept(p, '(') ? parse_inside(p, true) : unexpected(p, "'('");
}

static nsl_cost *parse_power(parser *p)
{
    nsl_cost *cost = parse_atom(p);
    if (!cost || !accept(p, '^'))
        return cost;
    skip_blanks(p);
    if (nsl_number_length(p->at) == 0) {
        nsl_cost_free(cost);
        return unexpected(p, "a number");
    }
    const char *where = p->at;
    nsl_cost *raised = NULL;
    mpfr_t power;
    mpfr_init2(power, p->bits);
    if (parse_number(p, power, NSL_COST_EXPONENT_MIN, NSL_COST_EXPONENT_MAX,
                     "must be an exponent from 0.001 to 1000")) {
        raised = nsl_cost_raise(cost, power, &p->err);
        if (!raised)
            say_where(p, where, "");
    }
    mpfr_clear(power);
    nsl_cost_free(cost);
    return raised;
}

static nsl_cost *parse_product(parser *p)
{
    nsl_cost *cost = parse_power(p);
    while (cost && accept(p, '*')) {
        const char *star = p->at - 1;
        nsl_cost *factor = parse_power(p);
        cost = combine(p, nsl_cost_multiply, cost, factor, star);
    }
    return cost;
}

/* --- a cost -----------------------------------------------------------------------
 */

/* How many variables occur. */
static int variables(const nsl_cost *cost)
{
    int count = 0;
    for (nsl_cost_variable v = 0; v < NSL_COST_VARIABLES; v++)
        count += nsl_cost_has(cost, v);
    return count;
}

/* All of a text. */
static nsl_cost *parse_cost(parser *p)
{
    nsl_cost *cost = parse_product(p);
    skip_blanks(p);
    if (cost && *p->at)
        unexpected(p, "'*' or the end");
    else if (cost && variables(cost) < 2)
        nsl_fail(&p->err, NSL_EINVAL, "cost",
                 "must contain at least two of N, P and time");
    if (p->err.status == NSL_OK)
        return cost;
    nsl_cost_free(cost);
    return NULL;
}

static void round_terms(nsl_cost *cost)
{
    for (size_t k = 0; k < cost->count; k++)
        for (int i = 0; i < COST_NUMBERS; i++)
            cost->rounded[k].n[i] = mpfr_get_d(cost->exact[k].n[i], MPFR_RNDN);
}

nsl_status nsl_cost_parse(nsl_cost **out, const char *text, long bits, nsl_error *err)
{
    *out = NULL;
    if (bits < NSL_COST_BITS_MIN || bits > NSL_COST_BITS_MAX)
        return nsl_fail(err, NSL_EINVAL, "bits", "must be from %d to %ld, got %ld",
                        NSL_COST_BITS_MIN, NSL_COST_BITS_MAX, bits);
    if (strnlen(text, NSL_COST_TEXT_MAX + 1) > NSL_COST_TEXT_MAX)
        return nsl_fail(err, NSL_EINVAL, "cost", "must have at most %d characters",
                        NSL_COST_TEXT_MAX);
    parser p = {.text = text, .at = text, .bits = bits, .err.status = NSL_OK};
    *out = parse_cost(&p);
    if (*out)
        round_terms(*out);
    else if (err)
        *err = p.err;
    return p.err.status;
}
