/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures: scripts against stored ones, files that their readers open, names that must
 * not act. Each golden script of tests/plots says in its second line how it is made. */
#include "pictures.h"
#include "plot/render.h"
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1024 };

static bool has(const char *tool)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", tool);
    return system(command) == 0;
}

/* Runs a command that must succeed, in the project's folder with $F a scratch one. */
static char *run(const char *folder, const char *command)
{
    char whole[4 * LINE];
    snprintf(whole, sizeof whole, "F=%s; %s", folder, command);
    shell_result r = shell_run(testing_source(), whole);
    cr_assert(r.code == 0, "%s: exit code %d: %s", command, r.code, r.err);
    free(r.err);
    return r.out;
}

static void check_golden(const char *folder, const char *name)
{
    char path[512], line[LINE], command[2 * LINE];
    snprintf(path, sizeof path, "%s/%s", testing_path("tests/plots"), name);
    FILE *file = fopen(path, "r");
    cr_assert(file && fgets(line, sizeof line, file) && fgets(line, sizeof line, file));
    fclose(file);
    char *end = strrchr(line, '#');
    cr_assert(end && strncmp(line, "# nslaw ", 8) == 0, "%s has no command", name);
    *end = '\0';
    snprintf(command, sizeof command,
             "%s --plot $F/got.gp -o /dev/null && diff $F/got.gp tests/plots/%s",
             line + 2, name);
    free(run(folder, command));
}

Test(plot, golden_scripts, .timeout = 120)
{
    char folder[64];
    int count = 0;
    DIR *golden = opendir(testing_path("tests/plots"));
    cr_assert(golden);
    shell_new_folder(folder, sizeof folder);
    for (struct dirent *entry; (entry = readdir(golden)) != NULL;)
        if (strstr(entry->d_name, ".gp")) {
            check_golden(folder, entry->d_name);
            count++;
        }
    closedir(golden);
    shell_remove_folder(folder);
    cr_assert(count >= 5);
}

/* Runs of which no two differ in one thing only, or of too many groups: measured losses
 * over the table's predictions, and the line where both are the same. */
Test(plot, runs_without_curves, .timeout = 60)
{
    enum { GROUPS = 25 };
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    free(run(folder,
             "{ echo N,P,loss; for i in 1 2 3 4 5; do "
             "echo $((10 * i)),$((30 * i)),0.0$((6 - i)); done; } >$F/few.csv"));
    free(run(folder,
             "awk 'BEGIN {print \"N,P,loss\"; for (n = 1; n <= 25; n++) for (p = "
             "1; p <= 25; p++) print 10 * n \",\" 31 * p \",\" 1 / (n + p)}' "
             ">$F/many.csv"));
    free(run(
        folder,
        "for k in few many; do "
        "nslaw compare $F/$k.csv --alpha 1 -f csv --plot $F/$k.gp >$F/$k.table; "
        "grep -v '^#' $F/$k.table | sed 1d | cut -d, -f15,16 | tr , ' ' >$F/$k.told; "
        "sed -n '/^.a1 /,/^EOD/p' $F/$k.gp | grep '^[0-9]' >$F/$k.drawn; "
        /* ten digits */
        "paste -d ' ' $F/$k.told $F/$k.drawn | awk 'function off(a, b) {return a / b "
        "> 1 + 1e-9 || b / a > 1 + 1e-9} NF != 4 || off($1, $4) || off($2, $3) "
        "{exit 1}' || exit 1; test $(sed -n '/^.a2 /,/^EOD/p' "
        "$F/$k.gp | awk 'NF == 2 && $1 == $2' | wc -l) = 2 || exit 1; done"));
    char *lines = run(folder, "wc -l <$F/many.told");
    cr_expect(atoi(lines) == GROUPS * GROUPS, "%s", lines);
    free(lines);
    /* one group less has curves */
    free(run(folder, "grep -v '^250,' $F/many.csv >$F/groups.csv; nslaw compare "
                     "$F/groups.csv --alpha 1 --plot $F/groups.gp >/dev/null && "
                     "grep -q 'N = 240' $F/groups.gp && "
                     "! grep -q 'measured = predicted' $F/groups.gp"));
    shell_remove_folder(folder);
}

#define CURVE "nslaw curve -N 10:1e4:31 -P 1e3 --alpha 0.5 --kernel-ridge 1e-3"

/* Every ending, twice: the same bytes. */
Test(plot, same_bytes, .timeout = 120)
{
    static const char *const endings[] = {"png", "svg", "pdf", "tex", "gp", "html"};
    char folder[64], command[LINE];
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    shell_new_folder(folder, sizeof folder);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(command, sizeof command,
                 "for k in 1 2; do mkdir -p $F/$k; " CURVE
                 " --plot $F/$k/x.%s -o $F/$k/x.csv; sleep 1; done; diff -r $F/1 $F/2",
                 endings[i]);
        free(run(folder, command));
    }
    free(run(folder, "test -s $F/1/x-inc.pdf"));
    shell_remove_folder(folder);
}

/* The readers of each kind open it. */
Test(plot, readers, .timeout = 120)
{
    static const struct {
        const char *tool, *command;
    } readers[] = {
        {"xmllint", CURVE " --plot $F/x.svg >/dev/null && xmllint --noout $F/x.svg"},
        {"pdftotext", CURVE " --plot $F/x.pdf >/dev/null && pdftotext $F/x.pdf - | "
                            "grep -q 'features N'"},
        {"pdflatex",
         CURVE " --plot $F/x.tex >/dev/null && cd $F && "
               "printf '%s' '\\documentclass{article}\\usepackage{graphicx,color}"
               "\\begin{document}\\input{x}\\end{document}' >paper.tex && "
               "pdflatex -interaction=nonstopmode -halt-on-error paper.tex >/dev/null"},
    };
    char folder[64];
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    shell_new_folder(folder, sizeof folder);
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (has(readers[i].tool))
            free(run(folder, readers[i].command));
    shell_remove_folder(folder);
}

/* Runs that a logarithmic axis has no place for leave the others their curve, and are
 * said to be left out. */
Test(plot, runs_off_the_axis, .timeout = 60)
{
    char folder[64];
    shell_new_folder(folder, sizeof folder);
    free(run(folder,
             "printf 'N,P,loss,time\\n100,200,.4,0\\n100,200,.2,1\\n"
             "100,200,.1,100\\n100,200,.09,inf\\n' >$F/off.csv && nslaw compare "
             "$F/off.csv --alpha .5 --plot $F/off.gp >/dev/null && grep -q "
             "'without 2 at' $F/off.gp && grep -q 'with lines' $F/off.gp"));
    shell_remove_folder(folder);
}

/* Losses over all of double's range, bars beyond it, and losses that are all the same.
 */
Test(plot, extreme_losses, .timeout = 60)
{
    char folder[64];
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    shell_new_folder(folder, sizeof folder);
    free(run(folder,
             "printf 'N,P,loss,sem\\n100,200,1e-300,0\\n100,400,1.5e308,1e308\\n' "
             ">$F/all.csv && nslaw compare $F/all.csv --alpha .5 --plot $F/all.png"));
    free(run(folder,
             "sed '2,$s/,[^,]*$/,3/' data/fit/runs.csv >$F/same.csv && nslaw fit "
             "$F/same.csv --form chinchilla --plot $F/same.svg"));
    shell_remove_folder(folder);
}

static unsigned big_endian(const unsigned char *bytes)
{
    return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 |
           (unsigned)bytes[2] << 8 | bytes[3];
}

/* A PNG is a chain of parts from IHDR to IEND. */
Test(plot, png_is_whole)
{
    picture p;
    rendering drawn;
    char problem[256];
    script_options options = {.terminal = SCRIPT_PNG};
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    cr_assert(picture_curve(&p));
    cr_assert(render(&drawn, &p.figure, &options, problem, sizeof problem), "%s",
              problem);
    const unsigned char *bytes = (const unsigned char *)drawn.bytes;
    enum { HEAD = 8, FRAME = 12, WIDTH_AT = 16 };
    cr_assert(memcmp(bytes, "\x89PNG\r\n\x1a\n", HEAD) == 0);
    cr_expect(big_endian(bytes + WIDTH_AT) == 1280);
    size_t at = HEAD, parts = 0;
    bool ended = false;
    for (; at + FRAME <= drawn.length && !ended; parts++) {
        ended = memcmp(bytes + at + 4, "IEND", 4) == 0;
        at += FRAME + big_endian(bytes + at);
    }
    cr_expect(ended && at == drawn.length && parts >= 3);
    rendering_clear(&drawn);
    picture_clear(&p);
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        found++;
    return found;
}

/* The trap: on logarithmic axes gnuplot would leave contour lines out. They have two
 * greys of their own. */
Test(plot, contour_lines_are_there)
{
    picture p;
    rendering drawn;
    char problem[256], *text;
    script_options options = {.terminal = SCRIPT_SVG};
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    cr_assert(picture_map(&p));
    cr_assert(render(&drawn, &p.figure, &options, problem, sizeof problem), "%s",
              problem);
    text = strndup(drawn.bytes, drawn.length);
    cr_expect(count(text, "stroke='rgb(208, 208, 208)'") +
                      count(text, "stroke='rgb( 64,  64,  64)'") >=
                  5,
              "too few contour lines");
    cr_expect(count(text, "<image") >= 1);
    cr_expect(drawn.length < 200000);
    free(text);
    rendering_clear(&drawn);
    picture_clear(&p);
}

static void expect_text(const char *text, text_markup markup, bool scripts,
                        const char *wanted)
{
    char *got = NULL;
    size_t size;
    FILE *out = open_memstream(&got, &size);
    script_text(out, text, markup, scripts);
    fclose(out);
    cr_expect_str_eq(got, wanted, "%s becomes %s, expected %s", text, got, wanted);
    free(got);
}

Test(plot, texts_stay_texts)
{
    expect_text("a''b", MARKUP_NONE, false, "'a’’b'");
    expect_text("a''b\"", MARKUP_LATEX, false, "'a\\char39{}\\char39{}b\\char34{}'");
    expect_text("`x` @y \"z\" \\n", MARKUP_NONE, false, "'´x´ @y \"z\" \\n'");
    expect_text("a\nb\xff", MARKUP_NONE, false, "'a?b?'");
    expect_text("x_1{}~&@\\", MARKUP_ENHANCED, false, "'x\\_1\\{\\}\\~\\&\\@\\\\'");
    expect_text("N^−0.3 B", MARKUP_ENHANCED, true, "'N^{−0.3} B'");
    expect_text("σ_ε²", MARKUP_ENHANCED, true, "'σ_{ε}²'");
    expect_text("N^−0.3", MARKUP_LATEX, true, "'N$^{-0.3}$'");
    expect_text("\\input{x}%$", MARKUP_LATEX, false,
                "'\\textbackslash{}input\\{x\\}\\%\\$'");
}

/* A file's name is printed in the caption and in the comment of the script. */
Test(plot, hostile_names, .timeout = 120)
{
    static const char command[] =
        "cp data/mnist/relu_spectrum.csv \"$F/$NAME.csv\" && cd $F && "
        "for e in png svg pdf tex gp html; do nslaw curve -N 10:1000:5 -P 100 "
        "--spectrum \"./$NAME.csv\" --plot x.$e -o x.csv; done && "
        "gnuplot -d -e 'set terminal dumb' x.gp >/dev/null && "
        "test ! -e owned && ls | wc -l";
    static const char *const names[] = {
        "'`touch owned`'",
        "'$(touch owned)'\\''; system \"touch owned\" #'",
        "'\\'",
        "'a'\\'' ; !touch owned ; b'",
        "'@x {} \\write18{touch owned}'",
        "'EOD\n!touch owned\n'",
        "\"a''''; system 'touch owned' #\"",
        "\"a'''.system('touch owned').'\""};
    char folder[64], whole[2 * LINE];
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        shell_new_folder(folder, sizeof folder);
        snprintf(whole, sizeof whole, "NAME=%s; %s", names[i], command);
        char *files = run(folder, whole);
        cr_expect(atoi(files) >= 9, "%s: %s files", names[i], files);
        free(files);
        shell_remove_folder(folder);
    }
}

Test(plot, in_the_terminal)
{
    char folder[64];
    if (!has("gnuplot"))
        cr_skip_test("gnuplot is missing");
    shell_new_folder(folder, sizeof folder);
    char *drawn = run(folder, CURVE " --plot -");
    cr_expect(strstr(drawn, "features N") && strstr(drawn, "theory"));
    cr_expect(!strstr(drawn, "elasticity"), "the table is there as well");
    for (char *line = strtok(drawn, "\n"); line; line = strtok(NULL, "\n")) {
        size_t letters = 0;
        for (const char *c = line; *c; c++)
            letters += ((unsigned char)*c & 0xc0) != 0x80;
        cr_expect(letters <= 80, "%zu columns", letters);
    }
    free(drawn);
    drawn = run(folder, CURVE " --plot - -o $F/x.csv && test -s $F/x.csv");
    cr_expect(strstr(drawn, "features N"));
    free(drawn);
    drawn = run(folder, CURVE " --plot $F/x.svg");
    cr_expect(strstr(drawn, "elasticity"), "the table is missing beside a picture");
    free(drawn);
    shell_remove_folder(folder);
}

/* A picture that is there stays when drawing fails. */
Test(plot, whole_or_not_at_all)
{
    /* gnuplot itself does not see that a disk is full */
    static const char *const ways[] = {"exit 1", "exit 0"};
    for (int i = 0; i < 2; i++) {
        char folder[64], command[512];
        shell_new_folder(folder, sizeof folder);
        snprintf(command, sizeof command,
                 "mkdir $F/bin; printf '#!/bin/sh\\necho half; %s\\n' >$F/bin/gnuplot; "
                 "chmod +x $F/bin/gnuplot; echo old >$F/x.svg; PATH=$F/bin:$PATH " CURVE
                 " --plot $F/x.svg 2>/dev/null; cat $F/x.svg; ls $F | wc -l",
                 ways[i]);
        char *out = run(folder, command);
        cr_expect_str_eq(out, "old\n2\n");
        free(out);
        shell_remove_folder(folder);
    }
}
