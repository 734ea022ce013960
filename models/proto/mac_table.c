/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mac_table.c: see mac_table.h. A full table is swept for dead entries only when one may be there: sources that find
 * no room must not cost a sweep each. */
#include "models/proto/mac_table.h"

#include "models/wire/addr.h"
#include "sim/base/hash.h"

struct mac_entry {
    struct port *port;
    struct sim_time seen;
    struct mac_entry *next; /* while it is spare */
};

void mac_table_init(struct mac_table *t, struct node *n)
{
    t->node = n;
    map_init(&t->entries, sim_arena(n->sim));
}

void mac_table_ready(struct mac_table *t)
{
    t->flushed_at = ARENA_ARRAY(sim_arena(t->node->sim), struct sim_time, t->node->port_count + 1u);
    for (uint16_t i = 0; i < t->node->port_count; i++)
        t->flushed_at[i].ns = -1;
}

static bool is_alive(const struct mac_table *t, const struct mac_entry *m)
{
    if (!time_before(t->flushed_at[m->port->index], m->seen))
        return false;
    return t->aging.ns == 0 || dur_cmp(time_sub(sim_now(t->node->sim), m->seen), t->aging) < 0;
}

/* Gives the dead ones' places back, and notes when the next one can die. */
static void sweep(struct mac_table *t)
{
    struct map_slot *slot;
    t->room_from = (struct sim_time){INT64_MAX};
    for (uint32_t i = 0; map_next(&t->entries, &i, &slot);) {
        struct mac_entry *m = slot->value;
        if (!is_alive(t, m)) {
            map_remove(&t->entries, slot->key);
            m->next = t->spare;
            t->spare = m;
        } else if (t->aging.ns && m->seen.ns + t->aging.ns < t->room_from.ns) {
            t->room_from = time_add(m->seen, t->aging);
        }
    }
}

static bool has_room(struct mac_table *t)
{
    bool full = t->entries.live >= t->size;
    if (full && !time_before(sim_now(t->node->sim), t->room_from))
        sweep(t);
    return t->entries.live < t->size;
}

static void put(struct mac_table *t, struct port *in, uint64_t key)
{
    struct mac_entry *m = t->spare;
    if (m)
        t->spare = m->next;
    else
        m = ARENA_NEW(sim_arena(t->node->sim), struct mac_entry);
    *m = (struct mac_entry){.port = in, .seen = sim_now(t->node->sim)};
    map_put(&t->entries, key, m);
}

void mac_table_learn(struct mac_table *t, struct port *in, uint64_t key)
{
    struct mac_entry *m = map_get(&t->entries, key);
    if (m) {
        m->port = in;
        m->seen = sim_now(t->node->sim);
    } else if (has_room(t)) {
        put(t, in, key);
    }
}

struct port *mac_table_find(const struct mac_table *t, uint64_t key)
{
    const struct mac_entry *m = map_get(&t->entries, key);
    return m && is_alive(t, m) ? m->port : NULL;
}

void mac_table_flush(struct mac_table *t, const struct port *p)
{
    if (!t->flushed_at)
        return; /* other nodes are readier than this one: nothing is learned yet */
    t->flushed_at[p->index] = sim_now(t->node->sim);
    t->room_from = TIME_ZERO;
}

void mac_table_clear(struct mac_table *t)
{
    for (uint16_t i = 0; i < t->node->port_count; i++)
        mac_table_flush(t, t->node->ports[i]);
}

uint64_t mac_table_fill(struct mac_table *t, struct port *in, uint16_t vid)
{
    uint64_t count = 0;
    sweep(t);
    for (uint64_t i = 0; t->entries.live < t->size; i++) {
        uint64_t mac = (hash_mix(i) & 0xfcffffffffff) | 0x020000000000; /* locally administered */
        uint64_t key = (uint64_t)vid << 48 | mac;
        if (map_get(&t->entries, key))
            continue;
        put(t, in, key);
        count++;
    }
    t->room_from = TIME_ZERO;
    return count;
}
