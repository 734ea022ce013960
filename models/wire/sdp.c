/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sdp.c: the lines of a description in the order that RFC 4566 5 demands, and what those of them say that a call
 * needs. A type letter has one place in its section; a line may stand at the place of the one before it only where
 * the grammar (9) has it more than once, and no place that must be taken may be passed over. Text: sdp_text.c. */
#include "models/wire/sdp.h"

#include <string.h>

#include "models/wire/header.h"
#include "models/wire/wire_any.h"

/* The places of a section's types; `needed` and `many` are masks of places. */
struct section {
    const char *types;
    uint32_t needed, many;
};

static const struct section session_section = {"vosiuepcbtrzka",
                                               1u << 0 | 1u << 1 | 1u << 2 | 1u << 9, /* v o s t */
                                               1u << 5 | 1u << 6 | 1u << 8 | 1u << 9 | 1u << 10 | 1u << 13};
static const struct section media_section = {"micbka", 1u << 0, 1u << 2 | 1u << 3 | 1u << 5};

#define PLACE_T 9
#define PLACE_R 10

/* What is known while lines are read. */
struct take {
    struct rd *r;
    struct sdp *m;
    const struct section *section;
    int place; /* of the line before; -1: none */
    /* of the session: what a stream has that says nothing itself */
    bool connected, has_addr;
    struct ip4 addr;
    enum sdp_direction direction;
    bool own; /* the newest stream has its own c= */
};

/* --- values
 * ----------------------------------------------------------------------------------------- */

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return s.n > 0;
}

static bool is_visible(struct str s) /* non-ws-string */
{
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] <= ' ' || s.p[i] == 127)
            return false;
    }
    return s.n > 0;
}

/* Three fields: IN IP4 address. False: that is not what they are. */
static bool get_place(struct str *rest, struct str *addr, bool *is_ip4)
{
    struct str net = str_cut(rest, ' '), type = str_cut(rest, ' ');
    *addr = str_cut(rest, ' ');
    *is_ip4 = str_eq(net, STR("IN")) && str_eq(type, STR("IP4"));
    return is_visible(net) && is_visible(type) && is_visible(*addr) && rest->n == 0;
}

static const char *take_origin(struct sdp *m, struct str v)
{
    bool ip4;
    m->username = str_cut(&v, ' ');
    struct str session = str_cut(&v, ' '), version = str_cut(&v, ' ');
    if (!is_visible(m->username) || !is_number(session) || !is_number(version) || !get_place(&v, &m->origin, &ip4))
        return "bad o= line";
    if (!str_u64(session, UINT64_MAX, &m->session) || !str_u64(version, UINT64_MAX, &m->version))
        return "number too large in o=";
    return NULL;
}

static const char *take_connection(struct take *t, struct str v)
{
    struct str text;
    struct ip4 addr = {0};
    bool ip4;
    if (!get_place(&v, &text, &ip4))
        return "bad c= line";
    bool has_addr = ip4 && ip4_parse(text, &addr);
    if (t->m->media_count == 0) {
        t->connected = true;
        t->has_addr = has_addr;
        t->addr = addr;
    } else if (!t->own) { /* of several the first: the others are layers of a multicast (5.7) */
        struct sdp_media *x = &t->m->media[t->m->media_count - 1];
        t->own = true;
        x->has_addr = has_addr;
        x->addr = addr;
    }
    return NULL;
}

static const char *take_time(struct str v)
{
    struct str start = str_cut(&v, ' ');
    return is_number(start) && is_number(v) ? NULL : "bad t= line";
}

static const char *take_bandwidth(struct str v)
{
    struct str type = str_cut(&v, ':');
    return header_is_token(type) && is_number(v) ? NULL : "bad b= line";
}

static bool get_ports(struct str v, struct sdp_media *x)
{
    uint64_t port, count = 1;
    bool several = str_find(v, STR("/")) >= 0;
    struct str first = str_cut(&v, '/');
    if (!str_u64(first, UINT16_MAX, &port) || (several && (!str_u64(v, UINT16_MAX, &count) || count == 0)))
        return false;
    x->port = (uint16_t)port;
    x->port_count = (uint32_t)count;
    return true;
}

static const char *take_media(struct take *t, struct str v)
{
    struct sdp *m = t->m;
    if (m->media_count == SDP_MEDIA_MAX)
        return "too many m= lines";
    struct sdp_media *x = &m->media[m->media_count++];
    *x = (struct sdp_media){.has_addr = t->has_addr,
                            .addr = t->addr,
                            .direction = t->direction,
                            .first = m->line_count};
    t->own = false;
    x->kind = str_cut(&v, ' ');
    struct str ports = str_cut(&v, ' ');
    x->proto = str_cut(&v, ' ');
    if (!header_is_token(x->kind) || !get_ports(ports, x) || !is_visible(x->proto) || v.n == 0)
        return "bad m= line";
    while (v.n) {
        if (x->format_count == SDP_FORMATS_MAX)
            return "too many formats in m=";
        bool more = str_find(v, STR(" ")) >= 0;
        struct str format = str_cut(&v, ' ');
        if (!header_is_token(format) || (more && v.n == 0))
            return "bad m= line";
        x->format[x->format_count++] = format;
    }
    return NULL;
}

static bool get_direction(struct str name, enum sdp_direction *out)
{
    for (enum sdp_direction d = SDP_SENDRECV; d <= SDP_INACTIVE; d++) {
        if (str_eq(name, sdp_direction_name(d))) {
            *out = d;
            return true;
        }
    }
    return false;
}

static const char *take_attribute(struct take *t, struct str v)
{
    struct sdp_media *x = t->m->media_count ? &t->m->media[t->m->media_count - 1] : NULL;
    bool valued = str_find(v, STR(":")) >= 0;
    struct str name = str_cut(&v, ':');
    uint64_t ms;
    if (!header_is_token(name) || (valued && v.n == 0))
        return "bad a= line";
    if (!valued && get_direction(name, x ? &x->direction : &t->direction))
        return NULL;
    if (x && str_eq(name, STR("ptime"))) {
        if (!str_u64(v, UINT16_MAX, &ms) || ms == 0)
            return "bad ptime";
        x->ptime_ms = (uint32_t)ms;
    }
    return NULL;
}

static const char *take_value(struct take *t, char type, struct str v)
{
    switch (type) {
    case 'v':
        return str_eq(v, STR("0")) ? NULL : "unknown version";
    case 'o':
        return take_origin(t->m, v);
    case 'c':
        return take_connection(t, v);
    case 't':
        return take_time(v);
    case 'b':
        return take_bandwidth(v);
    case 'm':
        return take_media(t, v);
    case 'a':
        return take_attribute(t, v);
    default: /* free text */
        return NULL;
    }
}

/* --- lines
 * ------------------------------------------------------------------------------------------ */

static bool is_skipped(const struct section *s, int from, int to) /* does one that is needed stand between? */
{
    for (int i = from + 1; i < to; i++) {
        if (s->needed >> i & 1)
            return true;
    }
    return false;
}

static bool is_end_allowed(const struct take *t)
{
    return !is_skipped(t->section, t->place, (int)strlen(t->section->types));
}

static bool may_follow(const struct section *s, int before, int at)
{
    if (s == &session_section && at == PLACE_R && before < PLACE_T)
        return false;
    if (s == &session_section && at == PLACE_T && before == PLACE_R) /* the next t= with its own r= */
        return true;
    return (at > before && !is_skipped(s, before, at)) || (at == before && (s->many >> at & 1));
}

static const char *take_place(struct take *t, char type)
{
    if (type == 'm') {
        bool again = t->section == &media_section;
        if (!is_end_allowed(t))
            return "a line is missing";
        if (again && !t->connected && !t->own)
            return "m= without c=";
        t->section = &media_section;
        t->place = -1;
    }
    const char *at = memchr(t->section->types, type, strlen(t->section->types));
    if (!at)
        return memchr(session_section.types, type, strlen(session_section.types)) ? "a line out of order"
                                                                                 : "unknown type of line";
    int place = (int)(at - t->section->types);
    if (!may_follow(t->section, t->place, place))
        return place > t->place ? "a line is missing" : "a line out of order";
    t->place = place;
    return NULL;
}

/* A single LF ends a line, too (5). */
static struct str next_line(struct rd *r)
{
    const char *start = (const char *)r->p, *lf = rd_left(r) ? memchr(start, '\n', rd_left(r)) : NULL;
    if (!lf) {
        rd_fail(r, "truncated");
        return STR_NONE;
    }
    struct str line = rd_bytes(r, (size_t)(lf - start));
    rd_u8(r);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (line.n > SDP_LINE_MAX)
        rd_fail(r, "line too long");
    if (line.n && (memchr(line.p, 0, line.n) || memchr(line.p, '\r', line.n)))
        rd_fail(r, "NUL or CR in a line");
    return line;
}

static void get_line(struct take *t)
{
    struct str line = next_line(t->r);
    if (!rd_ok(t->r))
        return;
    if (line.n < 3 || line.p[1] != '=') {
        rd_fail(t->r, "not a line of type=value");
        return;
    }
    if (t->m->line_count == SDP_LINES_MAX) {
        rd_fail(t->r, "too many lines");
        return;
    }
    char type = line.p[0];
    struct str value = {line.p + 2, line.n - 2};
    const char *why = take_place(t, type);
    if (!why)
        why = take_value(t, type, value);
    if (why)
        rd_fail(t->r, why);
    t->m->lines[t->m->line_count++] = (struct sdp_line){type, value};
    if (t->m->media_count)
        t->m->media[t->m->media_count - 1].line_count++;
    else
        t->m->session_lines++;
}

bool sdp_get(struct rd *r, struct sdp *m)
{
    struct take t = {.r = r, .m = m, .section = &session_section, .place = -1};
    m->username = m->origin = STR_NONE;
    m->session = m->version = 0;
    m->line_count = m->session_lines = m->media_count = 0;
    do {
        get_line(&t);
    } while (rd_ok(r) && rd_left(r));
    if (rd_ok(r) && !is_end_allowed(&t))
        rd_fail(r, "a line is missing");
    if (rd_ok(r) && m->media_count && !t.connected && !t.own)
        rd_fail(r, "m= without c=");
    return rd_ok(r);
}

void sdp_put(struct wr *w, const struct sdp *m)
{
    for (uint32_t i = 0; i < m->line_count; i++) {
        wr_u8(w, (uint8_t)m->lines[i].type);
        wr_u8(w, '=');
        wr_str(w, m->lines[i].value);
        wr_str(w, STR("\r\n"));
    }
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return sdp_get(r, &m->sdp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    sdp_put(w, &m->sdp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    sdp_line(t, &m->sdp);
}

const struct wire_type wire_sdp = {"sdp", get_any, put_any, line_any};
