/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_draft.c: see sip_draft.h. */
#include "models/proto/sip_draft.h"

#include <stdarg.h>

static const struct {
    uint32_t status;
    const char *phrase;
} phrases[] = {
    {100, "Trying"}, {180, "Ringing"}, {181, "Call Is Being Forwarded"}, {183, "Session Progress"},
    {200, "OK"}, {202, "Accepted"}, {302, "Moved Temporarily"},
    {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
    {405, "Method Not Allowed"}, {407, "Proxy Authentication Required"}, {408, "Request Timeout"},
    {415, "Unsupported Media Type"}, {416, "Unsupported URI Scheme"}, {420, "Bad Extension"},
    {422, "Session Interval Too Small"}, {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"}, {482, "Loop Detected"}, {483, "Too Many Hops"},
    {484, "Address Incomplete"}, {486, "Busy Here"}, {487, "Request Terminated"},
    {488, "Not Acceptable Here"}, {491, "Request Pending"}, {500, "Server Internal Error"},
    {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Server Time-out"},
    {505, "Version Not Supported"}, {513, "Message Too Large"}, {600, "Busy Everywhere"}, {603, "Decline"},
};

const char *sip_phrase(uint32_t status)
{
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return "Unknown";
}

static void begin(struct sip_draft *d)
{
    d->m = (struct sip_msg){0};
    d->room = txtbuf_of(d->bytes, sizeof d->bytes);
}

/* What was written into the room since `from`. */
static struct str since(const struct sip_draft *d, size_t from)
{
    ASSERT(!d->room.full);
    return (struct str){d->room.p + from, d->room.n - from};
}

static struct str keep(struct sip_draft *d, struct str s)
{
    size_t from = d->room.n;
    txtbuf_str(&d->room, s);
    return since(d, from);
}

static void add(struct sip_draft *d, struct str name, struct str value)
{
    ASSERT(d->m.header_count < SIP_HEADERS_MAX);
    d->m.headers[d->m.header_count++] = (struct sip_header){name, value};
}

void draft_request(struct sip_draft *d, const char *method, struct str uri)
{
    begin(d);
    d->m.method = str_of(method);
    d->m.uri = keep(d, uri);
}

void draft_header(struct sip_draft *d, const char *name, const char *fmt, ...)
{
    size_t from = d->room.n;
    va_list ap;
    va_start(ap, fmt);
    txtbuf_vadd(&d->room, fmt, ap);
    va_end(ap);
    add(d, str_of(name), since(d, from));
}

void draft_mirror(struct sip_draft *d, const struct sip_msg *request, enum sip_header_id id)
{
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (sip_header_is(request->headers[i].name, id))
            add(d, keep(d, request->headers[i].name), keep(d, request->headers[i].value));
    }
}

void draft_response(struct sip_draft *d, const struct sip_msg *request, uint32_t status, const char *to_tag)
{
    begin(d);
    d->m.is_response = true;
    d->m.status = status;
    d->m.phrase = str_of(sip_phrase(status));
    draft_mirror(d, request, SIP_VIA); /* the transport wrote into it where the request came from (18.2.1) */
    draft_mirror(d, request, SIP_FROM);
    struct str to = sip_header(request, SIP_TO);
    if (to_tag[0] && !sip_has_param(to, STR("tag")))
        draft_header(d, "To", "%.*s;tag=%s", STR_ARG(to), to_tag);
    else
        draft_header(d, "To", "%.*s", STR_ARG(to));
    draft_mirror(d, request, SIP_CALL_ID);
    draft_mirror(d, request, SIP_CSEQ);
}

void draft_body(struct sip_draft *d, const char *type, struct str body)
{
    if (body.n == 0)
        return;
    draft_header(d, "Content-Type", "%s", type);
    d->m.body = keep(d, body);
}

struct str draft_write(struct sip_draft *d, char *to)
{
    struct wr w = wr_of(to, SIP_MESSAGE_MAX);
    draft_header(d, "Content-Length", "%zu", d->m.body.n);
    sip_put(&w, &d->m);
    ASSERT(wr_ok(&w));
    return str_of_bytes(to, wr_len(&w));
}
