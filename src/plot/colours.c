/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/colours.h"

const uint32_t plot_colours[COLOURS] = {
    0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c,
    0x28ae80, 0x5ec962, 0xaddc30, 0xfde725,
};
