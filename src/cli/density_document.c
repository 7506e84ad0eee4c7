/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nslaw density found, for files and for people. */
#include "cli/density.h"
#include "cli/digits.h"
#include "cli/prediction_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_samples(const density_job *job)
{
    return job->gram.side == NSL_SIDE_SAMPLES;
}

/* Digits asked for, or 0. */
static unsigned digits_of(const density_job *job)
{
    return options_given(job->options, OPT_DIGITS)
               ? (unsigned)job->options->value[OPT_DIGITS].whole
               : 0;
}

static char *make_caption(const density_job *job)
{
    const cli_options *o = job->options;
    const char *n = o->value[OPT_FEATURES].text, *p = o->value[OPT_SAMPLES].text;
    const char *hidden =
        options_given(o, OPT_HIDDEN) ? o->value[OPT_HIDDEN].text : NULL;
    char spectrum[512], *caption = NULL;
    row_caption_spectrum(spectrum, sizeof spectrum, o, &job->setup);
    int length =
        asprintf(&caption, "%s\n%s, N = %s, P = %s%s%s\n%s%s\n\n", spectrum,
                 is_samples(job) ? "P x P kernel matrix" : "N x N Gram matrix", n, p,
                 hidden ? ", hidden widths " : "", hidden ? hidden : "",
                 job->gram.kernel ? "features scaled by 1/sqrt(width), "
                                  : "features as they are, ",
                 isinf(job->gram.samples) ? "mean over samples" : "sum over samples");
    return length < 0 ? NULL : caption;
}

static void describe_model(document *d, const density_job *job)
{
    const cli_options *o = job->options;
    query_describe_spectrum(d, o, &job->setup);
    if (!job->gram.kernel)
        document_add_model(d, "sigma_u2",
                           cell_given(options_given(o, OPT_SIGMA_U2)
                                          ? o->value[OPT_SIGMA_U2].number
                                          : 1.0));
    if (options_given(o, OPT_HIDDEN))
        document_add_model(d, "hidden", cell_text(o->value[OPT_HIDDEN].text));
    document_add_model(d, "features",
                       isinf(job->gram.features) ? cell_text("inf")
                                                 : cell_given(job->gram.features));
    document_add_model(d, "samples",
                       isinf(job->gram.samples) ? cell_text("inf")
                                                : cell_given(job->gram.samples));
    document_add_model(d, "side", cell_text(is_samples(job) ? "samples" : "features"));
    document_add_model(d, "scaling", cell_text(job->gram.kernel ? "kernel" : "none"));
    document_add_model(d, "options", cell_text(d->record ? d->record : ""));
}

/* --- the resolvent -------------------------------------------------------------------
 */

/* A part of what was found in double, to the digits that its size leaves of it. */
static cell part_cell(const density_resolvent *at, double part)
{
    /* of |R|, as the tests hold nsl_density_resolvent on the real axis and off it */
    static const double ON_AXIS = NSL_PROMISE, OFF_AXIS = 1e-9;
    double bound = at->zeta.im == 0.0 ? ON_AXIS : OFF_AXIS;
    double size = hypot(at->value.re, at->value.im);
    return part == 0.0 ? cell_computed(0.0)
                       : cell_known(part, bound * size / fabs(part));
}

/* The density is that of the limit from above. */
static cell density_there(const density_job *job)
{
    const density_resolvent *at = &job->at;
    if (at->zeta.im != 0.0)
        return cell_null();
    if (!at->digits)
        return part_cell(at, at->value.im / M_PI);
    mpfr_t density;
    mpfr_init2(density, mpfr_get_prec(at->exact_im));
    mpfr_const_pi(density, MPFR_RNDN);
    mpfr_div(density, at->exact_im, density, MPFR_RNDN);
    cell c = digits_cell(density, at->digits, digits_of(job) > 0);
    mpfr_clear(density);
    return c;
}

static void describe_resolvent(document *d, const density_job *job)
{
    const density_resolvent *at = &job->at;
    unsigned digits = digits_of(job);
    d->upright = true;
    document_add_column(d, "x", "real part of zeta", true);
    document_add_column(d, "y", "imaginary part of zeta", true);
    document_add_column(d, "resolvent_re", "of R = Tr (G - zeta)^-1 / size", true);
    document_add_column(d, "resolvent_im", "on the real axis the limit from above",
                        true);
    document_add_column(d, "density", "of eigenvalues at x", at->zeta.im == 0.0);
    document_add_column(d, "note", "", true);
    document_add_row(d);
    document_set(d, "x", digits ? digits_given(at->re) : cell_given(at->zeta.re));
    document_set(d, "y", digits ? digits_given(at->im) : cell_given(at->zeta.im));
    document_set(d, "resolvent_re",
                 at->digits ? digits_cell(at->exact_re, at->digits, digits > 0)
                            : part_cell(at, at->value.re));
    document_set(d, "resolvent_im",
                 at->digits ? digits_cell(at->exact_im, at->digits, digits > 0)
                            : part_cell(at, at->value.im));
    document_set(d, "density", density_there(job));
    document_set(d, "note",
                 at->zeta.im == 0.0 ? cell_text("")
                                    : cell_note("density: only where y = 0", ""));
}

/* --- the density ---------------------------------------------------------------------
 */

static void make_row(void *source, size_t i, cell *c)
{
    const density_job *job = source;
    c[0] = cell_given(job->x[i]);
    c[1] = cell_computed(job->value[i]);
}

static size_t bulks_of(const density_job *job)
{
    return digits_of(job) ? job->bulks.count : nsl_density_bulks(job->density);
}

/* The three numbers of a bulk. */
static void bulk_cells(cell out[3], const density_job *job, size_t i)
{
    unsigned digits = digits_of(job);
    if (digits) {
        const nsl_bulk_mp *bulk = &job->bulks.bulk[i];
        out[0] = digits_cell(bulk->lower, digits, true);
        out[1] = digits_cell(bulk->upper, digits, true);
        out[2] = digits_cell(bulk->mass, digits, false);
        return;
    }
    nsl_bulk bulk = nsl_density_bulk(job->density, i);
    out[0] = cell_computed(bulk.lower);
    out[1] = cell_computed(bulk.upper);
    out[2] = cell_computed(bulk.mass);
}

static const char *const bulk_keys[] = {"lower", "upper", "mass"};

enum { BULK_KEYS = sizeof bulk_keys / sizeof *bulk_keys };

/* NULL where memory ran out. */
static const char *json_number(const cell *c, char room[CELL_ROOM])
{
    return cell_failed(c) ? NULL : c->kind == CELL_NULL ? "null" : cell_full(c, room);
}

/* [{"lower": …, "upper": …, "mass": …}, …] */
static cell edges_cell(const density_job *job)
{
    memory_text text;
    FILE *out = memory_text_open(&text);
    if (!out)
        return (cell){.kind = CELL_JSON};
    bool fine = true;
    for (size_t i = 0; i < bulks_of(job); i++) {
        cell c[BULK_KEYS];
        char room[CELL_ROOM];
        bulk_cells(c, job, i);
        for (int k = 0; k < BULK_KEYS; k++) {
            const char *number = json_number(&c[k], room);
            fine = fine && number;
            fprintf(out, "%s\"%s\": %s",
                    k   ? ", "
                    : i ? ", {"
                        : "[{",
                    bulk_keys[k], number ? number : "");
            cell_clear(&c[k]);
        }
        fputs("}", out);
    }
    fputs(bulks_of(job) ? "]" : "[]", out);
    return cell_written(&text, out, fine ? "" : NULL);
}

/* [{"share": …, "x": …}, …] */
static cell quantiles_cell(const density_job *job)
{
    const option_value *q = &job->options->value[OPT_QUANTILES];
    memory_text text;
    FILE *out = memory_text_open(&text);
    if (!out)
        return (cell){.kind = CELL_JSON};
    for (size_t i = 0; i < q->count; i++) {
        cell share = cell_given(q->list[i]), x = cell_computed(job->quantile[i]);
        char room[CELL_ROOM], more[CELL_ROOM];
        fprintf(out, "%s{\"share\": %s, \"x\": %s}", i ? ", " : "[",
                json_number(&share, room), json_number(&x, more));
        cell_clear(&share);
        cell_clear(&x);
    }
    fputs("]", out);
    return cell_written(&text, out, "");
}

static void add_bulks(document *d, const density_job *job)
{
    document *s = document_add_section(d, strdup("bulks of the spectrum:\n"));
    for (int k = 0; s && k < BULK_KEYS; k++)
        document_add_column(s, bulk_keys[k], "", true);
    for (size_t i = 0; s && i < bulks_of(job); i++) {
        cell c[BULK_KEYS];
        bulk_cells(c, job, i);
        document_add_row(s);
        for (int k = 0; k < BULK_KEYS; k++)
            document_set(s, bulk_keys[k], c[k]);
    }
}

static void add_quantiles(document *d, const density_job *job)
{
    const option_value *q = &job->options->value[OPT_QUANTILES];
    if (q->count == 0)
        return;
    document *s =
        document_add_section(d, strdup("quantiles: a share of the eigenvalues is at "
                                       "or below x\n"));
    if (!s)
        return;
    document_add_column(s, "share", "", true);
    document_add_column(s, "x", "", true);
    for (size_t i = 0; i < q->count; i++) {
        document_add_row(s);
        document_set(s, "share", cell_given(q->list[i]));
        document_set(s, "x", cell_computed(job->quantile[i]));
    }
}

static void add_summary(document *d, const density_job *job)
{
    const cli_options *o = job->options;
    enum { MASS_DIGITS = 14 }; /* a sum of roundings */
    double mass = nsl_density_atom(job->density);
    for (size_t i = 0; i < nsl_density_bulks(job->density); i++)
        mass += nsl_density_bulk(job->density, i).mass;
    document_add_summary_for_files(d, "edges", edges_cell(job));
    document_add_summary(d, "bulks", cell_whole(bulks_of(job)));
    document_add_summary(d, "atom", cell_computed(nsl_density_atom(job->density)));
    document_add_summary_for_files(d, "mass", cell_digits(mass, MASS_DIGITS));
    if (options_given(o, OPT_BETWEEN))
        document_add_summary(d, "share", cell_computed(job->share));
    if (options_given(o, OPT_QUANTILES))
        document_add_summary_for_files(d, "quantiles", quantiles_cell(job));
    if (options_given(o, OPT_COMPARE)) {
        document_add_summary(d, "measured", cell_given(job->measured.count));
        document_add_summary(d, "measured_zero", cell_given(job->measured.zeros));
        document_add_summary(d, "distance", cell_computed(job->measured.distance));
    }
}

void density_describe(document *d, const density_job *job)
{
    d->caption = make_caption(job);
    describe_model(d, job);
    if (options_given(job->options, OPT_AT)) {
        describe_resolvent(d, job);
        return;
    }
    document_add_column(d, "x", "", false);
    document_add_column(d, "density", "", false);
    document_stream(d, job->points, make_row, (void *)(uintptr_t)job);
    add_bulks(d, job);
    add_quantiles(d, job);
    add_summary(d, job);
}
