/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keepalive_chain.h: a phone's keepalives over a way that loses frames, as an absorbing chain.
 *
 * A step is a keepalive, the state is (exponent of the RTO, channel) as its first copy is sent. Copy j
 * goes out when the RTOs before it have passed; each timeout doubles the RTO, up to the cap. The copy
 * that arrives is acknowledged before the next timeout. If it is the first copy, its ACK is a valid RTT
 * sample and the RTO is back at its base; otherwise the doubled RTO stays for the next keepalive (Karn,
 * RFC 6298 sections 3 and 5). If no copy is sent within the patience, the chain is absorbed: the phone
 * is unregistered (SIP: CUCM's wait), or gives its node up (SCCP).
 *
 * Losses: each frame, with the probability of the channel's state; the channel is good or bad and
 * changes from frame to frame or with time (Gilbert, Elliott). The phone's pure ACKs share the channel,
 * but what becomes of them changes neither its RTO nor the binding. What comes back is not lost. */
#ifndef SIM_STUDY_KEEPALIVE_CHAIN_H
#define SIM_STUDY_KEEPALIVE_CHAIN_H

#include "sim/study/chain.h"

enum channel_clock { CHANNEL_BY_FRAME, CHANNEL_BY_TIME };

struct channel {
    enum channel_clock clock;
    double to_bad, to_good;     /* probability after each frame, or rate a second; to_bad 0: iid loss */
    double loss_good, loss_bad; /* probability that a frame is lost */
    uint32_t frames_between;    /* BY_FRAME: other frames (ACKs) from an answer to the next keepalive */
};

struct keepalive_law {
    double base_s, cap_s; /* RTO after a valid sample; its cap */
    double patience_s;    /* a copy sent later than this after the first is too late */
    double pause_s;       /* from the copy that arrives to the next keepalive (for CHANNEL_BY_TIME) */
    struct channel channel;
};

struct keepalive_chain {
    struct keepalive_law law;
    struct chain chain;
    uint32_t exponents; /* of the RTO that a keepalive may begin with */
    uint32_t channels;  /* 1 (iid) or 2: state = exponent * channels + channel */
    uint32_t copies;    /* the largest number of copies */
    double *answered;   /* state, copy: at its so manieth copy, from 0 */
    double *start;      /* a law over the states: exponent 0, the channel in equilibrium */
    double *delay_s;    /* of exponent, copy: from the first copy to this one; INFINITY: too late */
};

void keepalive_chain_build(struct keepalive_chain *k, struct arena *a, const struct keepalive_law *law);

/* How many copies a keepalive that begins with this exponent sends within the patience. */
uint32_t keepalive_chain_copies(const struct keepalive_chain *k, uint32_t exponent);

/* Of a keepalive that begins in this state: the probability that it is answered at copy 0, 1, ... */
double keepalive_chain_answered(const struct keepalive_chain *k, size_t state, uint32_t copy);

/* What a keepalive that is answered takes on average, beyond the round trip, in the long run. False: none
 * is ever answered. */
bool keepalive_chain_mean_delay(const struct keepalive_chain *k, double *out);

/* How SCCP's normal detection settles: it waits max(floor, factor x mean answer), and the mean is that of
 * the answers which came within the wait. The smallest wait that maintains itself; `round_trip_s` is an
 * answer without loss. A chain with this patience has the false alarms of a phone whose mean has settled. */
double keepalive_settled_wait(struct arena *a, const struct keepalive_law *law, double round_trip_s,
                              double floor_s, double factor);

#endif
