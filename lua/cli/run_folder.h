/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_folder.h: the folder of one run. It is filled under a name of its own beside the final one and
 * renamed when whole, so nothing half-written ever stands under a final name. */
#ifndef LUA_CLI_RUN_FOLDER_H
#define LUA_CLI_RUN_FOLDER_H

#include <stdbool.h>

#include "sim/base/err.h"

#define RUN_PATH_MAX 4096

struct run_folder {
    char final[RUN_PATH_MAX - 64], part[RUN_PATH_MAX - 32];
    bool open, force;
};

/* `out`: the folder to make (refused when not empty, unless `force`); NULL: results/runs/SCENARIO/NNN,
 * the next free number. Missing folders on the way are made. */
bool run_folder_open(struct run_folder *f, const char *scenario, const char *out, bool force,
                     struct err *e);
bool run_folder_is_open(const struct run_folder *f);
bool run_folder_path(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX], struct err *e);
bool run_folder_sub(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX], struct err *e);
bool run_folder_capture(const struct run_folder *f, const char *node, const char *port,
                        char path[RUN_PATH_MAX], struct err *e);
bool run_folder_commit(struct run_folder *f, struct err *e); /* gives it its final name */
const char *run_folder_name(const struct run_folder *f);
void run_folder_abandon(struct run_folder *f); /* removes what was written, unless committed */

#endif
