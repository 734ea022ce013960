/* SPDX-License-Identifier: GPL-3.0-or-later */
/* study_db_state.h: an open sweep.db, shared by study_open.c (a new or an old one), study_db.c (trials in and
 * values out) and study_export.c. */
#ifndef SIM_STUDY_STUDY_DB_STATE_H
#define SIM_STUDY_STUDY_DB_STATE_H

#include <sqlite3.h>

#include "sim/study/study_db.h"

enum statement { ADD_TRIAL, ADD_RESULT, VALUES, STATEMENTS };

struct study_db {
    /* configuration */
    struct arena *arena;
    const char *path;
    const struct study_plan *plan;
    /* state */
    sqlite3 *db;
    sqlite3_stmt *stmt[STATEMENTS];
    uint8_t *has; /* a bit a trial */
    uint64_t count, failed;
    uint32_t batch; /* trials since the last commit */
};

/* False, with what SQLite says of the last write. */
bool study_db_wrong(struct study_db *d, struct err *e);
bool study_db_execute(struct study_db *d, const char *sql, struct err *e);

/* Closes whatever is open, without a commit. */
void study_db_let_go(struct study_db *d);

/* Counts a trial that is in the file. */
void study_db_mark(struct study_db *d, uint32_t point, uint32_t rep, bool complete);

#endif
