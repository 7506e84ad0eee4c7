#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user writes without theory: gradient flow of sampled random-feature models.

Prints seconds and, for 200 times, the mean test loss over the draws with its standard
error. Usage: train_flow.py M N P ALPHA NOISE LOW HIGH DRAWS
"""
import sys
import time

import numpy as np

M, N, P = (int(x) for x in sys.argv[1:4])
alpha, noise, low, high = (float(x) for x in sys.argv[4:8])
draws = int(sys.argv[8])

begin = time.process_time()
rng = np.random.default_rng(1)
lam = np.arange(1, M + 1) ** (-1 - alpha)
v2 = lam / lam.sum()  # v_I², of sum 1
times = np.geomspace(low, high, 200)
losses = np.empty((draws, len(times)))
for d in range(draws):
    x = rng.normal(size=(P, M)) * np.sqrt(lam)
    u = rng.normal(size=(N, M)) / np.sqrt(N)
    w = rng.normal(size=M) * np.sqrt(v2 / lam)
    y = x @ w + rng.normal(size=P) * np.sqrt(noise)
    left, value, right = np.linalg.svd(x @ u.T / np.sqrt(P), full_matrices=False)
    seen = left.T @ y / np.sqrt(P)
    grown = -np.expm1(-np.outer(times, value**2)) / value
    error = (grown * seen) @ right @ u - w
    losses[d] = 0.5 * (error**2 @ lam)
seconds = time.process_time() - begin
print(seconds)
for t, mean, error in zip(times, losses.mean(0), losses.std(0) / np.sqrt(draws)):
    print(repr(float(t)), repr(float(mean)), repr(float(error)))
