/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icmp.c: see icmp.h. */
#include "models/wire/icmp.h"

#include "models/wire/cksum.h"
#include "models/wire/wire_any.h"

void icmp_put(struct wr *w, const struct icmp *m)
{
    uint8_t *start = w->p;
    wr_u8(w, m->type);
    wr_u8(w, m->code);
    struct wr_hole sum = wr_hole16(w);
    wr_u32(w, m->rest);
    wr_str(w, m->payload);
    if (!wr_ok(w))
        return;
    wr_fill16(w, sum, 0);
    wr_fill16(w, sum, cksum_fold(cksum_add(0, start, ICMP_HEADER_BYTES + m->payload.n)));
}

bool icmp_get(struct rd *r, struct icmp *m)
{
    const uint8_t *start = r->p;
    size_t n = rd_left(r);
    *m = (struct icmp){0};
    m->type = rd_u8(r);
    m->code = rd_u8(r);
    rd_u16(r); /* checksum: verified over the whole message */
    m->rest = rd_u32(r);
    m->payload = rd_bytes(r, rd_left(r));
    if (rd_ok(r) && cksum_fold(cksum_add(0, start, n)) != 0)
        rd_fail(r, "bad checksum");
    return rd_ok(r);
}

static void unreachable_text(struct txtbuf *t, uint8_t code)
{
    static const char *const what[] = {"net", "host", "protocol", "port"};
    if (code < sizeof what / sizeof what[0])
        txtbuf_add(t, "ICMP %s unreachable", what[code]);
    else
        txtbuf_add(t, "ICMP unreachable code %u", code);
}

void icmp_line(struct txtbuf *t, const struct icmp *m)
{
    switch (m->type) {
    case ICMP_ECHO:
    case ICMP_ECHO_REPLY:
        txtbuf_add(t, "ICMP echo %s id=%u seq=%u Len=%zu",
                   m->type == ICMP_ECHO ? "request" : "reply", (unsigned)(m->rest >> 16),
                   (unsigned)(m->rest & 0xffff), m->payload.n);
        break;
    case ICMP_UNREACHABLE:
        unreachable_text(t, m->code);
        break;
    case ICMP_TIME_EXCEEDED:
        txtbuf_cstr(t, "ICMP time exceeded");
        break;
    default:
        txtbuf_add(t, "ICMP type %u code %u", m->type, m->code);
    }
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return icmp_get(r, &m->icmp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    icmp_put(w, &m->icmp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    icmp_line(t, &m->icmp);
}

const struct wire_type wire_icmp = {"icmp", get_any, put_any, line_any};
