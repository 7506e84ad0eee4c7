/* SPDX-License-Identifier: GPL-3.0-or-later */
/** nslaw: analytic theory of the solvable model of neural scaling laws.
 *
 *  Order of use: a spectrum (spectrum.h), a model on it (model.h), then predictions
 *  at numbers of features and samples (theory.h; predictor.h where there are many).
 *  Spectra and models are immutable once made, so that threads may share them. */
#ifndef NSLAW_NSLAW_H
#define NSLAW_NSLAW_H

#include <nslaw/activation.h>
#include <nslaw/api.h>
#include <nslaw/batch.h>
#include <nslaw/cost.h>
#include <nslaw/course.h>
#include <nslaw/density.h>
#include <nslaw/error.h>
#include <nslaw/features.h>
#include <nslaw/fit.h>
#include <nslaw/frontier.h>
#include <nslaw/measured.h>
#include <nslaw/model.h>
#include <nslaw/optimum.h>
#include <nslaw/phase.h>
#include <nslaw/predictor.h>
#include <nslaw/range.h>
#include <nslaw/solve.h>
#include <nslaw/spectrum.h>
#include <nslaw/theory.h>
#include <nslaw/work.h>

NSL_BEGIN

/** The library's version, e.g. "0.1.0". */
const char *nslaw_version(void);

NSL_END

#endif
