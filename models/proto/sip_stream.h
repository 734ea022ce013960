/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_stream.h: a TCP byte stream cut into SIP messages (RFC 3261 18.3). A message that arrives whole is
 * never copied; only a rest is kept, up to SIP_STREAM_MAX. */
#ifndef MODELS_PROTO_SIP_STREAM_H
#define MODELS_PROTO_SIP_STREAM_H

#include "models/wire/sip.h"
#include "sim/base/arena.h"

#define SIP_STREAM_MAX 65536

struct sip_stream {
    struct arena *arena;
    char *rest; /* NULL until a message came in pieces */
    size_t n, cap;
    uint32_t epoch; /* changes on reset, so that a feed in progress stops */
};

void sip_stream_init(struct sip_stream *s, struct arena *a);
void sip_stream_reset(struct sip_stream *s); /* the connection ended */

/* Calls on_message for each whole message, in order; on_bad once when the bytes are no SIP, after which
 * the stream is empty and the connection should end. Either may end the connection. */
void sip_stream_feed(struct sip_stream *s, struct str data,
                     void (*on_message)(void *arg, const struct sip_msg *m),
                     void (*on_bad)(void *arg, const char *why), void *arg);

#endif
