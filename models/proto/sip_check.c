/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_check.c: see sip_check.h. Top to bottom: refusals, decoding, headers, answers. */
#include "models/proto/sip_check.h"

#include <string.h>

#define VERSION "SIP/2.0"

/* --- refusals ------------------------------------------------------------------------------------- */

static bool discard(struct sip_refusal *r, const char *why)
{
    *r = (struct sip_refusal){.why = why};
    return false;
}

static bool refuse(struct sip_refusal *r, const char *why, uint32_t status, const char *phrase, const char *header)
{
    *r = (struct sip_refusal){.why = why, .status = status};
    struct txtbuf t = txtbuf_of(r->phrase, sizeof r->phrase);
    txtbuf_cstr(&t, phrase);
    if (header)
        txtbuf_add(&t, " %s header field", header);
    return false;
}

/* Neither a response nor an ACK ever has an answer. */
static bool is_answerable(const struct sip_msg *m)
{
    return !m->is_response && !str_eq(m->method, STR("ACK"));
}

/* --- decoding ------------------------------------------------------------------------------------- */

static bool is_digits_dot_digits(struct str s)
{
    struct str left = str_cut(&s, '.');
    uint64_t v;
    return str_u64(left, 999, &v) && str_u64(s, 999, &v);
}

/* Does a request line end in another version than ours? Then *start is what stands before it, *rest what follows. */
static bool is_other_version(struct str bytes, struct str *start, struct str *rest)
{
    ptrdiff_t end = str_find(bytes, STR("\r\n"));
    if (end < 0)
        return false;
    struct str line = {bytes.p, (size_t)end};
    size_t n = line.n;
    while (n && line.p[n - 1] != ' ')
        n--;
    struct str version = {line.p + n, line.n - n};
    if (!str_starts_nocase(version, STR("SIP/")) || str_eq_nocase(version, STR(VERSION)))
        return false;
    *start = (struct str){line.p, n};
    *rest = (struct str){line.p + line.n, bytes.n - line.n};
    return is_digits_dot_digits((struct str){version.p + 4, version.n - 4});
}

/* A request that would be sound in our version (21.5.6). */
static bool decode_as_ours(struct str bytes, char *room, struct sip_msg *m)
{
    struct str start, rest;
    struct wr w = wr_of(room, SIP_MESSAGE_MAX);
    if (!is_other_version(sip_skip_crlfs(bytes), &start, &rest))
        return false;
    wr_str(&w, start);
    wr_str(&w, STR(VERSION));
    wr_str(&w, rest);
    struct rd r = rd_of(room, wr_len(&w));
    return wr_ok(&w) && sip_get(&r, m) && !m->is_response;
}

/* Its head is whole, but of the body bytes are missing. */
static bool is_short(struct str bytes)
{
    size_t len;
    return str_find(sip_skip_crlfs(bytes), STR("\r\n\r\n")) > 0 && sip_frame(bytes, &len) == SIP_FRAME_MORE;
}

static bool judge_version(const struct sip_msg *m, struct sip_refusal *r)
{
    struct sip_via via;
    if (!is_answerable(m) || !sip_via(m, &via))
        return discard(r, "sip-version");
    return refuse(r, "sip-version", 505, "Version Not Supported", NULL);
}

/* sip_get reads the headers before it looks at the body: they are there. */
static bool judge_short(const struct sip_msg *m, struct sip_refusal *r)
{
    struct sip_via via;
    if (!is_answerable(m) || !m->first[SIP_CONTENT_LENGTH] || !sip_via(m, &via))
        return discard(r, "sip-short-body");
    return refuse(r, "sip-short-body", 400, "Body shorter than Content-Length", NULL);
}

bool sip_check_decode(struct str bytes, bool datagram, char *room, struct sip_msg *m, struct sip_refusal *r)
{
    size_t len;
    if (datagram && sip_frame(bytes, &len) == SIP_FRAME_WHOLE)
        bytes.n = len; /* 18.3: what follows is no part of it */
    struct rd rd = rd_of(bytes.p, bytes.n);
    if (sip_get(&rd, m))
        return true;
    if (datagram && is_short(bytes))
        return judge_short(m, r);
    if (decode_as_ours(bytes, room, m))
        return judge_version(m, r);
    discard(r, "sip-malformed");
    r->is_no_sip = true;
    return false;
}

/* --- headers -------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum sip_header_id id;
} once[] = {{"From", SIP_FROM}, {"To", SIP_TO}, {"Call-ID", SIP_CALL_ID}, {"CSeq", SIP_CSEQ}};

static bool check_once(const struct sip_msg *m, struct sip_refusal *r)
{
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        if (sip_header(m, once[i].id).n == 0)
            return refuse(r, "sip-header-missing", 400, "Missing", once[i].name);
        if (sip_header_count(m, once[i].id) > 1)
            return refuse(r, "sip-header-twice", 400, "More than one", once[i].name);
    }
    return true;
}

static bool check_response(const struct sip_msg *m, struct sip_refusal *r)
{
    struct sip_list vias = sip_list_of(m, SIP_VIA);
    struct str via;
    if (sip_list_next(&vias, &via) && sip_list_next(&vias, &via))
        return discard(r, "sip-many-vias"); /* 8.1.3.3: it went astray */
    return true;
}

bool sip_check_relayed(const struct sip_msg *m, struct sip_refusal *r)
{
    struct sip_via via;
    struct sip_cseq cseq;
    struct str host;
    uint16_t port;
    if (!sip_via(m, &via) || !sip_sent_by(&via, &host, &port))
        return discard(r, "sip-no-via");
    bool ok = check_once(m, r);
    if (ok && !sip_cseq(m, &cseq))
        ok = refuse(r, "sip-bad-cseq", 400, "Bad CSeq", NULL);
    if (ok && !m->is_response && m->whole.n > SIP_REQUEST_MAX)
        ok = refuse(r, "sip-too-large", 513, "Message Too Large", NULL);
    if (!is_answerable(m))
        r->status = 0;
    return ok;
}

bool sip_check_headers(const struct sip_msg *m, struct sip_refusal *r)
{
    return sip_check_relayed(m, r) && (!m->is_response || check_response(m, r));
}

/* --- answers -------------------------------------------------------------------------------------- */

static void put_copy(struct wr *w, const char *name, struct str value)
{
    if (value.n)
        sip_header_put(w, str_of(name), value);
}

static void put_to(struct wr *w, const struct sip_msg *q, struct str tag)
{
    struct str to = sip_header(q, SIP_TO);
    if (to.n == 0)
        return;
    wr_str(w, STR("To: "));
    wr_str(w, to);
    if (tag.n && !sip_has_param(to, STR("tag"))) {
        wr_str(w, STR(";tag="));
        wr_str(w, tag);
    }
    wr_str(w, STR("\r\n"));
}

void sip_answer_put(struct wr *w, const struct sip_msg *request, uint32_t status, const char *phrase, struct str to_tag)
{
    sip_status_put(w, status, str_of(phrase));
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (sip_header_is(request->headers[i].name, SIP_VIA))
            put_copy(w, "Via", request->headers[i].value);
    }
    put_copy(w, "From", sip_header(request, SIP_FROM));
    put_to(w, request, to_tag);
    put_copy(w, "Call-ID", sip_header(request, SIP_CALL_ID));
    put_copy(w, "CSeq", sip_header(request, SIP_CSEQ));
    if (status == 100)
        put_copy(w, "Timestamp", sip_header_named(request, STR("Timestamp")));
    wr_str(w, STR("Content-Length: 0\r\n\r\n"));
}

void sip_ack_put(struct wr *w, const struct sip_msg *invite, const struct sip_msg *answer)
{
    char number[16];
    struct txtbuf t = txtbuf_of(number, sizeof number);
    struct sip_list vias = sip_list_of(invite, SIP_VIA);
    struct sip_cseq cseq = {0};
    struct str via;
    bool ok = sip_list_next(&vias, &via) && sip_cseq(invite, &cseq);
    ASSERT(ok);
    txtbuf_add(&t, "%u ACK", cseq.number);
    sip_request_put(w, STR("ACK"), invite->uri);
    put_copy(w, "Via", via); /* the topmost alone */
    for (uint32_t i = 0; i < invite->header_count; i++) {
        if (sip_header_is(invite->headers[i].name, SIP_ROUTE))
            put_copy(w, "Route", invite->headers[i].value);
    }
    put_copy(w, "From", sip_header(invite, SIP_FROM));
    put_copy(w, "To", sip_header(answer, SIP_TO));
    put_copy(w, "Call-ID", sip_header(invite, SIP_CALL_ID));
    put_copy(w, "CSeq", txtbuf_view(&t));
    put_copy(w, "Max-Forwards", STR("70"));
    wr_str(w, STR("Content-Length: 0\r\n\r\n"));
}

/* sent-by = host [ COLON port ], with blanks around the colon; an IPv6 address stands in brackets. */
bool sip_sent_by(const struct sip_via *v, struct str *host, uint16_t *port)
{
    struct str rest = v->sent_by;
    uint64_t n = SIP_PORT;
    if (rest.n && rest.p[0] == '[') {
        *host = str_cut(&rest, ']');
        str_cut(&rest, ':');
    } else {
        *host = str_trim(str_cut(&rest, ':'));
    }
    if (rest.n && (!str_u64(str_trim(rest), UINT16_MAX, &n) || n == 0))
        return false;
    *port = (uint16_t)n;
    return host->n > 0;
}
