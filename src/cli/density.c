/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/density.h"
#include "input/number.h"
#include "spectrum/kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_DEFAULT = 500, POINTS_MAX = 1000000, DIGITS_OF_DOUBLE = 17 };

/* --- options -------------------------------------------------------------------------
 */

static int refuse(const density_job *job, option_id id, const char *problem)
{
    char shown[64];
    nsl_printable(shown, sizeof shown, job->options->value[id].text);
    return options_complain(job->options->command, EXIT_USAGE, "--%s %s, got '%s'",
                            option_table[id].name, problem, shown);
}

/* Copies the two parts of "a,b" or "a:b"; the second is empty where there is none. */
static bool split(char first[64], char second[64], const char *text, char separator)
{
    const char *middle = strchr(text, separator);
    size_t length = middle ? (size_t)(middle - text) : strlen(text);
    *second = '\0';
    if (length >= 64 || (middle && strlen(middle + 1) >= 64))
        return false;
    memcpy(first, text, length);
    first[length] = '\0';
    if (middle)
        strcpy(second, middle + 1);
    return !middle || *second;
}

static bool parse_finite(double *out, const char *text)
{
    return nsl_number_parse(text, out) == NSL_NUMBER_OK && isfinite(*out);
}

static int take_at(density_job *job)
{
    density_resolvent *at = &job->at;
    if (!options_given(job->options, OPT_AT))
        return EXIT_FINE;
    if (!split(at->re, at->im, job->options->value[OPT_AT].text, ','))
        return refuse(job, OPT_AT, "must be X or X,Y, the real and imaginary part");
    if (!*at->im)
        strcpy(at->im, "0");
    bool fine = parse_finite(&at->zeta.re, at->re) &&
                parse_finite(&at->zeta.im, at->im) && at->zeta.im >= 0.0 &&
                (at->zeta.re != 0.0 || at->zeta.im != 0.0);
    return fine ? EXIT_FINE
                : refuse(job, OPT_AT,
                         "must be X or X,Y, finite numbers with Y >= 0, not 0,0");
}

static int take_between(density_job *job)
{
    char from[64], to[64];
    if (!options_given(job->options, OPT_BETWEEN))
        return EXIT_FINE;
    bool fine = split(from, to, job->options->value[OPT_BETWEEN].text, ':') &&
                nsl_number_parse(from, &job->from) == NSL_NUMBER_OK &&
                nsl_number_parse(to, &job->to) == NSL_NUMBER_OK && job->from <= job->to;
    return fine ? EXIT_FINE
                : refuse(job, OPT_BETWEEN, "must be A:B, two numbers with A <= B");
}

static int take_quantiles(const density_job *job)
{
    const option_value *q = &job->options->value[OPT_QUANTILES];
    for (size_t i = 0; i < q->count; i++)
        if (q->list[i] > 1.0)
            return refuse(job, OPT_QUANTILES, "must be shares > 0 and <= 1");
    return EXIT_FINE;
}

static int take_side(density_job *job)
{
    const cli_options *o = job->options;
    const char *side = options_given(o, OPT_SIDE)  ? o->value[OPT_SIDE].text
                       : isinf(job->gram.features) ? "samples"
                                                   : "features";
    if (strcmp(side, "samples") != 0 && strcmp(side, "features") != 0)
        return refuse(job, OPT_SIDE, "must be features or samples");
    job->gram.side =
        strcmp(side, "samples") == 0 ? NSL_SIDE_SAMPLES : NSL_SIDE_FEATURES;
    return EXIT_FINE;
}

/* What goes with the rows alone does not go with --at. */
static int check_at(const density_job *job)
{
    static const option_id excluded[] = {OPT_POINTS, OPT_BETWEEN, OPT_QUANTILES,
                                         OPT_COMPARE, OPT_PLOT};
    const cli_options *o = job->options;
    for (size_t i = 0; i < sizeof excluded / sizeof *excluded; i++)
        if (options_given(o, OPT_AT) && options_given(o, excluded[i]))
            return options_complain(
                o->command, EXIT_USAGE,
                "--at and --%s exclude each other: it prints the resolvent alone",
                option_table[excluded[i]].name);
    return EXIT_FINE;
}

static bool is_endless(const cli_options *o)
{
    const option_value *hidden = &o->value[OPT_HIDDEN],
                       *latents = &o->value[OPT_LATENTS];
    bool endless = isinf(o->value[OPT_FEATURES].number) ||
                   (!options_given(o, OPT_SPECTRUM) &&
                    (!latents->given || latents->whole == NSL_LATENTS_INFINITE));
    for (size_t k = 0; k < hidden->count; k++)
        endless |= isinf(hidden->list[k]);
    return endless;
}

static int check_input(const density_job *job)
{
    const option_value *value = job->options->value;
    bool both = options_given(job->options, OPT_SPECTRUM) &&
                options_given(job->options, OPT_COMPARE) &&
                strcmp(value[OPT_SPECTRUM].text, "-") == 0 &&
                strcmp(value[OPT_COMPARE].text, "-") == 0;
    return both ? options_complain(job->options->command, EXIT_USAGE,
                                   "--spectrum and --compare cannot both be standard "
                                   "input")
                : EXIT_FINE;
}

int density_take(density_job *job)
{
    const cli_options *o = job->options;
    uint64_t points =
        options_given(o, OPT_POINTS) ? o->value[OPT_POINTS].whole : POINTS_DEFAULT;
    job->gram = (nsl_gram){.features = o->value[OPT_FEATURES].number,
                           .samples = o->value[OPT_SAMPLES].number,
                           .kernel = options_given(o, OPT_KERNEL) || is_endless(o)};
    if (points < 2 || points > POINTS_MAX)
        return refuse(job, OPT_POINTS, "must be a whole number from 2 to 1000000");
    job->points = (size_t)points;
    int code = take_side(job);
    if (code == EXIT_FINE)
        code = check_at(job);
    if (code == EXIT_FINE)
        code = check_input(job);
    if (code == EXIT_FINE)
        code = take_at(job);
    if (code == EXIT_FINE)
        code = take_between(job);
    return code == EXIT_FINE ? take_quantiles(job) : code;
}

/* --- measured eigenvalues ------------------------------------------------------------
 */

/* Zeros come out of eigenvalue routines as rounding of the largest one. */
static const double ROUNDING_ZERO = 1e-13;

/* Largest distance of the two distributions of the eigenvalues that are not 0. */
static nsl_status find_distance(density_job *job, nsl_error *err)
{
    density_measured *m = &job->measured;
    double atom = nsl_density_atom(job->density), above = 0.0;
    double positive = m->count - m->zeros;
    for (size_t i = 0; i < m->rows; i++) {
        double share, before = above / positive;
        nsl_status status = nsl_density_integral(
            &share, job->density, m->table.lambda[i], (double)INFINITY, err);
        if (status != NSL_OK)
            return status;
        share /= 1.0 - atom;
        above += nsl_table_copies(&m->table, i);
        m->distance = fmax(m->distance,
                           fmax(fabs(share - before), fabs(share - above / positive)));
    }
    return NSL_OK;
}

static nsl_status read_measured(density_job *job, nsl_error *err)
{
    density_measured *m = &job->measured;
    if (!options_given(job->options, OPT_COMPARE))
        return NSL_OK;
    nsl_status status =
        nsl_spectrum_read(&m->file, job->options->value[OPT_COMPARE].text, err);
    if (status == NSL_OK)
        status = nsl_table_order(m->file, err);
    if (status != NSL_OK)
        return status;
    m->table = nsl_table_rows(m->file);
    for (size_t i = 0; i < m->table.rows; i++) {
        double copies = nsl_table_copies(&m->table, i);
        bool zero = m->table.lambda[i] <= ROUNDING_ZERO * m->file->largest;
        m->rows += !zero;
        m->count += copies;
        m->zeros += zero ? copies : 0.0;
    }
    return find_distance(job, err);
}

/* --- what is asked for ---------------------------------------------------------------
 */

static nsl_status resolve_exactly(density_job *job, unsigned digits, nsl_error *err)
{
    const cli_options *o = job->options;
    density_resolvent *at = &job->at;
    nsl_gram_decimals decimals = {o->value[OPT_FEATURES].text,
                                  o->value[OPT_SAMPLES].text};
    at->digits = digits;
    return nsl_resolvent_mp(at->exact_re, at->exact_im, job->setup.exact, &job->gram,
                            &decimals, at->re, at->im, digits, err);
}

static nsl_status resolve_in_double(density_job *job, nsl_error *err)
{
    job->at.digits = 0;
    nsl_status status =
        nsl_density_new(&job->density, job->setup.model, &job->gram, err);
    return status == NSL_OK
               ? nsl_density_resolvent(&job->at.value, job->density, job->at.zeta, err)
               : status;
}

/* Without --digits, in MPFR all the same, for the digits of a part that is much smaller
 * than the other; where its sums are too long, in double. On the support's axis double
 * is first: MPFR looks for all gaps there. */
static nsl_status find_resolvent(density_job *job, nsl_error *err)
{
    const cli_options *o = job->options;
    bool on_axis = job->at.zeta.im == 0.0 && job->at.zeta.re > 0.0;
    if (options_given(o, OPT_DIGITS))
        return resolve_exactly(job, (unsigned)o->value[OPT_DIGITS].whole, err);
    nsl_status status = on_axis ? resolve_in_double(job, err)
                                : resolve_exactly(job, DIGITS_OF_DOUBLE, err);
    if (status != NSL_EFAILED)
        return status;
    if (!on_axis)
        return resolve_in_double(job, err);
    nsl_density_free(job->density);
    job->density = NULL;
    return resolve_exactly(job, DIGITS_OF_DOUBLE, err);
}

static nsl_status find_edges(density_job *job, nsl_error *err)
{
    const cli_options *o = job->options;
    unsigned digits = (unsigned)o->value[OPT_DIGITS].whole;
    nsl_gram_decimals decimals = {o->value[OPT_FEATURES].text,
                                  o->value[OPT_SAMPLES].text};
    if (!options_given(o, OPT_DIGITS))
        return NSL_OK;
    return nsl_edges_mp(&job->bulks, job->setup.exact, &job->gram, &decimals, digits,
                        err);
}

static nsl_status fail_memory(nsl_error *err)
{
    *err = (nsl_error){.status = NSL_ENOMEM, .message = "out of memory"};
    return NSL_ENOMEM;
}

static nsl_status find_points(density_job *job, nsl_error *err)
{
    job->x = calloc(job->points, sizeof *job->x);
    job->value = calloc(job->points, sizeof *job->value);
    if (!job->x || !job->value)
        return fail_memory(err);
    nsl_status status = nsl_density_points(job->x, job->points, job->density, err);
    for (size_t i = 0; i < job->points && status == NSL_OK; i++)
        status = nsl_density_at(&job->value[i], job->density, job->x[i], err);
    return status;
}

static nsl_status find_quantiles(density_job *job, nsl_error *err)
{
    const option_value *q = &job->options->value[OPT_QUANTILES];
    nsl_status status = NSL_OK;
    job->quantile = calloc(q->count ? q->count : 1, sizeof *job->quantile);
    if (!job->quantile)
        return fail_memory(err);
    for (size_t i = 0; i < q->count && status == NSL_OK; i++)
        status = nsl_density_quantile(&job->quantile[i], job->density, q->list[i], err);
    return status;
}

static nsl_status find(density_job *job, nsl_error *err)
{
    const cli_options *o = job->options;
    nsl_status status = query_setup_make(&job->setup, o, 0, job->gram.kernel, err);
    if (status == NSL_OK && options_given(o, OPT_AT))
        return find_resolvent(job, err);
    if (status == NSL_OK)
        status = nsl_density_new(&job->density, job->setup.model, &job->gram, err);
    if (status == NSL_OK)
        status = find_edges(job, err);
    if (status == NSL_OK)
        status = find_points(job, err);
    if (status == NSL_OK)
        status = find_quantiles(job, err);
    if (status == NSL_OK && options_given(o, OPT_BETWEEN))
        status =
            nsl_density_integral(&job->share, job->density, job->from, job->to, err);
    return status == NSL_OK ? read_measured(job, err) : status;
}

int density_find(density_job *job)
{
    nsl_error err = {0};
    return find(job, &err) == NSL_OK
               ? EXIT_FINE
               : options_complain_error(job->options->command, &err);
}

void density_clear(density_job *job)
{
    nsl_spectrum_free(job->measured.file);
    nsl_bulks_mp_clear(&job->bulks);
    mpfr_clears(job->at.exact_re, job->at.exact_im, (mpfr_ptr)0);
    free(job->x);
    free(job->value);
    free(job->quantile);
    nsl_density_free(job->density);
    query_setup_clear(&job->setup);
}
