/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV: # lines with version, options and (last) summary; a null is an empty cell. */
#include "cli/writer.h"
#include <nslaw/nslaw.h>

#include <string.h>

static void put_field(const cell *c, FILE *out)
{
    const char *text = c->kind == CELL_NULL ? "" : c->full;
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
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

bool write_csv(const document *d, FILE *out)
{
    fprintf(out, "# nslaw %s\n# %s\n", nslaw_version(), d->record);
    for (size_t c = 0; c < d->columns; c++)
        fprintf(out, "%s%s", c ? "," : "", d->column[c].key);
    fputc('\n', out);
    for (size_t row = 0; row < d->rows; row++) {
        const cell *cells = document_row(d, row);
        if (!cells)
            return false;
        for (size_t c = 0; c < d->columns; c++) {
            if (c)
                fputc(',', out);
            put_field(&cells[c], out);
        }
        fputc('\n', out);
    }
    for (size_t i = 0; i < d->summaries; i++)
        fprintf(out, "# %s = %s\n", d->summary[i].key,
                d->summary[i].value.kind == CELL_NULL ? "" : d->summary[i].value.full);
    return true;
}
