/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msg_stream.h: a TCP byte stream cut into the messages of a protocol. A message that arrives whole is never
 * copied; only a rest is kept, up to the protocol's limit. */
#ifndef MODELS_PROTO_MSG_STREAM_H
#define MODELS_PROTO_MSG_STREAM_H

#include "sim/base/arena.h"
#include "sim/base/fault.h"
#include "sim/base/str.h"

enum msg_frame { MSG_FRAME_MORE, MSG_FRAME_WHOLE, MSG_FRAME_BAD };

struct msg_protocol {
    /* Where the first message of the stream ends; *len of a whole one. */
    enum msg_frame (*frame)(struct str stream, size_t *len);
    size_t rest_max; /* bytes of a message that is not whole yet */
    const char *bad_framing, *malformed, *too_long; /* names of discards */
};

struct msg_stream {
    struct arena *arena;
    const struct msg_protocol *protocol;
    char *rest; /* NULL until a message came in pieces */
    size_t n, cap;
    uint32_t epoch; /* changes on reset, so that a feed in progress stops */
};

struct msg_user {
    bool (*on_message)(void *arg, struct str message); /* false: it is malformed */
    void (*on_bad)(void *arg, const char *why);
    void *arg;
};

void msg_stream_init(struct msg_stream *s, const struct msg_protocol *p, struct arena *a);
void msg_stream_reset(struct msg_stream *s); /* the connection ended */

/* Keeps bytes for a later feed. False: they are too many. */
MUST_USE bool msg_stream_hold(struct msg_stream *s, struct str data);

/* Calls on_message for each whole message, in order; on_bad once when the bytes are none of the protocol's,
 * after which the stream is empty and the connection should end. Either may end the connection. */
void msg_stream_feed(struct msg_stream *s, struct str data, const struct msg_user *u);

#endif
