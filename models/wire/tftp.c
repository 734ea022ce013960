/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tftp.c: see tftp.h. Texts end with a NUL, so they cannot hold one. */
#include "models/wire/tftp.h"

#include <string.h>

#include "models/wire/wire_any.h"

static void put_text(struct wr *w, struct str s)
{
    wr_str(w, s);
    wr_u8(w, 0);
}

static void put_options(struct wr *w, const struct tftp *m)
{
    for (uint32_t i = 0; i < m->option_count; i++) {
        put_text(w, m->option[i].name);
        put_text(w, m->option[i].value);
    }
}

void tftp_put(struct wr *w, const struct tftp *m)
{
    wr_u16(w, m->op);
    switch (m->op) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        put_text(w, m->file);
        put_text(w, m->mode);
        put_options(w, m);
        return;
    case TFTP_DATA:
        wr_u16(w, m->number);
        wr_str(w, m->data);
        return;
    case TFTP_ACK:
        wr_u16(w, m->number);
        return;
    case TFTP_ERROR:
        wr_u16(w, m->number);
        put_text(w, m->data);
        return;
    case TFTP_OACK:
        put_options(w, m);
        return;
    }
    UNREACHABLE();
}

static struct str get_text(struct rd *r)
{
    const char *start = (const char *)r->p;
    const char *nul = rd_left(r) ? memchr(start, 0, rd_left(r)) : NULL;
    if (!nul) {
        rd_fail(r, "a text without its end");
        return STR_NONE;
    }
    struct str s = rd_bytes(r, (size_t)(nul - start));
    rd_u8(r);
    return s;
}

static void get_options(struct rd *r, struct tftp *m)
{
    while (rd_ok(r) && rd_left(r)) {
        if (m->option_count == TFTP_OPTIONS_MAX) {
            rd_fail(r, "too many options");
            return;
        }
        struct tftp_option o = {.name = get_text(r)};
        o.value = get_text(r);
        if (rd_ok(r) && tftp_option(m, o.name).p)
            rd_fail(r, "an option twice");
        m->option[m->option_count++] = o;
    }
}

bool tftp_get(struct rd *r, struct tftp *m)
{
    uint16_t op = rd_u16(r);
    *m = (struct tftp){.op = (enum tftp_op)op};
    switch (rd_ok(r) ? m->op : TFTP_ACK) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        m->file = get_text(r);
        m->mode = get_text(r);
        get_options(r, m);
        break;
    case TFTP_DATA:
        m->number = rd_u16(r);
        m->data = rd_bytes(r, rd_left(r));
        break;
    case TFTP_ACK:
        m->number = rd_u16(r);
        break;
    case TFTP_ERROR:
        m->number = rd_u16(r);
        m->data = get_text(r);
        break;
    case TFTP_OACK:
        get_options(r, m);
        break;
    default:
        rd_fail(r, "unknown operation");
    }
    if (rd_ok(r) && rd_left(r))
        rd_fail(r, "bytes after the end");
    return rd_ok(r);
}

static bool same_name(struct str a, struct str b)
{
    for (size_t i = 0; i < a.n && a.n == b.n; i++) {
        char x = a.p[i], y = b.p[i];
        x = x >= 'A' && x <= 'Z' ? (char)(x + 32) : x;
        y = y >= 'A' && y <= 'Z' ? (char)(y + 32) : y;
        if (x != y)
            return false;
    }
    return a.n == b.n;
}

struct str tftp_option(const struct tftp *m, struct str name)
{
    for (uint32_t i = 0; i < m->option_count; i++) {
        if (same_name(m->option[i].name, name))
            return m->option[i].value;
    }
    return STR_NONE;
}

/* --- a line ------------------------------------------------------------------------------------- */

static void name_text(struct txtbuf *t, struct str s)
{
    for (size_t i = 0; i < s.n && i < 60; i++)
        txtbuf_char(t, s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '.');
}

void tftp_line(struct txtbuf *t, const struct tftp *m)
{
    switch (m->op) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        txtbuf_cstr(t, m->op == TFTP_RRQ ? "TFTP RRQ " : "TFTP WRQ ");
        name_text(t, m->file);
        break;
    case TFTP_DATA:
        txtbuf_add(t, "TFTP DATA block %u Len=%zu", m->number, m->data.n);
        return;
    case TFTP_ACK:
        txtbuf_add(t, "TFTP ACK block %u", m->number);
        return;
    case TFTP_ERROR:
        txtbuf_add(t, "TFTP ERROR %u ", m->number);
        name_text(t, m->data);
        return;
    case TFTP_OACK:
        txtbuf_cstr(t, "TFTP OACK");
        break;
    }
    if (m->option_count)
        txtbuf_add(t, " with %u option%s", (unsigned)m->option_count, m->option_count == 1 ? "" : "s");
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return tftp_get(r, &m->tftp);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    tftp_put(w, &m->tftp);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    tftp_line(t, &m->tftp);
}

const struct wire_type wire_tftp = {"tftp", get_any, put_any, line_any};
