/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena.c: a chain of blocks, each twice the last up to a ceiling; a large request gets its own. */
#include "sim/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FIRST ((size_t)16 * 1024)
#define BLOCK_LAST ((size_t)1024 * 1024)

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    const char *name;
    size_t cap, used, next_size;
    struct block *head;
};

struct arena *arena_new(const char *name, size_t cap_bytes)
{
    struct arena *a = calloc(1, sizeof *a);
    ASSERT(a != NULL);
    *a = (struct arena){.name = name, .cap = cap_bytes, .next_size = BLOCK_FIRST};
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

static _Noreturn void exhausted(const struct arena *a)
{
    fprintf(stderr, "dialtone: arena '%s' is full at %zu bytes (cap %zu)\n", a->name, a->used, a->cap);
    fault_raise("arena exhausted", __FILE__, __LINE__);
}

static void add_block(struct arena *a, size_t n)
{
    size_t size = n > a->next_size ? n : a->next_size;
    struct block *b = calloc(1, sizeof *b + size);
    if (!b)
        exhausted(a);
    b->size = size;
    b->next = a->head;
    a->head = b;
    if (a->next_size < BLOCK_LAST)
        a->next_size *= 2;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t align = alignof(max_align_t);
    ASSERT(n < SIZE_MAX - align);
    n = (n + align - 1) / align * align;
    if (n > a->cap - a->used)
        exhausted(a);
    if (!a->head || a->head->size - a->head->used < n)
        add_block(a, n);
    void *p = a->head->bytes + a->head->used;
    a->head->used += n;
    a->used += n;
    return p;
}

char *arena_strdup(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    ASSERT(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
