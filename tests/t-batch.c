/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many points at once against one at a time. */
#include "testing.h"

#include <nslaw/batch.h>
#include <nslaw/optimum.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 700 }; /* more than two blocks */

/* A column of values from `low` up, a factor apart. */
static void fill(double *out, double low, double factor)
{
    for (size_t i = 0; i < COUNT; i++)
        out[i] = low * pow(factor, (double)(i % 97));
}

static testing_model model_of(void)
{
    nsl_model_options o = nsl_model_defaults();
    o.label_variance = 1.0;
    o.convention = NSL_RIDGE_KERNEL;
    return testing_powerlaw(0.7, 1000000, &o);
}

static void expect_same(double one, double other, double bound, size_t i)
{
    cr_assert((isnan(one) && isnan(other)) || one == other ||
                  testing_distance(one, other) <= bound,
              "point %zu: %.17g, not %.17g", i, one, other);
}

Test(batch, one_at_a_time)
{
    static double n[COUNT], p[COUNT], loss[COUNT], train[COUNT], slope[COUNT],
        error[COUNT], ridge[COUNT];
    static unsigned notes[COUNT];
    testing_model m = model_of();
    const double noise = 0.1, given = 0.3;
    fill(n, 3.0, 1.1);
    fill(p, 1e5, 0.9);
    for (int optimal = 0; optimal < 2; optimal++) {
        nsl_batch batch = {.count = COUNT,
                           .features = {n, 1},
                           .samples = {p, 1},
                           .ridge = {&given, 0},
                           .noise = {&noise, 0},
                           .optimal_ridge = optimal};
        nsl_results out = {.ridge = ridge,
                           .test_loss = loss,
                           .train_loss = train,
                           .elasticity_features = slope,
                           .error = error,
                           .notes = notes};
        cr_assert(nsl_predict_batch(&out, m.model, &batch, NULL, NULL) == NSL_OK);
        for (size_t i = 0; i < COUNT; i++) {
            nsl_prediction one;
            nsl_optimum best = {.ridge = given, .error = 0.0};
            nsl_point point = {
                .features = n[i], .samples = p[i], .ridge = given, .noise = noise};
            if (optimal)
                nsl_predict_optimal(&one, &best, m.model, &point, NULL);
            else
                nsl_predict(&one, m.model, &point, NULL);
            double bound = error[i] + one.error;
            expect_same(loss[i], one.test_loss, bound, i);
            expect_same(ridge[i], best.ridge, 2.0 * best.error, i);
            expect_same(train[i], one.train_loss,
                        bound + (optimal ? 4.0 * best.error : 0.0), i);
            cr_assert(fabs(slope[i] - one.elasticity_features) <=
                      one.elasticity_error + 1e-11);
            cr_assert(notes[i] == one.notes, "point %zu", i);
        }
    }
    testing_free(&m);
}

/* What training is stopped at is nsl_predict's, bit for bit, whether neighbours share a
 * course or not. */
Test(batch, stopped)
{
    enum { FEW = 24 };
    double n[FEW], time[FEW], loss[FEW];
    testing_model m = model_of();
    const double p = 300.0;
    for (size_t i = 0; i < FEW; i++) {
        n[i] = i < FEW / 2 ? 100.0 : 500.0 + (double)i;
        time[i] = pow(4.0, (double)i);
    }
    nsl_batch batch = {.count = FEW,
                       .features = {n, 1},
                       .samples = {&p, 0},
                       .training = NSL_FLOW,
                       .time = {time, 1}};
    nsl_results out = {.test_loss = loss};
    cr_assert(nsl_predict_batch(&out, m.model, &batch, NULL, NULL) == NSL_OK);
    for (size_t i = 0; i < FEW; i++) {
        nsl_prediction one;
        nsl_point point = {.features = n[i],
                           .samples = p,
                           .training = {.kind = NSL_FLOW, .time = time[i]}};
        cr_assert(nsl_predict(&one, m.model, &point, NULL) == NSL_OK);
        cr_assert(loss[i] == one.test_loss, "time %g: %.17g, not %.17g", time[i],
                  loss[i], one.test_loss);
    }
    testing_free(&m);
}

/* Neither threads nor a column's stride change a bit. */
Test(batch, threads_and_strides)
{
    static double n[COUNT], backwards[2 * COUNT], p[COUNT], one[COUNT], other[COUNT];
    testing_model m = model_of();
    fill(n, 3.0, 1.1);
    fill(p, 1e5, 0.9);
    for (size_t i = 0; i < COUNT; i++)
        backwards[2 * (COUNT - 1 - i)] = n[i];
    nsl_batch batch = {.count = COUNT, .features = {n, 1}, .samples = {p, 1}};
    nsl_results out = {.test_loss = one};
    cr_assert(nsl_predict_batch(&out, m.model, &batch, NULL, NULL) == NSL_OK);
    batch.features = (nsl_column){backwards + 2 * (COUNT - 1), -2};
    out.test_loss = other;
    const nsl_work work = {.jobs = 5};
    cr_assert(nsl_predict_batch(&out, m.model, &batch, &work, NULL) == NSL_OK);
    cr_assert(memcmp(one, other, sizeof one) == 0);
    testing_free(&m);
}

static bool stop(void *data, size_t done, size_t total)
{
    (void)data;
    (void)done;
    cr_assert(total > 0);
    return false;
}

Test(batch, failures)
{
    static double n[COUNT], loss[COUNT];
    testing_model m = model_of();
    const double p = 300.0;
    nsl_error err = {0};
    nsl_results out = {.test_loss = loss};
    nsl_batch batch = {.count = COUNT, .features = {n, 1}};
    fill(n, 3.0, 1.1);
    cr_assert(nsl_predict_batch(&out, m.model, &batch, NULL, &err) == NSL_EINVAL);
    cr_assert_str_eq(err.field, "samples");
    batch.samples = (nsl_column){&p, 0};
    const nsl_work stopped = {.jobs = 1, .proceed = stop};
    cr_assert(nsl_predict_batch(&out, m.model, &batch, &stopped, &err) ==
              NSL_ECANCELLED);
    n[300] = n[600] = -1.0;
    const nsl_work work = {.jobs = 3};
    cr_assert(nsl_predict_batch(&out, m.model, &batch, &work, &err) == NSL_EINVAL);
    cr_assert_str_eq(err.field, "features");
    cr_assert(strncmp(err.message, "point 300: must be", 18) == 0, "%s", err.message);
    nsl_batch alone = {.count = 1, .features = {n + 300, 1}, .samples = {&p, 0}};
    cr_assert(nsl_predict_batch(&out, m.model, &alone, NULL, &err) == NSL_EINVAL);
    cr_assert(strncmp(err.message, "must be", 7) == 0, "%s", err.message);
    batch.optimal_ridge = true;
    batch.training = NSL_FLOW;
    cr_assert(nsl_predict_batch(&out, m.model, &batch, NULL, &err) == NSL_EINVAL);
    batch = (nsl_batch){.count = 0, .features = {n, 1}, .samples = {&p, 0}};
    cr_assert(nsl_predict_batch(&out, m.model, &batch, NULL, &err) == NSL_OK);
    testing_free(&m);
}
