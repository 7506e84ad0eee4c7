/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option table: one entry an option drives parsing, --help, range errors and the
 * record of the options in the output. */
#ifndef NSL_CLI_OPTIONS_H
#define NSL_CLI_OPTIONS_H

#include <nslaw/nslaw.h>
#include <stdbool.h>

/* Exit codes of the program. */
enum { EXIT_FINE = 0, EXIT_COMPUTATION = 1, EXIT_USAGE = 2, EXIT_INPUT_OUTPUT = 3 };

typedef enum {
    OPT_FEATURES,
    OPT_SAMPLES,
    OPT_SAMPLES_PER_FEATURE,
    OPT_HIDDEN,
    OPT_ENSEMBLE,
    OPT_OUTPUTS,
    OPT_MODEL,
    OPT_SPECTRUM,
    OPT_ALPHA,
    OPT_LATENTS,
    OPT_LAMBDA_MAX,
    OPT_SOURCE,
    OPT_LABEL_VARIANCE,
    OPT_SIGMA_W2,
    OPT_SIGMA_U2,
    OPT_RIDGE,
    OPT_KERNEL_RIDGE,
    OPT_NOISE,
    OPT_TEST_NOISE,
    OPT_TIME,
    OPT_STEPS,
    OPT_LEARNING_RATE,
    OPT_BUDGET,
    OPT_COST,
    OPT_ACTIVATION,
    OPT_INPUTS,
    OPT_LARGEST,
    OPT_TARGET,
    OPT_FOR,
    OPT_TARGET_LOSS,
    OPT_WITHIN,
    OPT_RANGE,
    OPT_X,
    OPT_Y,
    OPT_SHARD,
    OPT_FORM,
    OPT_OBJECTIVE,
    OPT_HUBER,
    OPT_HOLDOUT,
    OPT_BOOTSTRAP,
    OPT_SEED,
    OPT_JOBS,
    OPT_INTEGER,
    OPT_SIDE,
    OPT_KERNEL,
    OPT_POINTS,
    OPT_AT,
    OPT_BETWEEN,
    OPT_QUANTILES,
    OPT_COMPARE,
    OPT_MAP,
    OPT_WHERE,
    OPT_WEIGHTS,
    OPT_LOG10,
    OPT_DROP_HIGHEST,
    OPT_MSE,
    OPT_DECOMPOSE,
    OPT_DIGITS,
    OPT_FORMAT,
    OPT_OUTPUT,
    OPT_PLOT,
    OPT_QUIET,
    OPT_COUNT
} option_id;

/* The commands that take an option, as bits. */
enum {
    FOR_LOSS = 1,
    FOR_CURVE = 2,
    FOR_COMPARE = 4,
    FOR_EXPONENTS = 8,
    FOR_PLATEAU = 16,
    FOR_FRONTIER = 32,
    FOR_SOLVE = 64,
    FOR_PHASE = 128,
    FOR_MERGE = 256,     /* joins answers */
    FOR_FIT = 512,       /* asks which model */
    FOR_DENSITY = 1024,  /* asks something of a model's spectrum alone */
    FOR_FEATURES = 2048, /* makes a spectrum */
    FOR_SPECTRUM = 4096, /* asks which spectrum */
    FOR_TRAIN = 8192,
    FOR_ALL = 255 | FOR_TRAIN, /* what asks something of a model */
    FOR_MAPS = FOR_PHASE | FOR_MERGE,
    FOR_RUNS = FOR_COMPARE | FOR_FIT,
    FOR_OPERAND = FOR_RUNS | FOR_MERGE | FOR_SPECTRUM, /* take names of files */
    FOR_OUTPUT =
        FOR_ALL | FOR_MERGE | FOR_FIT | FOR_DENSITY | FOR_FEATURES | FOR_SPECTRUM
};

typedef enum {
    KIND_NUMBER, /* a number in a range, or a sweep of it */
    KIND_WHOLE,  /* a whole number from 1, or 0, up to 10^18 */
    KIND_SHARE,  /* a number between 0 and 1, or a percentage */
    KIND_LIST,   /* numbers separated by commas */
    KIND_TEXT,
    KIND_MANY, /* a text that may be given several times */
    KIND_FLAG
} option_kind;

typedef struct {
    const char *name; /* long name */
    char letter;      /* short name, or 0 */
    const char *argument;
    option_kind kind;
    bool zero, infinite, sweep; /* whether 0, inf, lo:hi:count are allowed */
    bool optimal;               /* whether opt is */
    bool output_only; /* says how to print, not what: left out of the record */
    /* what shells complete: */
    bool file;              /* the value is a file's name */
    bool listed;            /* several values may stand with commas between */
    const char *values;     /* those there are, with blanks between, or NULL */
    const char *map_values; /* more of them, for FOR_MAPS */
    unsigned commands;
    const char *group; /* heading in --help */
    const char *help;
} option_spec;

extern const option_spec option_table[OPT_COUNT];

/* The commands that take an option, as text: "loss, curve and frontier". */
const char *option_commands(option_id id, char *out, size_t size);

/* A value as given. */
typedef struct {
    bool given;
    bool implied;     /* by --model: not part of the record */
    bool optimal;     /* "opt" */
    const char *text; /* borrowed from argv */
    double number;    /* KIND_NUMBER */
    uint64_t whole;   /* KIND_WHOLE; NSL_LATENTS_INFINITE for inf */
    double list[NSL_HIDDEN_MAX];
    const char *many[16];
    size_t count;       /* of list or many */
    double low, high;   /* of a sweep */
    size_t sweep_count; /* 0: not swept */
} option_value;

/* Most arguments of one command. */
enum { OPERANDS_MAX = 4096 };

typedef struct {
    const char *command;
    unsigned command_bit;
    option_value value[OPT_COUNT];
    struct fitted_model *fitted; /* of --model, or NULL (fitted.h) */
    const char *operand;         /* the first argument: RUNS.csv, or NULL */
    size_t operands;
    const char *more[OPERANDS_MAX]; /* all of them, of a command that takes several */
} cli_options;

static inline bool options_given(const cli_options *options, option_id id)
{
    return options->value[id].given;
}

/* What --help says of a command beside its options. */
typedef struct {
    const char *name;
    unsigned bit;
    const char *arguments; /* usage after the options: "RUNS.csv", or "PART..." */
    const char *summary, *description, *examples;
    bool draws_map; /* --plot shows a map, not curves */
} command_text;

/* Parses argv[1…]; argv[0] is ignored. On failure the one-line message is printed and
 * the exit code returned in *exit_code; --help and --version do not return. */
bool options_parse(cli_options *out, const command_text *text, int argc, char **argv,
                   int *exit_code);

/* Prints "nslaw COMMAND: …" and returns the code. */
__attribute__((format(printf, 3, 4))) int
options_complain(const char *command, int exit_code, const char *format, ...);

/* The same for a library error: names the option that the field stands for. */
int options_complain_error(const char *command, const nsl_error *err);

/* The options given, as a command line to run again (malloc'ed), output options left
 * out. NULL when out of memory. */
char *options_record(const cli_options *options);

/* A text as one word of such a record, behind a blank (malloc'ed). */
char *options_quoted(const char *text);

/* The words of such a record; free() the array, which holds them all. NULL when it is
 * no record or memory ran out. */
char **options_words(const char *record, int *count);

#endif
