/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtp.c: see rtp.h. Bit by bit:
 *   0: version 2 in two bits, padding, extension, count of sources in four    1: marker, payload type in seven
 *   2: sequence number    4: timestamp    8: source    12: contributing sources, extension, payload, padding */
#include "models/wire/rtp.h"

#include "models/wire/wire_any.h"

#define VERSION 2
#define RTCP_SR 200 /* the second byte of an RTCP packet: 200 to 204 (RFC 3550 12.1) */
#define RTCP_APP 204

bool rtp_is_port(uint16_t src_port, uint16_t dst_port)
{
    bool src = src_port >= RTP_PORT_FIRST && src_port <= RTP_PORT_LAST && src_port % 2 == 0;
    bool dst = dst_port >= RTP_PORT_FIRST && dst_port <= RTP_PORT_LAST && dst_port % 2 == 0;
    return src || dst;
}

static void get_extension(struct rd *r, struct rtp *m)
{
    m->extended = true;
    m->extension_profile = rd_u16(r);
    m->extension = rd_bytes(r, rd_u16(r) * (size_t)4);
}

/* The last byte of the padding counts it, itself included. */
static void get_padding(struct rd *r, struct rtp *m)
{
    size_t n = m->payload.n;
    m->padding_bytes = n ? (uint8_t)m->payload.p[n - 1] : 0;
    if (m->padding_bytes == 0 || m->padding_bytes > n)
        rd_fail(r, "bad padding");
    else
        m->payload.n -= m->padding_bytes;
}

bool rtp_get(struct rd *r, struct rtp *m)
{
    uint8_t first = rd_u8(r), second = rd_u8(r);
    *m = (struct rtp){.marker = second >> 7, .payload_type = second & 0x7f, .csrc_count = first & 0x0f};
    if (rd_ok(r) && first >> 6 != VERSION)
        rd_fail(r, "not version 2");
    if (rd_ok(r) && second >= RTCP_SR && second <= RTCP_APP)
        rd_fail(r, "RTCP");
    m->sequence = rd_u16(r);
    m->timestamp = rd_u32(r);
    m->ssrc = rd_u32(r);
    for (uint32_t i = 0; i < m->csrc_count; i++)
        m->csrc[i] = rd_u32(r);
    if (first & 0x10)
        get_extension(r, m);
    m->payload = rd_bytes(r, rd_left(r));
    if (rd_ok(r) && (first & 0x20))
        get_padding(r, m);
    return rd_ok(r);
}

void rtp_put(struct wr *w, const struct rtp *m)
{
    ASSERT(m->csrc_count <= RTP_CSRC_MAX);
    ASSERT(m->extension.n % 4 == 0);
    wr_u8(w, (uint32_t)VERSION << 6 | (m->padding_bytes ? 1u : 0u) << 5 | (uint32_t)m->extended << 4 | m->csrc_count);
    wr_u8(w, (uint32_t)m->marker << 7 | m->payload_type);
    wr_u16(w, m->sequence);
    wr_u32(w, m->timestamp);
    wr_u32(w, m->ssrc);
    for (uint32_t i = 0; i < m->csrc_count; i++)
        wr_u32(w, m->csrc[i]);
    if (m->extended) {
        wr_u16(w, m->extension_profile);
        wr_u16(w, (uint32_t)(m->extension.n / 4));
        wr_str(w, m->extension);
    }
    wr_str(w, m->payload);
    if (m->padding_bytes) {
        wr_zeros(w, m->padding_bytes - 1u);
        wr_u8(w, m->padding_bytes);
    }
}

void rtp_line(struct txtbuf *t, const struct rtp *m)
{
    txtbuf_add(t, "RTP PT=%u Seq=%u Time=%u SSRC=0x%08x Len=%zu", m->payload_type, m->sequence, m->timestamp, m->ssrc,
               m->payload.n);
    if (m->marker)
        txtbuf_cstr(t, " Mark");
}

void rtp_brief(struct txtbuf *t, const struct rtp *m)
{
    txtbuf_add(t, "RTP PT=%u Seq=%u Time=%u", m->payload_type, m->sequence, m->timestamp);
    if (m->marker)
        txtbuf_cstr(t, " Mark");
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return rtp_get(r, &m->rtp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    rtp_put(w, &m->rtp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    rtp_line(t, &m->rtp);
}

const struct wire_type wire_rtp = {"rtp", get_any, put_any, line_any};
