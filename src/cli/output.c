/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"
#include "cli/writer.h"
#include "input/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const writer *chosen_writer(const cli_options *options)
{
    const option_value *format = &options->value[OPT_FORMAT];
    if (format->given)
        return writer_named(format->text);
    return writer_for_file(options->value[OPT_OUTPUT].text);
}

int output_check(const cli_options *options)
{
    const option_value *output = &options->value[OPT_OUTPUT];
    if (output->given && !*output->text)
        return options_complain(options->command, EXIT_USAGE,
                                "--output needs a file name");
    if (chosen_writer(options))
        return EXIT_FINE;
    char shown[64], names[128];
    nsl_printable(shown, sizeof shown, options->value[OPT_FORMAT].text);
    writer_names(names, sizeof names);
    return options_complain(options->command, EXIT_USAGE,
                            "--format must be %s, got '%s'", names, shown);
}

static int complain_write(const cli_options *options, const char *path)
{
    char shown[128];
    int reason = errno;
    nsl_printable(shown, sizeof shown, path);
    return options_complain(options->command, EXIT_INPUT_OUTPUT, "cannot write %s: %s",
                            shown, strerror(reason));
}

/* Writes to an open stream; false with errno set when it did not all arrive. */
static bool write_all(const writer *w, const document *d, FILE *out,
                      bool *out_of_memory)
{
    errno = 0;
    *out_of_memory = !w->write(d, out);
    bool fine = !*out_of_memory && fflush(out) == 0 && !ferror(out);
    if (!fine && errno == 0)
        errno = EIO;
    return fine;
}

static int write_standard_output(const cli_options *options, const writer *w,
                                 const document *d)
{
    bool out_of_memory;
    if (write_all(w, d, stdout, &out_of_memory))
        return EXIT_FINE;
    if (out_of_memory)
        return options_complain(options->command, EXIT_COMPUTATION, "out of memory");
    return complain_write(options, "standard output");
}

/* A new file beside `path`, with the permissions a new file would have. */
static FILE *open_beside(const char *path, char **temporary)
{
    size_t size = strlen(path) + sizeof ".XXXXXX";
    *temporary = malloc(size);
    if (!*temporary)
        return NULL;
    snprintf(*temporary, size, "%s.XXXXXX", path);
    int descriptor = mkostemp(*temporary, O_CLOEXEC);
    if (descriptor < 0)
        return NULL;
    mode_t mask = umask(0);
    umask(mask);
    struct stat existing;
    mode_t mode = stat(path, &existing) == 0 ? existing.st_mode & 0777 : 0666 & ~mask;
    FILE *out = fchmod(descriptor, mode) == 0 ? fdopen(descriptor, "wb") : NULL;
    if (!out) {
        close(descriptor);
        unlink(*temporary);
    }
    return out;
}

/* Devices and pipes cannot be replaced: write to them as they are. */
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

static int write_file(const cli_options *options, const writer *w, const document *d,
                      const char *path)
{
    bool special = is_special(path), out_of_memory = false;
    char *temporary = NULL, *target = resolve(path);
    FILE *out = !target   ? NULL
                : special ? fopen(path, "wb")
                          : open_beside(target, &temporary);
    int code = EXIT_FINE;
    if (!out) {
        code = complain_write(options, path);
    } else {
        bool fine = write_all(w, d, out, &out_of_memory);
        int reason = errno;
        if (fclose(out) != 0 && fine) {
            fine = false;
            reason = errno;
        }
        if (fine && !special && rename(temporary, target) != 0) {
            fine = false;
            reason = errno;
        }
        if (!fine) {
            if (!special)
                unlink(temporary);
            errno = reason;
            code = out_of_memory ? options_complain(options->command, EXIT_COMPUTATION,
                                                    "out of memory")
                                 : complain_write(options, path);
        }
    }
    free(temporary);
    free(target);
    return code;
}

int output_write(const cli_options *options, const document *d)
{
    const char *path = options->value[OPT_OUTPUT].text;
    const writer *w = chosen_writer(options);
    if (d->failed || !d->record || !d->caption)
        return options_complain(options->command, EXIT_COMPUTATION, "out of memory");
    if (!path || strcmp(path, "-") == 0)
        return write_standard_output(options, w, d);
    return write_file(options, w, d, path);
}
