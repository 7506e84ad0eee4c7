/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV files: rows and numbers as they are read, runs, and spectra. The first byte
 * chooses. */
#include "empirical/runs.h"
#include "fuzz.h"
#include "input/csv.h"
#include "input/file.h"

#include <math.h>
#include <nslaw/nslaw.h>
#include <string.h>

static void read_rows(const char *path)
{
    nsl_input input;
    nsl_csv csv;
    nsl_error err = {0};
    if (nsl_input_open(&input, path, &err) != NSL_OK)
        return;
    nsl_status status = nsl_csv_open(&csv, input.stream, input.name, &err);
    fuzz_explained(status, &err);
    size_t line = 0;
    while (status == NSL_OK || csv.bad_row) {
        status = nsl_csv_next(&csv, &err);
        fuzz_explained(status, &err);
        if (csv.ended)
            break;
        fuzz_must(csv.line > line, "lines rise");
        line = csv.line;
        for (size_t c = 0; status == NSL_OK && c < csv.columns; c++) {
            double value;
            fuzz_must(strlen(csv.field[c]) < csv.buffer_size, "fields are of the row");
            nsl_status number = nsl_csv_number(&csv, (int)c, &value, &err);
            fuzz_explained(number, &err);
            fuzz_must(isnan(value) == (number != NSL_OK), "a number or an error");
        }
        if (status != NSL_OK && !csv.bad_row)
            break;
    }
    char text[64];
    if (csv.columns > 0)
        nsl_csv_describe(&csv, text, sizeof text);
    nsl_csv_close(&csv);
    nsl_input_close(&input);
}

static void read_runs(const char *path, int how)
{
    nsl_runs runs;
    nsl_error err = {0};
    nsl_runs_selection selection = {.purpose =
                                        how & 1 ? NSL_RUNS_FITTED : NSL_RUNS_COMPARED,
                                    .drop_highest = how & 2 ? 1 : 0};
    if (how & 4) {
        selection.where[0].column = "model";
        selection.where[0].value = "1e2";
        selection.conditions = 1;
    }
    selection.log10[NSL_RUN_FEATURES] = how & 8;
    nsl_status status = nsl_runs_read(&runs, path, &selection, &err);
    fuzz_explained(status, &err);
    if (status != NSL_OK)
        return;
    fuzz_must(runs.count > 0, "a run is left");
    for (size_t i = 0; i < runs.count; i++)
        fuzz_must(runs.run[i].value[NSL_RUN_FEATURES] > 0.0 &&
                      runs.run[i].value[NSL_RUN_LOSS] > 0.0,
                  "runs are checked");
    nsl_runs_clear(&runs);
}

static void read_spectrum(const char *path, int exact)
{
    nsl_spectrum *spectrum;
    nsl_error err = {0};
    nsl_status status = exact ? nsl_spectrum_read_exact(&spectrum, path, &err)
                              : nsl_spectrum_read(&spectrum, path, &err);
    fuzz_explained(status, &err);
    fuzz_must((spectrum != NULL) == (status == NSL_OK), "a spectrum or an error");
    if (status != NSL_OK)
        return;
    fuzz_must(nsl_spectrum_rank(spectrum) >= 1 &&
                  nsl_spectrum_rank(spectrum) <= nsl_spectrum_latents(spectrum),
              "rank in 1...M");
    nsl_spectrum_free(spectrum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *path = fuzz_file(data + 1, size - 1);
    switch (data[0] % 4) {
    case 0:
        read_rows(path);
        break;
    case 1:
        read_spectrum(path, data[0] & 16);
        break;
    default:
        read_runs(path, data[0] >> 4);
    }
    return 0;
}
