/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.h: a live reader that keeps the skeleton of a run and tells it in a few lines: what
 * happened at which minute, and why, from records alone. It knows kinds of records, no scenario. */
#ifndef LUA_CLI_STORY_H
#define LUA_CLI_STORY_H

#include <stdio.h>

#include "sim/kernel/sim.h"

struct story;

struct story *story_new(struct arena *a, struct sim *s); /* before the run; attaches what it needs */

/* What its times count from: "the first registration", or the start of a run that has none. */
const char *story_origin(const struct story *st);

/* One line for each thing that happened, at most `lines_max` (what is left out is counted). */
void story_timeline(const struct story *st, FILE *out, int lines_max);

/* Why the first unregister came, in a few sentences under their heading; or that nobody was unregistered. */
void story_why(const struct story *st, FILE *out);

/* A setting that would have kept the state whose limit began the first unregister, such as
 * "port_security_aging_time=2min"; false: nothing suggests itself. */
bool story_remedy(const struct story *st, struct txtbuf *t);

#endif
