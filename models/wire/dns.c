/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns.c: see dns.h. A pointer must point to before the piece of the name that it stands in (RFC 1035 4.1.4: a
 * prior occurrence), so each jump goes further back and no name can run in a circle. */
#include "models/wire/dns.h"

#include <string.h>

#include "models/wire/wire_any.h"

#define HEAD_BYTES 12
#define LINE_COLUMNS_MAX 100

#define FLAG_RESPONSE 0x8000u
#define FLAG_AUTHORITATIVE 0x0400u
#define FLAG_TRUNCATED 0x0200u
#define FLAG_RECURSION_DESIRED 0x0100u
#define FLAG_RECURSION_AVAILABLE 0x0080u

/* --- names -------------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return c > ' ' && c <= '~' && c != '\\';
}

bool dns_name_parse(struct str text, struct dns_name *out)
{
    out->n = 0;
    if (text.n == 0 || text.n > DNS_TEXT_MAX + 1)
        return false;
    while (text.n) {
        struct str label = str_cut(&text, '.');
        if (label.n == 0 || label.n > DNS_LABEL_BYTES || out->n + label.n + 2 > DNS_NAME_BYTES)
            return false;
        for (size_t i = 0; i < label.n; i++) {
            if (!is_plain(label.p[i]))
                return false;
        }
        out->bytes[out->n++] = (uint8_t)label.n;
        memcpy(out->bytes + out->n, label.p, label.n);
        out->n = (uint8_t)(out->n + label.n);
    }
    out->bytes[out->n++] = 0;
    return true;
}

void dns_name_text(struct txtbuf *t, const struct dns_name *n)
{
    if (n->n <= 1)
        txtbuf_char(t, '.');
    for (size_t i = 0; i + 1 < n->n;) {
        size_t end = i + 1 + n->bytes[i];
        if (i)
            txtbuf_char(t, '.');
        for (i++; i < end; i++) {
            char c = (char)n->bytes[i];
            if (is_plain(c) && c != '.')
                txtbuf_char(t, c);
            else
                txtbuf_add(t, "\\%03u", n->bytes[i]);
        }
    }
}

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b)
{
    /* lengths are below 64: none of them is a letter */
    return str_eq_nocase(str_of_bytes(a->bytes, a->n), str_of_bytes(b->bytes, b->n));
}

bool dns_name_is_single(const struct dns_name *n)
{
    return n->n > 1 && n->bytes[0] + 2 == n->n;
}

bool dns_name_append(struct dns_name *n, const struct dns_name *suffix)
{
    ASSERT(n->n > 0 && suffix->n > 0);
    size_t kept = n->n - 1u; /* without the root */
    if (kept + suffix->n > DNS_NAME_BYTES)
        return false;
    memcpy(n->bytes + kept, suffix->bytes, suffix->n);
    n->n = (uint8_t)(kept + suffix->n);
    return true;
}

/* --- writing ------------------------------------------------------------------------------------ */

static void put_name(struct wr *w, const struct dns_name *n)
{
    ASSERT(n->n > 0);
    wr_bytes(w, n->bytes, n->n);
}

static void put_record(struct wr *w, const struct dns_record *c)
{
    put_name(w, &c->owner);
    wr_u16(w, c->type);
    wr_u16(w, DNS_IN);
    wr_u32(w, c->ttl_s);
    struct wr_hole len = wr_hole16(w);
    if (c->type == DNS_A)
        wr_u32(w, c->address.v);
    else
        put_name(w, &c->target);
    wr_fill_len(w, len);
}

static uint32_t flags_of(const struct dns *m)
{
    ASSERT(m->opcode < 16 && m->rcode < 16);
    return (m->is_response ? FLAG_RESPONSE : 0) | (uint32_t)m->opcode << 11 |
           (m->is_authoritative ? FLAG_AUTHORITATIVE : 0) | (m->is_truncated ? FLAG_TRUNCATED : 0) |
           (m->wants_recursion ? FLAG_RECURSION_DESIRED : 0) |
           (m->has_recursion ? FLAG_RECURSION_AVAILABLE : 0) | m->rcode;
}

void dns_put(struct wr *w, const struct dns *m)
{
    ASSERT(m->record_count <= DNS_RECORDS_MAX);
    wr_u16(w, m->id);
    wr_u16(w, flags_of(m));
    wr_u16(w, m->has_question);
    wr_u16(w, m->record_count);
    wr_u32(w, 0); /* neither authority nor additional records */
    if (m->has_question) {
        put_name(w, &m->name);
        wr_u16(w, m->type);
        wr_u16(w, m->class);
    }
    for (uint32_t i = 0; i < m->record_count; i++)
        put_record(w, &m->record[i]);
}

/* --- reading ------------------------------------------------------------------------------------ */

/* False: that was the last one, or a bad one. */
static bool get_label(struct rd *at, uint8_t len, struct dns_name *out)
{
    if (len > DNS_LABEL_BYTES) {
        rd_fail(at, "a label of an unknown kind");
        return false;
    }
    if (out->n + 1u + len > DNS_NAME_BYTES) {
        rd_fail(at, "a name of more than 255 bytes");
        return false;
    }
    out->bytes[out->n++] = len;
    rd_copy(at, out->bytes + out->n, len);
    out->n = (uint8_t)(out->n + len);
    return len != 0;
}

/* `limit`: where the piece of the name being read begins. */
static void jump(struct rd *at, const struct rd *whole, uint8_t high, size_t *limit)
{
    size_t to = (size_t)(high & 0x3f) << 8 | rd_u8(at);
    if (!rd_ok(at))
        return;
    if (to < HEAD_BYTES || to >= *limit) {
        rd_fail(at, "a pointer that does not point back to a name");
        return;
    }
    *limit = to;
    *at = rd_of(whole->base + to, (size_t)(whole->end - whole->base) - to);
}

/* From *r, which lies in *whole; only the first piece of the name is taken from *r. */
static void get_name(struct rd *r, const struct rd *whole, struct dns_name *out)
{
    struct rd at = *r;
    size_t limit = (size_t)(r->p - whole->base), first = 0;
    unsigned jumps = 0;
    bool more = rd_ok(r);
    out->n = 0;
    while (more) {
        uint8_t len = rd_u8(&at);
        if ((len & 0xc0) != 0xc0) {
            more = get_label(&at, len, out) && rd_ok(&at);
            first = jumps ? first : rd_at(&at) - rd_at(r);
            continue;
        }
        first = jumps ? first : rd_at(&at) + 1 - rd_at(r); /* the pointer's second byte too */
        if (++jumps > DNS_JUMPS_MAX)
            rd_fail(&at, "too many pointers in a name");
        jump(&at, whole, len, &limit);
        more = rd_ok(&at);
    }
    if (!rd_ok(&at))
        rd_fail(r, at.why);
    rd_bytes(r, first);
}

static void get_data(struct rd *data, const struct rd *whole, struct dns_record *c)
{
    if (c->type == DNS_A)
        c->address.v = rd_u32(data);
    else
        get_name(data, whole, &c->target);
    if (rd_ok(data) && rd_left(data))
        rd_fail(data, "data longer than its type");
}

/* True: *c is a record that is kept. */
static bool get_record(struct rd *r, const struct rd *whole, struct dns_record *c)
{
    *c = (struct dns_record){0};
    get_name(r, whole, &c->owner);
    c->type = rd_u16(r);
    uint16_t class = rd_u16(r);
    c->ttl_s = rd_u32(r);
    struct rd data = rd_sub(r, rd_u16(r));
    if (!rd_ok(r) || class != DNS_IN || (c->type != DNS_A && c->type != DNS_CNAME))
        return false;
    get_data(&data, whole, c);
    if (!rd_ok(&data))
        rd_fail(r, data.why);
    return rd_ok(r);
}

static void get_records(struct rd *r, const struct rd *whole, uint32_t count, struct dns *keep)
{
    struct dns_record passed;
    for (uint32_t i = 0; i < count && rd_ok(r); i++) {
        bool room = keep && keep->record_count < DNS_RECORDS_MAX;
        if (get_record(r, whole, room ? &keep->record[keep->record_count] : &passed) && room)
            keep->record_count++;
    }
}

static void get_flags(uint16_t flags, struct dns *m)
{
    m->is_response = (flags & FLAG_RESPONSE) != 0;
    m->is_authoritative = (flags & FLAG_AUTHORITATIVE) != 0;
    m->is_truncated = (flags & FLAG_TRUNCATED) != 0;
    m->wants_recursion = (flags & FLAG_RECURSION_DESIRED) != 0;
    m->has_recursion = (flags & FLAG_RECURSION_AVAILABLE) != 0;
    m->opcode = (uint8_t)(flags >> 11 & 15);
    m->rcode = (uint8_t)(flags & 15);
}

static void get_question(struct rd *r, const struct rd *whole, struct dns *m)
{
    get_name(r, whole, &m->name);
    m->type = rd_u16(r);
    m->class = rd_u16(r);
    m->has_question = rd_ok(r);
}

bool dns_get(struct rd *r, struct dns *m)
{
    struct rd whole = rd_of(r->p, rd_left(r));
    *m = (struct dns){.id = rd_u16(r)};
    get_flags(rd_u16(r), m);
    uint16_t questions = rd_u16(r), answers = rd_u16(r), authorities = rd_u16(r), more = rd_u16(r);
    if (rd_ok(r) && questions > 1)
        rd_fail(r, "more than one question");
    if (rd_ok(r) && questions == 1)
        get_question(r, &whole, m);
    get_records(r, &whole, answers, m);
    get_records(r, &whole, authorities, NULL);
    get_records(r, &whole, more, NULL);
    if (rd_ok(r) && rd_left(r))
        rd_fail(r, "bytes after the end");
    return rd_ok(r);
}

/* --- a line ------------------------------------------------------------------------------------- */

static void type_text(struct txtbuf *t, uint16_t type)
{
    if (type == DNS_A || type == DNS_AAAA || type == DNS_CNAME || type == DNS_ANY)
        txtbuf_cstr(t, type == DNS_A ? "A" : type == DNS_AAAA ? "AAAA" : type == DNS_CNAME ? "CNAME" : "ANY");
    else
        txtbuf_add(t, "TYPE%u", type);
}

static void rcode_text(struct txtbuf *t, uint8_t rcode)
{
    static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    if (rcode < sizeof names / sizeof names[0])
        txtbuf_cstr(t, names[rcode]);
    else
        txtbuf_add(t, "RCODE%u", rcode);
}

static void records_text(struct txtbuf *t, const struct dns *m)
{
    for (uint32_t i = 0; i < m->record_count; i++) {
        txtbuf_cstr(t, i ? ", " : " = ");
        if (m->record[i].type == DNS_A)
            ip4_text(t, m->record[i].address);
        else
            dns_name_text(t, &m->record[i].target);
    }
}

void dns_line(struct txtbuf *out, const struct dns *m)
{
    char text[LINE_COLUMNS_MAX + 1];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "DNS %s 0x%04x", m->is_response ? "answer" : "query", m->id);
    if (m->opcode)
        txtbuf_add(&t, " opcode %u", m->opcode);
    if (m->rcode) {
        txtbuf_char(&t, ' ');
        rcode_text(&t, m->rcode);
    }
    if (m->is_truncated)
        txtbuf_cstr(&t, " truncated");
    if (m->has_question) {
        txtbuf_char(&t, ' ');
        type_text(&t, m->type);
        txtbuf_char(&t, ' ');
        dns_name_text(&t, &m->name);
    }
    records_text(&t, m);
    if (m->is_response && !m->rcode && !m->record_count)
        txtbuf_cstr(&t, " = nothing");
    txtbuf_str(out, txtbuf_view(&t));
    if (t.full)
        out->p[out->n - 1] = '~'; /* cut here: a name may be long */
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return dns_get(r, &m->dns);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    dns_put(w, &m->dns);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    dns_line(t, &m->dns);
}

const struct wire_type wire_dns = {"dns", get_any, put_any, line_any};
