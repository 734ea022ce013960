/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_doc.h: one finished run as the outside sees it: JSON, the tables of run.db, and the terminal. */
#ifndef LUA_CLI_RUN_DOC_H
#define LUA_CLI_RUN_DOC_H

#include <stdio.h>

#include "lua/bind/scenario.h"
#include "lua/cli/story.h"
#include "sim/observe/sink.h"

struct run_doc {
    const struct scenario *scenario;
    struct sim *sim;
    const struct observable *observables;
    size_t observable_count;
    struct story *story;
    const char *status; /* complete, interrupted, failed */
    const char *out;    /* run folder; NULL: none */
    struct sim_time until, reached;
    bool judged; /* do the observables decide the exit status? */
};

/* The document of `--json`; without "out" it is summary.json. */
void run_doc_json(FILE *f, const struct run_doc *d, bool with_out);
void run_doc_tables(struct sink *rundb, const struct run_doc *d);
void run_doc_print(FILE *f, const struct run_doc *d);
size_t run_doc_count(const struct run_doc *d, enum verdict v);

/* "text" with what JSON wants escaped, in quotes. */
void json_string(FILE *f, const char *text);

#endif
