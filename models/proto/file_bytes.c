/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file_bytes.c: see file_bytes.h. */
#include "models/proto/file_bytes.h"

#include <string.h>

static uint8_t *start_of(const struct file_bytes *b)
{
    return b->small ? b->small->bytes : b->large;
}

struct str file_bytes_view(const struct file_bytes *b)
{
    return str_of_bytes(start_of(b), b->n);
}

static void give_back(struct file_bytes *b)
{
    if (b->small)
        frame_unref(b->node->net, b->small);
    b->small = NULL;
}

void file_bytes_clear(struct file_bytes *b)
{
    give_back(b);
    b->n = 0;
}

struct frame *file_bytes_hand_over(struct file_bytes *b)
{
    struct frame *f = b->small;
    b->small = NULL;
    b->n = 0;
    return f;
}

static void into_small(struct file_bytes *b, uint64_t need)
{
    struct frame *bigger = frame_new(b->node->net, need);
    if (b->n)
        memcpy(bigger->bytes, start_of(b), b->n);
    give_back(b);
    b->small = bigger;
}

static void into_large(struct file_bytes *b, uint64_t need)
{
    uint8_t *to = b->large;
    uint64_t cap = b->large_cap ? b->large_cap : 4 * FRAME_BYTES_MAX;
    while (cap < need)
        cap *= 2;
    if (cap > b->large_cap)
        to = arena_alloc(sim_arena(b->node->sim), cap);
    if (b->n && to != start_of(b))
        memcpy(to, start_of(b), b->n);
    give_back(b);
    b->large = to;
    b->large_cap = cap;
}

void file_bytes_add(struct file_bytes *b, struct str data, bool keep)
{
    uint64_t need = b->n + data.n;
    if (keep && data.n) {
        if (need > FRAME_BYTES_MAX)
            into_large(b, need);
        else if (!b->small || need > b->small->cap)
            into_small(b, need);
        memcpy(start_of(b) + b->n, data.p, data.n);
    }
    b->n = need;
}

void file_bytes_cut(struct file_bytes *b, size_t n)
{
    ASSERT(n <= b->n);
    if (n)
        memmove(start_of(b), start_of(b) + n, b->n - n);
    b->n -= n;
}

void file_bytes_init(struct file_bytes *b, struct node *n)
{
    *b = (struct file_bytes){.node = n};
}
