/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as a model and a point, and all that must hold of the answer. The first byte
 * 0: seven doubles, bit for bit, instead. */
#include "fuzz.h"
#include "random_model.h"

#include <math.h>
#include <string.h>

typedef struct {
    const uint8_t *at, *end;
} bytes;

/* Three bytes a number: exact halves, wholes and zeros are then likely. Past the end,
 * what makes few things happen. */
static double next(void *state)
{
    bytes *b = state;
    uint32_t value = 0;
    for (int i = 0; i < 3; i++)
        value = value << 8 | (b->at < b->end ? *b->at++ : 0xBF);
    return value / 16777216.0;
}

static void raw_numbers(const uint8_t *data, size_t size)
{
    double x[7] = {0};
    nsl_spectrum *spectrum;
    nsl_model *model = NULL;
    nsl_error err = {0};
    memcpy(x, data, size < sizeof x ? size : sizeof x);
    nsl_status status =
        nsl_spectrum_new_powerlaw(&spectrum, x[0], x[1], NSL_LATENTS_INFINITE, &err);
    fuzz_explained(status, &err);
    nsl_model_options options = nsl_model_defaults();
    options.source = x[2];
    options.convention = NSL_RIDGE_KERNEL;
    if (status == NSL_OK)
        status = nsl_model_new(&model, spectrum, &options, &err);
    fuzz_explained(status, &err);
    if (status == NSL_OK) {
        nsl_prediction p;
        nsl_point point = {x[3], x[4], x[5], x[6], 0, {0}};
        status = nsl_predict(&p, model, &point, &err);
        fuzz_explained(status, &err);
        fuzz_must(status != NSL_OK || !isnan(p.test_loss) || p.notes,
                  "a loss or a note");
    }
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { COURSE_EVERY = 32 };
    if (size == 0)
        return 0;
    if (data[0] == 0) {
        raw_numbers(data + 1, size - 1);
        return 0;
    }
    bytes b = {data + 1, data + size};
    dice d = {next, &b};
    random_model m;
    nsl_error err = {0};
    char why[512] = "";
    nsl_status status = random_model_draw(&m, &d, &err);
    fuzz_explained(status, &err);
    if (status == NSL_OK &&
        random_model_check(&m, &d, COURSE_EVERY, why, sizeof why) == RANDOM_WRONG) {
        fprintf(stderr, "%s\n", m.text);
        fuzz_must(0, why);
    }
    random_model_clear(&m);
    return 0;
}
