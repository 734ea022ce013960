/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.c: see tcp.h. */
#include "models/wire/tcp.h"

#include "models/wire/cksum.h"
#include "models/wire/ip4.h"
#include "models/wire/wire_any.h"

enum { OPT_END, OPT_NOP, OPT_MSS, OPT_WSCALE, OPT_SACK_OK, OPT_TS = 8 };

static size_t option_bytes(const struct tcp_seg *s)
{
    size_t n = (s->mss ? 4u : 0u) + (s->has_wscale ? 4u : 0u);
    return n + (s->sack_permitted ? 4u : 0u) + (s->has_ts ? 12u : 0u);
}

size_t tcp_seg_header_bytes(const struct tcp_seg *s)
{
    return TCP_HEADER_BYTES + option_bytes(s);
}

/* Each option is led by NOPs to a whole word. */
static void put_options(struct wr *w, const struct tcp_seg *s)
{
    if (s->mss) {
        wr_u16(w, OPT_MSS << 8 | 4);
        wr_u16(w, s->mss);
    }
    if (s->has_wscale) {
        wr_u16(w, OPT_NOP << 8 | OPT_WSCALE);
        wr_u16(w, 3u << 8 | s->wscale);
    }
    if (s->sack_permitted) {
        wr_u16(w, OPT_NOP << 8 | OPT_NOP);
        wr_u16(w, OPT_SACK_OK << 8 | 2);
    }
    if (s->has_ts) {
        wr_u16(w, OPT_NOP << 8 | OPT_NOP);
        wr_u16(w, OPT_TS << 8 | 10);
        wr_u32(w, s->ts_val);
        wr_u32(w, s->ts_ecr);
    }
}

void tcp_seg_head_put(struct wr *w, const struct tcp_seg *s)
{
    wr_u16(w, s->src_port);
    wr_u16(w, s->dst_port);
    wr_u32(w, s->seq);
    wr_u32(w, s->ack);
    wr_u8(w, (uint32_t)(tcp_seg_header_bytes(s) / 4) << 4);
    wr_u8(w, s->flags);
    wr_u16(w, s->window);
    wr_u16(w, 0);
    wr_u16(w, s->urgent);
    put_options(w, s);
}

void tcp_seg_seal(void *start, size_t len, struct ip4 src, struct ip4 dst)
{
    uint8_t *p = start;
    ASSERT(len >= TCP_HEADER_BYTES);
    p[16] = p[17] = 0;
    uint16_t c = cksum_fold(cksum_add(cksum_pseudo(src, dst, IP4_TCP, len), p, len));
    p[16] = (uint8_t)(c >> 8);
    p[17] = (uint8_t)c;
}

void tcp_seg_put(struct wr *w, const struct tcp_seg *s)
{
    uint8_t *start = w->p;
    tcp_seg_head_put(w, s);
    wr_str(w, s->payload);
    if (wr_ok(w))
        tcp_seg_seal(start, (size_t)(w->p - start), s->src, s->dst);
}

static void get_option(struct rd *v, uint8_t kind, size_t len, struct tcp_seg *s)
{
    static const uint8_t lens[9] = {[OPT_MSS] = 2, [OPT_WSCALE] = 1, [OPT_TS] = 8};
    if (kind <= OPT_TS && (lens[kind] || kind == OPT_SACK_OK) && len != lens[kind]) {
        rd_fail(v, "option of wrong length");
        return;
    }
    switch (kind) {
    case OPT_MSS:
        s->mss = rd_u16(v);
        break;
    case OPT_WSCALE:
        s->has_wscale = true;
        s->wscale = rd_u8(v);
        break;
    case OPT_SACK_OK:
        s->sack_permitted = true;
        break;
    case OPT_TS:
        s->has_ts = true;
        s->ts_val = rd_u32(v);
        s->ts_ecr = rd_u32(v);
        break;
    default: /* unknown: skipped by its length (RFC 9293 3.2, MUST-6) */
        break;
    }
}

static const char *get_options(struct rd opts, struct tcp_seg *s)
{
    while (rd_left(&opts)) {
        uint8_t kind = rd_u8(&opts);
        if (kind == OPT_END)
            return NULL;
        if (kind == OPT_NOP)
            continue;
        uint8_t len = rd_u8(&opts);
        if (len < 2)
            rd_fail(&opts, "option length below 2");
        struct rd v = rd_sub(&opts, len - 2u);
        if (rd_ok(&opts))
            get_option(&v, kind, len - 2u, s);
        if (!rd_ok(&v))
            return v.why;
    }
    return opts.why;
}

bool tcp_seg_get(struct rd *r, struct ip4 src, struct ip4 dst, struct tcp_seg *s)
{
    const uint8_t *start = r->p;
    size_t len = rd_left(r);
    *s = (struct tcp_seg){.src = src, .dst = dst};
    s->src_port = rd_u16(r);
    s->dst_port = rd_u16(r);
    s->seq = rd_u32(r);
    s->ack = rd_u32(r);
    size_t header = (size_t)(rd_u8(r) >> 4) * 4;
    s->flags = rd_u8(r);
    s->window = rd_u16(r);
    rd_u16(r); /* checksum: verified over all */
    s->urgent = rd_u16(r);
    if (rd_ok(r) && header < TCP_HEADER_BYTES)
        rd_fail(r, "data offset below 5");
    if (rd_ok(r)) {
        struct rd opts = rd_sub(r, header - TCP_HEADER_BYTES);
        const char *bad = get_options(opts, s);
        if (bad)
            rd_fail(r, bad);
    }
    if (rd_ok(r) && cksum_fold(cksum_add(cksum_pseudo(src, dst, IP4_TCP, len), start, len)) != 0)
        rd_fail(r, "bad checksum");
    s->payload = rd_bytes(r, rd_left(r));
    return rd_ok(r);
}

uint32_t tcp_seg_len(const struct tcp_seg *s)
{
    return (uint32_t)s->payload.n + ((s->flags & TCP_SYN) != 0) + ((s->flags & TCP_FIN) != 0);
}

void tcp_flags_text(struct txtbuf *t, uint8_t flags)
{
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
    bool brief = __builtin_popcount(flags) > 3; /* never in earnest; a line has 100 columns */
    bool first = true;
    for (int i = 0; i < 8; i++) {
        if (!(flags & 1 << i))
            continue;
        if (!first && !brief)
            txtbuf_char(t, ',');
        txtbuf_str(t, (struct str){names[i], brief ? 1 : 3});
        first = false;
    }
}

void tcp_seg_text(struct txtbuf *t, const struct tcp_seg *s, enum tcp_detail d)
{
    ip4_text(t, s->src);
    txtbuf_add(t, ":%u > ", s->src_port);
    ip4_text(t, s->dst);
    txtbuf_add(t, ":%u", s->dst_port);
    if (d == TCP_ALL) {
        txtbuf_cstr(t, " [");
        tcp_flags_text(t, s->flags);
        txtbuf_char(t, ']');
    }
    txtbuf_add(t, " Seq=%u", s->seq);
    if ((s->flags & TCP_ACK) && d != TCP_SEQ_ONLY)
        txtbuf_add(t, " Ack=%u", s->ack);
    txtbuf_add(t, " Len=%zu", s->payload.n);
}

void tcp_seg_line(struct txtbuf *t, const struct tcp_seg *s)
{
    tcp_seg_text(t, s, TCP_ALL);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return tcp_seg_get(r, WIRE_TEST_SRC, WIRE_TEST_DST, &m->tcp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    tcp_seg_put(w, &m->tcp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    tcp_seg_line(t, &m->tcp);
}

const struct wire_type wire_tcp = {"tcp", get_any, put_any, line_any};
