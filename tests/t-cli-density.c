/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw density from outside: its numbers against closed forms and each other. */
#include "json_rows.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Closed forms, and the trapezoid rule over the printed points. */
static const double EXACT = 1e-12, TRAPEZOID = 1e-3;

/* A resolvent on the support's axis is printed to the digits that 1e-12 of it leave. */
static const double PRINTED = 1e-11;

static struct json_object *summary(struct json_object *root, const char *key)
{
    return json_member(json_member(root, "summary"), key);
}

static double edge(struct json_object *root, size_t i, const char *key)
{
    return json_object_get_double(
        json_member(json_object_array_get_idx(summary(root, "edges"), i), key));
}

#define FLAT "printf 'eigenvalue,multiplicity\\n1,100\\n' | nslaw density --spectrum - "

/* Marchenko and Pastur: 400 samples of 100 directions. */
Test(cli_density, marchenko_pastur)
{
    struct json_object *root = json_run(FLAT "-N inf -P 400 -f json --points 101");
    cr_expect(testing_distance(edge(root, 0, "lower"), 100.0) < EXACT);
    cr_expect(testing_distance(edge(root, 0, "upper"), 900.0) < EXACT);
    cr_expect(testing_distance(edge(root, 0, "mass"), 0.25) < EXACT);
    cr_expect(json_object_get_double(summary(root, "atom")) == 0.75);
    for (size_t i = 1; i < 100; i++) { /* within the edges */
        double x = json_value(root, i, "x");
        double density = sqrt((x - 100.0) * (900.0 - x)) / (2.0 * M_PI * 400.0 * x);
        cr_expect(testing_distance(json_value(root, i, "density"), density) < EXACT,
                  "at %g: %.17g, not %.17g", x, json_value(root, i, "density"),
                  density);
    }
    json_object_put(root);
}

/* The printed points carry the density's integral. */
Test(cli_density, rows_integrate_to_the_share)
{
    struct json_object *root =
        json_run("nslaw density -N 400 -P 300 --alpha 0.7 --hidden 500 --points 20000 "
                 "--between 1:1e9 -f json");
    double sum = 0.0;
    for (size_t i = 1; i < 20000; i++) {
        double from = json_value(root, i - 1, "x"), to = json_value(root, i, "x");
        if (from >= 1.0)
            sum +=
                0.5 * (to - from) *
                (json_value(root, i - 1, "density") + json_value(root, i, "density"));
    }
    double share = json_object_get_double(summary(root, "share"));
    cr_expect(fabs(sum - share) < TRAPEZOID * share, "%g, not %g", sum, share);
    json_object_put(root);
}

/* Quantiles undo shares; MPFR's edges and resolvent are those of double. */
Test(cli_density, parts_agree)
{
    struct json_object *root =
        json_run("nslaw density -N 400 -P 800 --alpha 1 --quantiles 0.25 -f json");
    double x = json_object_get_double(
        json_member(json_object_array_get_idx(summary(root, "quantiles"), 0), "x"));
    char command[256];
    snprintf(command, sizeof command,
             "nslaw density -N 400 -P 800 --alpha 1 --between 0:%.17g -f json "
             "--digits 20",
             x);
    struct json_object *exact = json_run(command);
    cr_expect(fabs(json_object_get_double(summary(exact, "share")) - 0.25) < EXACT);
    size_t bulks = json_object_array_length(summary(root, "edges"));
    cr_assert(bulks > 5 && bulks == json_object_array_length(summary(exact, "edges")));
    for (size_t i = 0; i < bulks; i++)
        for (int k = 0; k < 3; k++) {
            static const char *const keys[] = {"lower", "upper", "mass"};
            cr_expect(testing_distance(edge(root, i, keys[k]),
                                       edge(exact, i, keys[k])) < EXACT,
                      "%s of bulk %zu", keys[k], i);
        }
    json_object_put(root);
    json_object_put(exact);
}

static void expect_resolvent(const char *at)
{
    char command[256];
    snprintf(command, sizeof command,
             "nslaw density -N 400 -P 800 --alpha 1 --at %s -f json", at);
    struct json_object *root = json_run(command);
    strncat(command, " --digits 20", sizeof command - strlen(command) - 1);
    struct json_object *exact = json_run(command);
    double re = json_value(exact, 0, "resolvent_re"),
           im = json_value(exact, 0, "resolvent_im");
    double size = hypot(re, im);
    cr_expect(fabs(json_value(root, 0, "resolvent_re") - re) < PRINTED * size &&
                  fabs(json_value(root, 0, "resolvent_im") - im) < PRINTED * size,
              "at %s", at);
    json_object_put(root);
    json_object_put(exact);
}

Test(cli_density, resolvents_agree)
{
    expect_resolvent("-0.001");
    expect_resolvent("0.01,0.001");
    expect_resolvent("0.01");
    expect_resolvent("0.0001");
    expect_resolvent("400");
}

/* A part far smaller than the other has its digits; sums too long for MPFR are
 * double's. */
Test(cli_density, small_parts_and_long_sums)
{
    struct json_object *root =
        json_run("nslaw density -N 400 -P 800 --alpha 1 --at -1,1e-20 -f json");
    struct json_object *slope =
        json_run("nslaw density -N 400 -P 800 --alpha 1 --at -1,1e-3 -f json");
    /* R is analytic there: Im R(x + iy) = y R'(x) + O(y³) */
    double small = json_value(root, 0, "resolvent_im") / 1e-20,
           large = json_value(slope, 0, "resolvent_im") / 1e-3;
    cr_expect(testing_distance(small, large) < 1e-5, "%g, not %g", small, large);
    json_object_put(root);
    json_object_put(slope);
    root = json_run("nslaw density -N 1e8 -P 2e8 --alpha 1 --at 1e-8,1e-9 -f json");
    slope = json_run("nslaw density -N 1e8 -P 2e8 --alpha 1 --at 1e-8 -f json");
    /* one scale: at N = 10^4 the same, ζ being 10^4 times as large, up to the latents
     */
    struct json_object *less =
        json_run("nslaw density -N 1e4 -P 2e4 --alpha 1 --at 1e-4,1e-5 -f json");
    cr_expect(testing_distance(json_value(root, 0, "resolvent_im"),
                               1e4 * json_value(less, 0, "resolvent_im")) < 1e-2);
    cr_expect(json_value(slope, 0, "resolvent_im") > 0.0);
    json_object_put(root);
    json_object_put(slope);
    json_object_put(less);
}

/* The resolvent at a ridge is what the effective dimension says: R = (1 − z/N)/γ. */
Test(cli_density, resolvent_is_that_of_the_loss)
{
    struct json_object *root =
        json_run("nslaw density -N 300 -P 200 --alpha 0.4 -M 5000 --at -0.02 -f json");
    struct json_object *loss =
        json_run("nslaw loss -N 300 -P 200 --alpha 0.4 -M 5000 --ridge 0.02 -f json");
    double r = (1.0 - json_value(loss, 0, "dof") / 300.0) / 0.02;
    cr_expect(testing_distance(json_value(root, 0, "resolvent_re"), r) < EXACT);
    json_object_put(root);
    json_object_put(loss);
}

/* A sampled matrix is as near as eigenvalues that repel each other are, and twice the
 * samples' number of its own is not. */
Test(cli_density, measured_eigenvalues)
{
    static const char *const command =
        "nslaw density -N 400 -P %d --spectrum data/mnist/relu_spectrum.csv --kernel "
        "--compare data/density/eigenvalues.csv -f json";
    static const double NEAR = 4.0 / 400.0, FAR = 0.1;
    for (int samples = 800; samples <= 1600; samples += 800) {
        char text[256];
        snprintf(text, sizeof text, command, samples);
        struct json_object *root = json_run(text);
        double distance = json_object_get_double(summary(root, "distance"));
        cr_expect(samples == 800 ? distance < NEAR : distance > FAR, "%d: %g", samples,
                  distance);
        cr_expect(json_object_get_double(summary(root, "measured")) == 400.0);
        json_object_put(root);
    }
}
