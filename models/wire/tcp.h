/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.h: the TCP segment (RFC 9293 3.1) with the options MSS, window scale, SACK-permitted and
 * timestamps (RFC 7323). Other options are skipped by their length. */
#ifndef MODELS_WIRE_TCP_H
#define MODELS_WIRE_TCP_H

#include "models/wire/addr.h"
#include "models/wire/wire.h"

#define TCP_HEADER_BYTES 20
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_URG 0x20
#define TCP_ECE 0x40
#define TCP_CWR 0x80

struct tcp_seg {
    struct ip4 src, dst; /* of the IPv4 header */
    uint16_t src_port, dst_port;
    uint32_t seq, ack;
    uint8_t flags;
    uint16_t window, urgent;
    uint16_t mss; /* 0: no option */
    bool has_wscale, sack_permitted, has_ts;
    uint8_t wscale;
    uint32_t ts_val, ts_ecr;
    struct str payload;
};

size_t tcp_seg_header_bytes(const struct tcp_seg *s);

/* Header alone, checksum still 0; tcp_seg_seal fills it in when the payload stands behind it. */
void tcp_seg_head_put(struct wr *w, const struct tcp_seg *s);
void tcp_seg_seal(void *start, size_t len, struct ip4 src, struct ip4 dst);

void tcp_seg_put(struct wr *w, const struct tcp_seg *s); /* all of it */
bool tcp_seg_get(struct rd *r, struct ip4 src, struct ip4 dst, struct tcp_seg *s); /* all of *r */
void tcp_seg_line(struct txtbuf *t, const struct tcp_seg *s);

/* The same with less in it, for lines that say more than the segment itself. */
enum tcp_detail { TCP_ALL, TCP_NO_FLAGS, TCP_SEQ_ONLY };
void tcp_seg_text(struct txtbuf *t, const struct tcp_seg *s, enum tcp_detail d);
void tcp_flags_text(struct txtbuf *t, uint8_t flags); /* "PSH,ACK"; more than three: "FSRPA" */
uint32_t tcp_seg_len(const struct tcp_seg *s);        /* SEG.LEN: SYN and FIN count one each */

extern const struct wire_type wire_tcp;

#endif
