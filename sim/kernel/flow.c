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

static void grow(struct flows *f)
{
    uint32_t old = f->cap;
    f->cap = !old ? CAP_FIRST : old < f->limit / 2 ? old * 2 : f->limit;
    f->cap = f->cap < f->limit ? f->cap : f->limit;
    f->ring = realloc(f->ring, f->cap * sizeof *f->ring);
    f->index_cap = 2 * CAP_FIRST;
    while (f->index_cap < 2 * f->cap)
        f->index_cap *= 2;
    free(f->index);
    f->index = calloc(f->index_cap, sizeof *f->index);
    ASSERT(f->ring != NULL && f->index != NULL);
    for (uint32_t i = 0; i < old; i++)
        f->index[probe(f, f->ring[i].key)] = i + 1;
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
    else if (place == f->cap)
        grow(f);
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
