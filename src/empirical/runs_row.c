/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row of a file says of a run. */
#include "core/error.h"
#include "empirical/runs_layout.h"
#include "input/number.h"

#include <math.h>

/* Training a network of N parameters on P samples costs some 6NP operations: 2 forward
 * and 4 backward for each parameter and sample (Kaplan et al. 2020, section 2.1). */
static const double OPERATIONS = 6.0;

static nsl_status fail_value(const nsl_csv *csv, int index, const char *must,
                             nsl_error *err)
{
    char name[48], text[48];
    nsl_printable(name, sizeof name, csv->header[index]);
    nsl_printable(text, sizeof text, csv->field[index]);
    return nsl_fail(err, NSL_EFILE, "", "%s:%zu: column %s %s, got '%s'", csv->name,
                    csv->line, name, must, text);
}

/* Losses and weights of fits beyond this would take sums of their squares out of the
 * range of double. */
static const double FITTED_MAX = 1e100;

static nsl_status check_fitted(const nsl_csv *csv, const nsl_runs_layout *l, int c,
                               double value, nsl_error *err)
{
    bool loss = c == NSL_RUN_LOSS && (value > FITTED_MAX || value < 1.0 / FITTED_MAX);
    bool weight = c == NSL_RUN_WEIGHT && value > FITTED_MAX;
    if (l->selection->purpose != NSL_RUNS_FITTED || !(loss || weight))
        return NSL_OK;
    return fail_value(csv, l->value[c],
                      loss ? "must be from 1e-100 to 1e100" : "must be at most 1e100",
                      err);
}

static nsl_status check_value(const nsl_csv *csv, const nsl_runs_layout *l, int c,
                              double value, nsl_error *err)
{
    bool whole = c == NSL_RUN_STEPS, length = c == NSL_RUN_TIME || whole;
    bool positive = c <= NSL_RUN_LOSS || c == NSL_RUN_RATE;
    bool compared = l->selection->purpose == NSL_RUNS_COMPARED;
    bool infinite = length || (compared && c <= NSL_RUN_SAMPLES);
    if ((positive ? value > 0.0 : value >= 0.0) && (infinite || isfinite(value)) &&
        !(whole && value != floor(value)))
        return check_fitted(csv, l, c, value, err);
    return fail_value(csv, l->value[c],
                      whole      ? "must be a whole number >= 0, or inf"
                      : length   ? "must be a number >= 0, or inf"
                      : infinite ? "must be a number > 0"
                      : positive ? "must be a finite number > 0"
                                 : "must be a finite number >= 0",
                      err);
}

static nsl_status read_value(double *out, const nsl_csv *csv, const nsl_runs_layout *l,
                             int c, nsl_error *err)
{
    int index = l->value[c];
    if (c == NSL_RUN_SEM && *csv->field[index] == '\0') {
        *out = (double)NAN; /* measured once: no standard error */
        return NSL_OK;
    }
    nsl_status status = nsl_csv_number(csv, index, out, err);
    if (status != NSL_OK)
        return status;
    if (!l->selection->log10[c])
        return check_value(csv, l, c, *out, err);
    *out = pow(10.0, *out);
    return isnormal(*out)
               ? check_fitted(csv, l, c, *out, err)
               : fail_value(csv, index,
                            "must be the log10 of a number in the range of double",
                            err);
}

/* What of samples and compute has no column. */
static nsl_status derive(nsl_run *run, const nsl_csv *csv, const nsl_runs_layout *l,
                         nsl_error *err)
{
    double *v = run->value;
    bool samples = l->value[NSL_RUN_SAMPLES] == NSL_CSV_NONE;
    bool compute = l->value[NSL_RUN_COMPUTE] == NSL_CSV_NONE;
    if (samples)
        v[NSL_RUN_SAMPLES] = v[NSL_RUN_COMPUTE] / OPERATIONS / v[NSL_RUN_FEATURES];
    else if (compute)
        v[NSL_RUN_COMPUTE] = OPERATIONS * v[NSL_RUN_FEATURES] * v[NSL_RUN_SAMPLES];
    double derived = v[samples ? NSL_RUN_SAMPLES : NSL_RUN_COMPUTE];
    if (isnormal(derived))
        return NSL_OK;
    return nsl_fail(err, NSL_EFILE, "", "%s:%zu: %s is outside the range of double",
                    csv->name, csv->line, samples ? "P = C/(6N)" : "C = 6NP");
}

nsl_status nsl_run_read(nsl_run *run, const nsl_runs_layout *l, const nsl_csv *csv,
                        nsl_error *err)
{
    *run = (nsl_run){.line = csv->line, .value = {[NSL_RUN_WEIGHT] = 1.0}};
    for (int c = 0; c < NSL_RUN_COLUMNS; c++) {
        if (l->value[c] == NSL_CSV_NONE)
            continue;
        nsl_status status = read_value(&run->value[c], csv, l, c, err);
        if (status != NSL_OK)
            return status;
    }
    return l->selection->purpose == NSL_RUNS_FITTED ? derive(run, csv, l, err) : NSL_OK;
}
