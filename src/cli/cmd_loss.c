/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw loss: the prediction at one point. */
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/intervals.h"
#include "cli/output.h"
#include "cli/prediction_row.h"
#include "cli/training.h"

static const command_text text = {
    .name = "loss",
    .bit = FOR_LOSS,
    .arguments = "",
    .summary = "Predicts test and training loss at one number of features and samples.",
    .description = "Solves the self-consistent equation of random-feature ridge "
                   "regression on power-law data; nothing is sampled.",
    .examples = "Examples:\n"
                "  nslaw loss --features 1000 --samples 4000 --alpha 0.3\n"
                "  nslaw loss --features 1000 --samples inf --alpha 0.3\n"
                "  nslaw loss --features 500 --samples 500 --alpha 1 \\\n"
                "    --latents 1e6 --ridge 1e-3 --noise 0.1\n"
                "  nslaw loss --features 500 --samples 800 --alpha 1 --time 100\n"
                "  nslaw loss --features inf --samples 800 --kernel-ridge 0.1 \\\n"
                "    --spectrum spectrum.csv --format json\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

static int run(const cli_options *options, query_setup *setup, query_answer *answer,
               intervals *around, document *d)
{
    nsl_error err = {0};
    nsl_point point = query_point(options, 0);
    query_texts texts;
    query_texts_set(&texts, options, 0);
    if (query_setup_make(setup, options, 0, false, &err) != NSL_OK ||
        query_predict(answer, options, setup, &point, &texts.decimals, &err) !=
            NSL_OK ||
        intervals_of_losses(around, options, 1, &point.features, &point.samples,
                            &err) != NSL_OK)
        return options_complain_error(options->command, &err);
    row_style style = {.kernel = query_is_kernel(options),
                       .latents = !options->fitted,
                       .ridge = !options->fitted,
                       .noise = !options->fitted,
                       .parts = !options->fitted,
                       .decompose = options->value[OPT_DECOMPOSE].given,
                       .intervals = fitted_has_intervals(options),
                       .training = training_clock(options) != OPT_COUNT,
                       .steps = training_clock(options) == OPT_STEPS,
                       .fitted = options->fitted != NULL};
    row_note note = {{0}, {0}};
    d->command = options->command;
    d->upright = true;
    d->record = options_record(options);
    d->caption = row_caption(options, setup, (query_columns){0}, NULL);
    query_describe(d, options, setup, (query_columns){0});
    row_add_columns(d, style);
    row_add_last_columns(d);
    row_add(d, style, setup, &point, &texts.decimals, answer,
            query_units(options, point.noise), &note);
    intervals_set(d, "test_loss_lo", "test_loss_hi", around, 0);
    row_end(d, &note);
    return output_write(options, d);
}

int cmd_loss(int argc, char **argv)
{
    cli_options options;
    int code;
    if (!command_begin(&options, &text, argc, argv, &code))
        return code;
    query_setup setup = {.model = NULL};
    document d = {0};
    intervals around = {.count = 0};
    query_answer answer;
    query_answer_init(&answer);
    code = run(&options, &setup, &answer, &around, &d);
    intervals_clear(&around);
    fitted_clear(&options);
    query_answer_clear(&answer);
    mpfr_free_cache();
    document_clear(&d);
    query_setup_clear(&setup);
    return code;
}
