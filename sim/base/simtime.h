/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simtime.h: instants and spans of simulated time, in integer nanoseconds since the start of the run.
 * They are different types, so the compiler refuses to add two instants. Overflow is a fault. */
#ifndef SIM_BASE_SIMTIME_H
#define SIM_BASE_SIMTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/fault.h"

struct sim_time {
    int64_t ns;
};
struct sim_dur {
    int64_t ns;
};

#define TIME_ZERO ((struct sim_time){0})
#define TIME_NEVER ((struct sim_time){INT64_MAX})
#define DUR_ZERO ((struct sim_dur){0})
#define DUR_MAX ((struct sim_dur){INT64_MAX})

static inline struct sim_dur dur_ns(int64_t ns)
{
    return (struct sim_dur){ns};
}

static inline struct sim_dur dur_scaled(int64_t n, int64_t unit_ns)
{
    int64_t ns;
    ASSERT(!__builtin_mul_overflow(n, unit_ns, &ns));
    return (struct sim_dur){ns};
}

static inline struct sim_dur dur_us(int64_t us)
{
    return dur_scaled(us, 1000);
}

static inline struct sim_dur dur_ms(int64_t ms)
{
    return dur_scaled(ms, 1000000);
}

static inline struct sim_dur dur_s(int64_t s)
{
    return dur_scaled(s, 1000000000);
}

static inline struct sim_time time_add(struct sim_time t, struct sim_dur d)
{
    int64_t ns;
    ASSERT(!__builtin_add_overflow(t.ns, d.ns, &ns));
    return (struct sim_time){ns};
}

static inline struct sim_dur time_sub(struct sim_time a, struct sim_time b)
{
    int64_t ns;
    ASSERT(!__builtin_sub_overflow(a.ns, b.ns, &ns));
    return (struct sim_dur){ns};
}

static inline bool time_before(struct sim_time a, struct sim_time b)
{
    return a.ns < b.ns;
}

static inline struct sim_dur dur_add(struct sim_dur a, struct sim_dur b)
{
    int64_t ns;
    ASSERT(!__builtin_add_overflow(a.ns, b.ns, &ns));
    return (struct sim_dur){ns};
}

static inline struct sim_dur dur_sub(struct sim_dur a, struct sim_dur b)
{
    int64_t ns;
    ASSERT(!__builtin_sub_overflow(a.ns, b.ns, &ns));
    return (struct sim_dur){ns};
}

/* d·num/den, rounded towards zero, without overflow in between. */
static inline struct sim_dur dur_ratio(struct sim_dur d, int64_t num, int64_t den)
{
    ASSERT(den > 0);
    __int128 v = (__int128)d.ns * num / den;
    ASSERT(v <= INT64_MAX && v >= INT64_MIN);
    return (struct sim_dur){(int64_t)v};
}

static inline int dur_cmp(struct sim_dur a, struct sim_dur b)
{
    return (a.ns > b.ns) - (a.ns < b.ns);
}

static inline struct sim_dur dur_min(struct sim_dur a, struct sim_dur b)
{
    return a.ns < b.ns ? a : b;
}

static inline struct sim_dur dur_max(struct sim_dur a, struct sim_dur b)
{
    return a.ns > b.ns ? a : b;
}

/* Whole seconds, as protocols write them; what is left of one is dropped. */
static inline uint32_t dur_whole_s(struct sim_dur d)
{
    ASSERT(d.ns >= 0 && d.ns / 1000000000 <= UINT32_MAX);
    return (uint32_t)(d.ns / 1000000000);
}

/* Time to clock `bytes` onto a line of `rate_bps`, rounded up to a whole nanosecond. */
static inline struct sim_dur dur_tx(uint64_t bytes, uint64_t rate_bps)
{
    ASSERT(rate_bps > 0);
    if (bytes < 1u << 30 && rate_bps < 1ull << 62) /* the usual case needs no wide division */
        return (struct sim_dur){(int64_t)((bytes * 8000000000u + (rate_bps - 1)) / rate_bps)};
    unsigned __int128 bits_ns = (unsigned __int128)bytes * 8u * 1000000000u;
    unsigned __int128 ns = (bits_ns + rate_bps - 1) / rate_bps;
    ASSERT(ns <= INT64_MAX);
    return (struct sim_dur){(int64_t)ns};
}

#endif
