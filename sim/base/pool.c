/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.c: a free list threaded through the slots; new slots are carved from the arena in batches. */
#include "sim/base/pool.h"

#include <stdio.h>
#include <string.h>

#define BATCH 16

void pool_init(struct pool *p, struct arena *a, const char *name, size_t slot_bytes, uint32_t cap)
{
    size_t least = sizeof(void *);
    *p = (struct pool){.name = name, .arena = a, .cap = cap};
    p->slot_bytes = ((slot_bytes > least ? slot_bytes : least) + 15) / 16 * 16;
}

static void carve(struct pool *p)
{
    uint32_t n = p->cap - p->made < BATCH ? p->cap - p->made : BATCH;
    if (n == 0) {
        fprintf(stderr, "dialtone: pool '%s' is full at %u slots\n", p->name, p->cap);
        fault_raise("pool exhausted", __FILE__, __LINE__);
    }
    char *slots = arena_alloc(p->arena, p->slot_bytes * n);
    for (uint32_t i = n; i-- > 0;) {
        void *slot = slots + i * p->slot_bytes;
        memcpy(slot, &p->free_list, sizeof p->free_list);
        p->free_list = slot;
    }
    p->made += n;
}

void *pool_get_raw(struct pool *p)
{
    if (!p->free_list)
        carve(p);
    void *slot = p->free_list;
    memcpy(&p->free_list, slot, sizeof p->free_list);
    p->live++;
    if (p->live > p->high_water)
        p->high_water = p->live;
    return slot;
}

void *pool_get(struct pool *p)
{
    void *slot = pool_get_raw(p);
    memset(slot, 0, p->slot_bytes);
    return slot;
}

void pool_put(struct pool *p, void *slot)
{
    ASSERT(slot != NULL && p->live > 0);
    p->live--;
    memcpy(slot, &p->free_list, sizeof p->free_list);
    p->free_list = slot;
}
