/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http.c: see http.h. */
#include "models/wire/http.h"

#include <string.h>

#include "models/wire/header.h"
#include "models/wire/wire_any.h"
#include "sim/base/txt.h"

struct str http_header(const struct http *m, struct str name)
{
    for (uint32_t i = 0; i < m->header_count; i++) {
        if (str_eq_nocase(m->header[i].name, name))
            return m->header[i].value;
    }
    return STR_NONE;
}

/* --- names ---------------------------------------------------------------------------------------- */

/* RFC 3986 3.3: the characters of a path, a bit each from blank on. */
static bool is_path(char c)
{
    static const uint32_t allowed[8] = {[1] = 0x2fffffd2, [2] = 0x87ffffff, [3] = 0x47fffffe};
    return allowed[(uint8_t)c >> 5] >> ((uint8_t)c & 31) & 1;
}

void http_target_put(struct txtbuf *t, struct str name)
{
    txtbuf_char(t, '/');
    for (size_t i = 0; i < name.n; i++) {
        if (is_path(name.p[i]))
            txtbuf_char(t, name.p[i]);
        else
            txtbuf_add(t, "%%%02X", (unsigned)(uint8_t)name.p[i]);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool http_target_name(struct txtbuf *name, struct str target)
{
    if (target.n == 0 || target.p[0] != '/')
        return false;
    for (size_t i = 1; i < target.n; i++) {
        char c = target.p[i];
        if (c == '%') {
            int high = i + 2 < target.n ? hex_digit(target.p[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(target.p[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == 0)
            return false;
        txtbuf_char(name, c);
    }
    return !name->full;
}

/* --- decoding ------------------------------------------------------------------------------------- */

static bool is_target(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] > '~')
            return false;
    }
    return s.n > 0;
}

/* RFC 9112 3 and 4; a status line keeps the blank before an empty phrase. */
static void get_start_line(struct txt *t, struct http *m)
{
    struct str line = txt_line(t, HTTP_LINE_MAX), rest = line;
    struct str first = str_cut(&rest, ' '), second = str_cut(&rest, ' ');
    uint64_t status = 0;
    m->is_response = str_eq(first, STR("HTTP/1.1"));
    if (!m->is_response) {
        if (!header_is_token(first) || !is_target(second) || !str_eq(rest, STR("HTTP/1.1")))
            txt_fail(t, "bad request line");
        m->method = first;
        m->target = second;
        return;
    }
    if (second.n != 3 || !str_u64(second, 599, &status) || status < 100)
        txt_fail(t, "bad status code");
    if (line.n < first.n + 5 || header_has_control(rest))
        txt_fail(t, "bad status line");
    m->status = (uint32_t)status;
    m->phrase = rest;
}

static void get_header(struct txt *t, struct http *m, struct str line)
{
    struct str value = line, name = str_cut(&value, ':');
    if (header_has_control(line))
        txt_fail(t, "control character in a header");
    else if (m->header_count == HTTP_HEADERS_MAX)
        txt_fail(t, "too many headers");
    else if (name.n == line.n || !header_is_token(name)) /* folded lines too: RFC 9112 5.2 has them refused */
        txt_fail(t, "bad header line");
    else
        m->header[m->header_count++] = (struct http_header){name, str_trim(value)};
}

static void get_head(struct txt *t, struct http *m)
{
    memset(m, 0, sizeof *m);
    get_start_line(t, m);
    for (;;) {
        struct str line = txt_line(t, HTTP_LINE_MAX);
        if (!txt_ok(t) || line.n == 0)
            return;
        get_header(t, m, line);
    }
}

/* RFC 9112 6.3: differing lengths, and codings that are not known here, are errors. */
static bool body_length(const struct http *m, uint64_t *out)
{
    bool told = false;
    *out = 0;
    for (uint32_t i = 0; i < m->header_count; i++) {
        uint64_t v;
        if (str_eq_nocase(m->header[i].name, STR("Transfer-Encoding")))
            return false;
        if (!str_eq_nocase(m->header[i].name, STR("Content-Length")))
            continue;
        if (!str_u64(m->header[i].value, HTTP_BODY_MAX, &v) || (told && v != *out))
            return false;
        *out = v;
        told = true;
    }
    return true;
}

enum http_verdict http_head(struct str stream, struct http *m, size_t *head, uint64_t *body)
{
    ptrdiff_t end = str_find(stream, STR("\r\n\r\n"));
    if (end < 0)
        return stream.n > HTTP_HEAD_MAX ? HTTP_BAD : HTTP_MORE;
    *head = (size_t)end + 4;
    struct txt t = txt_of((struct str){stream.p, *head});
    if (*head > HTTP_HEAD_MAX)
        return HTTP_BAD;
    get_head(&t, m);
    return txt_ok(&t) && body_length(m, body) ? HTTP_WHOLE : HTTP_BAD;
}

bool http_get(struct rd *r, struct http *m)
{
    struct str all = rd_bytes(r, rd_left(r));
    struct txt t = txt_of(all);
    uint64_t n = 0;
    get_head(&t, m);
    if (txt_ok(&t)) {
        m->body = txt_rest(&t);
        if ((size_t)(m->body.p - all.p) > HTTP_HEAD_MAX)
            txt_fail(&t, "head too long");
        else if (!body_length(m, &n))
            txt_fail(&t, "bad Content-Length or a transfer coding");
        else if (n != m->body.n)
            txt_fail(&t, n > m->body.n ? "body shorter than Content-Length" : "bytes after the body");
    }
    if (!txt_ok(&t))
        rd_fail(r, t.why);
    return rd_ok(r);
}

/* --- encoding ------------------------------------------------------------------------------------- */

void http_put(struct wr *w, const struct http *m)
{
    if (m->is_response) {
        wr_str(w, STR("HTTP/1.1 "));
        wr_u8(w, '0' + m->status / 100);
        wr_u8(w, '0' + m->status / 10 % 10);
        wr_u8(w, '0' + m->status % 10);
        wr_u8(w, ' ');
        wr_str(w, m->phrase);
    } else {
        wr_str(w, m->method);
        wr_u8(w, ' ');
        wr_str(w, m->target);
        wr_str(w, STR(" HTTP/1.1"));
    }
    wr_str(w, STR("\r\n"));
    for (uint32_t i = 0; i < m->header_count; i++) {
        wr_str(w, m->header[i].name);
        wr_str(w, STR(": "));
        wr_str(w, m->header[i].value);
        wr_str(w, STR("\r\n"));
    }
    wr_str(w, STR("\r\n"));
    wr_str(w, m->body);
}

void http_line(struct txtbuf *t, const struct http *m)
{
    if (m->is_response) {
        txtbuf_add(t, "HTTP %u ", m->status);
        header_plain(t, m->phrase, 40);
        return;
    }
    txtbuf_cstr(t, "HTTP ");
    header_plain(t, m->method, 12);
    txtbuf_char(t, ' ');
    header_plain(t, m->target, 60);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return http_get(r, &m->http);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    http_put(w, &m->http);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    http_line(t, &m->http);
}

const struct wire_type wire_http = {"http", get_any, put_any, line_any};
