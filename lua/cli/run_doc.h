/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_doc.h: one finished run as the outside sees it: JSON, the tables of run.db, and the terminal.
 */
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
    const struct story *story; /* only for the terminal */
    const char *status;        /* complete, interrupted */
    const char *out;           /* run folder; NULL: none */
    const char *files;         /* what is in it, for people */
    struct sim_time until, reached;
    bool documented; /* no parameter differs from the scenario's documented values */
    bool judged;     /* the observables decide the exit status */
};

/* The document of `--json`; without "out" it is summary.json. */
void run_doc_json(FILE *f, const struct run_doc *d, bool with_out);
void run_doc_tables(struct sink *rundb, const struct run_doc *d);
size_t run_doc_count(const struct run_doc *d, enum verdict v);

/* What people see. The last 24 lines tell it all: what happened at which minute, why, how it
 * compares with the document, where the files lie, what to type next. */
void run_print(FILE *f, const struct run_doc *d);

/* The value of a parameter as JSON: a number in SI units, text, or null. */
void json_value(FILE *f, const struct scenario_param *p);

/* Quoted, with what JSON wants escaped; bytes that are no UTF-8 are replaced. */
void json_string(FILE *f, const char *text);

#endif
