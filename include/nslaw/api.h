/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands around the declarations of every public header: they have C's linkage in
 * C++ too, and are all that the shared library shows. */
#ifndef NSLAW_API_H
#define NSLAW_API_H

#ifdef __cplusplus
#define NSL_LINKAGE_BEGIN extern "C" {
#define NSL_LINKAGE_END }
#else
#define NSL_LINKAGE_BEGIN
#define NSL_LINKAGE_END
#endif

#ifdef __GNUC__
#define NSL_BEGIN _Pragma("GCC visibility push(default)") NSL_LINKAGE_BEGIN
#define NSL_END NSL_LINKAGE_END _Pragma("GCC visibility pop")
#else
#define NSL_BEGIN NSL_LINKAGE_BEGIN
#define NSL_END NSL_LINKAGE_END
#endif

#endif
