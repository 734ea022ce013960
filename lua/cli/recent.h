/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recent.h: the newest facts of a run in progress, as the readers of a recorded run see them. Memory is
 * bounded however long the run; parameters that were cited are kept for good. Once it has been told to
 * stop, it takes a little more, for what follows, and then nothing. */
#ifndef LUA_CLI_RECENT_H
#define LUA_CLI_RECENT_H

#include "sim/kernel/sim.h"
#include "sim/view/view_run.h"

struct recent;

struct recent *recent_new(struct arena *a, const struct sim *s);
struct sink *recent_sink(struct recent *k); /* to be attached before the run */
void recent_stop(struct recent *k);

/* What there is now; `origin_ns` of the first registration. Lives as long as the arena. */
const struct view_run *recent_run(struct recent *k, int64_t origin_ns);

#endif
