/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.h: 64-bit hashes for names, seeds and the run digest. Fixed for ever: byte order and word size
 * of the machine do not reach them. Not cryptographic. */
#ifndef SIM_BASE_HASH_H
#define SIM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The finaliser of splitmix64: a bijection that spreads every input bit. */
static inline uint64_t hash_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Folds one word into a running hash; order matters. */
static inline uint64_t hash_fold(uint64_t h, uint64_t word)
{
    return hash_mix(h + 0x9e3779b97f4a7c15u) ^ (word * 0xd6e8feb86659fd93u + (h << 1));
}

uint64_t hash_bytes(uint64_t seed, const void *p, size_t n);
uint64_t hash_cstr(uint64_t seed, const char *s);

#endif
