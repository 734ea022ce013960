/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call_write.c: the requests and answers of a user agent as text. */
#include "models/proto/sip_call_state.h"

static const char *const refresher_names[] = {"", ";refresher=uac", ";refresher=uas"};

static void local_text(const struct sip_call *c, char ip[16], uint16_t *port)
{
    struct ip4 addr;
    struct txtbuf t = txtbuf_of(ip, 16);
    sip_transport_local(&c->ua->transport, &c->hop, &addr, port);
    ip4_text(&t, addr);
}

void call_draft_contact(const struct sip_call *c, struct sip_draft *d)
{
    char ip[16];
    uint16_t port;
    local_text(c, ip, &port);
    struct str user = call_local_number(c);
    draft_header(d, "Contact", "<sip:%.*s%s%s:%u%s>", STR_ARG(user), user.n ? "@" : "", ip, port,
                 c->hop.over == SIP_OVER_TCP ? ";transport=tcp" : "");
}

/* RFC 3261 8.1.1 and 12.2.1.1. */
void call_draft(struct sip_call *c, struct sip_draft *d, const char *method, const char *branch, uint32_t cseq)
{
    const struct sip_ua_config *u = c->ua->config;
    bool is_ack = str_eq(str_of(method), STR("ACK"));
    bool negotiates = str_eq(str_of(method), STR("INVITE")) || str_eq(str_of(method), STR("UPDATE"));
    char ip[16];
    uint16_t port;
    local_text(c, ip, &port);
    draft_request(d, method, str_of(c->target));
    draft_header(d, "Via", "SIP/2.0/%s %s:%u;branch=%s", sip_over_name(c->hop.over), ip, port, branch);
    draft_header(d, "From", "<%s>;tag=%s", c->local_uri, c->local_tag);
    draft_header(d, "To", "<%s>%s%s", c->remote_uri, c->remote_tag[0] ? ";tag=" : "", c->remote_tag);
    draft_header(d, "Call-ID", "%s", c->call_id);
    if (c->routes[0])
        draft_header(d, "Route", "%s", c->routes);
    if (c->session_config->supported && !is_ack)
        draft_header(d, "Supported", "timer"); /* RFC 4028 7.1: in every request but ACK */
    if (u->product[0])
        draft_header(d, "User-Agent", "%s", u->product);
    if (negotiates)
        draft_header(d, "Allow", "%s", u->methods);
    draft_header(d, "CSeq", "%u %s", cseq, method);
    if (negotiates)
        call_draft_contact(c, d);
    draft_header(d, "Max-Forwards", "%d", SIP_HOPS_MAX);
}

void call_draft_session(struct sip_draft *d, const struct session_headers *h)
{
    if (h->required)
        draft_header(d, "Require", "timer");
    if (h->has_min_se)
        draft_header(d, "Min-SE", "%u", h->min_se_s);
    if (h->has_expires)
        draft_header(d, "Session-Expires", "%u%s", h->expires_s, refresher_names[h->refresher]);
}

/* RFC 3264 8: what says the same as the last description that was sent, in an offer or an answer, taken or refused,
 * has its version; another thing has the next. */
void call_describe(struct sip_call *c, struct media *m)
{
    if (c->said.session) {
        media_next(m, &c->said);
    } else {
        m->session = 1 + rng_u32(c->ua->dice) % 9999;
        m->version = 1 + rng_u32(c->ua->dice) % 9999;
    }
    c->said = *m;
}

void call_draft_sdp(const struct sip_call *c, struct sip_draft *d, const struct media *m, const struct media *offer)
{
    char sdp[MEDIA_SDP_MAX];
    struct wr w = wr_of(sdp, sizeof sdp);
    media_write(&w, m, c->ua->config->sdp_user, offer);
    ASSERT(wr_ok(&w));
    draft_body(d, "application/sdp", str_of_bytes(sdp, wr_len(&w)));
}

struct str ua_write(struct sip_ua *ua, struct sip_draft *d, char *to)
{
    if (ua->hooks && ua->hooks->edit)
        ua->hooks->edit(ua->arg, &d->m, &d->room);
    return draft_write(d, to);
}

void ua_draft_answer(struct sip_ua *ua, struct sip_draft *d, struct sip_server *t, struct sip_msg *request,
                     uint32_t status, const char *tag)
{
    struct str bytes = sip_server_request(t);
    struct rd r = rd_of(bytes.p, bytes.n);
    bool ok = sip_get(&r, request); /* it was read before */
    ASSERT(ok);
    draft_response(d, request, status, tag);
    if (ua->config->product[0])
        draft_header(d, "Server", "%s", ua->config->product);
}

void ua_send_answer(struct sip_ua *ua, struct sip_server *t, struct sip_draft *d)
{
    char text[SIP_MESSAGE_MAX];
    struct str bytes = ua_write(ua, d, text);
    sip_server_answer(t, d->m.status, bytes);
}

void ua_answer(struct sip_ua *ua, struct sip_server *t, uint32_t status, const char *tag, const char *name,
               const char *value)
{
    struct sip_draft d;
    struct sip_msg request;
    char drawn[CALL_TEXT_MAX + 1] = "";
    if (!tag[0] && status > 100) { /* RFC 3261 8.2.6.2: every answer but 100 has one */
        ua_draw_tag(ua, drawn);
        tag = drawn;
    }
    ua_draft_answer(ua, &d, t, &request, status, tag);
    if (name)
        draft_header(&d, name, "%s", value);
    ua_send_answer(ua, t, &d);
}

void ua_draw_tag(struct sip_ua *ua, char out[CALL_TEXT_MAX + 1])
{
    struct txtbuf t = txtbuf_of(out, CALL_TEXT_MAX + 1);
    uint64_t x = rng_u64(ua->dice);
    txtbuf_add(&t, "%08X-%X", (unsigned)(x >> 32), (unsigned)(x & 0xfff)); /* as IOS writes them */
}
