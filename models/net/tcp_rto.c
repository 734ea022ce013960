/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_rto.c: see tcp_rto.h. */
#include "models/net/tcp_rto.h"

#define AFTER_LOST_SYN_S 3

struct sim_dur tcp_rto_floor_default(enum tcp_rto_profile p)
{
    return p == TCP_RTO_LINUX ? dur_ms(200) : dur_s(1);
}

void tcp_rto_init(struct tcp_rto *r, const struct tcp_rto_config *c)
{
    *r = (struct tcp_rto){.config = c, .base = c->initial, .rto = c->initial};
}

/* Whole ticks, at least one: a clock of granularity G cannot see less (seed 002: 14.6 ms counts as
 * one tick of 10 ms). */
static int64_t ticks_of(const struct tcp_rto *r, struct sim_dur d)
{
    int64_t n = d.ns / r->config->granularity.ns;
    return n > 0 ? n : 1;
}

/* The classic Linux arithmetic: scaled integers, so SRTT is cut to whole ticks; the deviation
 * carries its factor of four and is floored. */
static struct sim_dur linux_base(struct tcp_rto *r, struct sim_dur rtt)
{
    int64_t tick = r->config->granularity.ns, m = ticks_of(r, rtt);
    if (!r->sampled) {
        r->srtt_ticks8 = m * 8;
        r->mdev_ticks4 = m * 2;
    } else {
        int64_t err = m - r->srtt_ticks8 / 8;
        r->srtt_ticks8 += err;
        r->mdev_ticks4 += (err < 0 ? -err : err) - r->mdev_ticks4 / 4;
    }
    struct sim_dur variance = dur_max(dur_scaled(r->mdev_ticks4, tick), r->config->floor);
    return dur_add(dur_scaled(r->srtt_ticks8 / 8, tick), variance);
}

/* RFC 6298 2.2 and 2.3; RTTVAR is updated with the old SRTT, a MUST. */
static struct sim_dur rfc6298_base(struct tcp_rto *r, struct sim_dur rtt)
{
    if (!r->sampled) {
        r->srtt = rtt;
        r->rttvar = dur_ns(rtt.ns / 2);
    } else {
        int64_t err = rtt.ns > r->srtt.ns ? rtt.ns - r->srtt.ns : r->srtt.ns - rtt.ns;
        r->rttvar = dur_ns((3 * r->rttvar.ns + err) / 4);
        r->srtt = dur_ns((7 * r->srtt.ns + rtt.ns) / 8);
    }
    struct sim_dur term = dur_max(r->config->granularity, dur_ns(4 * r->rttvar.ns));
    return dur_max(dur_add(r->srtt, term), r->config->floor); /* 2.4 */
}

void tcp_rto_sample(struct tcp_rto *r, struct sim_dur rtt)
{
    ASSERT(rtt.ns >= 0);
    r->base = r->config->profile == TCP_RTO_LINUX ? linux_base(r, rtt) : rfc6298_base(r, rtt);
    r->base = dur_min(r->base, r->config->cap);
    r->sampled = true;
    r->rto = r->base;
}

void tcp_rto_backoff(struct tcp_rto *r)
{
    r->rto = r->rto.ns > r->config->cap.ns / 2 ? r->config->cap : dur_ns(2 * r->rto.ns);
}

bool tcp_rto_after_lost_syn(struct tcp_rto *r)
{
    struct sim_dur longer = dur_min(dur_s(AFTER_LOST_SYN_S), r->config->cap);
    if (r->sampled || dur_cmp(r->config->initial, longer) >= 0)
        return false;
    r->base = r->rto = longer;
    return true;
}
