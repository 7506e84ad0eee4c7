/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"
#include "cli/value.h"
#include "input/number.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* argp keys: letters as they are, other options from here on. */
enum { KEY_FIRST = 0x1000, KEY_USAGE = 0x2000, KEY_VERSION, KEY_HELP = 'h' };

static int key_of(option_id id)
{
    return option_table[id].letter ? option_table[id].letter : KEY_FIRST + (int)id;
}

int options_complain(const char *command, int exit_code, const char *format, ...)
{
    char message[2048], shown[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    nsl_printable(shown, sizeof shown, message); /* one line, whatever was given */
    fprintf(stderr, "nslaw%s%s: %s\n", command ? " " : "", command ? command : "",
            shown);
    return exit_code;
}

int options_complain_error(const char *command, const nsl_error *err)
{
    int exit_code = err->status == NSL_EINVAL  ? EXIT_USAGE
                    : err->status == NSL_EFILE ? EXIT_INPUT_OUTPUT
                                               : EXIT_COMPUTATION;
    const char *dashes = *err->field ? "--" : "", *space = *err->field ? " " : "";
    const char *field = strcmp(err->field, "rate") == 0
                            ? option_table[OPT_LEARNING_RATE].name
                            : err->field;
    /* the library says "give kernel-ridge instead"; here that is an option */
    const char *give = strstr(err->message, "give ");
    int head = give ? (int)(give - err->message) + 5 : (int)strlen(err->message);
    return options_complain(command, exit_code, "%s%s%s%.*s%s%s", dashes, field, space,
                            head, err->message, give ? "--" : "", err->message + head);
}

/* The parse in progress. */
typedef struct {
    cli_options *options;
    const command_text *text;
    int exit_code; /* of a message already printed, or 0 */
} parse_state;

static error_t refuse(parse_state *parse, const char *name, const char *problem,
                      const char *text)
{
    char shown[64];
    nsl_printable(shown, sizeof shown, text);
    parse->exit_code = options_complain(parse->text->name, EXIT_USAGE,
                                        "--%s %s, got '%s'", name, problem, shown);
    return EINVAL;
}

static error_t take_option(parse_state *parse, option_id id, const char *text)
{
    const option_spec *spec = &option_table[id];
    option_value *value = &parse->options->value[id];
    char problem[256];
    if (value->given && spec->kind != KIND_MANY && spec->kind != KIND_FLAG)
        return refuse(parse, spec->name, "is given twice", text);
    value->given = true;
    if (spec->kind == KIND_FLAG)
        return 0;
    if (!value_parse(value, spec, text, problem, sizeof problem))
        return refuse(parse, spec->name, problem, text);
    return 0;
}

/* --help, --usage and --version end the program; a failed write is an error. */
__attribute__((noreturn)) static void show_and_exit(const command_text *text,
                                                    struct argp_state *state, int key)
{
    char name[64];
    snprintf(name, sizeof name, "nslaw %s", text->name);
    if (key == KEY_VERSION)
        printf("nslaw %s\n", nslaw_version());
    else
        argp_help(state->root_argp, stdout,
                  key == KEY_USAGE ? ARGP_HELP_USAGE
                                   : ARGP_HELP_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  name);
    if (fflush(stdout) != 0 || ferror(stdout))
        exit(options_complain(text->name, EXIT_INPUT_OUTPUT,
                              "cannot write standard output"));
    exit(EXIT_FINE);
}

/* None, one, or "PART...". */
static size_t operands_max(const command_text *text)
{
    return strstr(text->arguments, "...") ? OPERANDS_MAX : *text->arguments ? 1 : 0;
}

static error_t take(int key, char *text, struct argp_state *state)
{
    parse_state *parse = state->input;
    if (key == KEY_HELP || key == KEY_USAGE || key == KEY_VERSION)
        show_and_exit(parse->text, state, key);
    if (key == ARGP_KEY_ARG && parse->options->operands < operands_max(parse->text)) {
        if (!parse->options->operand)
            parse->options->operand = text;
        parse->options->more[parse->options->operands++] = text;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        char shown[64];
        nsl_printable(shown, sizeof shown, text);
        parse->exit_code =
            options_complain(parse->text->name, EXIT_USAGE,
                             "takes no argument '%s' here; see nslaw %s --help", shown,
                             parse->text->name);
        return EINVAL;
    }
    for (option_id id = 0; id < OPT_COUNT; id++)
        if (key == key_of(id) && (option_table[id].commands & parse->text->bit))
            return take_option(parse, id, text);
    return ARGP_ERR_UNKNOWN;
}

/* The argp form of the table for one command, groups with their headings. */
static void build_argp(struct argp_option *out, unsigned command)
{
    const char *group = NULL;
    int number = 0;
    for (option_id id = 0; id < OPT_COUNT; id++) {
        const option_spec *spec = &option_table[id];
        if (!(spec->commands & command))
            continue;
        if (!group || strcmp(group, spec->group) != 0)
            *out++ = (struct argp_option){.doc = spec->group, .group = ++number};
        group = spec->group;
        *out++ = (struct argp_option){.name = spec->name,
                                      .key = key_of(id),
                                      .arg = spec->argument,
                                      .doc = spec->help,
                                      .group = number};
    }
    *out++ = (struct argp_option){
        .name = "help", .key = KEY_HELP, .doc = "show this help", .group = -1};
    *out++ = (struct argp_option){.name = "usage",
                                  .key = KEY_USAGE,
                                  .doc = "show the options in short",
                                  .group = -1};
    *out++ = (struct argp_option){
        .name = "version", .key = KEY_VERSION, .doc = "show the version", .group = -1};
    *out = (struct argp_option){0};
}

/* Options of every command that are not in the table. */
static const char *const common_names[] = {"help", "usage", "version"};

/* How many options of the command a name, `length` long, stands for; *found is the one
 * in the table, if any. */
static int count_matches(const char *name, size_t length, unsigned command,
                         const option_spec **found)
{
    int matches = 0;
    *found = NULL;
    for (option_id id = 0; id < OPT_COUNT; id++) {
        const option_spec *spec = &option_table[id];
        if (!(spec->commands & command) || strncmp(spec->name, name, length) != 0)
            continue;
        *found = spec;
        matches++;
        if (strlen(spec->name) == length)
            return 1;
    }
    for (size_t i = 0; i < sizeof common_names / sizeof *common_names; i++)
        matches += strncmp(common_names[i], name, length) == 0;
    return matches;
}

/* The commands that have an option of that name, when this one has not. */
static const char *owner(const char *name, size_t length, char *out, size_t size)
{
    for (option_id id = 0; id < OPT_COUNT; id++)
        if (strlen(option_table[id].name) == length &&
            strncmp(option_table[id].name, name, length) == 0)
            return option_commands(id, out, size);
    return NULL;
}

/* What is wrong with a long option, or 0; *takes_next when its value is the next word.
 */
static int refuse_long(const command_text *text, const char *word, const char *next,
                       bool *takes_next)
{
    const option_spec *spec;
    const char *name = word + 2, *help = text->name;
    size_t length = strcspn(name, "=");
    int matches = count_matches(name, length, text->bit, &spec);
    char shown[64], commands[128];
    nsl_printable(shown, sizeof shown, word);
    *takes_next = false;
    if (matches > 1)
        return options_complain(help, EXIT_USAGE,
                                "option '%s' is ambiguous; write it out", shown);
    if (matches == 0 && owner(name, length, commands, sizeof commands))
        return options_complain(help, EXIT_USAGE, "option '%s' belongs to %s", shown,
                                commands);
    if (matches == 0)
        return options_complain(
            help, EXIT_USAGE, "unknown option '%s'; see nslaw %s --help", shown, help);
    bool wants = spec && spec->argument, has = name[length] == '=';
    if (has && !wants)
        return options_complain(help, EXIT_USAGE, "--%s takes no value",
                                spec ? spec->name : name);
    *takes_next = wants && !has;
    if (*takes_next && !next)
        return options_complain(help, EXIT_USAGE, "--%s needs a value %s", spec->name,
                                spec->argument);
    return 0;
}

/* The same for letters after one dash. */
static int refuse_letters(const command_text *text, const char *word, const char *next,
                          bool *takes_next)
{
    *takes_next = false;
    for (const char *letter = word + 1; *letter; letter++) {
        const option_spec *spec = NULL;
        for (option_id id = 0; id < OPT_COUNT; id++)
            if ((option_table[id].commands & text->bit) &&
                option_table[id].letter == *letter)
                spec = &option_table[id];
        if (!spec && *letter != KEY_HELP) {
            char shown[64];
            nsl_printable(shown, sizeof shown, word);
            return options_complain(text->name, EXIT_USAGE,
                                    "unknown option '%s'; see nslaw %s --help", shown,
                                    text->name);
        }
        if (!spec || !spec->argument)
            continue;
        *takes_next = letter[1] == '\0';
        if (*takes_next && !next)
            return options_complain(text->name, EXIT_USAGE, "-%c needs a value %s",
                                    *letter, spec->argument);
        return 0;
    }
    return 0;
}

/* getopt has refused a word and keeps to itself which: find it and say why, in one
 * line. */
static int explain_refusal(const command_text *text, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool takes_next = false;
        int code = 0;
        if (strncmp(argv[i], "--", 2) == 0)
            code = refuse_long(text, argv[i], next, &takes_next);
        else if (argv[i][0] == '-' && argv[i][1])
            code = refuse_letters(text, argv[i], next, &takes_next);
        if (code)
            return code;
        i += takes_next;
    }
    return options_complain(text->name, EXIT_USAGE, "wrong usage; see nslaw %s --help",
                            text->name);
}

bool options_parse(cli_options *out, const command_text *text, int argc, char **argv,
                   int *exit_code)
{
    struct argp_option table[OPT_COUNT + 16];
    char doc[4096];
    *out = (cli_options){.command = text->name, .command_bit = text->bit};
    build_argp(table, text->bit);
    snprintf(doc, sizeof doc, "%s\n\n%s\v%s", text->summary, text->description,
             text->examples);
    struct argp argp = {table, take, text->arguments, doc, NULL, NULL, NULL};
    parse_state parse = {out, text, 0};
    error_t failed = argp_parse(
        &argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_IN_ORDER, NULL, &parse);
    if (!failed)
        return true;
    if (failed == ENOMEM)
        *exit_code = options_complain(text->name, EXIT_COMPUTATION, "out of memory");
    else
        *exit_code =
            parse.exit_code ? parse.exit_code : explain_refusal(text, argc, argv);
    return false;
}

/* A growing text; `text` is NULL once memory has run out. */
typedef struct {
    char *text;
    size_t length, room;
} growing;

static void append(growing *g, const char *text, size_t length)
{
    if (!g->text)
        return;
    if (g->length + length + 1 > g->room) {
        size_t room = 2 * (g->length + length + 1);
        char *grown = realloc(g->text, room);
        if (!grown) {
            free(g->text);
            g->text = NULL;
            return;
        }
        g->text = grown;
        g->room = room;
    }
    memcpy(g->text + g->length, text, length);
    g->length += length;
    g->text[g->length] = '\0';
}

/* A word quoted for a shell, on one line whatever it holds. */
static void append_word(growing *g, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=.,:/@%";
    append(g, " ", 1);
    if (*word && strspn(word, plain) == strlen(word)) {
        append(g, word, strlen(word));
        return;
    }
    append(g, "'", 1);
    for (; *word; word++) {
        if (*word == '\'')
            append(g, "'\\''", 4);
        else
            append(g, *word == '\n' || *word == '\r' ? " " : word, 1);
    }
    append(g, "'", 1);
}

char *options_record(const cli_options *options)
{
    growing g = {calloc(1, 256), 0, 256};
    append(&g, "nslaw ", 6);
    append(&g, options->command, strlen(options->command));
    for (option_id id = 0; id < OPT_COUNT; id++) {
        const option_spec *spec = &option_table[id];
        const option_value *value = &options->value[id];
        if (!value->given || value->implied || spec->output_only)
            continue;
        size_t times = spec->kind == KIND_MANY ? value->count : 1;
        for (size_t i = 0; i < times; i++) {
            append(&g, " --", 3);
            append(&g, spec->name, strlen(spec->name));
            if (spec->argument)
                append_word(&g, spec->kind == KIND_MANY ? value->many[i] : value->text);
        }
    }
    if (options->operand && options->operand[0] == '-' && options->operand[1])
        append(&g, " --", 3); /* what follows is no option */
    if (options->operand)
        append_word(&g, options->operand);
    return g.text;
}

char *options_quoted(const char *text)
{
    growing g = {calloc(1, 256), 0, 256};
    append_word(&g, text);
    return g.text;
}

/* Undoes append_word: moves *from past one word of a record and *to past its text. */
static bool take_word(const char **from, char **to)
{
    bool quoted = false;
    for (; **from && (quoted || **from != ' '); (*from)++) {
        if (**from == '\'')
            quoted = !quoted;
        else if (**from == '\\' && !quoted && (*from)[1] == '\'')
            *(*to)++ = *++*from;
        else
            *(*to)++ = **from;
    }
    *(*to)++ = '\0';
    return !quoted;
}

char **options_words(const char *record, int *count)
{
    size_t length = strlen(record), room = length / 2 + 2;
    char **words = malloc(room * sizeof *words + length + 1);
    char *to = words ? (char *)(words + room) : NULL;
    *count = 0;
    while (words && *record) {
        words[(*count)++] = to;
        if (!take_word(&record, &to)) {
            free(words);
            return NULL;
        }
        record += *record == ' ';
    }
    if (words)
        words[*count] = NULL;
    return words;
}
