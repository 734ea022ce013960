/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_rto.h: the retransmission timeout, alone: a pure value with no clock. Two profiles.
 *   rfc6298: RFC 6298 sections 2 and 5; the RTO's floor is 1 s.
 *   linux:   the classic Linux estimator: samples in whole clock ticks (at least one), a floor of
 *            200 ms under the *variance term*: RTO = SRTT + max(4 RTTVAR, 200 ms).
 * Back-off doubles the RTO and is sticky: only a valid sample (Karn: never of a retransmitted
 * segment unless timestamps tell the copies apart) brings it back. */
#ifndef MODELS_NET_TCP_RTO_H
#define MODELS_NET_TCP_RTO_H

#include "sim/base/simtime.h"

enum tcp_rto_profile { TCP_RTO_LINUX, TCP_RTO_RFC6298 };

struct tcp_rto_config {
    enum tcp_rto_profile profile;
    struct sim_dur floor;       /* of the variance term (linux) or of the RTO (rfc6298) */
    struct sim_dur granularity; /* clock tick G */
    struct sim_dur initial;     /* before the first sample: 1 s (RFC 6298 2.1) */
    struct sim_dur cap;         /* 120 s */
};

struct tcp_rto {
    const struct tcp_rto_config *config;
    struct sim_dur srtt, rttvar;      /* rfc6298 */
    int64_t srtt_ticks8, mdev_ticks4; /* linux: in clock ticks, times 8 and times 4 */
    struct sim_dur base;              /* from the estimator */
    struct sim_dur rto;               /* in force: base, or doubled */
    bool sampled;
};

void tcp_rto_init(struct tcp_rto *r, const struct tcp_rto_config *c);
void tcp_rto_sample(struct tcp_rto *r, struct sim_dur rtt); /* a valid one; clears the back-off */
void tcp_rto_backoff(struct tcp_rto *r);                    /* a timeout: doubles, up to the cap */

/* The handshake is done, but its SYN was lost and gave no sample: 3 s, when the RTO before the
 * first sample is shorter (RFC 6298 5.7). False: nothing changed. */
bool tcp_rto_after_lost_syn(struct tcp_rto *r);
struct sim_dur tcp_rto_floor_default(enum tcp_rto_profile p); /* 200 ms or 1 s */

#endif
