/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option parser: the first byte chooses the command, each line after it is a word.
 * A record of the options must say the same when it is parsed again. */
#include "cli/options.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64 };

/* What ends the program as it should. */
static int is_help(const char *word)
{
    static const char *const names[] = {"help", "usage", "version"};
    if (word[0] != '-')
        return 0;
    if (word[1] != '-')
        return strpbrk(word, "hV") != NULL;
    size_t length = strcspn(word + 2, "=");
    for (size_t i = 0; length > 0 && i < 3; i++)
        if (strncmp(word + 2, names[i], length) == 0)
            return 1;
    return 0;
}

static void check_record(const cli_options *options, const command_text *text)
{
    static cli_options again;
    int count = 0, code = 0;
    char *record = options_record(options);
    char **words = options_words(record, &count);
    fuzz_must(words && count >= 2, "a record has words");
    for (int i = 2; i < count; i++)
        if (is_help(words[i])) /* a value that looks like it */
            count = 0;
    if (count > 0) {
        fuzz_must(options_parse(&again, text, count - 1, words + 1, &code),
                  "a record parses again");
        char *other = options_record(&again);
        fuzz_must(strcmp(record, other) == 0, "a record says the same again");
        free(other);
    }
    free(words);
    free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cli_options options;
    char *words[WORDS_MAX + 2] = {"fuzz"};
    int count = 1, code = 0;
    if (size == 0)
        return 0;
    unsigned bit = 1u << data[0] % 14;
    command_text text = {.name = "fuzz",
                         .bit = bit,
                         .arguments = bit == FOR_MERGE ? "PART..."
                                      : bit & FOR_RUNS ? "RUNS.csv"
                                                       : "",
                         .summary = "",
                         .description = "",
                         .examples = ""};
    char *copy = strndup((const char *)data + 1, size - 1), *rest = copy;
    for (char *word; count <= WORDS_MAX && (word = strsep(&rest, "\n"));) {
        words[count++] = word;
        if (is_help(word))
            count = WORDS_MAX + 2;
    }
    if (count <= WORDS_MAX + 1) {
        if (options_parse(&options, &text, count, words, &code))
            check_record(&options, &text);
        else
            fuzz_must(code == EXIT_USAGE, "a refusal is one of usage");
    }
    free(copy);
    return 0;
}

/* Complaints are many and of no interest here. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    stderr = fopen("/dev/null", "w");
    return 0;
}
