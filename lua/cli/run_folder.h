/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_folder.h: the folder of one run. It is filled under a name of its own and renamed when whole,
 * so nothing half-written ever stands under a final name; a run that fails leaves no trace. */
#ifndef LUA_CLI_RUN_FOLDER_H
#define LUA_CLI_RUN_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/err.h"

#define RUN_PATH_MAX 4096

struct run_folder {
    char final[RUN_PATH_MAX], part[RUN_PATH_MAX];
    bool open;
    bool exists;      /* `final` was there: what we write is moved into it */
    size_t made_from; /* length of the shortest folder made on the way; 0: none */
};

/* `out`: the folder to fill (refused when not empty, unless `force`, which replaces what a run
 * writes and touches nothing else); NULL: results/runs/SCENARIO/NNN, the next free number. */
MUST_USE bool run_folder_open(struct run_folder *f, const char *scenario, const char *out,
                              bool force, struct err *e);

/* Path of a file to be written, or of a folder in there, made if missing. */
MUST_USE bool run_folder_path(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX],
                              struct err *e);
MUST_USE bool run_folder_sub(const struct run_folder *f, const char *name, char path[RUN_PATH_MAX],
                             struct err *e);
MUST_USE bool run_folder_commit(struct run_folder *f, struct err *e); /* gives all its final name */
void run_folder_abandon(struct run_folder *f); /* removes what was made, unless committed */

/* Makes the folders in which a file of this path will lie. */
MUST_USE bool run_folder_make_above(const char *path, struct err *e);

#endif
