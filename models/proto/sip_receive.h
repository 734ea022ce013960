/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_receive.h: what a transport does with what came in (RFC 3261 18.1.2, 18.2.1): it is discarded by name, answered
 * by the transport itself, or handed on to its user with its source in the topmost Via. */
#ifndef MODELS_PROTO_SIP_RECEIVE_H
#define MODELS_PROTO_SIP_RECEIVE_H

#include "models/proto/sip_transport.h"

/* Of a stream one message, of a datagram all. False: bytes of a stream that are none of SIP. */
MUST_USE bool sip_receive_bytes(struct sip_transport *t, struct str bytes, const struct sip_hop *from);
void sip_receive(struct sip_transport *t, const struct sip_msg *m, const struct sip_hop *from); /* decoded already */

#endif
