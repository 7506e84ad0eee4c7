/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands. Each takes its own argv and returns the exit code. */
#ifndef NSL_CLI_COMMANDS_H
#define NSL_CLI_COMMANDS_H

/* Every command, in the order of --help: X(name, bit in options.h, summary). Its
 * function is cmd_name. */
#define COMMANDS(X)                                                                    \
    X(loss, FOR_LOSS, "test and training loss at one N and P")                         \
    X(curve, FOR_CURVE, "losses along a sweep of N, P, M, ridge, noise or time")       \
    X(train, FOR_TRAIN, "losses over the time of training, and when to stop")          \
    X(compare, FOR_COMPARE, "theory beside measured runs")                             \
    X(fit, FOR_FIT, "theory and other scaling laws fitted to runs, and judged")        \
    X(exponents, FOR_EXPONENTS, "the power law in each resource, and its range")       \
    X(plateau, FOR_PLATEAU, "where more features or samples stop helping")             \
    X(frontier, FOR_FRONTIER, "the best split of a budget between N and P")            \
    X(solve, FOR_SOLVE, "the N, P, ridge or noise that reaches a loss")                \
    X(phase, FOR_PHASE, "maps of N versus P (or others), regimes and boundaries")      \
    X(merge, FOR_MERGE, "joins the shards of a map")                                   \
    X(spectrum, FOR_SPECTRUM, "what a measured spectrum says: exponent, dimensions")   \
    X(features, FOR_FEATURES, "the spectrum that a nonlinear feature map makes")       \
    X(density, FOR_DENSITY, "the eigenvalues of the Gram matrix, and its resolvent")

#define DECLARE_COMMAND(name, bit, summary) int cmd_##name(int argc, char **argv);
COMMANDS(DECLARE_COMMAND)
#undef DECLARE_COMMAND

#endif
