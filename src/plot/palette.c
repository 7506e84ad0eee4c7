/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/palette.h"

const unsigned palette_viridis[PALETTE_ANCHORS] = {0x440154, 0x472d7b, 0x3b528b,
                                                   0x2c728e, 0x21918c, 0x28ae80,
                                                   0x5ec962, 0xaddc30, 0xfde725};

/* From Okabe and Ito's, dark to light; their yellow is lost on white. */
static const unsigned few[] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0x56b4e9};

enum { FEW = sizeof few / sizeof *few };

static unsigned mix(unsigned from, unsigned to, double share)
{
    unsigned out = 0;
    for (unsigned shift = 0; shift <= 16; shift += 8) {
        double a = (double)(from >> shift & 0xff), b = (double)(to >> shift & 0xff);
        out |= (unsigned)(a + share * (b - a) + 0.5) << shift;
    }
    return out;
}

unsigned palette_curve(size_t i, size_t count)
{
    static const double LIGHTEST = 0.9; /* beyond that, yellow on white */
    if (count <= FEW)
        return few[i % FEW];
    double place =
        LIGHTEST * (PALETTE_ANCHORS - 1) * (double)(i % count) / (double)(count - 1);
    size_t anchor = (size_t)place;
    return mix(palette_viridis[anchor], palette_viridis[anchor + 1],
               place - (double)anchor);
}
