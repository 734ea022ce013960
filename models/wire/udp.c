/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.c: see udp.h. */
#include "models/wire/udp.h"

#include "models/wire/cksum.h"
#include "models/wire/ip4.h"
#include "models/wire/wire_any.h"

void udp_put(struct wr *w, const struct udp *u)
{
    uint8_t *start = w->p;
    size_t len = UDP_HEADER_BYTES + u->payload.n;
    wr_u16(w, u->src_port);
    wr_u16(w, u->dst_port);
    wr_u16(w, (uint32_t)len);
    struct wr_hole sum = wr_hole16(w);
    wr_str(w, u->payload);
    if (!wr_ok(w))
        return;
    wr_fill16(w, sum, 0);
    uint16_t c = cksum_fold(cksum_add(cksum_pseudo(u->src, u->dst, IP4_UDP, len), start, len));
    wr_fill16(w, sum, c ? c : 0xffff); /* 0 would say "no checksum" */
}

bool udp_get(struct rd *r, struct ip4 src, struct ip4 dst, struct udp *u)
{
    const uint8_t *start = r->p;
    *u = (struct udp){.src = src, .dst = dst};
    u->src_port = rd_u16(r);
    u->dst_port = rd_u16(r);
    uint16_t len = rd_u16(r), sum = rd_u16(r);
    if (rd_ok(r) && len < UDP_HEADER_BYTES)
        rd_fail(r, "length below header length");
    if (rd_ok(r))
        u->payload = rd_bytes(r, len - UDP_HEADER_BYTES);
    if (rd_ok(r) && sum &&
        cksum_fold(cksum_add(cksum_pseudo(src, dst, IP4_UDP, len), start, len)) != 0)
        rd_fail(r, "bad checksum");
    return rd_ok(r);
}

void udp_line(struct txtbuf *t, const struct udp *u)
{
    ip4_text(t, u->src);
    txtbuf_add(t, ":%u > ", u->src_port);
    ip4_text(t, u->dst);
    txtbuf_add(t, ":%u UDP Len=%zu", u->dst_port, u->payload.n);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return udp_get(r, WIRE_TEST_SRC, WIRE_TEST_DST, &m->udp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    udp_put(w, &m->udp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    udp_line(t, &m->udp);
}

const struct wire_type wire_udp = {"udp", get_any, put_any, line_any};
