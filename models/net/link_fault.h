/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_fault.h: what a scenario does to a link: cut, flap, loss by three laws, delay, jitter, reordering,
 * duplication, corruption; in both directions or in one, from a time on, for a time or until healed.
 *
 * Faults that are in force act on a frame in the order in which the script named them; one that loses it ends
 * its way. Each has a stream of random numbers of its own for each direction, by the name
 * NODE/PORT/fault/KIND/N, N counting this link's faults of the kind. Its beginning is a FAULT record, and
 * the state that explains (bus_because) every sending that it touched and every frame that it lost. */
#ifndef MODELS_NET_LINK_FAULT_H
#define MODELS_NET_LINK_FAULT_H

#include "models/net/link.h"

struct link_fault;

enum link_fault_kind {
    LINK_FAULT_CUT,
    LINK_FAULT_FLAP,
    LINK_FAULT_LOSS,
    LINK_FAULT_GILBERT,
    LINK_FAULT_MASK,
    LINK_FAULT_DELAY,
    LINK_FAULT_JITTER,
    LINK_FAULT_REORDER,
    LINK_FAULT_DUPLICATE,
    LINK_FAULT_CORRUPT,
    LINK_FAULT_KINDS
};

struct link_fault_type {
    const char *name; /* also the verb, link:loss{} */
    const char *doc;
    const struct param_def *params; /* ends with a nameless entry */
};

extern const struct link_fault_type link_fault_types[LINK_FAULT_KINDS];

/* The kind of that name. An unknown one is a user error. */
MUST_USE bool link_fault_find(struct str name, enum link_fault_kind *out, struct err *e);

/* What a script asks for: `settings` by the schema of the kind; `target` names the link and `place` the line of
 * the script, in records (both are copied). It begins at once, or by an event of rank EV_SCRIPT when `at` lies
 * ahead. Bad settings are user errors. */
struct link_fault_order {
    enum link_fault_kind kind;
    const struct setting *settings;
    size_t count;
    const char *target, *place;
};
MUST_USE bool link_fault_add(struct link *l, const struct link_fault_order *o, struct link_fault **out,
                             struct err *e);

/* Ends it by hand; one that waits for its time never begins. Nothing when it is over. */
void link_fault_heal(struct link_fault *f, const char *place);

/* --- for link.c --- */

/* What the faults in force do with one frame. */
struct link_fate {
    int lost;                    /* enum drop_reason; DROP_COUNT: it goes on its way */
    uint64_t lost_by;            /* FAULT record */
    struct sim_dur late;         /* added to its delay; order is kept */
    struct sim_dur held_back;    /* added after that: others overtake it */
    uint64_t corrupted_by;       /* FAULT record; 0: its bits are sound */
};

/* `tx` is the record of the sending. `after` NULL: an original; else the duplication that made this copy, which
 * meets only what stands behind it. */
struct link_fate link_faults_act(struct link *l, uint8_t side, const struct frame *f, uint64_t tx,
                                 struct link_fault *after);

/* The next duplication that struck the original just sent, and is forgotten thereby; NULL: none. */
struct link_fault *link_faults_take_copy(struct link *l, uint8_t side, uint64_t *record);

/* Which directions the faults in force keep cut (bit i: sent by end i), and the record to be cited for each. */
uint8_t link_faults_cut(const struct link *l, uint64_t record[2]);

/* The share of such a stream that the faults in force lose, cuts apart; 0 records when they lose none. */
struct link_outlook link_faults_outlook(const struct link *l, uint8_t side, const struct link_traffic *t);

void link_faults_end_all(struct link *l); /* those in force; publishes nothing */

#endif
