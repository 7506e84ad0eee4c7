/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/palette.h"

const unsigned palette_viridis[PALETTE_ANCHORS] = {0x440154, 0x472d7b, 0x3b528b,
                                                   0x2c728e, 0x21918c, 0x28ae80,
                                                   0x5ec962, 0xaddc30, 0xfde725};

static const unsigned plasma[PALETTE_ANCHORS] = {0x0d0887, 0x4c02a1, 0x7e03a8,
                                                 0xa92395, 0xcc4778, 0xe56b5d,
                                                 0xf89540, 0xfdc527, 0xf0f921};

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

/* The colour at a place from 0 to 1 of a scale of PALETTE_ANCHORS. */
static unsigned at_place(const unsigned *scale, double share)
{
    double place = share * (PALETTE_ANCHORS - 1);
    size_t anchor = place < PALETTE_ANCHORS - 1 ? (size_t)place : PALETTE_ANCHORS - 2;
    return mix(scale[anchor], scale[anchor + 1], place - (double)anchor);
}

unsigned palette_ordered(size_t i, size_t count, bool other)
{
    /* the ends are lost on white, or nearly black */
    static const double DARKEST[] = {0.05, 0.2}, LIGHTEST[] = {0.82, 0.78};
    double share = count > 1 ? (double)(i % count) / (double)(count - 1) : 0.3;
    return at_place(other ? plasma : palette_viridis,
                    DARKEST[other] + share * (LIGHTEST[other] - DARKEST[other]));
}

unsigned palette_curve(size_t i, size_t count)
{
    static const double LIGHTEST = 0.9; /* beyond that, yellow on white */
    if (count <= FEW)
        return few[i % FEW];
    return at_place(palette_viridis,
                    LIGHTEST * (double)(i % count) / (double)(count - 1));
}
