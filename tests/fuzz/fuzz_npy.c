/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NPY files, alone and as spectra. */
#include "fuzz.h"
#include "input/file.h"
#include "input/npy.h"

#include <math.h>
#include <nslaw/nslaw.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    nsl_error err = {0};
    nsl_input input;
    nsl_npy array;
    nsl_spectrum *spectrum;
    if (nsl_input_open(&input, path, &err) != NSL_OK)
        return 0;
    nsl_status status = nsl_npy_read(&array, input.stream, input.name, 3, &err);
    fuzz_explained(status, &err);
    fuzz_must((array.data != NULL) == (status == NSL_OK), "an array or an error");
    if (status == NSL_OK)
        fuzz_must(array.rows > 0 && array.columns > 0 && array.columns <= 3 &&
                      array.rows * array.columns <= size,
                  "no more values than bytes");
    double sum = 0.0;
    for (size_t i = 0; i < array.rows; i++)
        for (size_t j = 0; j < array.columns; j++)
            sum += nsl_npy_at(&array, i, j);
    fuzz_must(isnan(sum) || !isnan(sum), "all of it is there to be read");
    nsl_npy_clear(&array);
    nsl_input_close(&input);
    status = nsl_spectrum_read(&spectrum, path, &err);
    fuzz_explained(status, &err);
    fuzz_must((spectrum != NULL) == (status == NSL_OK), "a spectrum or an error");
    nsl_spectrum_free(spectrum);
    return 0;
}
