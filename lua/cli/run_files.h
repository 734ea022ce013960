/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_files.h: what a run leaves on disk: run.db, logs, captures, summary.json, meta.json. */
#ifndef LUA_CLI_RUN_FILES_H
#define LUA_CLI_RUN_FILES_H

#include "lua/cli/cli.h"
#include "lua/cli/run_doc.h"
#include "lua/cli/run_folder.h"

#define OBSERVERS_BYTES_MAX (4ull << 30)

struct run_files {
    struct run_folder folder;
    struct sim *sim;
    struct sink *rundb;
    bool meta;     /* summary.json does not stand alone */
    bool captured; /* some port is */
    int64_t started_ns;
};

/* Makes the folder, if the options ask for one, and attaches what fills it. */
MUST_USE bool run_files_open(struct run_files *r, struct arena *a, const struct scenario *sc,
                             struct sim *s, const struct cli_options *o, struct err *e);

/* Closes every sink, writes the rest, gives the folder its name and sets d->out. */
MUST_USE bool run_files_close(struct run_files *r, struct run_doc *d, struct err *e);
void run_files_abandon(struct run_files *r);

#endif
