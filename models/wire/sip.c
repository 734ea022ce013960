/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip.c: the message as a whole: framing, decoding, canonical text. Its headers: sip_header.c; their values:
 * sip_value.c. */
#include "models/wire/sip.h"

#include <string.h>

#include "models/wire/header.h"
#include "models/wire/wire_any.h"
#include "sim/base/txt.h"

/* --- framing ------------------------------------------------------------------------------------------ */

struct str sip_skip_crlfs(struct str s)
{
    while (s.n >= 2 && s.p[0] == '\r' && s.p[1] == '\n')
        s = (struct str){s.p + 2, s.n - 2};
    return s;
}

static bool is_continuation(struct str line) /* RFC 3261 7.3.1 */
{
    return line.p[0] == ' ' || line.p[0] == '\t';
}

/* What the lines up to the first empty one say. */
struct head {
    size_t len;     /* with the empty line; 0: it is not there yet */
    uint64_t body;  /* Content-Length */
    bool bad, told; /* bad: a line, or a Content-Length that is no number or another one than before */
};

static void take_length(struct head *h, struct str line)
{
    struct str value = line, name = str_trim(str_cut(&value, ':'));
    uint64_t v;
    if (!sip_header_is(name, SIP_CONTENT_LENGTH))
        return;
    value = str_trim(value);
    if (str_starts(value, STR("\r\n"))) /* nothing but its continuation */
        value = str_trim((struct str){value.p + 2, value.n - 2});
    if (!str_u64(value, SIP_BODY_MAX, &v) || (h->told && v != h->body)) {
        h->bad = true;
        return;
    }
    h->body = v;
    h->told = true;
}

/* The line from p to its LF, with those that continue it but without its own CRLF. */
static struct str unfolded(const char *p, const char *lf, const char *end)
{
    for (const char *next = lf; next && next + 1 < end && (next[1] == ' ' || next[1] == '\t');) {
        next = memchr(next + 1, '\n', (size_t)(end - next - 1));
        lf = next ? next : lf;
    }
    return (struct str){p, (size_t)(lf - 1 - p)};
}

static struct head get_head(struct str s)
{
    struct head h = {0};
    const char *p = s.p, *end = s.p + s.n;
    for (const char *lf; p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL; p = lf + 1) {
        if (lf - s.p >= 3 && memcmp(lf - 3, "\r\n\r", 3) == 0) {
            h.len = (size_t)(lf + 1 - s.p);
            break;
        }
        if (lf == p || lf[-1] != '\r' || lf - p > SIP_LINE_MAX + 1)
            h.bad = true;
        else if (p > s.p && ((p[0] | 0x20) == 'c' || (p[0] | 0x20) == 'l')) /* it, or its compact form */
            take_length(&h, unfolded(p, lf, end));
    }
    return h;
}

enum sip_frame_verdict sip_frame(struct str stream, size_t *len)
{
    struct str s = sip_skip_crlfs(stream);
    struct head h = get_head(s);
    if (h.len == 0)
        return s.n > SIP_HEAD_MAX ? SIP_FRAME_BAD : SIP_FRAME_MORE;
    if (h.len > SIP_HEAD_MAX || h.bad || !h.told)
        return SIP_FRAME_BAD;
    if (s.n - h.len < h.body)
        return SIP_FRAME_MORE;
    *len = stream.n - s.n + h.len + (size_t)h.body;
    return SIP_FRAME_WHOLE;
}

/* --- decoding ----------------------------------------------------------------------------------------- */

/* Has the text no control characters but tabs and whole CRLFs? Then none of its lines has one. Without a
 * branch, so that compilers take many bytes at a time. */
static bool is_clean(struct str s)
{
    uint8_t bad = 0;
    for (size_t i = 1; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i], before = (uint8_t)s.p[i - 1];
        bad |= (uint8_t)((c < ' ') & (c != '\t') & (c != '\r') & (c != '\n'));
        bad |= (uint8_t)(c == 127) | (uint8_t)((c == '\n') ^ (before == '\r'));
    }
    return !bad;
}

/* RFC 3261 7.1 and 7.2; a status line keeps the blank before an empty phrase. */
static void get_start_line(struct txt *t, struct sip_msg *m)
{
    struct str line = txt_line(t, SIP_LINE_MAX), rest = line;
    struct str first = str_cut(&rest, ' '), second = str_cut(&rest, ' ');
    uint64_t status = 0;
    m->is_response = str_eq_nocase(first, STR("SIP/2.0"));
    if (m->is_response) {
        if (second.n != 3 || !str_u64(second, 699, &status) || status < 100)
            txt_fail(t, "bad status code");
        if (line.n < first.n + 5 || header_has_control(rest))
            txt_fail(t, "bad status line");
        m->status = (uint32_t)status;
        m->phrase = rest;
    } else {
        if (!header_is_token(first) || !sip_is_uri(second) || !str_eq_nocase(rest, STR("SIP/2.0")))
            txt_fail(t, "bad request line");
        m->method = first;
        m->uri = second;
    }
}

static void fold(struct txt *t, struct sip_msg *m, struct str line)
{
    struct str tail = str_trim(line);
    if (m->header_count == 0 || tail.n == 0) {
        txt_fail(t, "bad continuation line");
        return;
    }
    struct str *value = &m->headers[m->header_count - 1].value;
    if (value->n == 0)
        *value = tail;
    else
        value->n = (size_t)(tail.p + tail.n - value->p);
}

static void get_header(struct txt *t, struct sip_msg *m, struct str line, bool clean)
{
    struct str value = line, name = str_trim(str_cut(&value, ':'));
    if (!clean && header_has_control(line)) {
        txt_fail(t, "control character in a header");
    } else if (is_continuation(line)) {
        fold(t, m, line);
    } else if (m->header_count == SIP_HEADERS_MAX) {
        txt_fail(t, "too many headers");
    } else if (name.n == line.n || !header_is_token(name)) {
        txt_fail(t, "bad header line");
    } else {
        sip_header_add(m, name, str_trim(value));
    }
}

/* Without Content-Length a message ends where its datagram does (RFC 3261 18.3). */
static void get_body(struct txt *t, struct sip_msg *m)
{
    struct str rest = txt_rest(t);
    uint64_t n = rest.n, v = 0;
    bool found = false;
    for (uint32_t i = 0; i < m->header_count; i++) {
        if (!sip_header_is(m->headers[i].name, SIP_CONTENT_LENGTH))
            continue;
        if (!str_u64(m->headers[i].value, SIP_BODY_MAX, &v) || (found && v != n))
            txt_fail(t, "bad Content-Length");
        n = v;
        found = true;
    }
    if (n > rest.n)
        txt_fail(t, "body shorter than Content-Length");
    else if (n < rest.n)
        txt_fail(t, "bytes after the body");
    m->body = rest;
}

bool sip_get(struct rd *r, struct sip_msg *m)
{
    struct str all = rd_bytes(r, rd_left(r));
    m->header_count = 0;
    memset(m->first, 0, sizeof m->first);
    m->method = m->uri = m->phrase = m->body = STR_NONE;
    m->status = 0;
    m->whole = sip_skip_crlfs(all);
    struct txt t = txt_of(m->whole);
    bool clean = is_clean(m->whole);
    get_start_line(&t, m);
    for (;;) {
        struct str line = txt_line(&t, SIP_LINE_MAX);
        if (!txt_ok(&t) || line.n == 0)
            break;
        get_header(&t, m, line, clean);
    }
    if (txt_ok(&t))
        get_body(&t, m);
    if (!txt_ok(&t))
        rd_fail(r, t.why);
    return rd_ok(r);
}

void sip_status_put(struct wr *w, uint32_t status, struct str phrase)
{
    wr_str(w, STR("SIP/2.0 "));
    wr_u8(w, '0' + status / 100);
    wr_u8(w, '0' + status / 10 % 10);
    wr_u8(w, '0' + status % 10);
    wr_u8(w, ' ');
    wr_str(w, phrase);
    wr_str(w, STR("\r\n"));
}

void sip_request_put(struct wr *w, struct str method, struct str uri)
{
    wr_str(w, method);
    wr_u8(w, ' ');
    wr_str(w, uri);
    wr_str(w, STR(" SIP/2.0\r\n"));
}

void sip_put(struct wr *w, const struct sip_msg *m)
{
    if (m->is_response)
        sip_status_put(w, m->status, m->phrase);
    else
        sip_request_put(w, m->method, m->uri);
    for (uint32_t i = 0; i < m->header_count; i++)
        sip_header_put(w, m->headers[i].name, m->headers[i].value);
    wr_str(w, STR("\r\n"));
    wr_str(w, m->body);
}

static void add_cseq(struct txtbuf *t, const struct sip_msg *m)
{
    struct sip_cseq cseq;
    if (sip_cseq(m, &cseq))
        txtbuf_add(t, " CSeq %u", cseq.number);
}

static void add_status(struct txtbuf *t, const struct sip_msg *m, size_t columns_max)
{
    txtbuf_add(t, "%u ", m->status);
    header_plain(t, m->phrase, columns_max);
}

void sip_line(struct txtbuf *t, const struct sip_msg *m)
{
    if (m->is_response) {
        add_status(t, m, 60);
    } else {
        header_plain(t, m->method, 16);
        txtbuf_char(t, ' ');
        header_plain(t, m->uri, 60);
    }
    add_cseq(t, m);
}

void sip_brief(struct txtbuf *t, const struct sip_msg *m)
{
    if (m->is_response)
        add_status(t, m, 12);
    else
        header_plain(t, m->method, 16);
    add_cseq(t, m);
}

static bool get_any(struct rd *r, struct wire_any *m)
{
    return sip_get(r, &m->sip);
}

static void put_any(struct wr *w, const struct wire_any *m)
{
    sip_put(w, &m->sip);
}

static void line_any(struct txtbuf *t, const struct wire_any *m)
{
    sip_line(t, &m->sip);
}

const struct wire_type wire_sip = {"sip", get_any, put_any, line_any};
