/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eth.c: see eth.h. */
#include "models/wire/eth.h"

#include "models/wire/wire_any.h"

void eth_put(struct wr *w, const struct eth *e)
{
    ASSERT(e->pcp < 8 && e->vid < 4096);
    wr_bytes(w, e->dst.b, 6);
    wr_bytes(w, e->src.b, 6);
    if (e->tagged) {
        wr_u16(w, ETH_VLAN);
        wr_u16(w, (uint32_t)e->pcp << 13 | (uint32_t)e->dei << 12 | e->vid);
    }
    wr_u16(w, e->type);
}

bool eth_get(struct rd *r, struct eth *e)
{
    *e = (struct eth){0};
    rd_copy(r, e->dst.b, 6);
    rd_copy(r, e->src.b, 6);
    e->type = rd_u16(r);
    if (e->type == ETH_VLAN) {
        uint16_t tci = rd_u16(r);
        e->tagged = true;
        e->pcp = (uint8_t)(tci >> 13);
        e->dei = (tci & 0x1000) != 0;
        e->vid = tci & 0xfff;
        e->type = rd_u16(r);
        if (e->type == ETH_VLAN)
            rd_fail(r, "more than one VLAN tag");
        if (e->vid == 4095)
            rd_fail(r, "VLAN 4095 is reserved");
    }
    return rd_ok(r);
}

size_t eth_bytes(bool tagged)
{
    return tagged ? 18 : 14;
}

void eth_pad(struct wr *w)
{
    if (wr_len(w) < ETH_BYTES_MIN)
        wr_zeros(w, ETH_BYTES_MIN - wr_len(w));
}

void eth_line(struct txtbuf *t, const struct eth *e)
{
    mac_text(t, e->src);
    txtbuf_cstr(t, " > ");
    mac_text(t, e->dst);
    if (e->tagged)
        txtbuf_add(t, " vlan %u prio %u", e->vid, e->pcp);
    txtbuf_add(t, " type 0x%04x", e->type);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return eth_get(r, &m->eth);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    eth_put(w, &m->eth);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    eth_line(t, &m->eth);
}

const struct wire_type wire_eth = {"eth", get_any, put_any, line_any};
