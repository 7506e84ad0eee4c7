/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands. Each takes its own argv and returns the exit code. */
#ifndef NSL_CLI_COMMANDS_H
#define NSL_CLI_COMMANDS_H

int cmd_loss(int argc, char **argv);
int cmd_curve(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_exponents(int argc, char **argv);
int cmd_plateau(int argc, char **argv);
int cmd_frontier(int argc, char **argv);
int cmd_solve(int argc, char **argv);
int cmd_phase(int argc, char **argv);
int cmd_features(int argc, char **argv);
int cmd_fit(int argc, char **argv);
int cmd_density(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_train(int argc, char **argv);
int cmd_spectrum(int argc, char **argv);

#endif
