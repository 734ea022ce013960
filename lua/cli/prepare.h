/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prepare.h: a scenario as the command line asks for it, up to the moment before it is played. */
#ifndef LUA_CLI_PREPARE_H
#define LUA_CLI_PREPARE_H

#include "lua/bind/scenario.h"
#include "lua/cli/cli.h"

/* Finds and loads the scenario of `o->subject`, and gives it --set and --until. On NULL *e says why. */
struct scenario *prepare_load(const struct cli_options *o, struct err *e);

/* Builds its network. A model's parameter is checked only here: the error then names its --set. */
MUST_USE bool prepare_build(struct scenario *sc, struct net *n, const struct cli_options *o,
                            struct err *e);

/* How long it plays: the duration as documented, or as --set and --until have it. */
struct sim_time prepare_end(const struct scenario *sc);

#endif
