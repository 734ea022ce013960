/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp.c: see dhcp.h. */
#include "models/wire/dhcp.h"

#include <string.h>

#include "models/wire/wire_any.h"

#define COOKIE 0x63825363u
#define FLAG_BROADCAST 0x8000
#define CHADDR_BYTES 16
#define SNAME_BYTES 64
#define FILE_BYTES 128

/* --- writing ---------------------------------------------------------------------------------- */

static void put_text(struct wr *w, struct str s, size_t room)
{
    ASSERT(s.n < room); /* a NUL ends it */
    wr_str(w, s);
    wr_zeros(w, room - s.n);
}

static void put_option(struct wr *w, const struct dhcp *m, unsigned code)
{
    struct str v = m->option[code];
    if (!v.p)
        return;
    ASSERT(v.n <= 255);
    wr_u8(w, code);
    wr_u8(w, (uint32_t)v.n);
    wr_str(w, v);
}

void dhcp_put(struct wr *w, const struct dhcp *m)
{
    wr_u8(w, m->reply ? 2 : 1);
    wr_u8(w, 1); /* Ethernet */
    wr_u8(w, sizeof m->chaddr.b);
    wr_u8(w, m->hops);
    wr_u32(w, m->xid);
    wr_u16(w, m->secs);
    wr_u16(w, m->broadcast ? FLAG_BROADCAST : 0);
    wr_u32(w, m->ciaddr.v);
    wr_u32(w, m->yiaddr.v);
    wr_u32(w, m->siaddr.v);
    wr_u32(w, m->giaddr.v);
    wr_bytes(w, m->chaddr.b, sizeof m->chaddr.b);
    wr_zeros(w, CHADDR_BYTES - sizeof m->chaddr.b);
    put_text(w, m->sname, SNAME_BYTES);
    put_text(w, m->file, FILE_BYTES);
    wr_u32(w, COOKIE);
    put_option(w, m, DHCP_MESSAGE_TYPE);
    for (unsigned code = 1; code < DHCP_END; code++) {
        if (code != DHCP_MESSAGE_TYPE && code != DHCP_RELAY_INFO && code != DHCP_OVERLOAD)
            put_option(w, m, code);
    }
    put_option(w, m, DHCP_RELAY_INFO);
    wr_u8(w, DHCP_END);
}

void dhcp_pad(struct wr *w)
{
    if (wr_len(w) < DHCP_BYTES_MIN)
        wr_zeros(w, DHCP_BYTES_MIN - wr_len(w));
}

/* --- reading ---------------------------------------------------------------------------------- */

static void get_options(struct rd *r, struct dhcp *m)
{
    for (;;) {
        uint8_t code = rd_u8(r);
        if (code == DHCP_END || !rd_ok(r))
            return;
        if (code == DHCP_PAD)
            continue;
        struct str v = rd_bytes(r, rd_u8(r));
        if (rd_ok(r) && !m->option[code].p)
            m->option[code] = v;
    }
}

static struct str text_of(struct str field)
{
    const char *nul = memchr(field.p, 0, field.n);
    return (struct str){field.p, nul ? (size_t)(nul - field.p) : field.n};
}

/* A field holds more options, or a text. */
static void get_field(struct rd *r, struct dhcp *m, struct str field, bool overloaded, struct str *text)
{
    struct rd options = rd_of(field.p, field.n);
    if (!overloaded) {
        *text = text_of(field);
        if (text->n == field.n)
            rd_fail(r, "server name or file without an end");
        return;
    }
    get_options(&options, m);
    if (!rd_ok(&options))
        rd_fail(r, "options of a field without an end");
}

static void get_head(struct rd *r, struct dhcp *m)
{
    uint8_t op = rd_u8(r), htype = rd_u8(r), hlen = rd_u8(r);
    m->reply = op == 2;
    m->hops = rd_u8(r);
    m->xid = rd_u32(r);
    m->secs = rd_u16(r);
    m->broadcast = (rd_u16(r) & FLAG_BROADCAST) != 0;
    m->ciaddr.v = rd_u32(r);
    m->yiaddr.v = rd_u32(r);
    m->siaddr.v = rd_u32(r);
    m->giaddr.v = rd_u32(r);
    rd_copy(r, m->chaddr.b, sizeof m->chaddr.b);
    rd_bytes(r, CHADDR_BYTES - sizeof m->chaddr.b);
    if (rd_ok(r) && op != 1 && op != 2)
        rd_fail(r, "neither request nor reply");
    if (rd_ok(r) && (htype != 1 || hlen != sizeof m->chaddr.b))
        rd_fail(r, "not for Ethernet");
}

bool dhcp_get(struct rd *r, struct dhcp *m)
{
    *m = (struct dhcp){0};
    get_head(r, m);
    struct str sname = rd_bytes(r, SNAME_BYTES), file = rd_bytes(r, FILE_BYTES);
    uint32_t cookie = rd_u32(r);
    if (rd_ok(r) && cookie != COOKIE)
        rd_fail(r, "no DHCP cookie");
    get_options(r, m);
    if (!rd_ok(r))
        return false;
    struct str overload = m->option[DHCP_OVERLOAD];
    m->option[DHCP_OVERLOAD] = STR_NONE; /* said with its result: the options are there */
    unsigned bits = overload.p && overload.n == 1 ? (unsigned char)overload.p[0] : 0;
    get_field(r, m, file, bits & 1, &m->file); /* first the file, then the name (RFC 2131 4.1) */
    get_field(r, m, sname, bits & 2, &m->sname);
    return rd_ok(r);
}

/* --- options ------------------------------------------------------------------------------------ */

enum dhcp_type dhcp_type(const struct dhcp *m)
{
    struct str v = m->option[DHCP_MESSAGE_TYPE];
    uint8_t type = v.n == 1 ? (uint8_t)v.p[0] : 0;
    return type <= DHCP_INFORM ? (enum dhcp_type)type : (enum dhcp_type)0;
}

bool dhcp_u32(const struct dhcp *m, enum dhcp_option o, uint32_t *out)
{
    struct str v = m->option[o];
    struct rd r = rd_of(v.p, v.n);
    *out = v.n == 4 ? rd_u32(&r) : 0;
    return v.n == 4;
}

bool dhcp_address(const struct dhcp *m, enum dhcp_option o, size_t i, struct ip4 *out)
{
    struct str v = m->option[o];
    if (v.n % 4 || i >= v.n / 4)
        return false;
    struct rd r = rd_of(v.p + 4 * i, 4);
    out->v = rd_u32(&r);
    return true;
}

/* --- a line ------------------------------------------------------------------------------------- */

void dhcp_line(struct txtbuf *t, const struct dhcp *m)
{
    static const char *const names[] = {"of unknown type", "DISCOVER", "OFFER", "REQUEST", "DECLINE",
                                        "ACK",     "NAK",      "RELEASE", "INFORM"};
    struct ip4 asked;
    txtbuf_add(t, "DHCP %s xid=%08x ", names[dhcp_type(m)], (unsigned)m->xid);
    mac_text(t, m->chaddr);
    if (m->yiaddr.v) {
        txtbuf_cstr(t, " gets ");
        ip4_text(t, m->yiaddr);
    } else if (m->ciaddr.v) {
        txtbuf_cstr(t, " has ");
        ip4_text(t, m->ciaddr);
    } else if (dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &asked)) {
        txtbuf_cstr(t, " asks for ");
        ip4_text(t, asked);
    }
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return dhcp_get(r, &m->dhcp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    dhcp_put(w, &m->dhcp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    dhcp_line(t, &m->dhcp);
}

const struct wire_type wire_dhcp = {"dhcp", get_any, put_any, line_any};
