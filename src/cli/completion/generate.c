/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run by the build: writes what the option table says for a shell's completion, and
 * behind it the shell's own part, a file. generate bash|zsh FILE */
#include "cli/commands.h"
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *summary;
    unsigned bit;
} commands[] = {
#define COMMAND_ROW(name, bit, summary) {#name, summary, bit},
    COMMANDS(COMMAND_ROW)
#undef COMMAND_ROW
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

/* Options of every command that are not in the table. */
static const struct {
    const char *name, *help;
} common[] = {{"help", "show this help"},
              {"usage", "show the options in short"},
              {"version", "show the version"}};
enum { COMMON_COUNT = sizeof common / sizeof *common };

/* A pattern of the shell for the commands of some bits. */
static void print_commands(unsigned bits)
{
    const char *bar = "";
    for (int c = 0; c < COMMAND_COUNT; c++)
        if (commands[c].bit & bits) {
            printf("%s%s", bar, commands[c].name);
            bar = " | ";
        }
}

/* --- bash: functions that list words -----------------------------------------------
 */

static void bash_options(int c)
{
    printf("    %s) echo", commands[c].name);
    for (option_id id = 0; id < OPT_COUNT; id++)
        if (option_table[id].commands & commands[c].bit)
            printf(" --%s", option_table[id].name);
    for (int i = 0; i < COMMON_COUNT; i++)
        printf(" --%s", common[i].name);
    puts(" ;;");
}

/* What follows an option: its kind, then the values. */
static void bash_value(const option_spec *o)
{
    printf("    --%s", o->name);
    if (o->letter)
        printf(" | -%c", o->letter);
    printf(") echo %s%s%s",
           o->file     ? "file"
           : o->listed ? "list"
                       : "words",
           o->values ? " " : "", o->values ? o->values : "");
    if (o->map_values) {
        printf(" \"$(case $1 in ");
        print_commands(FOR_MAPS);
        printf(") echo %s ;; esac)\"", o->map_values);
    }
    puts(" ;;");
}

static void bash(void)
{
    printf("# shellcheck shell=bash\n_nslaw_commands() {\n    echo");
    for (int c = 0; c < COMMAND_COUNT; c++)
        printf(" %s", commands[c].name);
    puts("\n}\n\n# COMMAND: its options\n_nslaw_options() {\n    case $1 in");
    for (int c = 0; c < COMMAND_COUNT; c++)
        bash_options(c);
    puts(
        "    esac\n}\n\n# COMMAND OPTION: what its value is (words, list or file), and "
        "values there are\n_nslaw_values() {\n    case $2 in");
    for (option_id id = 0; id < OPT_COUNT; id++)
        if (option_table[id].argument)
            bash_value(&option_table[id]);
    puts("    esac\n}\n\n# COMMAND: whether it takes names of files\n_nslaw_operand() "
         "{");
    printf("    case $1 in ");
    print_commands(FOR_OPERAND);
    puts(") ;; *) return 1 ;; esac\n}\n");
}

/* --- zsh: arguments of _arguments --------------------------------------------------
 */

/* Text inside '…', for a place where _arguments takes some characters as its own. */
static void zsh_text(const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", stdout);
        else if (strchr(special, *text))
            putchar('\\');
        putchar(*text);
    }
}

static void zsh_value(const option_spec *o, unsigned command)
{
    putchar(':');
    zsh_text(o->argument, ":\\");
    putchar(':');
    if (o->file) {
        fputs("_files", stdout);
    } else if (o->values) {
        fputs(o->listed ? "_sequence compadd - " : "(", stdout);
        zsh_text(o->values, ":\\");
        if (o->map_values && (command & FOR_MAPS))
            printf(" %s", o->map_values);
        fputs(o->listed ? "" : ")", stdout);
    } else {
        putchar(' '); /* nothing to offer */
    }
}

static void zsh_spec(const option_spec *o, char letter, unsigned command)
{
    bool many = o->kind == KIND_MANY;
    fputs(" \\\n        '", stdout);
    if (many)
        putchar('*');
    else if (o->letter)
        printf("(-%c --%s)", o->letter, o->name);
    if (letter)
        printf("-%c%s", letter, o->argument ? "+" : "");
    else
        printf("--%s%s", o->name, o->argument ? "=" : "");
    putchar('[');
    zsh_text(o->help, "[]\\");
    putchar(']');
    if (o->argument)
        zsh_value(o, command);
    putchar('\'');
}

static void zsh_command(int c)
{
    printf("_nslaw_%s() {\n    _arguments -s -S", commands[c].name);
    for (option_id id = 0; id < OPT_COUNT; id++) {
        const option_spec *o = &option_table[id];
        if (!(o->commands & commands[c].bit))
            continue;
        zsh_spec(o, 0, commands[c].bit);
        if (o->letter)
            zsh_spec(o, o->letter, commands[c].bit);
    }
    for (int i = 0; i < COMMON_COUNT; i++)
        printf(" \\\n        '(- *)--%s[%s]'", common[i].name, common[i].help);
    if (commands[c].bit & FOR_OPERAND)
        printf(" \\\n        '*:file:_files'");
    puts("\n}\n");
}

static void zsh(void)
{
    puts("#compdef nslaw");
    puts("_nslaw_commands=(");
    for (int c = 0; c < COMMAND_COUNT; c++) {
        printf("    '%s:", commands[c].name);
        zsh_text(commands[c].summary, ":\\");
        puts("'");
    }
    puts(")\n");
    for (int c = 0; c < COMMAND_COUNT; c++)
        zsh_command(c);
}

static bool append_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    for (int c; (c = getc(file)) != EOF;)
        putchar(c);
    bool fine = !ferror(file);
    fclose(file);
    return fine && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return EXIT_FAILURE;
    if (strcmp(argv[1], "bash") == 0)
        bash();
    else
        zsh();
    return append_file(argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
