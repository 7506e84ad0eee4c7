/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script comes from a file and the picture goes to one, so that no pipe can fill or
 * break. */
#include "plot/gnuplot.h"
#include "input/number.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char program[] = "gnuplot";

bool gnuplot_exists(void)
{
    const char *path = getenv("PATH");
    while (path && *path) {
        char file[4096];
        int length = (int)strcspn(path, ":");
        int got = snprintf(file, sizeof file, "%.*s%s%s", length, path,
                           length ? "/" : "", program);
        if (got > 0 && (size_t)got < sizeof file && access(file, X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

/* Starts it; returns an errno. */
static int start(pid_t *child, FILE *script, FILE *out, FILE *messages,
                 const char *folder)
{
    posix_spawn_file_actions_t actions;
    char name[] = "gnuplot", defaults[] = "-d", standard_input[] = "-";
    char *const arguments[] = {name, defaults, standard_input, NULL};
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
    if (!failed)
        failed =
            posix_spawn_file_actions_adddup2(&actions, fileno(messages), STDERR_FILENO);
    if (!failed && folder)
        failed = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (!failed)
        failed = posix_spawnp(child, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* The message of gnuplot that says what was wrong: the last line with letters. */
static void last_line(FILE *messages, char *problem, size_t size)
{
    char line[256], last[256] = "it gave no reason";
    rewind(messages);
    while (fgets(line, sizeof line, messages)) {
        line[strcspn(line, "\n")] = '\0';
        const char *text = line + strspn(line, " \t^");
        if (*text)
            memmove(last, text, strlen(text) + 1);
    }
    nsl_printable(problem, size, last);
}

static bool finish(pid_t child, FILE *messages, char *problem, size_t size)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) {
            snprintf(problem, size, "%s", strerror(errno));
            return false;
        }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        snprintf(problem, size, "killed by signal %d", WTERMSIG(status));
    else
        last_line(messages, problem, size);
    return false;
}

bool gnuplot_run(FILE *script, FILE *out, const char *folder, char *problem,
                 size_t size)
{
    FILE *messages = tmpfile();
    pid_t child;
    bool ready = messages && fflush(script) == 0 && fflush(out) == 0 &&
                 fseek(script, 0, SEEK_SET) == 0;
    /* the child reads where the descriptor stands, which the stream need not move */
    ready = ready && lseek(fileno(script), 0, SEEK_SET) == 0;
    int failed = ready ? start(&child, script, out, messages, folder) : errno;
    bool fine = ready && failed == 0 && finish(child, messages, problem, size);
    if (failed || !ready)
        snprintf(problem, size, "%s", strerror(failed));
    if (messages)
        fclose(messages);
    return fine;
}
