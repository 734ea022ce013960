/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_run.h: the facts of a run as a reader sees them, wherever they come from: all of them, read from a
 * run.db (run_reader.h), or the newest of a run in progress. Records stand in a ring by their numbers, so
 * what reads them need not know which of the two it has. */
#ifndef SIM_VIEW_VIEW_RUN_H
#define SIM_VIEW_VIEW_RUN_H

#include "sim/base/arena.h"
#include "sim/base/str.h"

enum view_role { VIEW_AWAITED, VIEW_STATE, VIEW_LIMIT };

struct view_because {
    int64_t record, of;
    enum view_role role;
    uint32_t next; /* of the same record: its place + 1; 0: the last */
};

struct view_record {
    int64_t id, t_ns, cause, flow;
    int node;
    const char *kind, *text, *fields;
    uint32_t because; /* place + 1 of its first; 0: none */
};

struct view_node {
    const char *name, *model;
};

/* What the run was judged by. */
struct view_measure {
    const char *name, *value, *unit, *doc; /* value "": did not occur */
    int64_t record;                        /* the first that counted; 0: none */
};

struct view_observable {
    const char *name, *documented, *simulated, *verdict, *note;
};

/* A parameter that somebody set otherwise than the scenario has it. */
struct view_param {
    const char *name, *value, *unit;
};

struct view_run {
    struct arena *arena;
    const char *folder, *scenario, *status;
    const char *ladder; /* whom a ladder draws, separated by commas; NULL: the scenario does not say */
    struct view_record *records; /* number id stands at (id - 1) % capacity */
    size_t count, capacity;      /* count: the highest number */
    struct view_because *because;
    size_t because_count, because_capacity;
    const struct view_record *pinned; /* kept though the ring has passed them */
    size_t pinned_count;
    struct view_node *nodes; /* by id */
    int node_count;
    struct view_measure *measures;
    size_t measure_count;
    struct view_observable *observables;
    size_t observable_count;
    struct view_param *params;
    size_t param_count;
    int64_t origin_ns; /* of the first registration; 0: none */
};

const struct view_record *view_record(const struct view_run *r, int64_t id); /* NULL: no such fact */
int64_t view_oldest(const struct view_run *r); /* number of the oldest in the ring */

/* A record's further causes, in the order in which they were stated. */
void view_add_because(struct view_run *r, struct view_record *x, int64_t of, enum view_role role);
const struct view_because *view_becauses(const struct view_run *r, const struct view_record *x);
const struct view_because *view_next_because(const struct view_run *r, const struct view_because *b);

/* The first record in that role, or NULL. */
const struct view_record *view_because(const struct view_run *r, const struct view_record *x,
                                       enum view_role role);

/* One field of a record as text ("" when it is not there), unescaped into a buffer of the caller's. */
struct str view_field(const struct view_record *x, const char *name, char *buf, size_t cap);
bool view_field_is(const struct view_record *x, const char *name, const char *value);
bool view_is(const struct view_record *x, const char *kind);
bool view_is_frame(const struct view_record *x);

/* "the scenario" for node 0 and any that has no name. */
const char *view_node_name(const struct view_run *r, int node);

#endif
