/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fsm.h: state machines as tables, and the one funnel that moves a state. For an event the rows are
 * tried in order; the first row of the present state whose guard holds acts. Order inside a step:
 * guard, action, state := next, publish STATE (when it moved), entry hook. No row: the event is
 * published as UNEXPECTED unless the table lists it as ignorable. A step is not re-entrant: an action
 * that raises an event puts it on the machine's own queue with fsm_raise, drained before the outermost
 * step returns. */
#ifndef MODELS_NET_FSM_H
#define MODELS_NET_FSM_H

#include "models/net/net.h"

#define FSM_RAISED_MAX 4

struct fsm_row {
    int state, event;
    bool (*guard)(const void *self, const void *msg); /* pure; NULL: always */
    void (*action)(void *self, const void *msg);      /* NULL: nothing */
    int next;
};

struct fsm_state {
    const char *name;
    void (*enter)(void *self); /* after a move into this state; may be NULL */
    const char *patience;      /* how the state ends if nobody speaks: a timer's label, or "forever" */
};

struct fsm_table {
    const char *machine; /* "registrar" */
    const struct fsm_state *states;
    const char *const *events; /* names */
    const struct fsm_row *rows;
    int state_count, event_count, row_count;
    const struct fsm_row *ignored; /* (state, event) pairs that may come and mean nothing */
    int ignored_count;
    bool quiet; /* no STATE records: there are very many of its kind, and their messages say it all */
};

struct fsm {
    const struct fsm_table *table;
    struct node *node;
    const char *key; /* which one of its kind: a device, a connection */
    void *self;
    uint64_t record; /* the STATE record that last moved it */
    struct sim_time since; /* when that was */
    int state;
    bool stepping;
    uint8_t raised_count;
    uint8_t raised[FSM_RAISED_MAX]; /* events */
};

/* Starts in `state` without publishing. */
void fsm_init(struct fsm *m, const struct fsm_table *t, struct node *n, const char *key, void *self,
              int state);
void fsm_step(struct fsm *m, int event, const void *msg);
void fsm_raise(struct fsm *m, int event); /* without a message, from inside an action or entry hook */
const char *fsm_state_name(const struct fsm *m);

#endif
