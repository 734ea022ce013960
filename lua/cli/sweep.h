/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.h: one sweep, as its command (cmd_sweep.c), its folder, its progress and its tables share it. */
#ifndef LUA_CLI_SWEEP_H
#define LUA_CLI_SWEEP_H

#include "lua/bind/scenario.h"
#include "lua/cli/trial_play.h"
#include "sim/study/study_db.h"

#define SWEEP_PATH_MAX 4096
#define SWEEP_CONFIDENCE 0.95
#define SWEEP_TRIALS_MAX 100000000

struct sweep_tally { /* of one point, as far as it has come */
    uint32_t trials, failed, unregistered;
};

/* --stop MEASURE=WIDTH: a point that is known well enough is played no more. */
struct sweep_stop {
    bool asked;
    enum measure_id measure;
    double width;    /* of the 95 % interval of its mean, SI */
    bool *enough;    /* by point */
    uint32_t so_far; /* replications of the rounds begun */
};

struct sweep {
    /* identity and configuration */
    struct cli_options o;
    struct cli_list vary, where, measures;
    uint64_t reps;
    bool resume;
    const char *export_as, *stop_at;
    uint64_t sobol;
    struct sweep_stop stop;
    enum measure_id shown[MEASURE_COUNT]; /* in the table */
    size_t shown_count;
    struct arena *arena;
    struct grid grid;
    struct study_plan plan;
    char dir[SWEEP_PATH_MAX];
    struct sim_dur duration; /* of each trial; what did not occur by then is censored */
    /* state */
    struct study_db *db;
    struct sweep_tally *tally;
    uint64_t trials, done, resumed; /* all; in the database; of them, already there at the start */
    uint32_t next_point, next_rep;
    int64_t started_ns, printed_ns, committed_ns;
};

/* Grid, plan and duration, from the options and the scenario, which is built once to check them. */
MUST_USE bool sweep_plan(struct sweep *s, struct err *e);

/* Folder: `out`, or results/sweeps/SCENARIO/NNN. A new sweep wants it empty (or --force, which removes an
 * earlier sweep's files); a resumed one wants sweep.db in it. */
MUST_USE bool sweep_folder_make(struct sweep *s, const char *scenario, struct err *e);
MUST_USE bool sweep_folder_find(struct sweep *s, struct err *e);
MUST_USE bool sweep_folder_path(const struct sweep *s, const char *name, char path[SWEEP_PATH_MAX],
                                struct err *e);

/* Reads --stop. */
MUST_USE bool sweep_stop_parse(struct sweep *s, struct err *e);

/* Between two rounds, when nothing is in play: which points are known well enough by now. *more: another
 * round is to be played. The verdict depends on what was played alone, so neither on workers nor on a kill. */
MUST_USE bool sweep_stop_judge(struct sweep *s, bool *more, struct err *e);

uint32_t sweep_stop_left(const struct sweep *s); /* points that are still not known well enough */

/* sweep.csv or sweep.jsonl, written beside and renamed. */
MUST_USE bool sweep_export(struct sweep *s, enum study_format f, struct err *e);

/* On stderr: a bar when that is a terminal, else a line now and then; `last` ends it. */
void sweep_progress(struct sweep *s, bool last);
int64_t sweep_clock_ns(void); /* the machine's, for progress and batches only */

/* What came of it: a table, or JSON; both read the database. */
MUST_USE bool sweep_print(struct sweep *s, FILE *out, struct err *e);
MUST_USE bool sweep_json(struct sweep *s, FILE *out, struct err *e);

#endif
