/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examples of README and man pages are run: a line "$ nslaw …" in a console block
 * must print exactly the lines below it; a line "..." stands for any others. */
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 16, LINE = 1024 };

/* One example being collected. */
typedef struct {
    const char *document;
    char command[TEXT_MAX], expected[TEXT_MAX];
    int run;
} example;

/* Takes the blanks off the ends of lines: tables end in them, sources should not. */
static void trim_lines(char *text)
{
    char *to = text;
    for (char *from = text; *from; from++) {
        if (*from == '\n')
            while (to > text && to[-1] == ' ')
                to--;
        *to++ = *from;
    }
    *to = '\0';
}

/* Whether `got` is `expected`, in which a line "..." matches any lines. */
static bool matches(const char *expected, const char *got)
{
    while (*expected) {
        size_t length = strcspn(expected, "\n") + 1;
        if (strncmp(expected, "...\n", 4) == 0) {
            expected += length;
            if (!*expected)
                return true;
            size_t next = strcspn(expected, "\n") + 1;
            while (*got && strncmp(got, expected, next) != 0)
                got = strchr(got, '\n') ? strchr(got, '\n') + 1 : got + strlen(got);
            continue;
        }
        if (strncmp(expected, got, length) != 0)
            return false;
        expected += length;
        got += length;
    }
    return *got == '\0';
}

static void finish(example *e)
{
    if (*e->command) {
        shell_result r = shell_run(testing_source(), e->command);
        trim_lines(r.out);
        trim_lines(e->expected);
        cr_expect(matches(e->expected, r.out), "%s: %s\ngot:\n%s%s\nexpected:\n%s",
                  e->document, e->command, r.out, r.err, e->expected);
        shell_clear(&r);
        e->run++;
    }
    *e->command = *e->expected = '\0';
}

static void append(char *text, const char *line)
{
    cr_assert(strlen(text) + strlen(line) + 2 < TEXT_MAX);
    strcat(text, line);
    strcat(text, "\n");
}

/* Takes one line of a console block. */
static void take_line(example *e, const char *line)
{
    size_t length = strlen(e->command);
    bool continued = length >= 2 && strcmp(e->command + length - 2, "\\\n") == 0;
    if (continued) {
        append(e->command, line);
    } else if (strncmp(line, "$ ", 2) == 0) {
        finish(e);
        append(e->command, line + 2);
    } else if (*e->command) {
        append(e->expected, line);
    }
}

/* mdoc's escapes back to text. */
static void unescape(char *line)
{
    char *to = line;
    for (char *from = line; *from; from++) {
        if (from[0] == '\\' && from[1] == '&') {
            from++;
        } else if (from[0] == '\\' && from[1] == '-') {
            *to++ = '-';
            from++;
        } else if (from[0] == '\\' && from[1] == 'e') {
            *to++ = '\\';
            from++;
        } else if (strncmp(from, "\\(ha", 4) == 0) {
            *to++ = '^';
            from += 3;
        } else if (strncmp(from, "\\(aq", 4) == 0) {
            *to++ = '\'';
            from += 3;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static int run_examples(const char *path, const char *begin, const char *end, bool mdoc)
{
    static example e;
    char line[LINE];
    bool inside = false;
    FILE *file = fopen(testing_path(path), "r");
    e = (example){.document = path};
    cr_assert(file, "%s is missing", path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (!inside && strncmp(line, begin, strlen(begin)) == 0) {
            inside = true;
        } else if (inside && strcmp(line, end) == 0) {
            finish(&e);
            inside = false;
        } else if (inside) {
            if (mdoc)
                unescape(line);
            take_line(&e, line);
        }
    }
    fclose(file);
    return e.run;
}

/* Sanitizers make the examples a few times slower. */
Test(docs, readme_examples, .timeout = 400)
{
    cr_assert(run_examples("README.md", "```console", "```", false) >= 5);
}

Test(docs, man_page_examples, .timeout = 400)
{
    const char *const pages[] = {
        "man/nslaw.1",          "man/nslaw-loss.1",      "man/nslaw-curve.1",
        "man/nslaw-compare.1",  "man/nslaw-exponents.1", "man/nslaw-plateau.1",
        "man/nslaw-frontier.1", "man/nslaw-solve.1",     "man/nslaw-phase.1",
        "man/nslaw-merge.1",    "man/nslaw-fit.1",       "man/nslaw-density.1",
        "man/nslaw-features.1", "man/nslaw-spectrum.1",  "man/nslaw-train.1"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        cr_assert(run_examples(pages[i], ".Bd -literal", ".Ed", true) >= 1, "%s",
                  pages[i]);
}

Test(docs, man_pages_are_clean)
{
    if (system("command -v mandoc >/dev/null") != 0)
        cr_skip_test("mandoc is missing");
    shell_result r =
        shell_run(testing_source(), "mandoc -T lint -W warning man/*.1 man/*.3 2>&1 |"
                                    "grep -v 'No such file'");
    cr_expect_str_eq(r.out, "", "%s", r.out);
    shell_clear(&r);
}

/* The version stands in meson.build; other files that name it must follow. */
Test(docs, versions_agree)
{
    const char *const lines[] = {"^version: %s$' CITATION.cff",
                                 "^## \\[%s\\] - ' CHANGELOG.md",
                                 "^nslaw (%s) ' debian/changelog"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char command[128] = "grep -q '";
        snprintf(command + strlen(command), sizeof command - strlen(command), lines[i],
                 nslaw_version());
        shell_result r = shell_run(testing_source(), command);
        cr_expect(r.code == 0, "no line for %s", command);
        shell_clear(&r);
    }
}
