/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library in a program that speaks German, whose decimal point is a comma. */
#include "testing.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <mpfr.h>
#include <nslaw/theory_mp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes the locale in a new folder and takes it; false where that cannot be. */
static bool speak_german(char *folder)
{
    char command[256];
    if (!mkdtemp(folder))
        return false;
    snprintf(command, sizeof command,
             "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null", folder);
    bool made = system(command) == 0 && setenv("LOCPATH", folder, 1) == 0 &&
                setlocale(LC_ALL, "de_DE.UTF-8");
    return made && strcmp(localeconv()->decimal_point, ",") == 0;
}

static void stop_german(const char *folder)
{
    char command[256];
    setlocale(LC_ALL, "C");
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert(system(command) == 0);
}

typedef struct {
    double table_loss, decimal_loss, cost, activation;
    char message[256];
} answers;

static void ask_table(answers *out)
{
    nsl_spectrum *spectrum;
    nsl_error err = {0};
    cr_assert(nsl_spectrum_read(&spectrum, testing_path("data/mnist/relu_spectrum.csv"),
                                &err) == NSL_OK,
              "%s", err.message);
    testing_model m = testing_on(spectrum, NULL);
    out->table_loss = testing_predict(m.model, 100.5, 300, 0, 0).test_loss;
    testing_free(&m);
}

static void ask_decimals(answers *out)
{
    testing_model m = testing_powerlaw(0.1, 1000, NULL);
    nsl_model_decimals model = {.alpha = "0.1"};
    nsl_point point = {.features = 20.5, .samples = 300};
    nsl_point_decimals decimals = {.features = "20.5"};
    nsl_model_mp *mp;
    nsl_prediction_mp p;
    nsl_prediction_mp_init(&p);
    cr_assert(nsl_model_mp_new(&mp, m.model, &model, NULL) == NSL_OK);
    cr_assert(nsl_predict_mp(&p, mp, &point, &decimals, (nsl_units){0}, 20, NULL) ==
              NSL_OK);
    out->decimal_loss = mpfr_get_d(p.test_loss, MPFR_RNDN);
    nsl_prediction_mp_clear(&p);
    nsl_model_mp_free(mp);
    testing_free(&m);
}

static void ask(answers *out)
{
    nsl_cost *cost;
    nsl_activation activation;
    nsl_spectrum *none;
    nsl_error err = {0};
    const double logs[NSL_COST_VARIABLES] = {1.0, 2.0, 0.0};
    ask_table(out);
    ask_decimals(out);
    cr_assert(nsl_cost_parse(&cost, "2.5*N^1.5*P", 53, &err) == NSL_OK, "%s",
              err.message);
    out->cost = nsl_cost_log(cost, logs);
    nsl_cost_free(cost);
    cr_assert(nsl_activation_parse(&activation, "poly:0.5,1.5", &err) == NSL_OK, "%s",
              err.message);
    out->activation = nsl_activation_at(&activation, 1.0);
    nsl_spectrum_new_powerlaw(&none, -0.5, 1.0, 10, &err);
    memcpy(out->message, err.message, sizeof out->message);
}

Test(locale, changes_nothing)
{
    answers plain = {0}, german = {0};
    char folder[] = "/tmp/nslaw-locale-XXXXXX";
    ask(&plain);
    if (!speak_german(folder))
        cr_skip_test("no locale de_DE.UTF-8 can be made here");
    ask(&german);
    stop_german(folder);
    cr_expect(german.table_loss == plain.table_loss);
    cr_expect(german.decimal_loss == plain.decimal_loss);
    cr_expect(german.cost == plain.cost);
    cr_expect(german.activation == plain.activation && plain.activation == 2.0);
    cr_expect(strstr(plain.message, "-0.5"), "%s", plain.message);
    cr_expect(strcmp(german.message, plain.message) == 0, "%s", german.message);
    mpfr_free_cache();
}
