/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_tally.h: how many packets of a spurt of talk were sent and lost, without sending one of them.
 *
 * Packets leave every 20 ms from its beginning on and are told apart by their numbers alone. A hop that is cut at
 * an instant takes those that are on it and those that come later; one that is healed lets pass those that come later:
 * exactly what a link does with frames (link.c). So a spurt is a few stretches of packets, each with the hops
 * that are shut for it and the share that is lost at random; a stretch is counted once its packets are through. */
#ifndef MODELS_PROTO_MEDIA_TALLY_H
#define MODELS_PROTO_MEDIA_TALLY_H

#include "models/net/net_path.h"
#include "sim/kernel/rng.h"

#define MEDIA_PACKET_MS 20
#define MEDIA_STRETCHES 8

struct media_stretch {
    uint64_t first;   /* number of its first packet; it ends where the next begins */
    uint32_t shut;    /* bit i: hop i; any: all are lost */
    int64_t loss_ppb; /* of the others */
    uint64_t record;  /* that explains what is lost; 0: none */
};

struct media_tally {
    struct sim_time begins; /* the instant of packet 0 */
    uint64_t counted;       /* packets up to there are in some count */
    uint32_t count;
    struct media_stretch stretch[MEDIA_STRETCHES];
};

struct media_count {
    uint64_t sent, lost;
    uint64_t record; /* that explains the loss; 0: none, or nothing is lost */
};

void media_count_add(struct media_count *c, const struct media_count *more);

void media_tally_begin(struct media_tally *t, struct sim_time at, uint32_t shut, int64_t loss_ppb, uint64_t record);

/* Packets that leave before `at`. */
uint64_t media_tally_sent(const struct media_tally *t, struct sim_time at);

/* Hop `bit` is shut from `now` on for those that have not left it after `leaves`, or open for those that
 * enter it after `enters`, both counted from their sending. */
void media_tally_shut(struct media_tally *t, struct sim_time now, uint32_t bit, struct sim_dur leaves, uint64_t record);
void media_tally_open(struct media_tally *t, struct sim_time now, uint32_t bit, struct sim_dur enters);

/* So many of those that leave after `now` are lost at random. */
void media_tally_loss(struct media_tally *t, struct sim_time now, int64_t loss_ppb, uint64_t record);

/* Counts the packets that are not counted yet up to the one with this number; the lost ones are drawn from `r`. */
struct media_count media_tally_count(struct media_tally *t, uint64_t end, struct rng *r);

/* The same in steps, for a stream of which only some packets came to be sent: n of those up to `end`, which is not
 * beyond media_tally_next. */
uint64_t media_tally_next(const struct media_tally *t); /* where the stretch ends that is counted now; UINT64_MAX: open */
struct media_count media_tally_take(struct media_tally *t, uint64_t end, uint64_t n, struct rng *r);

/* As things are now, is every packet lost that leaves from now on? And the number of the first for which that is so. */
bool media_tally_is_shut(const struct media_tally *t);
uint64_t media_tally_turn(const struct media_tally *t);

/* The number of the first packet that is not through at `now`, `transit` after its sending: the others' fate is sure. */
uint64_t media_tally_through(const struct media_tally *t, struct sim_time now, struct sim_dur transit);

#endif
