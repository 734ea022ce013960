/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip.c: the message as a whole: framing, headers in order, canonical text. Header values:
 * sip_value.c. */
#include "models/wire/sip.h"

#include <string.h>

#include "models/wire/header.h"
#include "models/wire/wire_any.h"
#include "sim/base/txt.h"

#define NAME_MAX_BYTES 16 /* of those known here */
#define NAME(literal)                                                                              \
    {                                                                                              \
        literal, sizeof literal - 1                                                                \
    }

static const struct {
    struct str name;
    char compact; /* RFC 3261 7.3.3; 0: none */
} header_names[SIP_HEADER_COUNT] = {
    [SIP_VIA] = {NAME("Via"), 'v'},
    [SIP_FROM] = {NAME("From"), 'f'},
    [SIP_TO] = {NAME("To"), 't'},
    [SIP_CALL_ID] = {NAME("Call-ID"), 'i'},
    [SIP_CSEQ] = {NAME("CSeq"), 0},
    [SIP_CONTACT] = {NAME("Contact"), 'm'},
    [SIP_EXPIRES] = {NAME("Expires"), 0},
    [SIP_CONTENT_LENGTH] = {NAME("Content-Length"), 'l'},
    [SIP_DATE] = {NAME("Date"), 0},
    [SIP_REASON] = {NAME("Reason"), 0},
    [SIP_MAX_FORWARDS] = {NAME("Max-Forwards"), 0},
    [SIP_SERVER] = {NAME("Server"), 0},
    [SIP_USER_AGENT] = {NAME("User-Agent"), 0},
    [SIP_SUPPORTED] = {NAME("Supported"), 'k'},
    [SIP_ROUTE] = {NAME("Route"), 0},
    [SIP_RECORD_ROUTE] = {NAME("Record-Route"), 0},
    [SIP_REQUIRE] = {NAME("Require"), 0},
    [SIP_PROXY_REQUIRE] = {NAME("Proxy-Require"), 0},
    [SIP_UNSUPPORTED] = {NAME("Unsupported"), 0},
    [SIP_ALLOW] = {NAME("Allow"), 0},
    [SIP_ALLOW_EVENTS] = {NAME("Allow-Events"), 'u'}, /* RFC 6665 8.2.2 */
    [SIP_CONTENT_TYPE] = {NAME("Content-Type"), 'c'},
    [SIP_CONTENT_ENCODING] = {NAME("Content-Encoding"), 'e'},
    [SIP_RETRY_AFTER] = {NAME("Retry-After"), 0},
    [SIP_SESSION_EXPIRES] = {NAME("Session-Expires"), 'x'}, /* RFC 4028 4 */
    [SIP_MIN_SE] = {NAME("Min-SE"), 0},
};

bool sip_header_is(struct str name, enum sip_header_id id)
{
    char c = header_names[id].compact;
    if (c && name.n == 1)
        return (name.p[0] | 0x20) == c;
    struct str full = header_names[id].name;
    return name.n == full.n && ((name.p[0] ^ full.p[0]) & 0xdf) == 0 &&
           (str_eq(name, full) || str_eq_nocase(name, full));
}

/* SIP_HEADER_COUNT: none of those known here. */
static enum sip_header_id kind_of(struct str name)
{
    static const uint8_t of_length[NAME_MAX_BYTES + 1][4] = {
        /* what is left out is SIP_VIA, the only one of three letters */
        [2] = {SIP_TO},
        [4] = {SIP_FROM, SIP_CSEQ, SIP_DATE},
        [5] = {SIP_ALLOW, SIP_ROUTE},
        [6] = {SIP_REASON, SIP_SERVER, SIP_MIN_SE},
        [7] = {SIP_CALL_ID, SIP_CONTACT, SIP_EXPIRES, SIP_REQUIRE},
        [9] = {SIP_SUPPORTED},
        [10] = {SIP_USER_AGENT},
        [11] = {SIP_RETRY_AFTER, SIP_UNSUPPORTED},
        [12] = {SIP_MAX_FORWARDS, SIP_CONTENT_TYPE, SIP_ALLOW_EVENTS, SIP_RECORD_ROUTE},
        [13] = {SIP_PROXY_REQUIRE},
        [14] = {SIP_CONTENT_LENGTH},
        [15] = {SIP_SESSION_EXPIRES},
        [16] = {SIP_CONTENT_ENCODING},
    };
    if (name.n == 1) {
        int id = 0;
        while (id < SIP_HEADER_COUNT && !sip_header_is(name, (enum sip_header_id)id))
            id++;
        return (enum sip_header_id)id;
    }
    for (int i = 0; name.n <= NAME_MAX_BYTES && i < 4; i++) {
        if (sip_header_is(name, of_length[name.n][i]))
            return of_length[name.n][i];
    }
    return SIP_HEADER_COUNT;
}

/* The header just added is remembered as the first of its kind, unless there is one. */
static void note_kind(struct sip_msg *m, struct str name)
{
    enum sip_header_id id = kind_of(name);
    if (id < SIP_HEADER_COUNT && !m->first[id])
        m->first[id] = (uint8_t)m->header_count;
}

struct str sip_header(const struct sip_msg *m, enum sip_header_id id)
{
    return m->first[id] ? m->headers[m->first[id] - 1].value : STR_NONE;
}

struct str sip_header_named(const struct sip_msg *m, struct str name)
{
    for (uint32_t i = 0; i < m->header_count; i++) {
        if (str_eq_nocase(m->headers[i].name, name))
            return m->headers[i].value;
    }
    return STR_NONE;
}

/* --- framing
 * ------------------------------------------------------------------------------------------ */

static size_t leading_crlfs(struct str s)
{
    size_t n = 0;
    while (s.n - n >= 2 && s.p[n] == '\r' && s.p[n + 1] == '\n')
        n += 2;
    return n;
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
    size_t skip = leading_crlfs(stream);
    struct str s = {stream.p + skip, stream.n - skip};
    struct head h = get_head(s);
    if (h.len == 0)
        return s.n > SIP_HEAD_MAX ? SIP_FRAME_BAD : SIP_FRAME_MORE;
    if (h.len > SIP_HEAD_MAX || h.bad || !h.told)
        return SIP_FRAME_BAD;
    if (s.n - h.len < h.body)
        return SIP_FRAME_MORE;
    *len = skip + h.len + (size_t)h.body;
    return SIP_FRAME_WHOLE;
}

/* --- decoding
 * ----------------------------------------------------------------------------------------- */

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
        m->headers[m->header_count++] = (struct sip_header){name, str_trim(value)};
        note_kind(m, name);
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
    size_t skip = leading_crlfs(all);
    m->header_count = 0;
    memset(m->first, 0, sizeof m->first);
    m->method = m->uri = m->phrase = m->body = STR_NONE;
    m->status = 0;
    m->whole = (struct str){all.p + skip, all.n - skip};
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

void sip_put(struct wr *w, const struct sip_msg *m)
{
    if (m->is_response) {
        wr_str(w, STR("SIP/2.0 "));
        wr_u8(w, '0' + m->status / 100);
        wr_u8(w, '0' + m->status / 10 % 10);
        wr_u8(w, '0' + m->status % 10);
        wr_u8(w, ' ');
        wr_str(w, m->phrase);
    } else {
        wr_str(w, m->method);
        wr_u8(w, ' ');
        wr_str(w, m->uri);
        wr_str(w, STR(" SIP/2.0"));
    }
    wr_str(w, STR("\r\n"));
    for (uint32_t i = 0; i < m->header_count; i++) {
        wr_str(w, m->headers[i].name);
        wr_str(w, STR(": "));
        wr_str(w, m->headers[i].value);
        wr_str(w, STR("\r\n"));
    }
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
