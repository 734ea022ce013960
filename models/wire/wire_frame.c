/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire_frame.c: see wire_frame.h. */
#include "models/wire/wire_frame.h"

#define LINE_MAX_COLUMNS 100

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
    if (f->ip4.proto == IP4_TCP && tcp_seg_get(&payload, f->ip4.src, f->ip4.dst, &f->tcp))
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
    }
}

/* The first line of a SIP message that stands whole or in part in a segment. */
static void sip_tail(struct txtbuf *t, struct str payload)
{
    if (payload.n == 0)
        return;
    struct sip_msg m;
    struct rd r = rd_of(payload.p, payload.n);
    txtbuf_char(t, ' ');
    if (sip_get(&r, &m))
        sip_line(t, &m);
    else
        txtbuf_cstr(t, "data");
}

void wire_frame_line(struct txtbuf *out, const void *bytes, size_t n)
{
    char text[LINE_MAX_COLUMNS + 1]; /* whatever a peer puts into its headers, a line stays a line */
    struct txtbuf line = txtbuf_of(text, sizeof text), *t = &line;
    struct wire_frame f;
    wire_frame_get(bytes, n, &f);
    switch (f.top) {
    case WIRE_NONE:
        txtbuf_add(t, "%zu bytes, not a frame", n);
        break;
    case WIRE_ETH:
        eth_line(t, &f.eth);
        break;
    case WIRE_ARP:
        arp_line(t, &f.arp);
        break;
    case WIRE_IP4:
        ip4_line(t, &f.ip4);
        break;
    case WIRE_UDP:
        udp_line(t, &f.udp);
        break;
    case WIRE_TCP:
        tcp_seg_line(t, &f.tcp);
        sip_tail(t, f.tcp.payload);
        break;
    }
    if (f.why)
        txtbuf_add(t, " (%s)", f.why);
    txtbuf_str(out, txtbuf_view(t));
}
