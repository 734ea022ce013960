/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng.c: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
 * SC'11). The key is the run's seed mixed with the stream's name; the counter counts blocks. */
#include "sim/kernel/rng.h"

#include <gsl/gsl_rng.h>
#include <string.h>

#include "sim/base/hash.h"

void rng_philox(const uint32_t key[2], const uint32_t ctr[4], uint32_t out[4])
{
    uint32_t k0 = key[0], k1 = key[1];
    uint32_t c0 = ctr[0], c1 = ctr[1], c2 = ctr[2], c3 = ctr[3];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void rng_seed(struct rng *r, uint64_t seed, const char *name)
{
    uint64_t k = hash_cstr(hash_mix(seed + 1), name);
    *r = (struct rng){.key = {(uint32_t)k, (uint32_t)(k >> 32)}, .name = name};
}

uint32_t rng_u32(struct rng *r)
{
    if (r->left == 0) {
        rng_philox(r->key, r->ctr, r->out);
        for (int i = 0; i < 4 && ++r->ctr[i] == 0; i++) {
        }
        r->left = 4;
    }
    return r->out[4 - r->left--];
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t hi = rng_u32(r);
    return hi << 32 | rng_u32(r);
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    ASSERT(n > 0);
    uint64_t reject = (0 - n) % n, x; /* 2^64 mod n: values below it would favour small results */
    do
        x = rng_u64(r);
    while (x < reject);
    return x % n;
}

int64_t rng_between(struct rng *r, int64_t lo, int64_t hi)
{
    ASSERT(lo <= hi);
    uint64_t span = (uint64_t)hi - (uint64_t)lo;
    if (span == UINT64_MAX)
        return (int64_t)rng_u64(r);
    return (int64_t)((uint64_t)lo + rng_below(r, span + 1));
}

bool rng_chance_ppb(struct rng *r, int64_t ppb)
{
    if (ppb <= 0)
        return false;
    return (int64_t)rng_below(r, 1000000000) < ppb;
}

/* GSL wants the state inline: ours is one pointer to the stream. */
struct gsl_state {
    struct rng *stream;
};

static void gsl_set(void *state, unsigned long seed)
{
    (void)state;
    (void)seed; /* streams are seeded by name only */
}

static unsigned long gsl_get(void *state)
{
    return rng_u32(((struct gsl_state *)state)->stream);
}

static double gsl_get_double(void *state)
{
    return (double)(rng_u64(((struct gsl_state *)state)->stream) >> 11) / 9007199254740992.0;
}

static const gsl_rng_type philox_type = {
    .name = "philox4x32-10",
    .max = 0xffffffffu,
    .min = 0,
    .size = sizeof(struct gsl_state),
    .set = gsl_set,
    .get = gsl_get,
    .get_double = gsl_get_double,
};

void *rng_gsl(struct rng *r)
{
    static _Thread_local struct gsl_state state;
    static _Thread_local gsl_rng handle;
    state.stream = r;
    handle = (gsl_rng){.type = &philox_type, .state = &state};
    return &handle;
}
