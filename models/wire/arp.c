/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arp.c: see arp.h. */
#include "models/wire/arp.h"

#include "models/wire/eth.h"
#include "models/wire/wire_any.h"

void arp_put(struct wr *w, const struct arp *a)
{
    wr_u16(w, 1); /* Ethernet */
    wr_u16(w, ETH_IP4);
    wr_u8(w, 6);
    wr_u8(w, 4);
    wr_u16(w, a->oper);
    wr_bytes(w, a->sha.b, 6);
    wr_u32(w, a->spa.v);
    wr_bytes(w, a->tha.b, 6);
    wr_u32(w, a->tpa.v);
}

bool arp_get(struct rd *r, struct arp *a)
{
    *a = (struct arp){0};
    uint16_t htype = rd_u16(r), ptype = rd_u16(r);
    uint8_t hlen = rd_u8(r), plen = rd_u8(r);
    a->oper = rd_u16(r);
    rd_copy(r, a->sha.b, 6);
    a->spa.v = rd_u32(r);
    rd_copy(r, a->tha.b, 6);
    a->tpa.v = rd_u32(r);
    if (htype != 1 || ptype != ETH_IP4 || hlen != 6 || plen != 4)
        rd_fail(r, "not IPv4 over Ethernet");
    if (a->oper != ARP_REQUEST && a->oper != ARP_REPLY)
        rd_fail(r, "unknown operation");
    return rd_ok(r);
}

void arp_line(struct txtbuf *t, const struct arp *a)
{
    bool announcement = a->spa.v == a->tpa.v;
    txtbuf_cstr(t, "ARP ");
    if (a->oper == ARP_REPLY) {
        ip4_text(t, a->spa);
        txtbuf_cstr(t, " is-at ");
        mac_text(t, a->sha);
        return;
    }
    txtbuf_cstr(t, announcement ? "announcement for " : "who-has ");
    ip4_text(t, a->tpa);
    if (announcement)
        return;
    txtbuf_cstr(t, " tell ");
    ip4_text(t, a->spa);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return arp_get(r, &m->arp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    arp_put(w, &m->arp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    arp_line(t, &m->arp);
}

const struct wire_type wire_arp = {"arp", get_any, put_any, line_any};
