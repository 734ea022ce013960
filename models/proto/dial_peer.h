/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dial_peer.h: the dial-peers of a Cisco box: which number goes where, and what is different on the way there. Text
 * with the words of IOS, dial-peers separated by semicolons:
 *   TAG destination-pattern PATTERN session-target [ipv4:]ADDRESS[:PORT] [transport udp|tcp] [preference 0..10]
 *       [session-refresh [on|off]] [min-se SECONDS] [midcall-signaling passthru|passthru-media-change|block]
 *       [sip-profile on|off]
 * A pattern is matched digit by digit: a digit, * or #, . for any of them, [1-3] and [^1-3], a + in front for itself.
 * What follows the pattern is ignored, as IOS does with numbers that come at once; T says so, and $ at the end
 * forbids it. */
#ifndef MODELS_PROTO_DIAL_PEER_H
#define MODELS_PROTO_DIAL_PEER_H

#include "models/proto/midcall.h"
#include "models/proto/sip_hop.h"
#include "sim/base/arena.h"

/* What a dial-peer may say or leave to the box. */
enum peer_choice { PEER_AS_BOX, PEER_ON, PEER_OFF };

struct dial_peer {
    struct dial_peer *next;
    uint32_t index; /* from 0 */
    uint32_t tag;
    struct str pattern;
    struct sip_hop target;
    uint32_t preference;
    enum peer_choice session_refresh, sip_profile;
    uint32_t min_se_s;    /* 0: as the box */
    bool has_midcall;
    enum midcall midcall;
};

/* In the order of the text, which must outlive them. */
MUST_USE bool dial_peers_read(struct dial_peer **first, struct arena *a, const char *text, struct err *e);

/* The dial-peer that a number goes out by: most digits matched as they are, then most matched at all, then the lowest
 * preference, then the first. NULL: none. */
const struct dial_peer *dial_peer_for(const struct dial_peer *first, struct str number);

/* The one whose session target has that address, for a call that comes from there; NULL: none. */
const struct dial_peer *dial_peer_from(const struct dial_peer *first, struct ip4 addr);

#endif
