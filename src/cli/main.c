/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: finds the command and runs it. A new command is a line in
 * commands.h. */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/memory.h"
#include "cli/options.h"
#include "input/number.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
#define COMMAND_ROW(name, bit, summary) {#name, cmd_##name, summary},
    COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *out)
{
    fputs(
        "Usage: nslaw COMMAND [OPTION...]\n"
        "Theory of the solvable model of neural scaling laws: N random features, P\n"
        "training samples, data with a power-law spectrum, ridge regression. Predicts\n"
        "losses, curves and plateaus by solving the model's equations; nothing is\n"
        "sampled.\n\nCommands:\n",
        out);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\nExamples:\n"
          "  nslaw loss --features 1000 --samples 4000 --alpha 0.3\n"
          "  nslaw curve --features 10:10000:13 --samples 1e4 --alpha 0.3\n"
          "  nslaw compare runs.csv --spectrum spectrum.csv\n"
          "  nslaw fit runs.csv --holdout 20%\n"
          "\nnslaw COMMAND --help explains a command, and so does man nslaw-COMMAND.\n"
          "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file or output.\n",
          out);
}

/* Descriptors 0 to 2 exist from here on, so that no file that is opened later takes
 * their place; writing to a standard output that was closed fails as it should. */
static void keep_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
            return;
}

static int finish(int code)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_FINE)
        return options_complain(NULL, EXIT_INPUT_OUTPUT,
                                "cannot write standard output");
    return code;
}

int main(int argc, char **argv)
{
    keep_standard_descriptors();
    interrupt_watch_files();
    memory_set_up();
    if (argc < 2)
        return options_complain(NULL, EXIT_USAGE,
                                "needs a command, e.g. loss; see nslaw --help");
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("nslaw %s\n", nslaw_version());
        return finish(EXIT_FINE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return finish(EXIT_FINE);
    }
    char shown[64];
    nsl_printable(shown, sizeof shown, argv[1]);
    return options_complain(NULL, EXIT_USAGE, "unknown command '%s'; see nslaw --help",
                            shown);
}
