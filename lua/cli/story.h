/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.h: a live reader that keeps the skeleton of a run (who caused what, drops, registrations,
 * alarms, RTOs) and tells it in a few lines: what happened when, and why, from records alone. */
#ifndef LUA_CLI_STORY_H
#define LUA_CLI_STORY_H

#include <stdio.h>

#include "sim/kernel/sim.h"

struct story;

struct story *story_new(struct sim *s);
struct sink *story_sink(struct story *st);
void story_free(struct story *st);

void story_timeline(const struct story *st, FILE *out, int lines_max);
void story_why(const struct story *st, FILE *out); /* at most three sentences, wrapped at 78 columns */

/* A setting that would have kept the state whose limit began the first unregister, such as
 * "port_security_aging_time=2min"; false: nothing suggests itself. */
bool story_remedy(const struct story *st, struct txtbuf *t);

#endif
