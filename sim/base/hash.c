/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.c: bytes are taken as little-endian words whatever the machine, so digests travel. */
#include "sim/base/hash.h"

#include <string.h>

static uint64_t load_le(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t h = hash_fold(seed, n);
    for (; n >= 8; n -= 8, p += 8)
        h = hash_fold(h, load_le(p, 8));
    if (n)
        h = hash_fold(h, load_le(p, n));
    return hash_mix(h);
}

uint64_t hash_cstr(uint64_t seed, const char *s)
{
    return hash_bytes(seed, s, strlen(s));
}
