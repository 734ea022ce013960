/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skinny_stream.h: a TCP byte stream cut into SCCP messages, see msg_stream.h; and the exchange that a message
 * of a phone belongs to, which both ends can name before it is sent. */
#ifndef MODELS_PROTO_SKINNY_STREAM_H
#define MODELS_PROTO_SKINNY_STREAM_H

#include "models/proto/msg_stream.h"
#include "models/wire/skinny.h"
#include "sim/kernel/bus.h"

void skinny_stream_init(struct msg_stream *s, struct arena *a);

/* As msg_stream_feed, with the messages decoded. */
void skinny_stream_feed(struct msg_stream *s, struct str data,
                        void (*on_message)(void *arg, const struct skinny *m),
                        void (*on_bad)(void *arg, const char *why), void *arg);

/* The n-th message, from 1, of the connection that the phone opened from this address and port. */
uint64_t skinny_flow(struct sim *s, struct ip4 phone, uint16_t port, uint32_t n);

#endif
