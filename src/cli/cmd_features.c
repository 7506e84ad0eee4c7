/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw features: the spectrum that a nonlinear feature map makes of its inputs'. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/document.h"
#include "cli/features_figure.h"
#include "cli/plot.h"
#include "input/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const command_text text = {
    .name = "features",
    .bit = FOR_FEATURES,
    .arguments = "",
    .summary = "Shows how a nonlinear feature map extends a spectrum.",
    .description =
        "The K largest eigenvalues of the kernel of features activation(u x), u and x "
        "Gaussian, x with the power law or the eigenvalues of the file: "
        "c_k^2 * (k!/prod k_i!) * prod rho_i^k_i, with rho_i the share of an input "
        "eigenvalue in their sum and c_k the Hermite coefficients of the activation. "
        "Written as CSV by default, so that other commands read it as --spectrum.",
    .examples = "Examples:\n"
                "  nslaw features --activation relu --inputs 200 --alpha 0.5 \\\n"
                "    --count 20000 | nslaw curve --spectrum - -N 10:1e4:20 -P 1000\n"
                "  nslaw features --activation tanh --spectrum inputs.csv \\\n"
                "    --count 1e6 --target linear -o spectrum.csv\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

/* The columns, in the order of their declaration. */
enum { EIGENVALUE, DEGREE, MULTIPLICITY, TARGET };

typedef struct {
    const cli_options *options;
    nsl_activation activation;
    nsl_features_target target;
    nsl_spectrum *inputs;
    nsl_features found;
    figure picture;
    document d;
} inquiry;

static int complain(const cli_options *o, const char *message)
{
    return options_complain(o->command, EXIT_USAGE, "%s", message);
}

static int check_options(const cli_options *o)
{
    bool file = options_given(o, OPT_SPECTRUM);
    const option_value *alpha = &o->value[OPT_ALPHA];
    if (!options_given(o, OPT_ACTIVATION))
        return complain(o, "--activation is required; try --activation relu");
    if (file && alpha->given)
        return complain(o, "--spectrum and --alpha exclude each other: the file has "
                           "the eigenvalues");
    if (file && options_given(o, OPT_INPUTS))
        return complain(o, "--spectrum and --inputs exclude each other: the file's "
                           "rows are the inputs");
    if (!file && !alpha->given)
        return complain(o, "--alpha (power law) or --spectrum FILE is required; try "
                           "--alpha 0.5");
    if (alpha->sweep_count)
        return options_complain(o->command, EXIT_USAGE,
                                "--alpha %s is a sweep; only nslaw phase takes one of "
                                "alpha",
                                alpha->text);
    if (!file && !options_given(o, OPT_INPUTS))
        return complain(o, "--inputs is required with --alpha; try --inputs 200");
    if (!options_given(o, OPT_LARGEST))
        return complain(o, "--count is required; try --count 10000");
    return EXIT_FINE;
}

static int set_target(inquiry *q)
{
    static const char *const names[] = {[NSL_FEATURES_ISOTROPIC] = "isotropic",
                                        [NSL_FEATURES_LINEAR] = "linear",
                                        [NSL_FEATURES_OWN] = "file"};
    const option_value *target = &q->options->value[OPT_TARGET];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!target->given || strcmp(target->text, names[i]) == 0) {
            q->target = (nsl_features_target)i;
            return EXIT_FINE;
        }
    char shown[64];
    nsl_printable(shown, sizeof shown, target->text);
    return options_complain(q->options->command, EXIT_USAGE,
                            "--target must be isotropic, linear or file, got '%s'",
                            shown);
}

static nsl_status find(inquiry *q, nsl_error *err)
{
    const option_value *v = q->options->value;
    nsl_status status =
        nsl_activation_parse(&q->activation, v[OPT_ACTIVATION].text, err);
    if (status == NSL_OK && v[OPT_SPECTRUM].given)
        status = nsl_spectrum_read(&q->inputs, v[OPT_SPECTRUM].text, err);
    else if (status == NSL_OK)
        status = nsl_spectrum_new_powerlaw(&q->inputs, v[OPT_ALPHA].number, 1.0,
                                           v[OPT_INPUTS].whole, err);
    return status == NSL_OK ? nsl_features_find(&q->found, &q->activation, q->inputs,
                                                v[OPT_LARGEST].whole, q->target, err)
                            : status;
}

static void make_row(void *source, size_t i, cell *c)
{
    const inquiry *q = source;
    const nsl_feature_row *row = &q->found.row[i];
    c[EIGENVALUE] = cell_computed(row->eigenvalue);
    c[DEGREE] = cell_whole(row->degree);
    c[MULTIPLICITY] = cell_whole(row->multiplicity);
    if (q->target != NSL_FEATURES_ISOTROPIC)
        c[TARGET] = row->target > 0.0 ? cell_computed(row->target) : cell_given(0.0);
}

static cell inputs_cell(const inquiry *q)
{
    return q->found.inputs == NSL_LATENTS_INFINITE ? cell_text("inf")
                                                   : cell_whole(q->found.inputs);
}

static void describe(inquiry *q)
{
    const option_value *v = q->options->value;
    document *d = &q->d;
    document_add_model(d, "activation", cell_text(v[OPT_ACTIVATION].text));
    document_add_model(
        d, "spectrum",
        cell_text(v[OPT_SPECTRUM].given ? v[OPT_SPECTRUM].text : "powerlaw"));
    document_add_model(d, "inputs", inputs_cell(q));
    if (v[OPT_ALPHA].given)
        document_add_model(d, "alpha", cell_given(v[OPT_ALPHA].number));
    document_add_model(
        d, "target", cell_text(v[OPT_TARGET].given ? v[OPT_TARGET].text : "isotropic"));
    document_add_model(d, "options", cell_text(d->record ? d->record : ""));
}

static void add_fit(document *d, const char *exponent, const char *alpha,
                    const nsl_features_fit *fit)
{
    enum { DIGITS = 12 };
    document_add_summary(d, exponent, cell_digits(fit->exponent, DIGITS));
    document_add_summary(d, alpha, cell_digits(fit->exponent - 1.0, DIGITS));
}

/* Why less was found than was asked for, or no exponent. */
static cell note_cell(const inquiry *q)
{
    char note[320] = "";
    size_t used = 0;
    const nsl_features *f = &q->found;
    if (f->eigenvalues < q->options->value[OPT_LARGEST].whole)
        used += (size_t)snprintf(note, sizeof note,
                                 "only %" PRIu64 " eigenvalues are above 2.2e-308",
                                 f->eigenvalues);
    if (isnan(f->below.exponent))
        used += (size_t)snprintf(note + used, sizeof note - used,
                                 "%sno exponent_inputs: too few eigenvalues up to N_in",
                                 used ? "; " : "");
    if (isnan(f->above.exponent))
        snprintf(note + used, sizeof note - used,
                 "%sno exponent_beyond: too few eigenvalues beyond N_in",
                 used ? "; " : "");
    return cell_text(note);
}

static void summarise(inquiry *q)
{
    document *d = &q->d;
    const nsl_features *f = &q->found;
    double error = f->weight_error;
    document_add_summary(d, "inputs", inputs_cell(q));
    document_add_summary(d, "eigenvalues", cell_whole(f->eigenvalues));
    document_add_summary(d, "degree_max", cell_whole(f->degree_max));
    document_add_summary(d, "weight", cell_known(f->weight, error / f->weight));
    document_add_summary(d, "weight_left", cell_absolute(f->weight_left, error));
    document_add_summary(d, "weight_above", cell_absolute(f->weight_above, error));
    if (q->target != NSL_FEATURES_ISOTROPIC)
        document_add_summary(d, "target_left",
                             f->target_left > 0.0 ? cell_computed(f->target_left)
                                                  : cell_given(0.0));
    add_fit(d, "exponent_inputs", "alpha_inputs", &f->below);
    add_fit(d, "exponent_beyond", "alpha_beyond", &f->above);
    document_add_summary(d, "note", note_cell(q));
}

/* "relu features of 200 inputs, power law, alpha = 0.5" */
static char *caption_of(const inquiry *q)
{
    const option_value *v = q->options->value;
    char activation[64], file[128], origin[160], inputs[32] = "inf", *out = NULL;
    nsl_printable(activation, sizeof activation, v[OPT_ACTIVATION].text);
    if (v[OPT_SPECTRUM].given) {
        nsl_printable(file, sizeof file, v[OPT_SPECTRUM].text);
        snprintf(origin, sizeof origin, "spectrum %s",
                 strcmp(file, "-") == 0 ? "from standard input" : file);
    } else {
        snprintf(origin, sizeof origin, "power law, alpha = %g", v[OPT_ALPHA].number);
    }
    if (q->found.inputs != NSL_LATENTS_INFINITE)
        snprintf(inputs, sizeof inputs, "%" PRIu64, q->found.inputs);
    int length = asprintf(
        &out, "%s features of %s inputs, %s\n%s\n\n", activation, inputs, origin,
        q->target == NSL_FEATURES_LINEAR ? "target: linear in the inputs, of variance 1"
        : q->target == NSL_FEATURES_OWN  ? "target: the file's, on the linear part"
                                         : "target: isotropic, its weights are left "
                                           "to the spectrum");
    return length < 0 ? NULL : out;
}

static int run(inquiry *q)
{
    const cli_options *o = q->options;
    nsl_error err = {0};
    document *d = &q->d;
    if (find(q, &err) != NSL_OK)
        return options_complain_error(o->command, &err);
    d->command = o->command;
    d->record = options_record(o);
    d->caption = caption_of(q);
    document_add_column(d, "eigenvalue", "", true);
    document_add_column(d, "degree", "", true);
    document_add_column(d, "multiplicity", "", true);
    if (q->target != NSL_FEATURES_ISOTROPIC)
        document_add_column(d, "target", "", true);
    document_stream(d, q->found.count, make_row, q);
    describe(q);
    summarise(q);
    if (!d->caption ||
        !features_figure_make(&q->picture, o, &q->found, q->inputs, d->caption))
        return options_complain(o->command, EXIT_COMPUTATION, "out of memory");
    return plot_and_write(o, &q->picture, d);
}

int cmd_features(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    inquiry q = {.options = &options};
    code = check_options(&options);
    if (code == EXIT_FINE)
        code = set_target(&q);
    if (code == EXIT_FINE)
        code = run(&q);
    figure_clear(&q.picture);
    document_clear(&q.d);
    nsl_features_clear(&q.found);
    nsl_spectrum_free(q.inputs);
    return code;
}
