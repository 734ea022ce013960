/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire_frame.c: see wire_frame.h. */
#include "models/wire/wire_frame.h"

#define LINE_COLUMNS_MAX 100
#define PORTS_OF_USERS 1024 /* RFC 6335: below are the well-known ones */

static void get_ip4(struct rd *r, struct wire_frame *f)
{
    struct rd payload;
    if (!ip4_get(r, &f->ip4, &payload)) {
        f->why = r->why;
        return;
    }
    f->top = WIRE_IP4;
    if (f->ip4.fragment_offset || f->ip4.more_fragments)
        return;
    if (f->ip4.proto == IP4_ICMP && icmp_get(&payload, &f->icmp))
        f->top = WIRE_ICMP;
    else if (f->ip4.proto == IP4_TCP && tcp_seg_get(&payload, f->ip4.src, f->ip4.dst, &f->tcp))
        f->top = WIRE_TCP;
    else if (f->ip4.proto == IP4_UDP && udp_get(&payload, f->ip4.src, f->ip4.dst, &f->udp))
        f->top = WIRE_UDP;
    f->why = payload.why;
}

void wire_frame_get(const void *bytes, size_t n, struct wire_frame *f)
{
    struct rd r = rd_of(bytes, n);
    f->top = WIRE_NONE;
    f->why = NULL;
    if (!eth_get(&r, &f->eth)) {
        f->why = r.why;
        return;
    }
    f->top = WIRE_ETH;
    if (f->eth.type == ETH_ARP) {
        if (arp_get(&r, &f->arp))
            f->top = WIRE_ARP;
        f->why = r.why;
    } else if (f->eth.type == ETH_IP4) {
        get_ip4(&r, f);
    } else if (f->eth.type == LLDP_ETHERTYPE) {
        if (lldp_get(&r, &f->lldp))
            f->top = WIRE_LLDP;
        f->why = r.why;
    } else if (f->eth.type < ETH_TYPE_LEAST && mac_eq(f->eth.dst, CDP_MAC)) {
        struct rd pdu = rd_sub(&r, f->eth.type);
        if (cdp_get(&pdu, &f->cdp))
            f->top = WIRE_CDP;
        f->why = r.why ? r.why : pdu.why;
    }
}

/* What its body describes. */
static void body_text(struct txtbuf *t, const struct sip_msg *m, enum sdp_detail detail)
{
    struct sdp d;
    struct rd r = rd_of(m->body.p, m->body.n);
    if (!sip_has_sdp(m))
        return;
    txtbuf_char(t, ' ');
    if (sdp_get(&r, &d))
        sdp_brief(t, &d, detail);
    else
        txtbuf_cstr(t, "bad SDP");
}

/* The SIP messages that begin in a segment: "REGISTER CSeq 105", "100 Trying CSeq 105, 200 OK CSeq
 * 105", "INVITE CSeq 101 SDP v1 sendrecv 10.0.0.1:16384". */
static void sip_text(struct txtbuf *t, struct str payload, bool stream, enum sdp_detail detail)
{
    bool first = true;
    size_t len;
    if (!stream && sip_frame(payload, &len) == SIP_FRAME_WHOLE)
        payload.n = len; /* RFC 3261 18.3: what follows in the datagram is no part of it */
    for (len = payload.n; payload.n; payload.p += len, payload.n -= len, first = false) {
        struct sip_msg m;
        if (stream && sip_frame(payload, &len) != SIP_FRAME_WHOLE)
            return;
        struct rd r = rd_of(payload.p, len);
        if (!sip_get(&r, &m))
            return;
        txtbuf_cstr(t, first ? " " : ", ");
        sip_brief(t, &m);
        body_text(t, &m, detail);
    }
}

static bool is_http(const struct tcp_seg *s)
{
    return s->src_port == HTTP_TFTP_PORT || s->dst_port == HTTP_TFTP_PORT || s->src_port == HTTP_PORT ||
           s->dst_port == HTTP_PORT;
}

static void http_text(struct txtbuf *t, struct str payload)
{
    struct http m;
    size_t head;
    uint64_t body;
    if (http_head(payload, &m, &head, &body) != HTTP_WHOLE)
        return;
    txtbuf_char(t, ' ');
    http_line(t, &m);
}

static bool is_skinny(const struct tcp_seg *s)
{
    return (s->src_port == SKINNY_PORT || s->dst_port == SKINNY_PORT) && s->src_port != SIP_PORT &&
           s->dst_port != SIP_PORT;
}

/* False: there is no room for all of it. */
static bool tcp_text_in(struct txtbuf *t, const struct tcp_seg *s, enum sdp_detail detail)
{
    char tail_text[LINE_COLUMNS_MAX + 1];
    struct txtbuf tail = txtbuf_of(tail_text, sizeof tail_text);
    if (is_http(s))
        http_text(&tail, s->payload);
    else if (is_skinny(s))
        skinny_stream_text(&tail, s->payload);
    else
        sip_text(&tail, s->payload, true, detail);
    for (enum tcp_detail d = TCP_ALL; d <= TCP_SEQ_ONLY; d++) {
        *t = txtbuf_of(t->p, t->cap);
        tcp_seg_text(t, s, d);
        txtbuf_str(t, txtbuf_view(&tail));
        if (!t->full)
            return true;
    }
    return false;
}

/* What matters least leaves first when a line gets too long: flags, then the acknowledgement, then what a session
 * description says. */
static void tcp_text(struct txtbuf *t, const struct tcp_seg *s)
{
    for (enum sdp_detail d = SDP_WITH_ADDRESS; d <= SDP_NAMED; d++) {
        if (tcp_text_in(t, s, d))
            return;
    }
}

static bool is_dhcp(const struct udp *u)
{
    return u->dst_port == DHCP_SERVER_PORT || u->dst_port == DHCP_CLIENT_PORT;
}

static bool is_dns(const struct udp *u)
{
    return u->src_port == DNS_PORT || u->dst_port == DNS_PORT;
}

/* A request goes to port 69; what follows has ports of its own at both ends, and is known by its shape alone. */
static bool get_tftp(const struct udp *u, struct tftp *m)
{
    struct rd r = rd_of(u->payload.p, u->payload.n);
    bool transfer = u->src_port >= PORTS_OF_USERS && u->dst_port >= PORTS_OF_USERS;
    return (u->dst_port == TFTP_PORT || transfer) && tftp_get(&r, m) &&
           (u->dst_port == TFTP_PORT || (m->op >= TFTP_DATA && m->op <= TFTP_OACK));
}

static void sip_udp_text(struct txtbuf *t, const struct udp *u)
{
    for (enum sdp_detail d = SDP_WITH_ADDRESS; d <= SDP_NAMED; d++) {
        *t = txtbuf_of(t->p, t->cap);
        udp_line(t, u);
        sip_text(t, u->payload, false, d);
        if (!t->full)
            return;
    }
}

static void udp_text(struct txtbuf *t, const struct udp *u)
{
    struct dhcp d;
    struct tftp f;
    struct dns n;
    struct rtp p;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    if (is_dhcp(u) && dhcp_get(&r, &d)) {
        dhcp_line(t, &d);
        return;
    }
    if (get_tftp(u, &f)) {
        tftp_line(t, &f);
        return;
    }
    r = rd_of(u->payload.p, u->payload.n);
    if (is_dns(u) && dns_get(&r, &n)) {
        dns_line(t, &n);
        return;
    }
    r = rd_of(u->payload.p, u->payload.n);
    if (rtp_is_port(u->src_port, u->dst_port) && rtp_get(&r, &p)) {
        udp_line(t, u);
        txtbuf_char(t, ' ');
        rtp_brief(t, &p);
        return;
    }
    sip_udp_text(t, u);
}

static void frame_text(struct txtbuf *t, const struct wire_frame *f, size_t n)
{
    switch (f->top) {
    case WIRE_NONE:
        txtbuf_add(t, "%zu bytes, not a frame", n);
        break;
    case WIRE_ETH:
        eth_line(t, &f->eth);
        break;
    case WIRE_CDP:
        cdp_line(t, &f->cdp);
        break;
    case WIRE_LLDP:
        lldp_line(t, &f->lldp);
        break;
    case WIRE_ARP:
        arp_line(t, &f->arp);
        break;
    case WIRE_IP4:
        ip4_line(t, &f->ip4);
        break;
    case WIRE_ICMP:
        ip4_text(t, f->ip4.src);
        txtbuf_cstr(t, " > ");
        ip4_text(t, f->ip4.dst);
        txtbuf_char(t, ' ');
        icmp_line(t, &f->icmp);
        break;
    case WIRE_UDP:
        udp_text(t, &f->udp);
        break;
    case WIRE_TCP:
        tcp_text(t, &f->tcp);
        break;
    }
    if (f->why)
        txtbuf_add(t, " (%s)", f->why);
}

void wire_frame_line(struct txtbuf *out, const void *bytes, size_t n)
{
    char
        text[LINE_COLUMNS_MAX + 1]; /* whatever a peer puts into its headers, a line stays a line */
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct wire_frame f;
    wire_frame_get(bytes, n, &f);
    frame_text(&t, &f, n);
    txtbuf_str(out, txtbuf_view(&t));
    if (t.full)
        out->p[out->n - 1] = '~'; /* cut here */
}
