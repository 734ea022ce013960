/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue.c: a 4-ary indexed heap of times with their events: 16 bytes an entry, and the four children of a
 * slot fill one cache line. Rank and id lie in the event and are read only when two times are the same.
 * Sifting touches no other part of an event than its slot. Slot numbers start at 1: slot 0 means "not pending".
 *
 * The place of a first event that was taken out stays open until it is needed: an event that is scheduled
 * next, such as the same timer anew, often belongs near the top and takes it at once, where closing the gap
 * and rising from the bottom would pass every level twice. */
#include "sim/kernel/queue.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/hash.h"

#define ARITY 4u
#define LINE_BYTES 64
#define ROOT_AT 3 /* in the memory of the heap: so that each four children begin a cache line */

struct entry {
    int64_t at;
    struct event *ev;
};

struct queue {
    struct entry *heap; /* heap[1..count] */
    bool open;          /* heap[1] stands for nobody; its time is before every other */
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

static void *memory_of(struct entry *heap)
{
    return heap ? heap - (ROOT_AT - 1) : NULL;
}

void queue_free(struct queue *q)
{
    if (q)
        free(memory_of(q->heap));
    free(q);
}

static void grow(struct queue *q)
{
    uint32_t cap = q->cap ? q->cap * 2 : 64;
    struct entry *memory = aligned_alloc(LINE_BYTES, cap * sizeof *memory);
    ASSERT(memory != NULL);
    if (q->heap)
        memcpy(memory, memory_of(q->heap), q->cap * sizeof *memory);
    free(memory_of(q->heap));
    q->heap = memory + ROOT_AT - 1;
    q->cap = cap;
}

static uint64_t id_of(const struct queue *q, const struct event *ev)
{
    return q->shake ? hash_mix(ev->id ^ q->shake) : ev->id;
}

/* Apart: where times differ, nothing of it should be in the way. */
__attribute__((noinline, cold)) static bool before_at_same_time(const struct queue *q, const struct event *a, const struct event *b)
{
    return a->rank != b->rank ? a->rank < b->rank : id_of(q, a) < id_of(q, b);
}

static inline bool before(const struct queue *q, const struct entry *a, const struct entry *b)
{
    /* Which of two is less cannot be predicted, that their times differ can. */
    if (a->at == b->at)
        return before_at_same_time(q, a->ev, b->ev);
    return a->at < b->at;
}

static inline void place(struct entry *heap, uint32_t slot, struct entry e)
{
    heap[slot] = e;
    e.ev->slot = slot;
}

static void sift_up(struct queue *q, uint32_t slot, struct entry e)
{
    struct entry *heap = q->heap;
    while (slot > 1) {
        uint32_t parent = (slot - 2) / ARITY + 1;
        if (!before(q, &e, &heap[parent]))
            break;
        place(heap, slot, heap[parent]);
        slot = parent;
    }
    place(heap, slot, e);
}

/* Of the up to four children from `first` on, `count` being the last slot, the least. */
static inline uint32_t least_child(const struct queue *q, const struct entry *heap, uint32_t first,
                                   uint32_t count)
{
    const struct entry *h = heap + first;
    uint32_t least = 0;
    if (first + ARITY - 1 <= count) { /* all four: two pairs, then the winners */
        uint32_t a = before(q, &h[1], &h[0]);
        uint32_t b = 2 + before(q, &h[3], &h[2]);
        uint32_t swap = 0u - before(q, &h[b], &h[a]); /* a mask: a branch would be wrong half the time */
        return first + (a ^ ((a ^ b) & swap));
    }
    for (uint32_t c = 1; first + c <= count; c++)
        least = before(q, &h[c], &h[least]) ? c : least;
    return first + least;
}

static void sift_down(struct queue *q, uint32_t slot, struct entry e)
{
    struct entry *heap = q->heap;
    const uint32_t count = q->count;
    for (;;) {
        uint32_t first = (slot - 1) * ARITY + 2;
        if (first > count)
            break;
        uint32_t least = least_child(q, heap, first, count);
        if (!before(q, &heap[least], &e))
            break;
        place(heap, slot, heap[least]);
        slot = least;
    }
    place(heap, slot, e);
}

static struct entry entry_of(struct event *ev)
{
    return (struct entry){ev->at.ns, ev};
}

static void settle(struct queue *q, uint32_t slot, struct entry e)
{
    if (slot > 1 && before(q, &e, &q->heap[(slot - 2) / ARITY + 1]))
        sift_up(q, slot, e);
    else if ((slot - 1) * ARITY + 2 > q->count) /* a leaf, as three of four are */
        place(q->heap, slot, e);
    else
        sift_down(q, slot, e);
}

/* Whether the entry may stand below the slot after the last one without rising. */
static bool fits_at_the_end(const struct queue *q, const struct entry *e)
{
    uint32_t parent = (q->count - 1) / ARITY + 1;
    return parent > 1 && !before(q, e, &q->heap[parent]);
}

void queue_push(struct queue *q, struct event *ev)
{
    ASSERT(!event_pending(ev));
    if (q->count + ROOT_AT >= q->cap)
        grow(q);
    struct entry e = entry_of(ev);
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
    struct entry *heap = q->heap;
    const uint32_t count = --q->count;
    uint32_t hole = 1;
    q->open = false;
    if (count == 0)
        return;
    for (uint32_t first = 2; first <= count; first = (hole - 1) * ARITY + 2) {
        uint32_t least = least_child(q, heap, first, count);
        place(heap, hole, heap[least]);
        hole = least;
    }
    sift_up(q, hole, heap[count + 1]);
}

void queue_take_first(struct queue *q)
{
    q->open = true;
    q->heap[1].at = -1;
    q->heap[1].ev->slot = 0;
}

void queue_remove(struct queue *q, struct event *ev)
{
    uint32_t slot = ev->slot;
    ASSERT(slot > 0 && slot <= q->count && q->heap[slot].ev == ev);
    if (slot == 1) {
        queue_take_first(q);
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
    settle(q, ev->slot, entry_of(ev));
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
