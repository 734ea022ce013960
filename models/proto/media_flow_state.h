/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_flow_state.h: what the parts of media_flow.h tell each other: media_flow.c (what was agreed, talk spurts),
 * media_stream.c (without packets), media_packets.c (packet by packet), media_silence.c (is the other side heard?). */
#ifndef MODELS_PROTO_MEDIA_FLOW_STATE_H
#define MODELS_PROTO_MEDIA_FLOW_STATE_H

#include "models/proto/media_flow.h"

/* NOTE and measures of what a stream sent; nothing when nothing was. */
void media_tell_sent(struct media_flow *f, const struct media_count *c);

/* media_stream.c: without packets. A relay's is part of the stream that it sends on. */
void media_stream_begin(struct media_flow *f, struct sim_time at); /* its first packet leaves then */
void media_stream_join(struct media_flow *relay);   /* from now on it sends on what comes in, if anything does */
void media_stream_end(struct media_flow *f, struct sim_time until); /* its last packet left before; a relay: alone */
void media_stream_finish(struct media_flow *f);  /* the run is over */
void media_stream_unheard(struct media_flow *f); /* f hears no longer what comes in */
void media_stream_look(struct media_flow *f);    /* something changed that may be on its way */

/* media_packets.c */
void media_packets_begin(struct media_flow *f); /* a spurt */
void media_packets_next(struct media_flow *f);  /* sends one, arms the timer for what comes then */
void media_packets_hear(void *arg, const struct udp *u, const struct frame *frame);
void media_packets_refused(void *arg, const struct udp *u);
void media_packets_tell_sent(struct media_flow *f);
void media_packets_tell_heard(struct media_flow *f);

/* media_silence.c: is the other side heard? When it is not for 5 s there is a NOTE, once a silence, and an end that
 * relays nothing counts the whole of it as rtp_silence_s. A pause between two spurts is silence, too: who hears cannot
 * tell. `at` may be a packet's way ahead of now. */
void media_silence_init(struct media_flow *f);
void media_silence_expect(struct media_flow *f, bool expects); /* or not: on hold, closed */
void media_silence_packet(struct media_flow *f, uint64_t flow); /* one is heard now */
void media_silence_comes(struct media_flow *f, struct sim_time at); /* packets, from then on */
void media_silence_stops(struct media_flow *f, struct sim_time at); /* the last one came then */
void media_silence_count(struct media_flow *f); /* the run is over */

#endif
