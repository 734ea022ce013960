/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial_play.h: a scenario played once at a point of a grid, unrecorded. */
#ifndef LUA_CLI_TRIAL_PLAY_H
#define LUA_CLI_TRIAL_PLAY_H

#include "lua/cli/cli.h"
#include "sim/study/grid.h"
#include "sim/study/trial.h"

struct trial_plan {
    const struct cli_options *options;
    const struct grid *grid;
    /* Makes one more subscriber of this trial's facts, in the arena that lives as long as the run; or NULL. */
    struct sink *(*watch)(void *arg, struct arena *a, const struct trial *t);
    void *watch_arg;
};

/* A trial_fn; `arg` is a struct trial_plan. */
void trial_play(void *arg, const struct trial *t, struct trial_result *out);

#endif
