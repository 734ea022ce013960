/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame_filter.c: see frame_filter.h. Applications are known by their ports, as in a capture filter. */
#include "models/net/frame_filter.h"

#include "models/wire/wire_frame.h"

#define PORTS_OF_USERS 1024 /* RFC 6335: below are the well-known ones */

enum frame_protocol {
    ANY, ARP, IP, ICMP, UDP, TCP, SIP, SCCP, DHCP, DNS, TFTP, HTTP, CDP, LLDP, RTP
};

struct ports {
    uint16_t src, dst;
};

static struct ports ports_of(const struct wire_frame *f)
{
    if (f->top == WIRE_TCP)
        return (struct ports){f->tcp.src_port, f->tcp.dst_port};
    if (f->top == WIRE_UDP)
        return (struct ports){f->udp.src_port, f->udp.dst_port};
    return (struct ports){0, 0};
}

static bool either(struct ports p, uint16_t port)
{
    return p.src == port || p.dst == port;
}

/* After the request both ends use ports of their own (RFC 1350, section 4). */
static bool is_tftp(struct ports p)
{
    return p.dst == TFTP_PORT || (p.src >= PORTS_OF_USERS && p.dst >= PORTS_OF_USERS && !either(p, SIP_PORT));
}

static bool is_rtp(const struct wire_frame *f)
{
    struct rtp m;
    if (f->top != WIRE_UDP || !rtp_is_port(f->udp.src_port, f->udp.dst_port))
        return false;
    struct rd r = rd_of(f->udp.payload.p, f->udp.payload.n);
    return rtp_get(&r, &m);
}

static bool is_protocol(enum frame_protocol want, const struct wire_frame *f)
{
    struct ports p = ports_of(f);
    switch (want) {
    case ANY:
        return true;
    case ARP:
        return f->top == WIRE_ARP;
    case IP:
        return f->top >= WIRE_IP4;
    case ICMP:
        return f->top == WIRE_ICMP;
    case UDP:
        return f->top == WIRE_UDP;
    case TCP:
        return f->top == WIRE_TCP;
    case SIP:
        return either(p, SIP_PORT);
    case SCCP:
        return f->top == WIRE_TCP && either(p, SKINNY_PORT) && !either(p, SIP_PORT);
    case DHCP:
        return f->top == WIRE_UDP && (p.dst == DHCP_SERVER_PORT || p.dst == DHCP_CLIENT_PORT);
    case DNS:
        return either(p, DNS_PORT);
    case TFTP:
        return f->top == WIRE_UDP && is_tftp(p) && !is_rtp(f);
    case HTTP:
        return f->top == WIRE_TCP && (either(p, HTTP_TFTP_PORT) || either(p, HTTP_PORT));
    case CDP:
        return f->top == WIRE_CDP;
    case LLDP:
        return f->top == WIRE_LLDP;
    case RTP:
        return is_rtp(f);
    }
    UNREACHABLE();
}

static bool has_payload(const struct wire_frame *f)
{
    return (f->top == WIRE_TCP && f->tcp.payload.n > 0) || (f->top == WIRE_UDP && f->udp.payload.n > 0);
}

bool frame_filter_takes(const struct frame_filter *w, const struct frame *f)
{
    struct wire_frame x;
    if (w->protocol == ANY && !w->payload)
        return true;
    wire_frame_get(f->bytes, f->len, &x);
    return is_protocol((enum frame_protocol)w->protocol, &x) && (!w->payload || has_payload(&x));
}

bool frame_filter_takes_rtp(const struct frame_filter *w, uint16_t src_port, uint16_t dst_port)
{
    static const uint8_t packet[RTP_HEADER_BYTES] = {0x80}; /* version 2 */
    struct wire_frame x = {.top = WIRE_UDP, .udp = {.src_port = src_port, .dst_port = dst_port}};
    x.udp.payload = str_of_bytes(packet, sizeof packet);
    return is_protocol((enum frame_protocol)w->protocol, &x);
}
