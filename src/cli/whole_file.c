/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mode_t mask; /* of the process, which only setting it tells: once */

static void read_mask(void)
{
    mask = umask(0);
    umask(mask);
}

/* A new file beside `path`, with the permissions a new file would have. */
static FILE *open_beside(const char *path, char **temporary)
{
    static pthread_once_t reading = PTHREAD_ONCE_INIT;
    size_t size = strlen(path) + sizeof ".XXXXXX";
    pthread_once(&reading, read_mask);
    *temporary = malloc(size);
    if (!*temporary)
        return NULL;
    snprintf(*temporary, size, "%s.XXXXXX", path);
    int descriptor = mkostemp(*temporary, O_CLOEXEC);
    if (descriptor < 0)
        return NULL;
    struct stat existing;
    mode_t mode = stat(path, &existing) == 0 ? existing.st_mode & 0777 : 0666 & ~mask;
    FILE *out = fchmod(descriptor, mode) == 0 ? fdopen(descriptor, "wb+") : NULL;
    if (!out) {
        close(descriptor);
        unlink(*temporary);
    }
    return out;
}

static bool is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

/* Where a symbolic link leads, so that the link itself stays; free() it. NULL for a
 * link that leads nowhere and for a file that may not be written. */
static char *resolve(const char *path)
{
    struct stat info;
    char *target = realpath(path, NULL);
    bool is_new = !target && errno == ENOENT && lstat(path, &info) != 0;
    if (is_new)
        return strdup(path);
    if (target && access(target, W_OK) != 0) {
        free(target);
        return NULL;
    }
    return target;
}

static void whole_file_clear(whole_file *file)
{
    int reason = errno;
    free(file->temporary);
    free(file->target);
    *file = (whole_file){NULL, NULL, NULL};
    errno = reason;
}

bool whole_file_open(whole_file *file, const char *path)
{
    *file = (whole_file){NULL, resolve(path), NULL};
    if (file->target)
        file->stream = is_special(path) ? fopen(path, "wb")
                                        : open_beside(file->target, &file->temporary);
    if (!file->stream)
        whole_file_clear(file);
    return file->stream != NULL;
}

bool whole_file_close(whole_file *file, bool keep)
{
    errno = 0;
    bool fine = !keep || (fflush(file->stream) == 0 && !ferror(file->stream));
    if (!fine && errno == 0)
        errno = EIO;
    int reason = errno;
    if (fclose(file->stream) != 0 && fine && keep) {
        fine = false;
        reason = errno;
    }
    if (fine && keep && file->temporary && rename(file->temporary, file->target) != 0) {
        fine = false;
        reason = errno;
    }
    if (file->temporary && !(fine && keep))
        unlink(file->temporary);
    errno = reason;
    whole_file_clear(file);
    return fine;
}

/* The folder of a path and the name in it, links followed; free() it. */
static char *place_of(const char *path)
{
    char *place = realpath(path, NULL);
    if (place)
        return place;
    char *one = strdup(path), *other = strdup(path);
    char *folder = one ? realpath(dirname(one), NULL) : NULL;
    if (!folder || !other || asprintf(&place, "%s/%s", folder, basename(other)) < 0)
        place = NULL;
    free(folder);
    free(one);
    free(other);
    return place;
}

bool whole_file_same(const char *path, const char *other)
{
    struct stat a, b;
    if (stat(path, &a) == 0 && stat(other, &b) == 0)
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino && S_ISREG(a.st_mode);
    char *one = place_of(path), *two = place_of(other);
    bool same = one && two && strcmp(one, two) == 0;
    free(one);
    free(two);
    return same;
}
