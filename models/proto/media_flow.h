/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_flow.h: the voice of calls (RTP, RFC 3550): what one side of a call sends to the address that the other side
 * named, 20 ms of sound a packet, and the port at which it hears.
 *
 * With `rtp` = flow no packet is sent. A stream is a record: its packets since the last change are counted when a link
 * or a node on its way, or the far end's port, is not as it was, and when a spurt of talk ends; which of them were
 * lost follows from what the links would have done with them (media_tally.h). It costs nothing in between. The port
 * is bound as any UDP port is: packets to one that nobody has bound are lost. With `rtp` = packets each one is a frame,
 * the hearing side counts the gaps in their numbers, and ICMP tells the sender of a port that is closed. Both say so in
 * NOTEs "rtp" and in the measures. A relay sends on, packet for packet, what another stream of its node hears, in the
 * way that one comes in (media_stream.c, media_packets.c). Who should hear the other side and does not says so
 * (media_silence.c). Known differences: a flow waits for no ARP, sees no mask and no queue, and takes a Gilbert fault
 * by its share in the long run; packets that nobody hears at the end of a stream leave no gap. */
#ifndef MODELS_PROTO_MEDIA_FLOW_H
#define MODELS_PROTO_MEDIA_FLOW_H

#include "models/net/ip.h"
#include "models/net/net_path.h"
#include "models/proto/media_tally.h"
#include "models/proto/offer_answer.h"
#include "sim/kernel/tmr.h"

enum { MEDIA_AS_FLOW, MEDIA_AS_PACKETS }; /* "flow|packets" */

/* The MEDIA_PARAMS of a device are stored here. */
struct media_config {
    int rtp;
    struct dist talk_spurt, silence;
    int64_t port_first;
};

#define MEDIA_PARAMS(state, field)                                                                             \
    {"rtp", PARAM_ENUM, "flow", NULL, NULL, "flow|packets",                                                    \
     "voice of calls: counted by what the links on its way do, or sent as frames, one every 20 ms",            \
     offsetof(state, field.rtp), false},                                                                       \
    {"talk_spurt", PARAM_LAW, "0s", "0s", "1h", NULL,                                                          \
     "a party of a call talks so long, then it is silent and sends nothing; 0s: it sends all the time",        \
     offsetof(state, field.talk_spurt), false},                                                                \
    {"silence", PARAM_LAW, "0s", "0s", "1h", NULL, "a party of a call is silent so long between two talk spurts", \
     offsetof(state, field.silence), false},                                                                   \
    MEDIA_PORT_PARAM(state, field)

/* Of a box that only relays. */
#define MEDIA_PORT_PARAM(state, field)                                                                         \
    {"rtp_port_first", PARAM_INT, "16384", "1024", "49152", NULL,                                              \
     "first UDP port for voice; each stream takes an even one, of 8192",                                       \
     offsetof(state, field.port_first), false}

/* What the streams of one node share. */
struct media_host {
    struct node *node;
    struct ip_stack *ip;
    const struct media_config *config;
    uint32_t taken; /* ports handed out so far */
    struct rng *spurts, *losses, *ids; /* NULL until the first is drawn */
    struct list_link open; /* streams whose port is bound */
};

struct media_rtp_out {
    uint32_t ssrc, timestamp; /* timestamp: of the stream's first packet */
    uint16_t number;          /* of the next packet */
    bool drawn;               /* all of them are */
    struct sim_time first_at;
    /* of a relay: what is added to what comes in, so that a gap there is one here */
    bool follows; /* both are known */
    uint16_t number_shift;
    uint32_t timestamp_shift;
    uint64_t sent, refused;   /* since the last NOTE; refused: told by ICMP */
};

struct media_rtp_in {
    uint32_t ssrc;
    uint16_t number; /* the highest so far */
    bool heard;
    uint64_t got, lost; /* of this sender, since the last NOTE */
    uint64_t passed_on; /* of lost: the gaps that are seen where it is relayed to, and measured there */
    uint64_t first_drop; /* the record of a packet in the first gap; 0: none is known */
    struct ip4 from;
    uint16_t from_port;
};

/* How long the other side has not been heard. */
struct media_silence {
    bool expects; /* by what was agreed it should be */
    bool comes;   /* a stream without packets does */
    bool told, asked;      /* asked: for what became of the speaker */
    uint64_t note;         /* that told of this silence */
    struct sim_time from;  /* when it was first expected, or came */
    struct sim_time since; /* the last packet; none yet: from */
    uint64_t heard;        /* record of that packet; 0: there was none */
    uint64_t flow;         /* the exchange it belonged to */
    struct tmr timer;
};

/* One call's voice at this node, both ways. */
struct media_flow {
    /* identity */
    struct media_host *host;
    struct list_link in_host;
    struct media_flow *relays, *relay; /* whose voice it sends on; who sends on what it hears; NULL: nobody */
    /* state */
    uint16_t port; /* where it hears; 0: it is closed */
    bool sending;  /* to an address, by a codec */
    bool talking;  /* a spurt lasts; a relay: of a stream without packets */
    struct ip4 to;
    uint16_t to_port;
    uint8_t codec;
    struct ip4 peer; /* whom it hears, by what the other side said */
    uint16_t peer_port;
    struct media_silence silence;
    uint64_t cause; /* the record of what was agreed on */
    uint64_t flow;  /* of its packets: an exchange of their own, not that of the signalling */
    struct sim_time spurt_ends; /* TIME_NEVER: with the stream */
    struct tmr next;            /* packet, end of the spurt, or end of the silence */
    /* flow */
    struct net_watch watch;
    struct net_path path;
    uint32_t layout, shut; /* shut: as media_tally's, of now */
    int64_t loss_ppb;
    struct media_tally tally;
    struct media_count count; /* what is not told yet */
    struct media_flow *hearer, *heard; /* at the far port; whose stream comes in here */
    uint64_t joined; /* a relay sends the packets from this number on */
    bool passes;     /* packets that leave now get from their first leg to this one's far port */
    uint64_t turn;   /* since that number, or not since then */
    /* packets */
    uint64_t packet; /* of this spurt, the next */
    struct sim_time spurt_began;
    struct media_rtp_out out;
    struct media_rtp_in in;
};

void media_host_init(struct media_host *h, struct node *n, struct ip_stack *ip, const struct media_config *c);
void media_flow_init(struct media_flow *f, struct media_host *h); /* closed; must outlive the run */

/* `out` sends on what `in`, of the same node, hears, and nothing else; `in` has no other relay. Once, when both are made. */
void media_flow_relay(struct media_flow *out, struct media_flow *in);

/* Takes a port and hears there: before it is named in an offer or an answer (RFC 3264 5.1). The port; 0: none is free. */
uint16_t media_flow_open(struct media_flow *f);

/* What both sides have agreed on, now or anew: it sends, to another address, by another codec, or (on hold) it does
 * not. `local` is what this side said, `remote` what the other did; what is said again changes nothing. It is open. */
void media_flow_talk(struct media_flow *f, const struct media *local, const struct media *remote);

/* The call is over: counts what is left and gives the port back. Fine when it is closed. */
void media_flow_close(struct media_flow *f);

/* The node dies: all its streams are closed. */
void media_host_power_off(struct media_host *h);

#endif
