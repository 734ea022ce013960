/* SPDX-License-Identifier: GPL-3.0-or-later */
/* offer_answer.h: what one side of a call says of its audio (RFC 3264): where it hears, with which codecs, in which
 * direction; how an offer is answered, and when the version in o= rises. One stream a call; further ones are refused
 * with port 0. */
#ifndef MODELS_PROTO_OFFER_ANSWER_H
#define MODELS_PROTO_OFFER_ANSWER_H

#include "models/wire/sdp.h"
#include "sim/base/err.h"

#define MEDIA_CODECS_MAX 8
#define MEDIA_SDP_MAX 1024 /* bytes that media_write needs at most */
#define MEDIA_EVENT 101    /* stands for telephone-event (RFC 4733) in codec[] */
#define MEDIA_OTHERS_MAX 3
#define MEDIA_OTHER_BYTES 48

#define MEDIA_USER_CUBE "CiscoSystemsSIP-GW-UserAgent"
#define MEDIA_USER_CUCM "CiscoSystemsCCM-SIP"
#define MEDIA_USER_PHONE "Cisco-SIPUA"

/* All zeros, then the fields that one has something to say of: a description of one's own. */
struct media {
    struct ip4 addr;
    uint16_t port; /* 0: no stream, or refused */
    enum sdp_direction direction;
    uint8_t codec_count, codec[MEDIA_CODECS_MAX]; /* static payload types in order of preference: 0 PCMU, 8 PCMA,
                                                     9 G722, 18 G729; and MEDIA_EVENT */
    uint8_t event_payload;     /* the payload type that telephone-event has here; 0: MEDIA_EVENT */
    uint64_t session, version; /* of o= */
    /* of one that was read, and what answers it or comes after: m= lines besides the stream's, as refused */
    bool without_audio; /* it has no m= line for the stream */
    uint8_t other_count, others_before; /* others_before: the stream's m= line */
    char other[MEDIA_OTHERS_MAX][MEDIA_OTHER_BYTES]; /* "video 0 RTP/AVP 96" */
};

/* False: no SDP, or not one that RFC 4566 allows (answer: 400 or 488). No audio in it: port 0. A connection address
 * of 0.0.0.0 is the hold of old peers (RFC 3264 8.4): they do not hear. */
MUST_USE bool media_read(struct str body, struct media *out);

/* As SDP; `username` of o= is the product's (MEDIA_USER_...). offer: what it answers, NULL: it is one. */
void media_write(struct wr *w, const struct media *m, const char *username, const struct media *offer);

/* What `able` (address, port, codecs, version, wish for a direction) makes of an offer (6.1): the codecs of both in the
 * offer's order, the direction turned round. A stream that is offered with port 0 is answered so. False: nothing in
 * common (488). */
MUST_USE bool media_answer(const struct media *offer, const struct media *able, struct media *answer);

/* Do both say the same of the stream? The o= line is not looked at. */
bool media_same(const struct media *a, const struct media *b);

/* The next description after `last` was sent: the same session; the version is one higher when it says another
 * thing (8), else the same. It keeps the m= lines that `last` had. */
void media_next(struct media *m, const struct media *last);

/* On hold (8.4): who says so does not want to hear. */
bool media_is_hold(const struct media *m);

/* What the side that said `local` sends to the one that said `remote`: the codec that the peer likes best of those both
 * named (6.1, 7). False: nothing, for one of them is on hold, refuses, or has no address. */
bool media_sends(const struct media *local, const struct media *remote, uint8_t *codec);

/* "PCMU"; "" for an unknown one. All have a clock of MEDIA_CLOCK_HZ (RFC 3551 6, RFC 4733 2.5). */
#define MEDIA_CLOCK_HZ 8000
const char *media_codec_name(uint8_t payload);
uint16_t media_codec_bytes(uint8_t payload); /* of 20 ms of sound; 0 for what is no sound */

/* "pcmu,g729,telephone-event" into codec[]. An unknown or repeated one is a user error, and none at all. */
MUST_USE bool media_codecs_parse(const char *text, struct media *out, struct err *e);

#endif
