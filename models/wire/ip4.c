/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip4.c: see ip4.h. */
#include "models/wire/ip4.h"

#include "models/wire/cksum.h"
#include "models/wire/wire_any.h"

void ip4_put(struct wr *w, const struct ip4_hdr *h)
{
    uint8_t *start = w->p;
    size_t header = IP4_HEADER_BYTES + h->options.n;
    ASSERT(h->options.n % 4 == 0 && h->options.n <= 40);
    ASSERT(h->dscp < 64 && h->ecn < 4 && h->fragment_offset < 0x2000);
    wr_u8(w, 0x40 | (uint32_t)(header / 4));
    wr_u8(w, (uint32_t)h->dscp << 2 | h->ecn);
    wr_u16(w, (uint32_t)header + h->payload_len);
    wr_u16(w, h->id);
    wr_u16(w, (uint32_t)h->dont_fragment << 14 | (uint32_t)h->more_fragments << 13 |
                  h->fragment_offset);
    wr_u8(w, h->ttl);
    wr_u8(w, h->proto);
    struct wr_hole sum = wr_hole16(w);
    wr_u32(w, h->src.v);
    wr_u32(w, h->dst.v);
    wr_str(w, h->options);
    if (!wr_ok(w))
        return;
    wr_fill16(w, sum, 0);
    wr_fill16(w, sum, cksum_fold(cksum_add(0, start, header)));
}

static void get_words(struct rd *r, struct ip4_hdr *h, uint16_t *total, uint8_t *version)
{
    *version = rd_u8(r);
    uint8_t tos = rd_u8(r);
    h->dscp = tos >> 2;
    h->ecn = tos & 3;
    *total = rd_u16(r);
    h->id = rd_u16(r);
    uint16_t frag = rd_u16(r);
    h->dont_fragment = (frag & 0x4000) != 0;
    h->more_fragments = (frag & 0x2000) != 0;
    h->fragment_offset = frag & 0x1fff;
    h->ttl = rd_u8(r);
    h->proto = rd_u8(r);
    rd_u16(r); /* checksum: verified over the whole header */
    h->src.v = rd_u32(r);
    h->dst.v = rd_u32(r);
    if (frag & 0x8000)
        rd_fail(r, "reserved flag is set");
}

bool ip4_get(struct rd *r, struct ip4_hdr *h, struct rd *payload)
{
    const uint8_t *start = r->p;
    uint16_t total;
    uint8_t version;
    *h = (struct ip4_hdr){0};
    get_words(r, h, &total, &version);
    size_t header = (size_t)(version & 15) * 4;
    if (version >> 4 != 4)
        rd_fail(r, "not version 4");
    else if (header < IP4_HEADER_BYTES)
        rd_fail(r, "header too short");
    else if (total < header)
        rd_fail(r, "total length below header length");
    if (rd_ok(r))
        h->options = rd_bytes(r, header - IP4_HEADER_BYTES);
    if (rd_ok(r) && cksum_fold(cksum_add(0, start, header)) != 0)
        rd_fail(r, "bad header checksum");
    if (rd_ok(r)) {
        h->payload_len = (uint16_t)(total - header);
        *payload = rd_sub(r, h->payload_len);
    } else {
        *payload = rd_of(NULL, 0);
        payload->why = r->why;
    }
    return rd_ok(r);
}

void ip4_line(struct txtbuf *t, const struct ip4_hdr *h)
{
    ip4_text(t, h->src);
    txtbuf_cstr(t, " > ");
    ip4_text(t, h->dst);
    txtbuf_add(t, " proto %u ttl %u len %u", h->proto, h->ttl, h->payload_len);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    struct rd payload;
    if (!ip4_get(r, &m->ip4, &payload))
        return false;
    m->payload = rd_bytes(&payload, rd_left(&payload));
    return true;
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    ip4_put(w, &m->ip4);
    wr_str(w, m->payload);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    ip4_line(t, &m->ip4);
}

const struct wire_type wire_ip4 = {"ip4", get_any, put_any, line_any};
