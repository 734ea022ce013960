/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue.c: a 4-ary indexed heap. Keys lie beside the pointers, so sifting touches no event except to
 * write its slot. Slot numbers start at 1: slot 0 means "not pending". */
#include "sim/kernel/queue.h"

#include <stdlib.h>

#include "sim/base/hash.h"

#define ARITY 4u
#define RANK_SHIFT 60 /* ids stay below 2^60: at 1e9 events a second that lasts 36 years */

struct entry {
    int64_t at;
    uint64_t order; /* rank above, id (or its shuffle) below */
    struct event *ev;
};

struct queue {
    struct entry *heap; /* heap[1..count] */
    uint32_t count, cap;
    uint64_t shake;
};

struct queue *queue_new(uint64_t shake_seed)
{
    struct queue *q = calloc(1, sizeof *q);
    ASSERT(q != NULL);
    q->shake = shake_seed;
    return q;
}

void queue_free(struct queue *q)
{
    if (q)
        free(q->heap);
    free(q);
}

static inline bool before(const struct entry *a, const struct entry *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static inline void place(struct queue *q, uint32_t slot, struct entry e)
{
    q->heap[slot] = e;
    e.ev->slot = slot;
}

static void sift_up(struct queue *q, uint32_t slot, struct entry e)
{
    while (slot > 1) {
        uint32_t parent = (slot - 2) / ARITY + 1;
        if (!before(&e, &q->heap[parent]))
            break;
        place(q, slot, q->heap[parent]);
        slot = parent;
    }
    place(q, slot, e);
}

static void sift_down(struct queue *q, uint32_t slot, struct entry e)
{
    for (;;) {
        uint32_t first = (slot - 1) * ARITY + 2;
        if (first > q->count)
            break;
        uint32_t last = first + ARITY - 1 < q->count ? first + ARITY - 1 : q->count;
        uint32_t least = first;
        for (uint32_t c = first + 1; c <= last; c++) {
            if (before(&q->heap[c], &q->heap[least]))
                least = c;
        }
        if (!before(&q->heap[least], &e))
            break;
        place(q, slot, q->heap[least]);
        slot = least;
    }
    place(q, slot, e);
}

static struct entry entry_of(const struct queue *q, struct event *ev)
{
    uint64_t id = q->shake ? hash_mix(ev->id ^ q->shake) >> (64 - RANK_SHIFT) : ev->id;
    return (struct entry){ev->at.ns, (uint64_t)ev->rank << RANK_SHIFT | id, ev};
}

static void settle(struct queue *q, uint32_t slot, struct entry e)
{
    if (slot > 1 && before(&e, &q->heap[(slot - 2) / ARITY + 1]))
        sift_up(q, slot, e);
    else
        sift_down(q, slot, e);
}

void queue_push(struct queue *q, struct event *ev)
{
    ASSERT(!event_pending(ev));
    if (q->count + 1 >= q->cap) {
        q->cap = q->cap ? q->cap * 2 : 64;
        q->heap = realloc(q->heap, q->cap * sizeof *q->heap);
        ASSERT(q->heap != NULL);
    }
    q->count++;
    sift_up(q, q->count, entry_of(q, ev));
}

void queue_remove(struct queue *q, struct event *ev)
{
    uint32_t slot = ev->slot;
    ASSERT(slot > 0 && slot <= q->count && q->heap[slot].ev == ev);
    struct entry last = q->heap[q->count--];
    ev->slot = 0;
    if (last.ev != ev)
        settle(q, slot, last);
}

void queue_move(struct queue *q, struct event *ev)
{
    ASSERT(event_pending(ev) && q->heap[ev->slot].ev == ev);
    settle(q, ev->slot, entry_of(q, ev));
}

struct event *queue_first(const struct queue *q)
{
    return q->count ? q->heap[1].ev : NULL;
}

uint32_t queue_count(const struct queue *q)
{
    return q->count;
}
