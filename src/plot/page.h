/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of an HTML page that do not depend on the picture: page.html, page.css and
 * the page-*.js, which the build turns into arrays (embed.sh). */
#ifndef NSL_PLOT_PAGE_H
#define NSL_PLOT_PAGE_H

/* Ended by a zero byte. */
extern const unsigned char page_html[], page_css[], page_js[];

#endif
