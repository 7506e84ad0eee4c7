/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV: # lines with version, options and (last) summary; a null is an empty cell. */
#include "cli/rows.h"
#include "cli/writer.h"
#include <nslaw/nslaw.h>

#include <string.h>

static void put_field(const cell *c, FILE *out)
{
    char room[CELL_ROOM];
    const char *text = cell_full(c, room);
    if (c->kind == CELL_NUMBER || !strpbrk(text, ",\"\r\n")) {
        fputs_unlocked(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_row(const document *d, const cell *cells, size_t row, FILE *out,
                    void *data)
{
    (void)row, (void)data;
    for (size_t c = 0; c < d->columns; c++) {
        if (c)
            putc_unlocked(',', out);
        put_field(&cells[c], out);
    }
    putc_unlocked('\n', out);
}

bool write_csv(const document *d, FILE *out)
{
    fprintf(out, "# nslaw %s\n# %s\n", nslaw_version(), d->record);
    for (size_t c = 0; c < d->columns; c++)
        fprintf(out, "%s%s", c ? "," : "", d->column[c].key);
    fputc('\n', out);
    rows_write(d, out, put_row, NULL);
    for (size_t i = 0; i < d->summaries; i++) {
        char room[CELL_ROOM];
        fprintf(out, "# %s = %s\n", d->summary[i].key,
                cell_full(&d->summary[i].value, room));
    }
    return true;
}
