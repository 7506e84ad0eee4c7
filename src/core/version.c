/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <nslaw/nslaw.h>

const char *nslaw_version(void)
{
    return NSL_VERSION;
}
