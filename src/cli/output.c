/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"
#include "cli/interrupt.h"
#include "cli/whole_file.h"
#include "cli/writer.h"
#include "input/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const writer *chosen_writer(const cli_options *options)
{
    const option_value *format = &options->value[OPT_FORMAT];
    if (format->given)
        return writer_named(format->text);
    const writer *by_ending = writer_for_file(options->value[OPT_OUTPUT].text);
    /* a spectrum is there for other commands to read */
    return !by_ending->ending && options->command_bit == FOR_FEATURES
               ? writer_named("csv")
               : by_ending;
}

bool output_is_folder(const cli_options *options)
{
    const option_value *format = &options->value[OPT_FORMAT];
    return (options->command_bit & FOR_MAPS) && format->given &&
           strcmp(format->text, "npy") == 0;
}

static bool is_file(const cli_options *options)
{
    const char *path = options->value[OPT_OUTPUT].text;
    return path && *path && strcmp(path, "-") != 0;
}

int output_check(const cli_options *options)
{
    const option_value *output = &options->value[OPT_OUTPUT];
    if (output->given && !*output->text)
        return options_complain(options->command, EXIT_USAGE,
                                "--output needs a file name");
    if (output_is_folder(options) && !is_file(options))
        return options_complain(options->command, EXIT_USAGE,
                                "--format npy needs --output FOLDER");
    if (output_is_folder(options) || chosen_writer(options))
        return EXIT_FINE;
    char shown[64], names[128];
    nsl_printable(shown, sizeof shown, options->value[OPT_FORMAT].text);
    writer_names(names, sizeof names);
    return options_complain(options->command, EXIT_USAGE,
                            "--format must be %s%s, got '%s'", names,
                            options->command_bit & FOR_MAPS ? ", or npy" : "", shown);
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

static int write_file(const cli_options *options, const writer *w, const document *d,
                      const char *path)
{
    whole_file file;
    bool out_of_memory = false;
    if (!whole_file_open(&file, path))
        return complain_write(options, path);
    bool fine = write_all(w, d, file.stream, &out_of_memory);
    int reason = errno;
    if (!whole_file_close(&file, fine))
        fine = false;
    else
        errno = reason;
    if (out_of_memory)
        return options_complain(options->command, EXIT_COMPUTATION, "out of memory");
    return fine ? EXIT_FINE : complain_write(options, path);
}

int output_write(const cli_options *options, const document *d)
{
    const char *path = options->value[OPT_OUTPUT].text;
    const writer *w = chosen_writer(options);
    interrupt_writing();
    if (document_failed(d) || !d->record || !d->caption)
        return options_complain(options->command, EXIT_COMPUTATION, "out of memory");
    if (!is_file(options))
        return write_standard_output(options, w, d);
    return write_file(options, w, d, path);
}
