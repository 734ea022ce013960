/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng.h: random streams keyed by *name*, never by order of creation: adding a phone cannot change
 * another phone's dice. The generator is counter-based (Philox4x32-10) and registered as a
 * gsl_rng_type, so gsl_ran_* works on a stream. The integer draws use no floating point. */
#ifndef SIM_KERNEL_RNG_H
#define SIM_KERNEL_RNG_H

#include <stdint.h>

#include "sim/base/simtime.h"

struct rng {
    uint32_t key[2], ctr[4], out[4];
    uint32_t left; /* unused words in out[] */
    const char *name;
};

void rng_seed(struct rng *r, uint64_t seed, const char *name);
uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0 … n-1, unbiased; n > 0 */
int64_t rng_between(struct rng *r, int64_t lo, int64_t hi); /* both ends included */
bool rng_chance_ppb(struct rng *r, int64_t ppb); /* true with probability ppb / 1e9 */

/* One block of the bare generator, for test vectors. */
void rng_philox(const uint32_t key[2], const uint32_t ctr[4], uint32_t out[4]);

/* The stream as GSL sees it, valid until this thread asks for another. The void * is a gsl_rng *: only
 * the files that draw real-valued laws include GSL. */
void *rng_gsl(struct rng *r);

#endif
