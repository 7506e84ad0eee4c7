/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eigenvalues given one by one, with optional target weights and multiplicities. The
 * rows are read once, for the buckets that their sums are made of; what asks for single
 * rows has them sorted first. */
#include "spectrum/table.h"
#include "core/error.h"
#include "spectrum/kind.h"
#include "spectrum/powersum.h"
#include "spectrum/row_sums.h"
#include "spectrum/table_complex.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A target with a weight for each row. */
struct nsl_row_target {
    const nsl_row_sums *sums; /* its own or the table's */
    nsl_row_sums *owned;
    double *weights; /* of the rows in order, or NULL: the table's column */
    nsl_row_tree *tree;
};

typedef struct {
    nsl_spectrum head;
    nsl_raw_rows rows;
    uint64_t *up_to; /* of the rows in order; NULL without copies */
    size_t positive_rows;
    bool in_order, ordered; /* as they came, and with up_to */
    pthread_mutex_t making;
    nsl_row_sums *sums;
    nsl_row_tree *tree;
    nsl_row_target own;
    double trace, square_trace, unlearnable;
    bool zero_target;
} table;

nsl_status nsl_table_check_row(const char *where, nsl_status failure, double eigenvalue,
                               double target, double multiplicity, nsl_error *err)
{
    const char *field = failure == NSL_EINVAL ? "spectrum" : "";
    if (!(eigenvalue >= 0.0 && isfinite(eigenvalue)))
        return nsl_fail(err, failure, field,
                        "%s: an eigenvalue must be a finite number >= 0, got %.17g",
                        where, eigenvalue);
    if (!(target >= 0.0 && isfinite(target)))
        return nsl_fail(err, failure, field,
                        "%s: a target weight must be a finite number >= 0, got %.17g",
                        where, target);
    if (!(multiplicity >= 1.0 && multiplicity <= (double)NSL_LATENTS_MAX &&
          multiplicity == floor(multiplicity)))
        return nsl_fail(err, failure, field,
                        "%s: a multiplicity must be a whole number from 1 to 1e18, "
                        "got %.17g",
                        where, multiplicity);
    return NSL_OK;
}

static void table_free(nsl_spectrum *spectrum)
{
    table *t = (table *)spectrum;
    nsl_raw_rows_clear(&t->rows);
    nsl_row_sums_free(t->sums);
    nsl_row_tree_free(t->tree);
    nsl_row_tree_free(t->own.tree);
    free(t->up_to);
    pthread_mutex_destroy(&t->making);
    free(t);
}

/* --- making ------------------------------------------------------------------------
 */

static nsl_status set_sums(table *t, unsigned jobs, const char *where,
                           nsl_status failure, nsl_error *err)
{
    nsl_buckets b;
    nsl_status status =
        nsl_buckets_make(&b, &t->rows.columns, jobs, where, failure, err);
    if (status != NSL_OK)
        return status;
    t->head = (nsl_spectrum){
        .ops = &nsl_table_ops,
        .latents = b.latents,
        .rank = b.rank,
        .largest = b.bucket[0].most,
        .smallest = b.bucket[b.count - 1].least,
        .has_target = t->rows.columns.target != NULL,
    };
    t->positive_rows = b.positive_rows;
    t->in_order = b.in_order;
    t->trace = b.trace;
    t->square_trace = b.square_trace;
    t->unlearnable = b.unlearnable;
    t->zero_target = b.zero_target;
    t->sums = nsl_row_sums_new(&b);
    t->own = (nsl_row_target){.sums = t->sums};
    nsl_buckets_clear(&b);
    return t->sums ? NSL_OK : nsl_fail_memory(err);
}

nsl_status nsl_table_new_from(nsl_spectrum **out, nsl_raw_rows *rows, unsigned jobs,
                              const char *where, nsl_status failure, nsl_error *err)
{
    *out = NULL;
    table *t = calloc(1, sizeof *t);
    if (!t || pthread_mutex_init(&t->making, NULL) != 0) {
        free(t);
        nsl_raw_rows_clear(rows);
        return nsl_fail_memory(err);
    }
    t->rows = *rows;
    *rows = (nsl_raw_rows){.columns = {.rows = 0}};
    nsl_status status = set_sums(t, jobs, where, failure, err);
    if (status == NSL_OK && t->rows.lambda_text)
        status = nsl_table_order(&t->head, err);
    if (status != NSL_OK) {
        table_free(&t->head);
        return status;
    }
    *out = &t->head;
    return NSL_OK;
}

static bool copy_column(const double **out, void **memory, const double *column,
                        size_t rows)
{
    if (!column)
        return true;
    *out = *memory = malloc(rows * sizeof *column);
    if (*memory)
        memcpy(*memory, column, rows * sizeof *column);
    return *memory != NULL;
}

nsl_status nsl_spectrum_new_table(nsl_spectrum **out, size_t rows,
                                  const double *eigenvalue, const double *target,
                                  const double *multiplicity, nsl_error *err)
{
    *out = NULL;
    if (rows == 0)
        return nsl_fail(err, NSL_EINVAL, "spectrum",
                        "must have at least one eigenvalue");
    nsl_raw_rows copy = {.columns = {.rows = rows, .step = 1}};
    nsl_columns *c = &copy.columns;
    if (copy_column(&c->lambda, &copy.memory[0], eigenvalue, rows) &&
        copy_column(&c->target, &copy.memory[1], target, rows) &&
        copy_column(&c->copies, &copy.memory[2], multiplicity, rows))
        return nsl_table_new_from(out, &copy, 1, "", NSL_EINVAL, err);
    nsl_raw_rows_clear(&copy);
    return nsl_fail_memory(err);
}

/* --- rows in order -----------------------------------------------------------------
 */

static nsl_status order(table *t, nsl_error *err)
{
    nsl_status status = nsl_raw_rows_sort(&t->rows, t->in_order, err);
    if (status != NSL_OK)
        return status;
    t->in_order = true;
    const nsl_columns *c = &t->rows.columns;
    if (c->copies) {
        t->up_to = malloc(c->rows * sizeof *t->up_to);
        if (!t->up_to)
            return nsl_fail_memory(err);
        uint64_t total = 0;
        for (size_t i = 0; i < c->rows; i++)
            t->up_to[i] = total += (uint64_t)c->copies[i];
    }
    t->ordered = true;
    return NSL_OK;
}

nsl_status nsl_table_order(const nsl_spectrum *spectrum, nsl_error *err)
{
    /* changes nothing that can be seen */
    table *t = (table *)(uintptr_t)nsl_spectrum_origin(spectrum);
    pthread_mutex_lock(&t->making);
    nsl_status status = t->ordered ? NSL_OK : order(t, err);
    pthread_mutex_unlock(&t->making);
    return status;
}

static nsl_status make_trees(table *t, nsl_row_target *target, nsl_error *err)
{
    nsl_table_view rows = nsl_table_rows(&t->head);
    if (!t->tree)
        t->tree = nsl_row_tree_new(&rows, NULL);
    if (target && !target->tree)
        target->tree =
            nsl_row_tree_new(&rows, target->weights ? target->weights : rows.target);
    return t->tree && (!target || target->tree) ? NSL_OK : nsl_fail_memory(err);
}

static nsl_status table_prepare(const nsl_spectrum *spectrum, const nsl_target *target,
                                nsl_error *err)
{
    table *t = (table *)(uintptr_t)spectrum;
    nsl_status status = nsl_table_order(spectrum, err);
    if (status != NSL_OK)
        return status;
    pthread_mutex_lock(&t->making);
    status = make_trees(t, target ? target->rows : (nsl_row_target *)NULL, err);
    pthread_mutex_unlock(&t->making);
    return status;
}

const nsl_row_tree *nsl_table_tree(const nsl_spectrum *spectrum)
{
    return ((const table *)nsl_spectrum_origin(spectrum))->tree;
}

const nsl_row_tree *nsl_row_target_tree(const nsl_target *target)
{
    return target->rows->tree;
}

nsl_table_view nsl_table_rows(const nsl_spectrum *spectrum)
{
    const table *t = (const table *)nsl_spectrum_origin(spectrum);
    const nsl_columns *c = &t->rows.columns;
    return (nsl_table_view){
        c->rows,   t->positive_rows, c->lambda,           c->copies,
        c->target, t->up_to,         t->rows.lambda_text, t->rows.target_text};
}

static bool table_level(nsl_eigenvalue *out, const nsl_spectrum *spectrum, size_t i)
{
    nsl_table_view v = nsl_table_rows(spectrum);
    if (i >= v.positive_rows)
        return false;
    *out = (nsl_eigenvalue){v.lambda[i], nsl_table_copies(&v, i),
                            (double)nsl_table_up_to(&v, i)};
    return true;
}

/* --- sums --------------------------------------------------------------------------
 */

static void table_moments(nsl_moments *m, const nsl_spectrum *spectrum,
                          const nsl_target *target, double delta)
{
    const table *t = (const table *)spectrum;
    if (target->kind != NSL_TARGET_MRS) {
        nsl_row_sums_at(m, target->rows->sums, delta);
        m->t0 += target->unlearnable;
        return;
    }
    nsl_row_sums_at(m, t->sums, delta);
    m->t0 = target->scale * (delta * m->r); /* λ(1−u) = Δu */
    m->td = target->scale * (delta * m->q);
    m->tc = target->scale * (delta * m->q1);
}

/* The least eigenvalue of the first rung that reaches up to n. */
static double table_guess(const nsl_spectrum *spectrum, double n)
{
    size_t count;
    const nsl_rung *rung = nsl_row_sums_rungs(((const table *)spectrum)->sums, &count);
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((double)rung[middle].up_to >= n)
            high = middle;
        else
            low = middle + 1;
    }
    return rung[low].least;
}

static double table_trace(const nsl_spectrum *spectrum)
{
    return ((const table *)spectrum)->trace;
}

static double table_square_trace(const nsl_spectrum *spectrum)
{
    return ((const table *)spectrum)->square_trace;
}

const nsl_rung *nsl_table_rungs(const nsl_spectrum *spectrum, size_t *count)
{
    const table *t = (const table *)nsl_spectrum_origin(spectrum);
    return nsl_row_sums_rungs(t->sums, count);
}

uint64_t nsl_table_hash(const nsl_spectrum *spectrum)
{
    return nsl_row_sums_hash(((const table *)nsl_spectrum_origin(spectrum))->sums);
}

/* --- targets -----------------------------------------------------------------------
 */

void nsl_row_target_free(nsl_row_target *target)
{
    if (!target)
        return;
    nsl_row_sums_free(target->owned);
    nsl_row_tree_free(target->tree);
    free(target->weights);
    free(target);
}

/* v_I² ∝ I^−(1+β) over all M indices; copies of one eigenvalue share the mean. */
static double *source_weights(const nsl_spectrum *spectrum, double source,
                              double label_variance)
{
    nsl_table_view v = nsl_table_rows(spectrum);
    double *weights = malloc(v.rows * sizeof *weights);
    double total = nsl_power_sum(source, 1, spectrum->latents);
    uint64_t before = 0;
    for (size_t i = 0; weights && i < v.rows; i++) {
        uint64_t last = nsl_table_up_to(&v, i);
        double copies = nsl_table_copies(&v, i);
        weights[i] = copies == 1.0 ? pow((double)last, -source) / (double)last
                                   : nsl_power_sum(source, before + 1, last) / copies;
        weights[i] *= label_variance / total;
        before = last;
    }
    return weights;
}

static nsl_status table_set_source(nsl_target *target, const nsl_spectrum *spectrum,
                                   double source, double label_variance, nsl_error *err)
{
    nsl_buckets b;
    nsl_status status = nsl_table_order(spectrum, err);
    if (status != NSL_OK)
        return status;
    nsl_row_target *rows = target->owned = calloc(1, sizeof *rows);
    if (rows)
        rows->weights = source_weights(spectrum, source, label_variance);
    if (!rows || !rows->weights)
        return nsl_fail_memory(err);
    nsl_table_view v = nsl_table_rows(spectrum);
    nsl_columns columns = {v.rows, 1, v.lambda, rows->weights, v.copies};
    status = nsl_buckets_make(&b, &columns, 1, "", NSL_EINVAL, err);
    if (status != NSL_OK)
        return status;
    rows->sums = rows->owned = nsl_row_sums_new(&b);
    target->kind = NSL_TARGET_ROWS;
    target->rows = rows;
    target->unlearnable = b.unlearnable;
    target->zero = b.zero_target;
    nsl_buckets_clear(&b);
    return rows->sums ? NSL_OK : nsl_fail_memory(err);
}

static void table_set_own(nsl_target *target, const nsl_spectrum *spectrum)
{
    table *t = (table *)(uintptr_t)spectrum; /* its tree is made later */
    target->kind = NSL_TARGET_ROWS;
    target->rows = &t->own;
    target->unlearnable = t->unlearnable;
    target->zero = t->zero_target;
}

const nsl_spectrum_ops nsl_table_ops = {
    .name = "table",
    .free = table_free,
    .moments = table_moments,
    .guess = table_guess,
    .trace = table_trace,
    .square_trace = table_square_trace,
    .prepare = table_prepare,
    .complex_sums = nsl_table_complex_sums,
    .complex_target = nsl_table_complex_target,
    .level = table_level,
    .set_source = table_set_source,
    .set_own = table_set_own,
};
