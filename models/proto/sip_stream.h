/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_stream.h: a TCP byte stream cut into SIP messages (RFC 3261 18.3), see msg_stream.h. */
#ifndef MODELS_PROTO_SIP_STREAM_H
#define MODELS_PROTO_SIP_STREAM_H

#include "models/proto/msg_stream.h"
#include "models/wire/sip.h"

#define SIP_STREAM_MAX 65536

void sip_stream_init(struct msg_stream *s, struct arena *a);

/* As msg_stream_feed, with the messages decoded. */
void sip_stream_feed(struct msg_stream *s, struct str data,
                     void (*on_message)(void *arg, const struct sip_msg *m),
                     void (*on_bad)(void *arg, const char *why), void *arg);

#endif
