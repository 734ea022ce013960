/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.h: fixed-size slots for what is born and dies during a run. Slots come zeroed; the pool knows
 * how many live (a leak check at the end of the run) and the most that ever lived. */
#ifndef SIM_BASE_POOL_H
#define SIM_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"

struct pool {
    /* configuration */
    const char *name;
    struct arena *arena;
    size_t slot_bytes;
    uint32_t cap;
    /* state */
    void *free_list;
    uint32_t made, live, high_water;
};

void pool_init(struct pool *p, struct arena *a, const char *name, size_t slot_bytes, uint32_t cap);
void *pool_get(struct pool *p);  /* zeroed; more than `cap` live slots is a fault naming the pool */
void *pool_get_raw(struct pool *p); /* the same, not zeroed after reuse */
void pool_put(struct pool *p, void *slot);

#endif
