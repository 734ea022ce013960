/* SPDX-License-Identifier: GPL-3.0-or-later */
/* map.c: slots in insertion order plus, when there are more than a few, an open-addressing index over
 * them. A removed slot keeps its key as a tombstone until the rebuild that a full slot array triggers. */
#include "sim/base/map.h"

#include <string.h>

#include "sim/base/hash.h"

#define SLOTS_FIRST 8u
#define SCANNED_MAX 8u /* so few slots are looked through; no index is made */

void map_init(struct map *m, struct arena *a)
{
    *m = (struct map){.arena = a};
}

/* Where the key stands in the index, or the empty place where it would. */
static uint32_t probe(const struct map *m, uint64_t key)
{
    uint32_t i = (uint32_t)hash_mix(key) & (m->index_cap - 1);
    while (m->index[i] && m->slots[m->index[i] - 1].key != key)
        i = (i + 1) & (m->index_cap - 1);
    return i;
}

/* The newest slot of a key, or NULL; its value is NULL when it was removed. */
static struct map_slot *find(const struct map *m, uint64_t key)
{
    if (m->index_cap) {
        uint32_t at = m->index[probe(m, key)];
        return at ? &m->slots[at - 1] : NULL;
    }
    for (uint32_t i = m->used; i-- > 0;) {
        if (m->slots[i].key == key)
            return &m->slots[i];
    }
    return NULL;
}

static void make_room(struct map *m)
{
    uint32_t cap = m->slot_cap ? m->slot_cap : SLOTS_FIRST / 2;
    if (m->live * 2 >= cap)
        cap *= 2;
    if (cap == m->slot_cap) {
        if (m->index_cap)
            memset(m->index, 0, m->index_cap * sizeof *m->index);
        return;
    }
    struct map_slot *old = m->slots;
    m->slots = ARENA_ARRAY(m->arena, struct map_slot, cap);
    if (old)
        memcpy(m->slots, old, m->used * sizeof *old);
    m->slot_cap = cap;
    if (cap > SCANNED_MAX) {
        m->index_cap = cap * 2;
        m->index = ARENA_ARRAY(m->arena, uint32_t, m->index_cap);
    }
}

static void rebuild(struct map *m)
{
    uint32_t n = 0;
    make_room(m);
    for (uint32_t i = 0; i < m->used; i++) {
        if (!m->slots[i].value)
            continue;
        m->slots[n] = m->slots[i];
        if (m->index_cap)
            m->index[probe(m, m->slots[n].key)] = n + 1;
        n++;
    }
    m->used = n;
}

void *map_get(const struct map *m, uint64_t key)
{
    const struct map_slot *s = find(m, key);
    return s ? s->value : NULL;
}

void map_put(struct map *m, uint64_t key, void *value)
{
    ASSERT(value != NULL);
    struct map_slot *s = find(m, key);
    if (s && s->value) {
        s->value = value;
        return;
    }
    if (m->used == m->slot_cap)
        rebuild(m);
    /* A tombstone of the same key is passed to the new slot, so the newest place wins the order. */
    m->slots[m->used] = (struct map_slot){key, value};
    if (m->index_cap)
        m->index[probe(m, key)] = m->used + 1;
    m->used++;
    m->live++;
}

void *map_remove(struct map *m, uint64_t key)
{
    struct map_slot *s = find(m, key);
    if (!s || !s->value)
        return NULL;
    void *old = s->value;
    s->value = NULL;
    m->live--;
    return old;
}

bool map_next(const struct map *m, uint32_t *at, struct map_slot **out)
{
    while (*at < m->used) {
        struct map_slot *s = &m->slots[(*at)++];
        if (s->value) {
            *out = s;
            return true;
        }
    }
    return false;
}
