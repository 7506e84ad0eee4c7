#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits the theory and Chinchilla's form to runs, and draws both beside them.

    fit_and_plot.py RUNS.csv PICTURE

RUNS.csv has the columns N (parameters), P (samples) and loss.
"""

# %% The runs, and the fits: the largest fifth is held out, to judge them by.
import sys

import matplotlib.pyplot as plt
import nslaw
import numpy as np

path, picture = sys.argv[1:]
runs = np.genfromtxt(path, delimiter=",", names=True)
fits = [nslaw.fit(runs, form, holdout=0.2, jobs=2) for form in ("theory", "chinchilla")]
for fit in fits:
    print(f"{fit!r}\n    error of what was held out: {fit.holdout_rms_log:.2%}")

# %% The loss against the samples, a colour for each number of parameters.
sizes = np.unique(runs["N"])
colours = plt.cm.viridis(np.linspace(0, 0.9, len(sizes)))
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for size, colour in zip(sizes, colours):
    here = runs["N"] == size
    out = fits[0].held_out[here]
    samples, loss = runs["P"][here], runs["loss"][here]
    left.plot(samples[~out], loss[~out], "o", color=colour, label=f"N = {size:.0e}")
    left.plot(samples[out], loss[out], "o", color=colour, markerfacecolor="white")
    grid = np.geomspace(samples.min(), samples.max())
    for fit, style in zip(fits, ("-", ":")):
        left.plot(grid, fit.loss(size, grid), style, color=colour)
left.set(xscale="log", yscale="log", xlabel="samples P", ylabel="loss",
         title="— theory   ··· chinchilla   ○ held out")
left.yaxis.set_minor_formatter("{x:g}")
left.legend(fontsize="small")

# %% What the theory says of more parameters and samples: in which regime the model is.
theory = fits[0]
model = nslaw.Model(alpha=theory["alpha"])
parameters, samples = np.geomspace(1e6, 1e11, 200), np.geomspace(1e7, 1e13, 200)
regimes = model.phase(theory["k"] * parameters, samples[:, None], ridge="opt", jobs=2)
names = ["model-limited", "balanced", "data-limited"]
shown = np.array([[names.index(regime) for regime in row] for row in regimes])
right.contourf(parameters, samples, shown, levels=[-0.5, 0.5, 1.5, 2.5],
               colors=["#c6dbef", "#eeeeee", "#fdd0a2"])
right.scatter(runs["N"], runs["P"], s=12, color="black", label="runs")
for name, x, y in zip(names, (5e6, 2.5e6, 2e10), (1e12, 2.5e7, 1e8)):
    right.text(x, y, name, ha="center", fontsize="small")
right.set(xscale="log", yscale="log", xlabel="parameters N", ylabel="samples P",
          title="what limits the loss")
right.legend(fontsize="small")
figure.savefig(picture, dpi=120)
