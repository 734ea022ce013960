/* SPDX-License-Identifier: GPL-3.0-or-later */
/* map.h: hash map from a 64-bit key to a pointer. Iteration is in order of insertion, so hash order
 * can never reach a result. Removed places are reused only when the table is rebuilt. */
#ifndef SIM_BASE_MAP_H
#define SIM_BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

struct map_slot {
    uint64_t key;
    void *value; /* NULL: removed */
};

struct map {
    struct arena *arena;
    struct map_slot *slots; /* in order of insertion */
    uint32_t *index;        /* open addressing; 0 empty, else slot + 1; NULL while there are few */
    uint32_t used, live, slot_cap, index_cap;
};

void map_init(struct map *m, struct arena *a);
void *map_get(const struct map *m, uint64_t key); /* NULL: not there */
void map_put(struct map *m, uint64_t key, void *value); /* value != NULL; replaces */
void *map_remove(struct map *m, uint64_t key);    /* the old value, or NULL */

/* for (uint32_t i = 0; map_next(&m, &i, &slot);) — removal of the slot just seen is allowed. */
bool map_next(const struct map *m, uint32_t *at, struct map_slot **out);

#endif
