/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_reader.h: a recorded run read back from its run.db: facts in order of their numbers, their further
 * causes, nodes, keys. Read only; the file may be of today or of last year. */
#ifndef SIM_VIEW_RUN_READER_H
#define SIM_VIEW_RUN_READER_H

#include "sim/base/arena.h"
#include "sim/base/err.h"
#include "sim/base/str.h"

enum view_role { VIEW_AWAITED, VIEW_STATE, VIEW_LIMIT };

struct view_because {
    int64_t record, of;
    enum view_role role;
};

struct view_record {
    int64_t id, t_ns, cause, flow;
    int node;
    const char *kind, *text, *fields;
    uint32_t because, because_count; /* rows in view_run.because */
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

struct view_run {
    struct arena *arena;
    const char *folder, *scenario, *status;
    struct view_record *records; /* records[i].id == i + 1 */
    size_t count;
    struct view_because *because; /* sorted by record */
    size_t because_count;
    struct view_node *nodes; /* by id */
    int node_count;
    struct view_measure *measures;
    size_t measure_count;
    struct view_observable *observables;
    size_t observable_count;
    int64_t origin_ns; /* of the first registration; 0: none */
};

/* `folder` holds run.db. NULL: *e says why. */
struct view_run *view_open(const char *folder, struct err *e);
void view_close(struct view_run *r);

const struct view_record *view_record(const struct view_run *r, int64_t id); /* NULL: no such fact */

/* The first record in that role, or NULL. */
const struct view_record *view_because(const struct view_run *r, const struct view_record *x,
                                       enum view_role role);

/* One field of a record as text ("" when it is not there), unescaped into a buffer of the caller's. */
struct str view_field(const struct view_record *x, const char *name, char *buf, size_t cap);
bool view_is(const struct view_record *x, const char *kind);

#endif
