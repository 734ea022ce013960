/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtp.h: packets of the Real-time Transport Protocol (RFC 3550 5.1, 5.3.1). */
#ifndef MODELS_WIRE_RTP_H
#define MODELS_WIRE_RTP_H

#include "models/wire/wire.h"

#define RTP_HEADER_BYTES 12 /* without contributing sources and extension */
#define RTP_CSRC_MAX 15

/* Cisco phones and IOS take even ports of this range for audio. */
#define RTP_PORT_FIRST 16384
#define RTP_PORT_LAST 32767

struct rtp {
    bool marker, extended;
    uint8_t payload_type; /* RFC 3551 6: 0 PCMU, 8 PCMA, 9 G722, 18 G729 */
    uint8_t padding_bytes;
    uint16_t sequence;
    uint32_t timestamp, ssrc;
    uint32_t csrc_count, csrc[RTP_CSRC_MAX];
    uint16_t extension_profile;
    struct str extension; /* a multiple of four bytes */
    struct str payload;   /* without padding */
};

/* One packet, all of *r. */
bool rtp_get(struct rd *r, struct rtp *m);
void rtp_put(struct wr *w, const struct rtp *m);
void rtp_line(struct txtbuf *t, const struct rtp *m);
void rtp_brief(struct txtbuf *t, const struct rtp *m); /* "RTP PT=0 Seq=1 Time=160 Mark" */

/* Is it one by its ports: has one of the two ends an even port of the range above? */
bool rtp_is_port(uint16_t src_port, uint16_t dst_port);

extern const struct wire_type wire_rtp;

#endif
