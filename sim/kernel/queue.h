/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue.h: pending events in their total order: time, then rank, then id. Ids are handed out in the
 * order of scheduling, so equal means first come. The rank says: frames land before timers fire before
 * scripts act before checks look; reordering it changes every reference. Events are embedded in their
 * owners; cancelling is eager (no dead events) and re-arming moves the event in place. */
#ifndef SIM_KERNEL_QUEUE_H
#define SIM_KERNEL_QUEUE_H

#include <stdint.h>

#include "sim/base/simtime.h"

enum ev_rank { EV_WIRE, EV_TIMER, EV_SCRIPT, EV_CHECK };

struct event {
    struct sim_time at;
    uint32_t slot; /* 0: not pending */
    uint8_t rank;
    uint64_t id;    /* place in the order of scheduling */
    uint64_t cause; /* record in whose handling it was scheduled */
    uint64_t flow;
    void (*fire)(struct event *);
    const char *label;
};

struct queue;

struct queue *queue_new(uint64_t shake_seed); /* 0: ties by id; else equal times and ranks shuffled */
void queue_free(struct queue *q);
void queue_push(struct queue *q, struct event *ev);   /* ev->at, id and rank are set; not pending */
void queue_remove(struct queue *q, struct event *ev); /* pending */
void queue_move(struct queue *q, struct event *ev);   /* pending, and at or id were changed */
struct event *queue_first(struct queue *q);     /* NULL when empty */
void queue_take_first(struct queue *q);         /* the one that queue_first has just named is pending no more */
uint32_t queue_count(const struct queue *q);

static inline bool event_pending(const struct event *ev)
{
    return ev->slot != 0;
}

#endif
