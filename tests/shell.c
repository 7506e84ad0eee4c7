/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"
#include "testing.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t length = 0, room = 1 << 16;
    char *text = malloc(room);
    cr_assert(file && text, "cannot read %s", path);
    for (size_t got; (got = fread(text + length, 1, room - length - 1, file)) > 0;) {
        length += got;
        if (room - length < 2) {
            room *= 2;
            text = realloc(text, room);
            cr_assert(text);
        }
    }
    text[length] = '\0';
    fclose(file);
    return text;
}

/* In the child: the environment and the folder, then the shell. */
__attribute__((noreturn)) static void
become_shell(const char *folder, const char *command, const char *out, const char *err)
{
    const char *program = getenv("NSLAW_PROGRAM");
    char path[8192];
    snprintf(path, sizeof path, "%s", program ? program : "./build/src/nslaw");
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    size_t used = strlen(path);
    snprintf(path + used, sizeof path - used, ":%s", getenv("PATH"));
    setenv("PATH", path, 1);
    setenv("DATA", testing_path("data"), 1);
    if (freopen("/dev/null", "r", stdin) && freopen(out, "w", stdout) &&
        freopen(err, "w", stderr) && chdir(folder) == 0)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

shell_result shell_run(const char *folder, const char *command)
{
    char out[] = "/tmp/nslaw-out-XXXXXX", err[] = "/tmp/nslaw-err-XXXXXX";
    close(mkstemp(out));
    close(mkstemp(err));
    fflush(NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0)
        become_shell(folder, command, out, err);
    int status = 0;
    cr_assert(waitpid(child, &status, 0) == child);
    shell_result result = {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                           read_whole(out), read_whole(err)};
    unlink(out);
    unlink(err);
    return result;
}

void shell_clear(shell_result *result)
{
    free(result->out);
    free(result->err);
    *result = (shell_result){0, NULL, NULL};
}

void shell_new_folder(char *path, size_t size)
{
    snprintf(path, size, "/tmp/nslaw-test-XXXXXX");
    cr_assert(mkdtemp(path));
}

void shell_remove_folder(const char *path)
{
    char command[4200];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    shell_result result = shell_run("/", command);
    cr_assert(result.code == 0);
    shell_clear(&result);
}
