/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_proxy.c: see session_proxy.h. Numbers are sections of RFC 4028. */
#include "models/proto/session_proxy.h"

static uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* 8.1: a UAC without the extension could not try again after a 422, so the request itself is changed; one with it is
 * asked to, and its Min-SE MUST NOT be touched (11.1 says why). */
static void raise_min_se(struct session_headers *h, uint32_t own)
{
    h->min_se_s = max_u32(h->has_min_se ? h->min_se_s : 0, own);
    h->has_min_se = true;
}

bool session_proxy_request(const struct session_proxy_config *c, struct session_headers *h,
                           struct session_asked *asked)
{
    uint32_t own = max_u32(dur_whole_s(c->min_se), SESSION_MIN_SE_S);
    *asked = (struct session_asked){.uac_supports = h->supported};
    if (!c->on)
        return true;
    bool too_small = h->has_expires && h->expires_s < own;
    if (too_small && h->supported) {
        *h = (struct session_headers){.has_min_se = true, .min_se_s = own}; /* 6, 8.1 */
        return false;
    }
    if (too_small)
        raise_min_se(h, own);
    uint32_t least = h->has_min_se ? h->min_se_s : SESSION_MIN_SE_S;
    uint32_t wish = max_u32(dur_whole_s(c->expires), max_u32(least, own));
    if (!h->has_expires && c->inserts) {
        h->has_expires = true; /* MUST NOT include a refresher */
        h->expires_s = wish;
    } else if (h->has_expires && h->expires_s < least) {
        h->expires_s = least; /* MUST, and never increased otherwise */
    } else if (h->has_expires && h->expires_s > wish) {
        h->expires_s = wish; /* MAY be reduced, not below Min-SE */
    }
    asked->uses = h->has_expires;
    asked->expires_s = h->expires_s;
    return true;
}

uint32_t session_proxy_answer(const struct session_asked *asked, struct session_headers *h)
{
    if (!asked->uses)
        return h->has_expires ? h->expires_s : 0;
    if (!h->has_expires && asked->uac_supports) { /* 8.2: the UAS does not know of it, and we are next to it */
        h->has_expires = h->required = true;
        h->expires_s = asked->expires_s;
        h->refresher = REFRESHER_UAC;
    }
    return h->has_expires ? h->expires_s : 0; /* one that was there MUST NOT be modified */
}

/* The refresher and whatever else stands behind the number stay as they are (8.1). */
static void write_expires(struct sip_edit *e, const struct session_headers *was, const struct session_headers *is)
{
    struct str params = sip_header(&e->m, SIP_SESSION_EXPIRES);
    struct txtbuf t = sip_edit_write(e);
    txtbuf_add(&t, "%u", is->expires_s);
    str_cut(&params, ';');
    if (params.n)
        txtbuf_add(&t, ";%.*s", STR_ARG(params));
    if (!was->has_expires && is->refresher != REFRESHER_NONE)
        txtbuf_cstr(&t, is->refresher == REFRESHER_UAC ? ";refresher=uac" : ";refresher=uas");
    sip_edit_set(e, SIP_SESSION_EXPIRES, "Session-Expires", sip_edit_keep(e, &t));
}

void session_proxy_write(struct sip_edit *e, const struct session_headers *was, const struct session_headers *is)
{
    if (is->has_expires && (!was->has_expires || is->expires_s != was->expires_s))
        write_expires(e, was, is);
    if (is->has_min_se && (!was->has_min_se || is->min_se_s != was->min_se_s)) {
        struct txtbuf t = sip_edit_write(e);
        txtbuf_add(&t, "%u", is->min_se_s);
        sip_edit_set(e, SIP_MIN_SE, "Min-SE", sip_edit_keep(e, &t));
    }
    if (is->required && !was->required)
        sip_edit_append(e, SIP_REQUIRE, "Require", STR("timer"));
}
