/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map from its options to its output: what nslaw phase and nslaw merge share. */
#ifndef NSL_CLI_PHASE_H
#define NSL_CLI_PHASE_H

#include "cli/intervals.h"
#include "cli/query.h"

typedef struct {
    const cli_options *options; /* what is asked */
    query_setup setup;
    nsl_map_query query;
    option_id axes[2]; /* x and y */
    double *values[2]; /* along them; owned */
    nsl_map map;
    intervals around; /* of the cells' losses, row by row */
    nsl_boundaries boundaries;
    size_t shard, shards; /* rows shard, shard + shards, …, from 0; 0 and 1: all */
} phase_job;

/* The command's text, by which its options are parsed. */
const command_text *cmd_phase_text(void);

/* Axes, model and room for the cells. Prints a message and returns the exit code. */
int phase_prepare(phase_job *job, const cli_options *options);
void phase_clear(phase_job *job);

/* The cells of the shard, in the units of --mse and --test-noise; the boundaries. */
int phase_fill(phase_job *job);
int phase_find_boundaries(phase_job *job);

/* Rows of the shard. */
size_t phase_rows(const phase_job *job);

/* The key of an axis in the output: "features", …. */
const char *phase_axis_key(const phase_job *job, int axis);

/* Which numbers a table of eigenvalues has: parts made of different ones do not belong
 * together. */
enum { PHASE_FINGERPRINT = 24 };
void phase_fingerprint(char out[PHASE_FINGERPRINT], const phase_job *job);

/* The same of the cells of the shard, for what happens to files on their way. */
void phase_checksum(char out[PHASE_FINGERPRINT], const phase_job *job);

/* Writes the map as the output options of `out` say. */
int phase_write(phase_job *job, const cli_options *out);

/* The description of the map and its boundaries, without rows (phase_document.c). */
void phase_describe(document *d, const phase_job *job);

/* Adds the columns and streams the rows. */
void phase_add_rows(document *d, const phase_job *job);

/* Arrays and the description in the folder of -o, which appear together (phase_npy.c).
 */
int phase_write_folder(const phase_job *job, const cli_options *out, const document *d);

/* Fills the cells from such folders, one a shard (phase_npy.c). */
int phase_read_shard(phase_job *job, const char *command, const char *folder);

#endif
