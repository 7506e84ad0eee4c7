/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nslaw merge: the map that nslaw phase --shard computed in parts, as one run gives it.
 *
 * Each part says by which command line it was made; that of all of them is parsed
 * again, and its map filled from the parts instead of being computed. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/json_read.h"
#include "cli/output.h"
#include "cli/phase.h"
#include "cli/plot.h"
#include "input/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const command_text text = {
    .name = "merge",
    .bit = FOR_MERGE,
    .arguments = "PART...",
    .summary = "Joins the shards of a map.",
    .description =
        "Each PART is a folder that nslaw phase --shard K/N -f npy -o PART wrote; all "
        "N of them must be given, in any order. The output is that of nslaw phase "
        "without --shard, byte for byte. Parts of different maps, that have changed, "
        "or "
        "made by another version of nslaw are refused. A --spectrum FILE is read "
        "again: run merge "
        "where the parts were made.",
    .examples = "Examples:\n"
                "  nslaw merge part1 part2 part3 -o map.csv\n"
                "  nslaw merge part* -f npy -o map\n\n"
                "Exit codes: 0 fine, 1 computation failed, 2 usage, 3 file.",
};

/* What a part says of itself. */
typedef struct {
    char *record;      /* the command line without --shard; owned */
    char *fingerprint; /* of the spectrum's numbers; owned */
    char *checksum;    /* of its cells; owned */
    size_t shard, shards;
} part;

static void part_clear(part *p)
{
    free(p->record);
    free(p->fingerprint);
    free(p->checksum);
}

static int refuse(const char *folder, const char *why)
{
    char shown[128];
    nsl_printable(shown, sizeof shown, folder);
    return options_complain(text.name, EXIT_INPUT_OUTPUT, "%s: %s", shown, why);
}

static const char *text_at(struct json_object *root, const char *group, const char *key)
{
    struct json_object *inner, *value;
    if (!json_object_object_get_ex(root, group, &inner) ||
        !json_object_object_get_ex(inner, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

/* The summary, of a size that one may have. */
static nsl_status read_summary(struct json_object **out, const char *folder)
{
    enum { PATH_ROOM = 4096, LARGEST = 1 << 26 };
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/summary.json", folder);
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return NSL_EFILE;
    nsl_status status = json_read(out, stream, LARGEST);
    fclose(stream);
    return status;
}

static int lacks_memory(void)
{
    return options_complain(text.name, EXIT_COMPUTATION, "out of memory");
}

static int part_read(part *out, const char *folder)
{
    *out = (part){NULL};
    struct json_object *root, *version;
    nsl_status status = read_summary(&root, folder);
    if (status == NSL_ENOMEM)
        return lacks_memory();
    if (status != NSL_OK)
        return refuse(folder, "has no summary.json of nslaw phase --shard");
    const char *record = text_at(root, "model", "options");
    const char *shard = text_at(root, "summary", "shard");
    const char *fingerprint = text_at(root, "summary", "fingerprint");
    const char *checksum = text_at(root, "summary", "checksum");
    bool same = json_object_object_get_ex(root, "nslaw", &version) &&
                json_object_is_type(version, json_type_string) &&
                strcmp(json_object_get_string(version), nslaw_version()) == 0;
    int code = EXIT_FINE;
    if (!record || !shard || !fingerprint || !checksum ||
        sscanf(shard, "%zu/%zu", &out->shard, &out->shards) != 2 || out->shard < 1 ||
        out->shard > out->shards)
        code = refuse(folder, "is no shard of a map");
    else if (!same)
        code = refuse(folder, "was made by another version of nslaw");
    if (code == EXIT_FINE) {
        out->record = strdup(record);
        out->fingerprint = strdup(fingerprint);
        out->checksum = strdup(checksum);
        if (!out->record || !out->fingerprint || !out->checksum)
            code = lacks_memory();
    }
    json_object_put(root);
    return code;
}

/* The command of the parts, as if it had been given. */
static int parse_record(cli_options *out, const char *record, char ***words)
{
    int count, code = EXIT_FINE;
    *words = options_words(record, &count);
    if (!*words)
        return options_complain(text.name, EXIT_INPUT_OUTPUT,
                                "the parts do not say how they were made");
    if (count < 2 || strcmp((*words)[0], "nslaw") != 0 ||
        strcmp((*words)[1], "phase") != 0)
        return options_complain(text.name, EXIT_INPUT_OUTPUT,
                                "the parts were not made by nslaw phase");
    command_begin(out, cmd_phase_text(), count - 1, *words + 1, &code);
    return code;
}

/* Takes in one part after another; `seen` counts them. */
static int take_parts(phase_job *job, const cli_options *o, const part *first,
                      bool *seen)
{
    int code = EXIT_FINE;
    for (size_t k = 0; k < o->operands && code == EXIT_FINE; k++) {
        part p;
        char checksum[PHASE_FINGERPRINT];
        code = part_read(&p, o->more[k]);
        if (code == EXIT_FINE && (strcmp(p.record, first->record) != 0 ||
                                  strcmp(p.fingerprint, first->fingerprint) != 0 ||
                                  p.shards != first->shards))
            code = refuse(o->more[k], "belongs to another map than the first part");
        if (code == EXIT_FINE && seen[p.shard - 1])
            code = refuse(o->more[k], "is a shard that was given already");
        if (code == EXIT_FINE) {
            seen[p.shard - 1] = true;
            job->shard = p.shard - 1;
            job->shards = p.shards;
            code = phase_read_shard(job, text.name, o->more[k]);
            phase_checksum(checksum, job);
            if (code == EXIT_FINE && strcmp(checksum, p.checksum) != 0)
                code = refuse(o->more[k], "has other numbers than were written");
        }
        part_clear(&p);
    }
    job->shard = 0;
    job->shards = 1;
    return code;
}

static int check_complete(const bool *seen, const part *first)
{
    for (size_t k = 0; k < first->shards; k++)
        if (!seen[k])
            return options_complain(text.name, EXIT_INPUT_OUTPUT,
                                    "shard %zu/%zu is missing", k + 1, first->shards);
    return EXIT_FINE;
}

static int merge(const cli_options *o, const part *first)
{
    static cli_options asked;
    phase_job job = {0};
    char **words = NULL;
    int code = parse_record(&asked, first->record, &words);
    if (code == EXIT_FINE)
        code = phase_prepare(&job, &asked);
    if (code == EXIT_FINE && first->shards > job.query.y.count)
        code = refuse(o->more[0], "has more shards than the map has rows");
    bool *seen = code == EXIT_FINE ? calloc(first->shards, 1) : NULL;
    if (code == EXIT_FINE && !seen)
        code = options_complain(text.name, EXIT_COMPUTATION, "out of memory");
    char fingerprint[PHASE_FINGERPRINT];
    phase_fingerprint(fingerprint, &job);
    if (code == EXIT_FINE && strcmp(fingerprint, first->fingerprint) != 0)
        code = refuse(o->more[0], "was made of another spectrum than the file has now");
    if (code == EXIT_FINE)
        code = take_parts(&job, o, first, seen);
    if (code == EXIT_FINE)
        code = check_complete(seen, first);
    if (code == EXIT_FINE)
        code = phase_find_boundaries(&job);
    if (code == EXIT_FINE)
        code = phase_write(&job, o);
    free(seen);
    phase_clear(&job);
    free(words);
    return code;
}

int cmd_merge(int argc, char **argv)
{
    static cli_options options;
    part first = {NULL};
    int code = EXIT_FINE;
    if (!options_parse(&options, &text, argc, argv, &code))
        return code;
    code = output_check(&options);
    if (code == EXIT_FINE)
        code = plot_check(&options, true);
    if (code == EXIT_FINE && options.operands == 0)
        code = options_complain(text.name, EXIT_USAGE,
                                "needs the folders that nslaw phase --shard wrote");
    if (code != EXIT_FINE)
        return code;
    interrupt_watch();
    code = part_read(&first, options.more[0]);
    if (code == EXIT_FINE)
        code = merge(&options, &first);
    part_clear(&first);
    return code;
}
