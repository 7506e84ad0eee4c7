/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass: each row goes to the block of its bucket by the top bits of its eigenvalue,
 * and full blocks go to the moments.
 *
 * Bounds of a row without columns but eigenvalues: 8 bytes read, nothing divided; the
 * moments take 5 cycles (row_moments.c), the traces and ends, 22 operations on eight
 * rows, 2, and the block some 4: 4 ns at 2.6 GHz, where a disk of 2 GB/s gives a row.
 * Measured on an EPYC of four lanes, with other work beside it: 8 to 12 ns, in any
 * order of rows. */
#include "spectrum/row_buckets.h"
#include "core/crew.h"
#include "core/error.h"
#include "spectrum/row_filling.h"
#include "spectrum/table.h"
#include <nslaw/spectrum.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows are read in so many parts of so many rows or more, by several threads or one. */
enum { PARTS_MAX = 8, PART_ROWS = 1 << 16 };

/* --- rows --------------------------------------------------------------------------
 */

static inline unsigned place_of(double lambda)
{
    uint64_t bits;
    memcpy(&bits, &lambda, sizeof bits);
    return (unsigned)(bits >> NSL_PLACE_SHIFT);
}

/* Of λ > 0. */
static inline unsigned find_place(double lambda)
{
    return lambda >= DBL_MIN ? place_of(lambda) + 2 * NSL_SUBNORMAL
                             : place_of(lambda * 0x1p+54);
}

static nsl_status refuse(const nsl_columns *c, size_t i, const char *where,
                         nsl_status failure, nsl_error *err)
{
    char row[192];
    snprintf(row, sizeof row, "%s%srow %zu", where, *where ? ": " : "", i);
    return nsl_table_check_row(row, failure, c->lambda[i * c->step],
                               nsl_columns_target(c, i), nsl_columns_copies(c, i), err);
}

/* What the rows are counted in while they are read. */
typedef struct {
    uint64_t latents;
    size_t zeros;
    double before, unlearnable, lost, most_target;
    bool in_order;
} tally;

static void add_zero(tally *t, double copies, double target)
{
    double part = copies * target - t->lost, total = t->unlearnable + part;
    t->lost = (total - t->unlearnable) - part;
    t->unlearnable = total;
    t->zeros++;
}

/* The bucket at a place, new where there is none yet; NULL without memory. */
static nsl_filling *open_bucket(nsl_filling **at, unsigned place)
{
    if (!at[place])
        at[place] = nsl_filling_new(place);
    return at[place];
}

/* Rows first … end−1. */
typedef struct {
    size_t first, end;
    tally t;
    nsl_filling **at;
} part;

/* Reads rows until one is refused, memory is lacking or there are too many copies:
 * returns where. Where `plain`, columns but eigenvalues are known to lack: inlined, so
 * that no row asks. */
__attribute__((always_inline)) static inline size_t
fill_rows(part *p, const nsl_columns *c, bool plain)
{
    tally t = p->t;
    nsl_filling **at = p->at, *f = NULL;
    unsigned open = NSL_PLACES; /* the place of f: of neighbours it is often one */
    size_t i = p->first, held = 0;
    for (; i < p->end; i++) {
        double lambda = c->lambda[i * c->step];
        double copies = plain ? 1.0 : nsl_columns_copies(c, i);
        double target = plain ? 0.0 : nsl_columns_target(c, i);
        bool fine = lambda >= 0.0 && lambda <= DBL_MAX;
        if (!plain)
            fine = fine && target >= 0.0 && target <= DBL_MAX && copies >= 1.0 &&
                   copies <= (double)NSL_LATENTS_MAX && copies == floor(copies);
        if (!fine)
            break;
        t.latents += (uint64_t)copies;
        if (t.latents > NSL_LATENTS_MAX)
            break;
        t.in_order &= lambda <= t.before;
        t.before = lambda;
        t.most_target = target > t.most_target ? target : t.most_target;
        if (lambda == 0.0) {
            add_zero(&t, copies, target);
            continue;
        }
        unsigned place = find_place(lambda);
        if (place != open) {
            if (f)
                f->held = held;
            if (!(f = open_bucket(at, place)))
                break;
            open = place;
            held = f->held;
        }
        f->lambda[held] = lambda;
        if (!plain) {
            f->copies += (uint64_t)copies;
            f->row_copies[held] = copies;
            f->target[held] = target;
        }
        if (++held == NSL_BLOCK) {
            f->held = held;
            nsl_filling_sum(f, c);
            held = 0;
        }
    }
    if (f)
        f->held = held;
    p->t = t;
    return i;
}

/* What the parts are read for. */
typedef struct {
    const nsl_columns *columns;
    const char *where;
    nsl_status failure;
    size_t parts;
    part part[PARTS_MAX];
} reading;

static nsl_status fail_copies(nsl_error *err)
{
    return nsl_fail(err, NSL_EINVAL, "spectrum",
                    "the multiplicities must add up to at most 1e18");
}

static nsl_status fill_part(void *data, size_t k, nsl_error *err)
{
    reading *r = data;
    part *p = &r->part[k];
    const nsl_columns *c = r->columns;
    bool plain = !c->copies && !c->target;
    p->at = calloc(NSL_PLACES, sizeof *p->at);
    if (!p->at)
        return nsl_fail_memory(err);
    double before = p->first == 0 ? DBL_MAX : c->lambda[(p->first - 1) * c->step];
    p->t = (tally){.before = before, .in_order = true};
    size_t i = plain ? fill_rows(p, c, true) : fill_rows(p, c, false);
    if (i == p->end)
        return NSL_OK;
    nsl_status status = refuse(c, i, r->where, r->failure, err);
    if (status == NSL_OK && p->t.latents > NSL_LATENTS_MAX)
        return fail_copies(err);
    return status == NSL_OK ? nsl_fail_memory(err) : status;
}

/* Adds the rows of a part to those before it, and frees it. */
static void join_part(part *to, part *from, const nsl_columns *c)
{
    for (int place = 0; place < NSL_PLACES; place++) {
        if (to->at[place] && from->at[place]) {
            nsl_filling_join(to->at[place], from->at[place], c);
            free(from->at[place]);
        } else if (from->at[place]) {
            to->at[place] = from->at[place];
        }
        from->at[place] = NULL;
    }
    tally *t = &to->t;
    double more = (from->t.unlearnable - from->t.lost) - t->lost;
    double total = t->unlearnable + more;
    t->lost = (total - t->unlearnable) - more;
    t->unlearnable = total;
    t->zeros += from->t.zeros;
    t->latents += from->t.latents;
    t->in_order &= from->t.in_order;
    t->most_target = fmax(t->most_target, from->t.most_target);
}

/* All rows into the first part. */
static nsl_status fill(reading *r, unsigned jobs, nsl_error *err)
{
    const nsl_columns *c = r->columns;
    size_t parts = c->rows / PART_ROWS;
    r->parts = parts < 1 ? 1 : parts > PARTS_MAX ? PARTS_MAX : parts;
    for (size_t k = 0; k < r->parts; k++) {
        r->part[k].first = k == 0 ? 0 : r->part[k - 1].end;
        r->part[k].end = r->part[k].first + (c->rows + k) / r->parts;
    }
    const nsl_work work = {.jobs = jobs};
    nsl_status status = nsl_crew_run(fill_part, r, r->parts, &work, err);
    for (size_t k = 1; status == NSL_OK && k < r->parts; k++) {
        join_part(&r->part[0], &r->part[k], c);
        if (r->part[0].t.latents > NSL_LATENTS_MAX)
            status = fail_copies(err);
    }
    return status;
}

static void reading_clear(reading *r)
{
    for (size_t k = 0; k < r->parts; k++) {
        for (int place = 0; r->part[k].at && place < NSL_PLACES; place++)
            free(r->part[k].at[place]);
        free(r->part[k].at);
    }
}

/* --- the end -----------------------------------------------------------------------
 */

static void sink_row(nsl_bucket *b, size_t i)
{
    double lambda = b->lambda[i], copies = b->row_copies[i], target = b->target[i];
    for (; i > 0 && b->lambda[i - 1] < lambda; i--) {
        b->lambda[i] = b->lambda[i - 1];
        b->row_copies[i] = b->row_copies[i - 1];
        b->target[i] = b->target[i - 1];
    }
    b->lambda[i] = lambda;
    b->row_copies[i] = copies;
    b->target[i] = target;
}

static void keep_rows(nsl_bucket *b, const nsl_filling *f, bool plain,
                      long double *trace, long double *square)
{
    b->rows = f->held;
    for (size_t i = 0; i < f->held; i++) {
        b->lambda[i] = f->lambda[i];
        b->row_copies[i] = plain ? 1.0 : f->row_copies[i];
        b->target[i] = plain ? 0.0 : f->target[i];
        long double size = (long double)b->lambda[i], m = (long double)b->row_copies[i];
        *trace += m * size;
        *square += m * size * size;
        sink_row(b, i);
    }
    b->most = b->lambda[0];
    b->least = b->lambda[b->rows - 1];
}

static void keep_moments(nsl_bucket *b, const nsl_filling *f, bool weighted,
                         long double *trace, long double *square)
{
    *trace += ldexpl(nsl_exact_total(&f->trace), f->scale.exponent);
    *square += ldexpl(nsl_exact_total(&f->square), 2 * f->scale.exponent);
    b->least = f->least.of[0];
    b->most = f->most.of[0];
    for (int i = 1; i < LANES; i++) {
        b->least = fmin(b->least, f->least.of[i]);
        b->most = fmax(b->most, f->most.of[i]);
    }
    for (int w = 0; w < NSL_WEIGHTINGS; w++)
        for (int j = 0; j < NSL_TERMS; j++)
            b->moment[w][j] = w == NSL_OF_TARGET && !weighted
                                  ? 0.0
                                  : (double)nsl_exact_total(&f->moment[w][j]);
}

/* What is left in blocks, and the buckets from the largest down. */
static nsl_status finish(nsl_buckets *out, nsl_filling **at, const nsl_columns *c,
                         nsl_error *err)
{
    long double trace = 0.0L, square = 0.0L; /* the smallest first */
    bool plain = !c->copies && !c->target;
    for (int place = 0; place < NSL_PLACES; place++)
        out->count += at[place] != NULL;
    out->bucket = calloc(out->count + 1, sizeof *out->bucket);
    if (!out->bucket)
        return nsl_fail_memory(err);
    size_t k = out->count;
    for (int place = 0; place < NSL_PLACES; place++) {
        nsl_filling *f = at[place];
        if (!f)
            continue;
        nsl_bucket *b = &out->bucket[--k];
        uint64_t copies = plain ? f->rows + f->held : f->copies;
        *b = (nsl_bucket){.scale = f->scale, .copies = copies};
        out->rank += copies;
        if (!f->summed && f->held <= NSL_FEW_ROWS) {
            keep_rows(b, f, plain, &trace, &square);
            continue;
        }
        if (f->held)
            nsl_filling_sum(f, c);
        keep_moments(b, f, c->target != NULL, &trace, &square);
    }
    out->trace = (double)trace;
    out->square_trace = (double)square;
    return out->rank > 0 ? NSL_OK
                         : nsl_fail(err, NSL_EINVAL, "spectrum",
                                    "at least one eigenvalue must be > 0, all are 0");
}

nsl_status nsl_buckets_make(nsl_buckets *out, const nsl_columns *columns, unsigned jobs,
                            const char *where, nsl_status failure, nsl_error *err)
{
    *out = (nsl_buckets){.count = 0};
    reading r = {.columns = columns, .where = where, .failure = failure};
    nsl_status status = fill(&r, jobs, err);
    if (status == NSL_OK) {
        const tally *t = &r.part[0].t;
        out->positive_rows = columns->rows - t->zeros;
        out->latents = t->latents;
        out->in_order = t->in_order;
        out->unlearnable = t->unlearnable;
        out->zero_target = t->most_target == 0.0;
        status = finish(out, r.part[0].at, columns, err);
    }
    reading_clear(&r);
    if (status != NSL_OK)
        nsl_buckets_clear(out);
    return status;
}

void nsl_buckets_clear(nsl_buckets *buckets)
{
    free(buckets->bucket);
    *buckets = (nsl_buckets){.count = 0};
}
