/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map as a folder of .npy arrays: written so that all of its files appear, or none;
 * and read back, one folder a shard. */
#include "cli/interrupt.h"
#include "cli/phase.h"
#include "cli/whole_file.h"
#include "cli/writer.h"
#include "core/crew.h"
#include "input/npy.h"
#include "input/number.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CELLS = 7, ARRAYS = CELLS + 3, FILES = ARRAYS + 1, PATH_ROOM = 4096 };

/* After the description, the intervals of a fit with a bootstrap. */
enum { ENDS = 2 };

static int files_of(const phase_job *job)
{
    return FILES + (job->around.count > 0 ? ENDS : 0);
}

static const char SUMMARY[] = "summary.json", REGIME[] = "regime";

/* The arrays of cells. */
typedef struct {
    const char *name;
    double *value;
} cell_array;

static void list_cells(cell_array out[CELLS], const phase_job *job)
{
    const nsl_map *m = &job->map;
    const cell_array all[CELLS] = {
        {"test_loss", m->test_loss},
        {"elasticity_features", m->elasticity_features},
        {"elasticity_samples", m->elasticity_samples},
        {"elasticity_ridge", m->elasticity_ridge},
        {"elasticity_time", m->elasticity_time},
        {query_is_kernel(job->options) ? "kernel_ridge" : "ridge", m->ridge},
        {"error", m->error},
    };
    memcpy(out, all, sizeof all);
}

/* The header of version 1.0, padded so that the data begin at a multiple of 64. */
static void put_header(FILE *out, const char *type, size_t rows, size_t columns)
{
    enum { ALIGNED = 64, BEFORE = 10 };
    char text[256], shape[64];
    if (columns)
        snprintf(shape, sizeof shape, "(%zu, %zu)", rows, columns);
    else
        snprintf(shape, sizeof shape, "(%zu,)", rows);
    int length =
        snprintf(text, sizeof text,
                 "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    int total = (BEFORE + length + ALIGNED) / ALIGNED * ALIGNED;
    fwrite("\x93NUMPY\x01\x00", 1, 8, out);
    fputc((total - BEFORE) & 0xff, out);
    fputc((total - BEFORE) >> 8, out);
    fprintf(out, "%s%*s\n", text, total - BEFORE - length - 1, "");
}

static void put_doubles(FILE *out, const double *value, size_t count)
{
    enum { PIECE = 8192 };
    unsigned char bytes[PIECE * sizeof *value];
    for (size_t done = 0; done < count;) {
        size_t some = count - done < PIECE ? count - done : PIECE;
        for (size_t i = 0; i < some; i++) {
            uint64_t bits;
            memcpy(&bits, value + done + i, sizeof bits);
            bits = htole64(bits);
            memcpy(bytes + i * sizeof bits, &bits, sizeof bits);
        }
        fwrite(bytes, sizeof *value, some, out);
        done += some;
    }
}

/* The k-th array: cells of the shard's rows, then regimes, then the axes. */
static void put_array(FILE *out, const phase_job *job, int k)
{
    const nsl_map *m = &job->map;
    cell_array cells[CELLS];
    size_t across = m->x.count, rows = phase_rows(job);
    list_cells(cells, job);
    if (k > CELLS) {
        const nsl_axis *axis = k == CELLS + 1 ? &m->x : &m->y;
        put_header(out, "<f8", axis->count, 0);
        put_doubles(out, axis->value, axis->count);
        return;
    }
    put_header(out, k == CELLS ? "|u1" : "<f8", rows, across);
    bool whole = job->shards == 1;
    size_t parts = whole ? 1 : rows, part = whole ? rows * across : across;
    for (size_t row = 0; row < parts; row++) {
        size_t at = (job->shard + row * job->shards) * across;
        if (k == CELLS)
            fwrite(m->regime + at, 1, part, out);
        else
            put_doubles(out, cells[k].value + at, part);
    }
}

static const char *array_name(const phase_job *job, int k)
{
    cell_array cells[CELLS];
    list_cells(cells, job);
    return k < CELLS    ? cells[k].name
           : k == CELLS ? REGIME
                        : phase_axis_key(job, k - CELLS - 1);
}

/* "x_" and "y_" set the axes apart from a ridge that is both axis and array. */
static void path_of(char *out, const char *folder, const phase_job *job, int k)
{
    if (k == ARRAYS)
        snprintf(out, PATH_ROOM, "%s/%s", folder, SUMMARY);
    else if (k > ARRAYS)
        snprintf(out, PATH_ROOM, "%s/test_loss_%s.npy", folder,
                 k == FILES ? "lo" : "hi");
    else
        snprintf(out, PATH_ROOM, "%s/%s%s.npy", folder,
                 k == CELLS + 1   ? "x_"
                 : k == CELLS + 2 ? "y_"
                                  : "",
                 array_name(job, k));
}

static bool put_file(FILE *out, const phase_job *job, const document *d, int k)
{
    document brief = *d;
    brief.rows = 0;
    errno = 0;
    if (k == ARRAYS && !write_json(&brief, out)) {
        errno = ENOMEM;
        return false;
    }
    if (k < ARRAYS)
        put_array(out, job, k);
    if (k > ARRAYS) {
        put_header(out, "<f8", job->map.y.count, job->map.x.count);
        put_doubles(out, k == FILES ? job->around.low : job->around.high,
                    job->around.count);
    }
    return fflush(out) == 0 && !ferror(out);
}

/* Arrays of a map that the folder had before, with other axes or another ridge. */
static void remove_stale(const char *folder, const phase_job *job)
{
    static const char *const keys[] = {"features",     "samples",      "ridge",
                                       "kernel_ridge", "noise",        "latents",
                                       "alpha",        "test_loss_lo", "test_loss_hi"};
    static const char *const prefixes[] = {"x_", "y_", ""};
    char path[PATH_ROOM], ours[PATH_ROOM];
    for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            bool kept = false;
            snprintf(path, sizeof path, "%s/%s%s.npy", folder, prefixes[p], keys[i]);
            for (int k = 0; k < files_of(job) && !kept; k++) {
                path_of(ours, folder, job, k);
                kept = strcmp(path, ours) == 0;
            }
            if (!kept)
                unlink(path);
        }
}

/* Files for several threads to open and fill. */
typedef struct {
    const phase_job *job;
    const document *d;
    const char *folder;
    whole_file file[FILES + ENDS];
    int reason[FILES + ENDS]; /* why it could not be written; 0 */
} folder_files;

/* Backwards: the summary takes longest, so that it is not begun last. */
static nsl_status put_one(void *data, size_t task, nsl_error *err)
{
    folder_files *f = data;
    size_t k = (size_t)files_of(f->job) - 1 - task;
    char path[PATH_ROOM];
    (void)err;
    path_of(path, f->folder, f->job, (int)k);
    errno = ENAMETOOLONG;
    if (strlen(path) + 1 >= PATH_ROOM || !whole_file_open(&f->file[k], path) ||
        !put_file(f->file[k].stream, f->job, f->d, (int)k))
        f->reason[k] = errno ? errno : EIO;
    return NSL_OK;
}

int phase_write_folder(const phase_job *job, const cli_options *out, const document *d)
{
    const char *folder = out->value[OPT_OUTPUT].text;
    folder_files files = {.job = job, .d = d, .folder = folder};
    nsl_work work = {.jobs = d->jobs};
    char shown[128];
    interrupt_writing();
    bool made = mkdir(folder, 0777) == 0, fine = made || errno == EEXIST;
    int count = files_of(job), reason = errno;
    nsl_printable(shown, sizeof shown, folder);
    if (d->failed || !d->record)
        return options_complain(out->command, EXIT_COMPUTATION, "out of memory");
    if (fine)
        nsl_crew_run(put_one, &files, (size_t)count, &work, NULL);
    for (int k = 0; k < count && fine; k++) {
        fine = files.reason[k] == 0;
        reason = files.reason[k];
    }
    for (int k = 0; k < count; k++) {
        if (!files.file[k].stream)
            continue;
        bool appeared = whole_file_close(&files.file[k], fine);
        reason = fine && !appeared ? errno : reason;
        fine = fine && appeared;
    }
    if (fine) {
        remove_stale(folder, job);
        return EXIT_FINE;
    }
    if (made)
        rmdir(folder);
    return options_complain(out->command, EXIT_INPUT_OUTPUT, "cannot write %s: %s",
                            shown, strerror(reason));
}

/* --- reading a shard ---------------------------------------------------------------
 */

static int refuse(const char *command, const char *folder, const char *why)
{
    char shown[128];
    nsl_printable(shown, sizeof shown, folder);
    return options_complain(command, EXIT_INPUT_OUTPUT, "%s: %s", shown, why);
}

/* One array, of the shape that it must have. */
static int read_array(nsl_npy *out, const char *command, const char *path, size_t rows,
                      size_t columns)
{
    nsl_error err = {0};
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return refuse(command, path, strerror(errno));
    nsl_status status = nsl_npy_read(out, stream, path, columns, &err);
    fclose(stream);
    if (status != NSL_OK)
        return options_complain_error(command, &err);
    if (out->rows == rows && out->columns == columns)
        return EXIT_FINE;
    nsl_npy_clear(out);
    return refuse(command, path, "does not have the shape of this shard");
}

static int read_cells(phase_job *job, const char *command, const char *folder, int k)
{
    char path[PATH_ROOM];
    nsl_npy array;
    cell_array cells[CELLS];
    size_t across = job->map.x.count, rows = phase_rows(job);
    list_cells(cells, job);
    path_of(path, folder, job, k);
    int code = read_array(&array, command, path, rows, across);
    if (code != EXIT_FINE)
        return code;
    for (size_t i = 0; i < across; i++)
        for (size_t row = 0; row < rows; row++) {
            size_t at = (job->shard + row * job->shards) * across + i;
            double value = nsl_npy_at(&array, row, i);
            if (k < CELLS)
                cells[k].value[at] = value;
            else if (value >= 0.0 && value < NSL_PHASE_COUNT)
                job->map.regime[at] = (uint8_t)value;
            else
                code = EXIT_INPUT_OUTPUT;
        }
    nsl_npy_clear(&array);
    return code == EXIT_FINE ? code : refuse(command, path, "has an unknown regime");
}

int phase_read_shard(phase_job *job, const char *command, const char *folder)
{
    int code = EXIT_FINE;
    for (int k = 0; k <= CELLS && code == EXIT_FINE; k++)
        code = read_cells(job, command, folder, k);
    return code;
}
