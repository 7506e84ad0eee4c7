#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A two-time mean-field solver of the same model, stepped in time.

Dynamical mean-field theory of linear random-feature models (Bordelon, Atanasov,
Pehlevan, arXiv:2402.01092), for k steps of gradient descent at a rate eta. All matrices
are over pairs of steps; S sums over earlier ones. With the responses R1 of the samples
and R3 of the features and G_k = (1 + eta lambda_k S R3 R1)^-1,

    R1 = (1 + eta/P sum_k lambda_k G_k S R3)^-1,  R3 = (1 + eta/N sum_k lambda_k R1 G_k S)^-1

and, of the correlations, C1 = R1 (C0 + noise) R1^T, C3 = R3 C2 R3^T,

    C0 = sum_k lambda_k <v0_k v0_k>, v0_k = G_k (w_k - eta S (u4_k + R3 u2_k)),
    C2 = sum_k <v2_k v2_k>,          v2_k = u2_k + lambda_k R1 v0_k,

u2_k and u4_k of covariance lambda_k C1/P and C3/N. Solved by iteration.
Prints seconds, then step and test loss. Usage: train_mean_field.py M N P ALPHA NOISE
RATE STEPS
"""
import sys
import time

import numpy as np

M, N, P = (int(x) for x in sys.argv[1:4])
alpha, noise, eta = (float(x) for x in sys.argv[4:7])
T = int(sys.argv[7]) + 1
CLOSE = 1e-10

begin = time.process_time()
lam = np.arange(1, M + 1) ** (-1 - alpha)
w2 = 1 / lam.sum() * np.ones(M)  # w_k²: v_k² = w_k² lambda_k of sum 1
I, S, one = np.eye(T), np.tril(np.ones((T, T)), -1), np.ones(T)
k = lam[:, None, None]

R1 = R3 = I
while True:
    G = np.linalg.inv(I + eta * k * (S @ R3 @ R1))
    mean = np.tensordot(lam, G, 1)
    new1 = np.linalg.inv(I + eta / P * mean @ S @ R3)
    new3 = np.linalg.inv(I + eta / N * R1 @ mean @ S)
    moved = max(abs(new1 - R1).max(), abs(new3 - R3).max())
    R1, R3 = new1, new3
    if moved < CLOSE:
        break

G = np.linalg.inv(I + eta * k * (S @ R3 @ R1))
GS = eta * (G @ S)
A = I - k * (R1 @ GS @ R3)
g = G @ one
first = np.einsum('k,ki,kj->ij', lam * w2, g, g)
second = R1 @ np.einsum('k,ki,kj->ij', lam**2 * w2, g, g) @ R1.T
GST, AT = GS.transpose(0, 2, 1), A.transpose(0, 2, 1)
C0, C2 = first, second
while True:
    C1 = R1 @ (C0 + noise) @ R1.T
    C3 = R3 @ C2 @ R3.T
    drift = C3 / N + k / P * (R3 @ C1 @ R3.T)
    new0 = first + np.tensordot(lam, GS @ drift @ GST, 1)
    inner = np.tensordot(lam**2, GS @ (C3 / N) @ GST, 1)
    new2 = second + R1 @ inner @ R1.T + np.tensordot(lam / P, A @ C1 @ AT, 1)
    moved = max(abs(new0 - C0).max(), abs(new2 - C2).max())
    C0, C2 = new0, new2
    if moved < CLOSE:
        break
seconds = time.process_time() - begin
print(seconds)
for step, loss in enumerate(0.5 * np.diag(C0)):
    print(step, repr(float(loss)))
