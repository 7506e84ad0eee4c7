/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page KIND: writes a picture to standard output, for browser.py and for the eye.
 *   map    40 × 30 cells of the theory, of a power law with M = 10^4, ridgeless
 *   curve  the theory, measurements, a law and a plateau
 */
#include "pictures.h"

#include "plot/html.h"

#include <string.h>

int main(int argc, char **argv)
{
    bool curve = argc == 2 && strcmp(argv[1], "curve") == 0;
    if (!curve && !(argc == 2 && strcmp(argv[1], "map") == 0)) {
        fputs("usage: page map|curve\n", stderr);
        return 2;
    }
    picture p;
    bool fine = curve ? picture_curve(&p) : picture_map(&p);
    fine = fine && html_write(&p.figure, stdout);
    picture_clear(&p);
    return fine && fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
