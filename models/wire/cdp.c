/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cdp.c: see cdp.h. A TLV's length counts its own four bytes. The checksum is that of IP but for an odd last byte,
 * which Cisco's senders put into the low half of the last word, sign-extended. */
#include "models/wire/cdp.h"

#include "models/wire/cksum.h"
#include "models/wire/wire_any.h"

#define VERSION 2
#define TLV_BYTES 4
#define NLPID 1
#define NLPID_IP4 0xcc

enum tlv {
    T_DEVICE_ID = 0x01,
    T_ADDRESSES = 0x02,
    T_PORT_ID = 0x03,
    T_CAPABILITIES = 0x04,
    T_VERSION = 0x05,
    T_PLATFORM = 0x06,
    T_VTP_DOMAIN = 0x09,
    T_NATIVE_VLAN = 0x0a,
    T_DUPLEX = 0x0b,
    T_VOICE_VLAN = 0x0e,
    T_VOICE_QUERY = 0x0f,
    T_POWER = 0x10,
    T_TRUST = 0x12,
    T_COS = 0x13,
    T_POWER_REQUEST = 0x19,
    T_POWER_AVAILABLE = 0x1a,
};

static const uint8_t llc[CDP_LLC_BYTES] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00};

static uint16_t sum_of(const uint8_t *p, size_t n)
{
    uint64_t sum = cksum_add(0, p, n & ~(size_t)1);
    if (n & 1) {
        bool negative = p[n - 1] & 0x80;
        uint8_t last[2] = {negative ? 0xff : 0, (uint8_t)(p[n - 1] - negative)};
        sum = cksum_add(sum, last, sizeof last);
    }
    return cksum_fold(sum);
}

/* --- writing ---------------------------------------------------------------------------------- */

static struct wr_hole begin(struct wr *w, enum tlv type)
{
    wr_u16(w, type);
    return wr_hole16(w);
}

static void end(struct wr *w, struct wr_hole length)
{
    if (wr_ok(w))
        wr_fill16(w, length, (uint32_t)(w->p - length.at) + 2); /* the type stands before it */
}

static void put_text(struct wr *w, const struct cdp *m, enum cdp_has bit, enum tlv type, struct str s)
{
    if (!(m->has & bit))
        return;
    struct wr_hole length = begin(w, type);
    wr_str(w, s);
    end(w, length);
}

static void put_number(struct wr *w, const struct cdp *m, enum cdp_has bit, enum tlv type, uint32_t v, int bytes)
{
    if (!(m->has & bit))
        return;
    struct wr_hole length = begin(w, type);
    for (int i = bytes - 1; i >= 0; i--)
        wr_u8(w, v >> 8 * i & 0xff);
    end(w, length);
}

static void put_address(struct wr *w, const struct cdp *m)
{
    if (!(m->has & CDP_ADDRESS))
        return;
    struct wr_hole length = begin(w, T_ADDRESSES);
    wr_u32(w, 1);
    wr_u8(w, NLPID);
    wr_u8(w, 1);
    wr_u8(w, NLPID_IP4);
    wr_u16(w, 4);
    wr_u32(w, m->address.v);
    end(w, length);
}

static void put_voice_vlan(struct wr *w, const struct cdp *m)
{
    if (!(m->has & CDP_VOICE_VLAN))
        return;
    struct wr_hole length = begin(w, T_VOICE_VLAN);
    wr_u8(w, 1);
    wr_u16(w, m->voice_vlan);
    end(w, length);
}

static void put_power(struct wr *w, const struct cdp *m, enum cdp_has bit, enum tlv type, const struct cdp_power *p)
{
    if (!(m->has & bit))
        return;
    struct wr_hole length = begin(w, type);
    wr_u16(w, p->request);
    wr_u16(w, p->management);
    wr_str(w, p->levels);
    end(w, length);
}

void cdp_put(struct wr *w, const struct cdp *m)
{
    wr_bytes(w, llc, sizeof llc);
    uint8_t *start = w->p;
    wr_u8(w, VERSION);
    wr_u8(w, m->ttl_s);
    struct wr_hole sum = wr_hole16(w);
    put_text(w, m, CDP_DEVICE_ID, T_DEVICE_ID, m->device_id);
    put_address(w, m);
    put_text(w, m, CDP_PORT_ID, T_PORT_ID, m->port_id);
    put_number(w, m, CDP_CAPABILITIES, T_CAPABILITIES, m->capabilities, 4);
    put_text(w, m, CDP_VERSION, T_VERSION, m->version);
    put_text(w, m, CDP_PLATFORM, T_PLATFORM, m->platform);
    put_text(w, m, CDP_VTP_DOMAIN, T_VTP_DOMAIN, m->vtp_domain);
    put_number(w, m, CDP_NATIVE_VLAN, T_NATIVE_VLAN, m->native_vlan, 2);
    put_number(w, m, CDP_DUPLEX, T_DUPLEX, m->full_duplex, 1);
    put_voice_vlan(w, m);
    put_text(w, m, CDP_VOICE_QUERY, T_VOICE_QUERY, m->voice_query);
    put_number(w, m, CDP_POWER, T_POWER, m->power_mw, 2);
    put_number(w, m, CDP_TRUST, T_TRUST, m->trust, 1);
    put_number(w, m, CDP_COS, T_COS, m->cos, 1);
    put_power(w, m, CDP_POWER_REQUEST, T_POWER_REQUEST, &m->power_request);
    put_power(w, m, CDP_POWER_AVAILABLE, T_POWER_AVAILABLE, &m->power_available);
    if (!wr_ok(w))
        return;
    wr_fill16(w, sum, 0);
    wr_fill16(w, sum, sum_of(start, (size_t)(w->p - start)));
}

/* --- reading ---------------------------------------------------------------------------------- */

static void get_addresses(struct rd *r, struct cdp *m)
{
    uint32_t count = rd_u32(r);
    for (uint32_t i = 0; i < count && rd_ok(r); i++) {
        rd_u8(r); /* NLPID or 802.2 */
        struct str protocol = rd_bytes(r, rd_u8(r));
        struct rd address = rd_sub(r, rd_u16(r));
        bool ip4 = protocol.n == 1 && (uint8_t)protocol.p[0] == NLPID_IP4 && rd_left(&address) == 4;
        if (!ip4 || m->has & CDP_ADDRESS)
            continue;
        m->address.v = rd_u32(&address);
        m->has |= CDP_ADDRESS;
    }
}

/* Six bytes in all were seen as well: an answer without a VLAN. */
static void get_voice_vlan(struct rd *r, struct cdp *m)
{
    rd_u8(r);
    m->voice_vlan = rd_left(r) >= 2 ? rd_u16(r) : 0;
}

static void get_power(struct rd *r, struct cdp_power *p)
{
    p->request = rd_u16(r);
    p->management = rd_u16(r);
    p->levels = rd_bytes(r, rd_left(r) & ~(size_t)3);
}

static void get_text(struct rd *r, struct cdp *m, enum cdp_has bit, struct str *out)
{
    *out = rd_bytes(r, rd_left(r));
    m->has |= bit;
}

static void get_value(struct rd *r, enum tlv type, struct cdp *m)
{
    switch (type) {
    case T_DEVICE_ID:
        get_text(r, m, CDP_DEVICE_ID, &m->device_id);
        return;
    case T_ADDRESSES:
        get_addresses(r, m);
        return;
    case T_PORT_ID:
        get_text(r, m, CDP_PORT_ID, &m->port_id);
        return;
    case T_CAPABILITIES:
        m->capabilities = rd_u32(r);
        m->has |= CDP_CAPABILITIES;
        return;
    case T_VERSION:
        get_text(r, m, CDP_VERSION, &m->version);
        return;
    case T_PLATFORM:
        get_text(r, m, CDP_PLATFORM, &m->platform);
        return;
    case T_VTP_DOMAIN:
        get_text(r, m, CDP_VTP_DOMAIN, &m->vtp_domain);
        return;
    case T_NATIVE_VLAN:
        m->native_vlan = rd_u16(r);
        m->has |= CDP_NATIVE_VLAN;
        return;
    case T_DUPLEX:
        m->full_duplex = rd_u8(r) != 0;
        m->has |= CDP_DUPLEX;
        return;
    case T_VOICE_VLAN:
        get_voice_vlan(r, m);
        m->has |= CDP_VOICE_VLAN;
        return;
    case T_VOICE_QUERY:
        get_text(r, m, CDP_VOICE_QUERY, &m->voice_query);
        return;
    case T_POWER:
        m->power_mw = rd_u16(r);
        m->has |= CDP_POWER;
        return;
    case T_TRUST:
        m->trust = rd_u8(r);
        m->has |= CDP_TRUST;
        return;
    case T_COS:
        m->cos = rd_u8(r);
        m->has |= CDP_COS;
        return;
    case T_POWER_REQUEST:
        get_power(r, &m->power_request);
        m->has |= CDP_POWER_REQUEST;
        return;
    case T_POWER_AVAILABLE:
        get_power(r, &m->power_available);
        m->has |= CDP_POWER_AVAILABLE;
        return;
    }
}

static void get_tlv(struct rd *r, struct cdp *m)
{
    uint16_t type = rd_u16(r), length = rd_u16(r);
    if (rd_ok(r) && length < TLV_BYTES)
        rd_fail(r, "TLV shorter than its header");
    struct rd value = rd_sub(r, rd_ok(r) ? (size_t)(length - TLV_BYTES) : 0);
    get_value(&value, type, m);
    if (rd_ok(r) && !rd_ok(&value))
        rd_fail(r, "TLV too short for its value");
}

bool cdp_get(struct rd *r, struct cdp *m)
{
    uint8_t head[CDP_LLC_BYTES];
    *m = (struct cdp){0};
    rd_copy(r, head, sizeof head);
    for (size_t i = 0; rd_ok(r) && i < sizeof head; i++) {
        if (head[i] != llc[i])
            rd_fail(r, "not CDP behind LLC and SNAP");
    }
    const uint8_t *start = r->p;
    size_t n = rd_left(r);
    uint8_t version = rd_u8(r);
    m->ttl_s = rd_u8(r);
    rd_u16(r); /* checksum: verified over the whole message */
    if (rd_ok(r) && version != VERSION)
        rd_fail(r, "not version 2");
    if (rd_ok(r) && sum_of(start, n) != 0)
        rd_fail(r, "bad checksum");
    while (rd_ok(r) && rd_left(r))
        get_tlv(r, m);
    return rd_ok(r);
}

uint32_t cdp_power_level(const struct cdp_power *p, size_t i)
{
    ASSERT(i < p->levels.n / 4);
    struct rd r = rd_of(p->levels.p + 4 * i, 4);
    return rd_u32(&r);
}

/* --- a line ------------------------------------------------------------------------------------- */

/* What a peer calls itself may hold anything and be long. */
static void name_text(struct txtbuf *t, struct str s)
{
    for (size_t i = 0; i < s.n && i < 24; i++)
        txtbuf_char(t, s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '.');
}

void cdp_line(struct txtbuf *t, const struct cdp *m)
{
    txtbuf_cstr(t, "CDP ");
    name_text(t, m->device_id);
    if (m->has & CDP_PORT_ID) {
        txtbuf_cstr(t, " port ");
        name_text(t, m->port_id);
    }
    if (m->has & CDP_VOICE_VLAN)
        txtbuf_add(t, " voice VLAN %u", m->voice_vlan);
    if (m->has & CDP_VOICE_QUERY)
        txtbuf_cstr(t, " asks for its voice VLAN");
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return cdp_get(r, &m->cdp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    cdp_put(w, &m->cdp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    cdp_line(t, &m->cdp);
}

const struct wire_type wire_cdp = {"cdp", get_any, put_any, line_any};
