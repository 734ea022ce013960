/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_draft.c: see sip_draft.h. */
#include "models/proto/sip_draft.h"

#include <stdarg.h>

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
    sip_header_add(&d->m, name, value);
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
