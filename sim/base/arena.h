/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena.h: bump allocator, freed as a whole. Memory comes zeroed. Running out of the machine's memory,
 * or past the arena's stated cap, is a fault that names the arena: no caller checks for NULL. */
#ifndef SIM_BASE_ARENA_H
#define SIM_BASE_ARENA_H

#include <stddef.h>

#include "sim/base/str.h"

struct arena;

struct arena *arena_new(const char *name, size_t cap_bytes);
void arena_free(struct arena *a);
void *arena_alloc(struct arena *a, size_t n); /* aligned for every type */
char *arena_strdup(struct arena *a, struct str s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

#endif
