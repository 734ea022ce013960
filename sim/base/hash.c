/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.c: bytes are taken as little-endian words whatever the machine, so digests travel. */
#include "sim/base/hash.h"

#include <endian.h>
#include <string.h>

static inline uint64_t load_le64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

/* The last one to seven bytes. */
static inline uint64_t load_rest(const uint8_t *p, size_t n)
{
    uint32_t low, high;
    if (n < 4) /* first, middle and last: all three, two or one of the bytes */
        return p[0] | (uint64_t)p[n / 2] << (8 * (n / 2)) | (uint64_t)p[n - 1] << (8 * (n - 1));
    memcpy(&low, p, sizeof low);
    memcpy(&high, p + n - 4, sizeof high);
    return le32toh(low) | (uint64_t)le32toh(high) << (8 * (n - 4));
}

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t h = hash_fold(seed, n);
    for (; n >= 8; n -= 8, p += 8)
        h = hash_fold(h, load_le64(p));
    if (n)
        h = hash_fold(h, load_rest(p, n));
    return hash_mix(h);
}

uint64_t hash_cstr(uint64_t seed, const char *s)
{
    return hash_bytes(seed, s, strlen(s));
}
