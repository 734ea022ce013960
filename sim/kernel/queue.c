/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue.c: a 4-ary indexed heap. Keys lie beside the pointers, so sifting touches no event except to
 * write its slot. Slot numbers start at 1: slot 0 means "not pending".
 *
 * The place of a first event that was taken out stays open until it is needed: an event that is scheduled
 * next, such as the same timer anew, often belongs near the top and takes it at once, where closing the gap
 * and rising from the bottom would pass every level twice. */
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
    bool open;          /* heap[1] stands for nobody; its key is below every other */
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
    /* One wide comparison instead of two: which child is less cannot be predicted, and a branch on it
     * costs more than the arithmetic. Times are never negative. */
    unsigned __int128 x = (unsigned __int128)(uint64_t)a->at << 64 | a->order;
    unsigned __int128 y = (unsigned __int128)(uint64_t)b->at << 64 | b->order;
    return x < y;
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

/* Of the up to four children from `first` on, the least. */
static inline uint32_t least_child(const struct queue *q, uint32_t first)
{
    const struct entry *h = q->heap;
    uint32_t least = first;
    if (first + ARITY - 1 <= q->count) { /* all four: two pairs, then the winners */
        uint32_t a = first + before(&h[first + 1], &h[first]);
        uint32_t b = first + 2 + before(&h[first + 3], &h[first + 2]);
        return before(&h[b], &h[a]) ? b : a;
    }
    for (uint32_t c = first + 1; c <= q->count; c++)
        least = before(&h[c], &h[least]) ? c : least;
    return least;
}

static void sift_down(struct queue *q, uint32_t slot, struct entry e)
{
    for (;;) {
        uint32_t first = (slot - 1) * ARITY + 2;
        if (first > q->count)
            break;
        uint32_t least = least_child(q, first);
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

/* Whether the entry may stand below the slot after the last one without rising. */
static bool fits_at_the_end(const struct queue *q, const struct entry *e)
{
    uint32_t parent = (q->count - 1) / ARITY + 1;
    return parent > 1 && !before(e, &q->heap[parent]);
}

void queue_push(struct queue *q, struct event *ev)
{
    ASSERT(!event_pending(ev));
    if (q->count + 1 >= q->cap) {
        q->cap = q->cap ? q->cap * 2 : 64;
        q->heap = realloc(q->heap, q->cap * sizeof *q->heap);
        ASSERT(q->heap != NULL);
    }
    struct entry e = entry_of(q, ev);
    if (q->open && !fits_at_the_end(q, &e)) {
        q->open = false;
        sift_down(q, 1, e);
        return;
    }
    q->count++;
    sift_up(q, q->count, e);
}

/* The hole left by the root sinks to a leaf, always to the lesser child, and the last entry, which came
 * from a leaf, seldom has to rise from there: fewer comparisons than sinking that entry. */
static void close_gap(struct queue *q)
{
    struct entry last = q->heap[q->count--];
    uint32_t hole = 1;
    q->open = false;
    if (q->count == 0)
        return;
    for (uint32_t first = 2; first <= q->count; first = (hole - 1) * ARITY + 2) {
        uint32_t least = least_child(q, first);
        place(q, hole, q->heap[least]);
        hole = least;
    }
    sift_up(q, hole, last);
}

void queue_remove(struct queue *q, struct event *ev)
{
    uint32_t slot = ev->slot;
    ASSERT(slot > 0 && slot <= q->count && q->heap[slot].ev == ev);
    if (slot == 1) {
        q->open = true;
        q->heap[1] = (struct entry){0};
        ev->slot = 0;
        return;
    }
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

struct event *queue_first(struct queue *q)
{
    if (q->open)
        close_gap(q);
    return q->count ? q->heap[1].ev : NULL;
}

uint32_t queue_count(const struct queue *q)
{
    return q->count - q->open;
}
