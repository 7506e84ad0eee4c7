#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Eigenvalues of one sampled Gram matrix, for the examples of nslaw density --compare.

400 random features, scaled by 1/sqrt(400), of 800 Gaussian samples whose covariance has
the eigenvalues in data/mnist/relu_spectrum.csv; the seed is fixed. Needs NumPy.
    data/density/make.py >data/density/eigenvalues.csv
"""
import os

import numpy as np

FEATURES, SAMPLES, SEED = 400, 800, 20261129

here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, "..", "mnist", "relu_spectrum.csv")
spectrum = np.loadtxt(path, delimiter=",", skiprows=1)[:, 0]
random = np.random.default_rng(SEED)
root = np.sqrt(spectrum)[:, None]
maps = random.standard_normal((FEATURES, spectrum.size))
latents = root * random.standard_normal((spectrum.size, SAMPLES))
features = maps @ latents / np.sqrt(FEATURES)
values = np.linalg.eigvalsh(features @ features.T)[::-1]
print("eigenvalue")
for value in values:
    print(f"{value:.12g}")
