/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion in shells against the program: what --help and --usage list is offered,
 * and what is offered is taken. */
#include "cli/commands.h"
#include "cli/options.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned bit;
} commands[] = {
#define COMMAND_ROW(name, bit, summary) {#name, bit},
    COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

/* Runs a command of bash in which `completed WORDS` prints, a line each, what Tab
 * offers behind the words, or FILES. */
static shell_result run(const char *format, const char *text)
{
    static const char set_up[] =
        "bash -c '. \"$(dirname \"$(command -v nslaw)\")/cli/completion/nslaw\"\n"
        "compopt() { echo FILES; }\n"
        "completed() { COMP_LINE=$1 COMP_POINT=${#1}; _nslaw;\n"
        "  ((${#COMPREPLY[@]})) && printf \"%s\\n\" \"${COMPREPLY[@]}\"; }\n";
    char command[4096];
    int used = snprintf(command, sizeof command, "%s", set_up);
    used += snprintf(command + used, sizeof command - (size_t)used, format, text);
    snprintf(command + used, sizeof command - (size_t)used, "'");
    return shell_run(testing_source(), command);
}

static void expect_offer(const char *words, const char *expected)
{
    shell_result r = run("completed \"%s\"", words);
    cr_expect_str_eq(r.out, expected, "%s: %s", words, r.out);
    cr_expect_str_empty(r.err, "%s: %s", words, r.err);
    shell_clear(&r);
}

Test(completion, commands_are_those_of_help)
{
    shell_result r =
        run("diff <(completed \"nslaw \" | grep -v ^-) "
            "<(nslaw --help | sed -n \"/^Commands:/,/^\\$/s/^  \\([a-z]*\\) "
            ".*/\\1/p\")",
            "");
    cr_expect(r.code == 0, "%s%s", r.out, r.err);
    shell_clear(&r);
}

Test(completion, options_are_those_of_usage, .timeout = 60)
{
    for (int c = 0; c < COMMAND_COUNT; c++) {
        shell_result r = run("diff <(completed \"nslaw %1$s -\" | sort) <(nslaw %1$s "
                             "--usage | grep -o \"\\[--[a-z0-9-]*\" | tr -d [ | sort)",
                             commands[c].name);
        cr_expect(r.code == 0, "%s:\n%s%s", commands[c].name, r.out, r.err);
        shell_clear(&r);
    }
}

Test(completion, operands_are_files_where_one_is_taken, .timeout = 60)
{
    for (int c = 0; c < COMMAND_COUNT; c++) {
        char words[64];
        snprintf(words, sizeof words, "nslaw %s missing", commands[c].name);
        shell_result r = shell_run(testing_source(), words);
        bool operand = !strstr(r.err, "takes no argument");
        cr_expect(r.code != 0);
        shell_clear(&r);
        snprintf(words, sizeof words, "nslaw %s ", commands[c].name);
        expect_offer(words, operand ? "FILES\n" : "");
    }
}

Test(completion, values)
{
    expect_offer("nslaw f", "fit\nfrontier\nfeatures\n");
    expect_offer("nslaw loss --for", "--format\n");
    expect_offer("nslaw fit r.csv --for", "--form\n--format\n");
    expect_offer("nslaw loss --format ", "table\ncsv\njson\n");
    expect_offer("nslaw phase -f n", "npy\n");
    expect_offer("nslaw loss -f n", "");
    expect_offer("nslaw loss --format=c", "csv\n");
    expect_offer("nslaw fit --form theory,chin", "theory,chinchilla\n");
    expect_offer("nslaw fit --form power:", "N\nP\nC\n"); /* readline keeps "power:" */
    expect_offer("nslaw loss --spectrum ", "FILES\n");
    expect_offer("nslaw loss --spectrum=da", "FILES\n");
    expect_offer("nslaw fit --seed ", "");
    expect_offer("nslaw nonsense --", "");
}

/* Whether the program says that an option "must be" something else. Nothing is
 * computed: what else is asked for lacks something. */
static bool refused(const char *command, const char *option, const char *value)
{
    char line[512], must[64];
    const char *others = strcmp(command, "fit") == 0     ? "missing.csv"
                         : strcmp(command, "solve") == 0 ? "--target-loss 0.1 --alpha 1"
                         : strcmp(command, "features") != 0 ? "-N 2 -P 3 --alpha 1"
                         : strcmp(option, "activation") == 0
                             ? "--spectrum missing.csv --count 1"
                             : "--spectrum missing.csv --count 1 --activation relu";
    /* behind a colon comes more */
    const char *more = value[strlen(value) - 1] == ':' ? "0,1" : "";
    snprintf(line, sizeof line, "nslaw %s %s --%s %s%s", command, others, option, value,
             more);
    snprintf(must, sizeof must, "--%s must be", option);
    shell_result r = shell_run(testing_source(), line);
    bool says = strstr(r.err, must) != NULL;
    shell_clear(&r);
    return says;
}

static const char *first_command(const option_spec *o)
{
    for (int c = 0; c < COMMAND_COUNT; c++)
        if (o->commands & commands[c].bit)
            return commands[c].name;
    return NULL;
}

/* -x and -y are left out: which names they take depends on the sweeps. */
Test(completion, values_are_taken_and_others_refused, .timeout = 120)
{
    for (option_id id = 0; id < OPT_COUNT; id++) {
        const option_spec *o = &option_table[id];
        if (!o->values || id == OPT_X || id == OPT_Y)
            continue;
        const char *command = first_command(o);
        cr_expect(refused(command, o->name, "nonsense"), "%s", o->name);
        for (const char *v = o->values; *v; v += strcspn(v, " "), v += *v == ' ') {
            char value[32];
            snprintf(value, sizeof value, "%.*s", (int)strcspn(v, " "), v);
            cr_expect(!refused(command, o->name, value), "--%s %s", o->name, value);
        }
    }
}
