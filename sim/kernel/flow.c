/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.c: see flow.h. */
#include "sim/kernel/flow.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/fault.h"
#include "sim/base/hash.h"

#define CAP_FIRST 16u

void flows_init(struct flows *f, uint32_t limit)
{
    ASSERT(limit > 0 && limit <= 1u << 30);
    *f = (struct flows){.limit = limit};
}

void flows_free(struct flows *f)
{
    free(f->ring);
    free(f->index);
    *f = (struct flows){.limit = f->limit};
}

static uint32_t home(const struct flows *f, uint64_t key)
{
    return (uint32_t)hash_mix(key) & (f->index_cap - 1);
}

/* Where the key stands in the index, or the empty place where it would. */
static uint32_t probe(const struct flows *f, uint64_t key)
{
    uint32_t i = home(f, key);
    while (f->index[i] && f->ring[f->index[i] - 1].key != key)
        i = (i + 1) & (f->index_cap - 1);
    return i;
}

/* Empties a place of the index. Who was pushed on by its occupant moves up, so that no probe ends early. */
static void unindex(struct flows *f, uint32_t hole)
{
    uint32_t mask = f->index_cap - 1;
    f->index[hole] = 0;
    for (uint32_t i = (hole + 1) & mask; f->index[i]; i = (i + 1) & mask) {
        uint32_t from_home = (i - home(f, f->ring[f->index[i] - 1].key)) & mask;
        if (from_home < ((i - hole) & mask))
            continue; /* its home lies behind the hole */
        f->index[hole] = f->index[i];
        f->index[i] = 0;
        hole = i;
    }
}

static void grow_ring(struct flows *f)
{
    uint32_t cap = !f->cap ? CAP_FIRST : f->cap < f->limit / 2 ? f->cap * 2 : f->limit;
    f->cap = cap < f->limit ? cap : f->limit;
    f->ring = realloc(f->ring, f->cap * sizeof *f->ring);
    ASSERT(f->ring != NULL);
}

static void grow_index(struct flows *f, uint32_t count)
{
    free(f->index);
    f->index_cap = f->index_cap ? 2 * f->index_cap : 2 * CAP_FIRST;
    f->index = calloc(f->index_cap, sizeof *f->index);
    ASSERT(f->index != NULL);
    for (uint32_t i = 0; i < count; i++)
        f->index[probe(f, f->ring[i].key)] = i + 1;
}

/* Makes room for one flow more than there ever were. */
static void grow(struct flows *f, uint32_t count)
{
    if (count == f->cap)
        grow_ring(f);
    if (count >= f->index_cap / 4 * 3)
        grow_index(f, count);
}

uint64_t flows_open(struct flows *f, uint64_t key)
{
    uint32_t at = f->cap ? f->index[probe(f, key)] : 0;
    if (at) { /* the youngest number that has this place */
        uint64_t turns = (f->numbers - at) / f->limit;
        return turns * f->limit + at;
    }
    uint32_t place = (uint32_t)(f->numbers % f->limit);
    if (f->numbers >= f->limit)
        unindex(f, probe(f, f->ring[place].key));
    else
        grow(f, place);
    f->ring[place] = (struct flow){.key = key};
    f->index[probe(f, key)] = place + 1;
    return ++f->numbers;
}

struct flow *flows_find(const struct flows *f, uint64_t number)
{
    if (number == 0 || number > f->numbers || f->numbers - number >= f->limit)
        return NULL;
    return &f->ring[(number - 1) % f->limit];
}
