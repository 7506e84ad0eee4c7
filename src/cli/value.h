/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of options: numbers, whole numbers, lists, sweeps; and numbers as text. */
#ifndef NSL_CLI_VALUE_H
#define NSL_CLI_VALUE_H

#include "cli/options.h"
#include <stddef.h>

/* Parses the text of an option; on failure `problem` says what is allowed or wrong
 * ("must be a finite number > 0"). */
bool value_parse(option_value *out, const option_spec *spec, const char *text,
                 char *problem, size_t size);

/* Point i of a sweep: geometric, ends included, rounded to 15 significant digits so
 * that the decimals printed are the numbers used. */
double value_sweep_point(const option_value *sweep, size_t i);

/* The shortest decimal that reads back as `value`. */
void value_shortest(char *out, size_t size, double value);

#endif
