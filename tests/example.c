/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library in use: where does more data stop helping a model of 1000 features?
 *
 *     cc example.c $(pkg-config --cflags --libs nslaw) -o example
 */
#include <nslaw/nslaw.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void check(nsl_status status, const nsl_error *err)
{
    if (status == NSL_OK)
        return;
    fprintf(stderr, "example: %s %s\n", err->field, err->message);
    exit(1);
}

int main(void)
{
    nsl_error err = {0};
    nsl_spectrum *spectrum;
    nsl_model *model;

    /* Eigenvalues I^-1.3 without end, the MRS target of label variance 1. */
    check(nsl_spectrum_new_powerlaw(&spectrum, 0.3, 1.0, NSL_LATENTS_INFINITE, &err),
          &err);

    /* Ridge in the kernel convention, the one that M = inf allows. */
    nsl_model_options options = nsl_model_defaults();
    options.convention = NSL_RIDGE_KERNEL;
    check(nsl_model_new(&model, spectrum, &options, &err), &err);

    nsl_point point = {
        .features = 1000, .samples = INFINITY, .ridge = 1e-3, .noise = 0.01};
    nsl_prediction plateau;
    check(nsl_predict(&plateau, model, &point, &err), &err);

    printf("nslaw %s: N = %g, plateau %.6f\n", nslaw_version(), point.features,
           plateau.test_loss);
    printf("%10s %12s %12s %12s\n", "samples", "test loss", "over plateau",
           "elasticity");
    for (point.samples = 100; point.samples <= 1e6; point.samples *= 10) {
        nsl_prediction p;
        check(nsl_predict(&p, model, &point, &err), &err);
        printf("%10g %12.6f %12.6f %12.6f\n", point.samples, p.test_loss,
               p.test_loss / plateau.test_loss - 1.0, p.elasticity_samples);
    }

    /* Models and spectra are immutable: free them in the reverse order. */
    nsl_model_free(model);
    nsl_spectrum_free(spectrum);
    return 0;
}
