/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icmp.h: ICMP messages (RFC 792): type, code, four bytes of their own, and data. */
#ifndef MODELS_WIRE_ICMP_H
#define MODELS_WIRE_ICMP_H

#include "models/wire/wire.h"

#define ICMP_HEADER_BYTES 8
#define ICMP_ECHO_REPLY 0
#define ICMP_UNREACHABLE 3
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11

#define ICMP_NET_UNREACHABLE 0 /* codes of ICMP_UNREACHABLE */
#define ICMP_PORT_UNREACHABLE 3

struct icmp {
    uint8_t type, code;
    uint32_t rest;      /* echo: identifier << 16 | sequence number; errors: 0 */
    struct str payload; /* of an error: the datagram's header and 8 bytes of its data */
};

void icmp_put(struct wr *w, const struct icmp *m);
bool icmp_get(struct rd *r, struct icmp *m); /* all of *r: the checksum covers it */
void icmp_line(struct txtbuf *t, const struct icmp *m);

extern const struct wire_type wire_icmp;

#endif
