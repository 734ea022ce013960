/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_check.h: is what came a SIP request or response that somebody can work with (RFC 3261 8.1.1, 16.3, 18.3)?
 * What is not has a name for its discard and, where a Via lets a request be answered, a status. And the plain messages
 * that need no user: those answers, 100 Trying, and the ACK to a refusal. */
#ifndef MODELS_PROTO_SIP_CHECK_H
#define MODELS_PROTO_SIP_CHECK_H

#include "models/wire/sip.h"

#define SIP_MESSAGE_MAX 4096 /* of those that we write */
#define SIP_REQUEST_MAX 8192 /* of those that we take; larger ones are answered 513 */
#define SIP_ANSWER_MAX (SIP_REQUEST_MAX + 512) /* room for what sip_answer_put makes of those */

struct sip_refusal {
    const char *why;  /* name of the discard */
    uint32_t status;  /* to be answered; 0: nothing */
    char phrase[48];
    bool is_no_sip;   /* not even syntactically: a stream of such bytes is not worth reading on */
};

/* Decodes all of `bytes`; `room` (SIP_MESSAGE_MAX bytes) must live as long as *m. False: *r says why not, and when
 * r->status is set then *m is the request to be answered. A datagram may be longer than its message (18.3). */
MUST_USE bool sip_check_decode(struct str bytes, bool datagram, char *room, struct sip_msg *m, struct sip_refusal *r);

/* Mandatory headers, one of each, a CSeq of the same method; of a response a single Via. False: *r says why. */
MUST_USE bool sip_check_headers(const struct sip_msg *m, struct sip_refusal *r);

/* The same for a proxy, whose responses have the Vias of those behind it, too (16.7). */
MUST_USE bool sip_check_relayed(const struct sip_msg *m, struct sip_refusal *r);

/* An answer of the headers that every one has (RFC 3261 8.2.6): Via, From, To, Call-ID, CSeq; Timestamp in a 100.
 * `to_tag` is added when To has none; empty: none is. */
void sip_answer_put(struct wr *w, const struct sip_msg *request, uint32_t status, const char *phrase, struct str to_tag);

/* The ACK to a final answer other than 2xx (17.1.1.3): of the INVITE all but the method and To, which is the answer's. */
void sip_ack_put(struct wr *w, const struct sip_msg *invite, const struct sip_msg *answer);

/* Host (may be a name) and port (5060 when it has none) of a Via's sent-by. False: the port is none. */
MUST_USE bool sip_sent_by(const struct sip_via *v, struct str *host, uint16_t *port);

#endif
