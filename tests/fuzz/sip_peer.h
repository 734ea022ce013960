/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_peer.h: both sides of a cable between a user agent and a peer that says what a fuzzer's bytes have it say: requests
 * and answers of calls that are there, sound but for one thing or another, and whole messages put into such a call. */
#ifndef TESTS_FUZZ_SIP_PEER_H
#define TESTS_FUZZ_SIP_PEER_H

#include "tests/fuzz/fuzz.h"

#include "models/proto/call_bridge.h"
#include "models/proto/talker.h"

#define DIALOGS 4
#define HEARD 8

struct dialog {
    char call_id[CALL_TEXT_MAX + 1], peer_tag[CALL_TEXT_MAX + 1];
    uint32_t cseq, invite_cseq;
};

struct letter {
    struct sip_hop from;
    size_t n;
    char text[SIP_MESSAGE_MAX];
};

/* Both sides of the cable are of this kind. */
struct party {
    struct ip4 address;
    struct tcp_config tcp_config;
    struct sip_ua_config config;
    struct talker_config people;
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    /* who is fuzzed */
    struct sip_ua ua;
    struct talker talker;
    struct media_host media;
    struct bridge_policy policy;
    struct call_bridge bridge;
    bool bridges;
    /* the peer */
    struct sip_transport transport;
    struct dialog dialog[DIALOGS];
    struct letter heard[HEARD]; /* requests */
    uint32_t dialogs, letters, branches;
    char last[SIP_MESSAGE_MAX]; /* said */
    size_t last_n;
    struct sip_hop last_to;
};

static const struct ip4 ours = {0x0a010101}, theirs = {0x0a010102};

/* --- the peer: what it hears ------------------------------------------------------------------------------- */

static inline struct dialog *dialog_of(struct party *p, struct str call_id)
{
    for (uint32_t i = 0; i < p->dialogs; i++) {
        if (str_eq(str_of(p->dialog[i].call_id), call_id))
            return &p->dialog[i];
    }
    struct dialog *d = &p->dialog[p->dialogs % DIALOGS];
    if (p->dialogs < DIALOGS)
        p->dialogs++;
    *d = (struct dialog){.cseq = 7};
    str_keep(d->call_id, sizeof d->call_id, call_id);
    return d;
}

static inline void hear(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct party *p = arg;
    struct dialog *d = dialog_of(p, sip_header(m, SIP_CALL_ID));
    struct str tag = sip_param(sip_header(m, m->is_response ? SIP_TO : SIP_FROM), STR("tag"));
    if (tag.n)
        str_keep(d->peer_tag, sizeof d->peer_tag, tag);
    if (m->is_response || str_eq(m->method, STR("ACK")) || m->whole.n > SIP_MESSAGE_MAX)
        return;
    struct letter *l = &p->heard[p->letters++ % HEARD];
    l->from = *from;
    l->n = m->whole.n;
    memcpy(l->text, m->whole.p, l->n);
}

static const struct sip_transport_user hearer = {hear, NULL};

/* --- the bytes ------------------------------------------------------------------------------------------------ */

static inline uint8_t next(struct rd *r)
{
    return rd_left(r) ? rd_u8(r) : 0;
}

static inline struct str some(struct rd *r, size_t n)
{
    n = n < rd_left(r) ? n : rd_left(r);
    return rd_bytes(r, n);
}

/* --- the peer: what it says ----------------------------------------------------------------------------------- */

/* clang-format off */
static const char *const methods[] = {"INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "OPTIONS", "PRACK", "INFO", "REFER", "invite"};
static const uint32_t statuses[] = {100, 180, 183, 200, 202, 302, 401, 408, 422, 481, 486, 487, 491, 500, 503, 699};
static const char *const sessions[] = {
    "",
    "Session-Expires: 90\r\nSupported: timer\r\n",
    "Session-Expires: 1800;refresher=uas\r\nSupported: timer\r\n",
    "Session-Expires: 1800;refresher=uac\r\nRequire: timer\r\nSupported: timer\r\n",
    "Session-Expires: 0\r\n",
    "Min-SE: 86400\r\nSupported: timer\r\n",
    "Session-Expires: 4294967295;refresher=uac\r\nSupported: timer\r\n",
    "Session-Expires: 1800;refresher=nobody\r\nMin-SE: 1\r\n",
    "Retry-After: 5\r\nAllow: INVITE, ACK\r\n",
    "Allow: UPDATE, INVITE\r\nSupported: timer\r\n",
    "Record-Route: <sip:10.1.1.2;lr>,<sip:10.1.1.2:5070;lr>\r\n",
    "Require: 100rel\r\n",
    "Content-Type: text/plain\r\n",
    "Route: <sip:10.1.1.1;lr>\r\n",
};
static const char *const contacts[] = {
    "Contact: <sip:200@10.1.1.2>\r\n", "", "Contact: <sip:10.1.1.2;transport=tcp>\r\n", "Contact: <sip:x@10.9.9.9:9>\r\n",
    "Contact: *\r\n", "Contact: <sip:someone@example.com>\r\n", "Contact: <sip:200@10.1.1.1>\r\n",
};
#define SDP(rest) "v=0\r\no=hand 77 %u IN IP4 10.1.1.2\r\ns=-\r\nc=IN IP4 10.1.1.2\r\nt=0 0\r\n" rest
static const char *const bodies[] = {
    "",
    SDP("m=audio 20000 RTP/AVP 0 18\r\n"),
    SDP("m=audio 20000 RTP/AVP 18\r\na=sendonly\r\n"),
    SDP("m=audio 0 RTP/AVP 0\r\n"),
    SDP("m=audio 20000 RTP/AVP 97\r\n"),
    SDP("m=audio 20002 RTP/AVP 0\r\na=inactive\r\nm=video 3 RTP/AVP 96\r\n"),
    "v=0\r\n",
    SDP(""),
};
/* clang-format on */
#define PICK(list, i) (list)[(i) % (sizeof(list) / sizeof *(list))]

static inline void send(struct party *p, const struct sip_hop *to, struct str text)
{
    p->last_n = text.n < sizeof p->last ? text.n : sizeof p->last;
    memcpy(p->last, text.p, p->last_n);
    p->last_to = *to;
    bool sent = sip_transport_send(&p->transport, to, text, 0);
    (void)sent; /* as the network likes */
}

static inline struct sip_hop hop_by(uint8_t flags)
{
    return (struct sip_hop){ours, SIP_PORT, flags & 0x80 ? SIP_OVER_TCP : SIP_OVER_UDP};
}

/* Content-Type, Content-Length and what they are of. */
static inline void add_body(struct txtbuf *t, uint8_t which, uint32_t version)
{
    char body[512];
    struct txtbuf b = txtbuf_of(body, sizeof body);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
    txtbuf_add(&b, PICK(bodies, which), version);
#pragma GCC diagnostic pop
    txtbuf_add(t, "%sContent-Length: %zu\r\n\r\n%s", b.n ? "Content-Type: application/sdp\r\n" : "", b.n, b.n ? body : "");
}

static inline uint32_t number_of(struct dialog *d, const char *method, uint8_t flags)
{
    bool as_invite = strcmp(method, "ACK") == 0 || strcmp(method, "CANCEL") == 0;
    if ((flags & 0x0c) == 0x0c)
        return flags & 0x10 ? 2147483647u : 0; /* wrong */
    if (as_invite || (flags & 0x0c) == 0x08)
        return d->invite_cseq;
    d->cseq++;
    if (strcmp(method, "INVITE") == 0)
        d->invite_cseq = d->cseq;
    return d->cseq;
}

static inline void ask(struct party *p, struct rd *r)
{
    char text[SIP_MESSAGE_MAX];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    uint8_t how = next(r), flags = next(r), extras = next(r);
    const char *method = PICK(methods, how & 0x0f);
    bool is_new = (how & 0xc0) == 0xc0 || p->dialogs == 0;
    char id[16];
    struct txtbuf name = txtbuf_of(id, sizeof id);
    txtbuf_add(&name, "new-%u", p->branches);
    struct dialog *d = is_new ? dialog_of(p, txtbuf_view(&name)) : &p->dialog[(how >> 4 & 3) % p->dialogs];
    struct sip_hop to = hop_by(flags);
    p->branches += (flags & 2) == 0; /* else that of the one before */
    uint32_t cseq = number_of(d, method, flags);
    txtbuf_add(&t, "%s sip:100@10.1.1.1 SIP/2.0\r\nVia: SIP/2.0/%s 10.1.1.2;branch=z9hG4bKh%u\r\n", method,
               flags & 0x80 ? "TCP" : "UDP", p->branches);
    txtbuf_cstr(&t, "From: <sip:200@10.1.1.2>;tag=h\r\n");
    txtbuf_add(&t, "To: <sip:100@10.1.1.1>%s%s\r\n", d->peer_tag[0] && !(flags & 1) ? ";tag=" : "", flags & 1 ? "" : d->peer_tag);
    txtbuf_add(&t, "Call-ID: %s\r\nCSeq: %u %s\r\nMax-Forwards: 70\r\n%s%s", d->call_id, cseq, method,
               PICK(contacts, flags >> 4 & 7), PICK(sessions, extras & 0x0f));
    add_body(&t, extras >> 4, p->branches);
    send(p, &to, txtbuf_view(&t));
}

static inline void mirror(struct txtbuf *t, const struct sip_msg *q, enum sip_header_id id, const char *name)
{
    struct str one;
    for (struct sip_list l = sip_list_of(q, id); sip_list_next(&l, &one);)
        txtbuf_add(t, "%s: %.*s\r\n", name, STR_ARG(one));
}

static inline void reply(struct party *p, struct rd *r)
{
    char text[SIP_MESSAGE_MAX];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    uint8_t status = next(r), flags = next(r), extras = next(r);
    if (p->letters == 0)
        return;
    uint32_t kept = p->letters < HEARD ? p->letters : HEARD;
    const struct letter *l = &p->heard[(p->letters - 1 - (flags & 7) % kept) % HEARD];
    struct rd bytes = rd_of(l->text, l->n);
    struct sip_msg q;
    bool ok = sip_get(&bytes, &q);
    ASSERT(ok);
    txtbuf_add(&t, "SIP/2.0 %u Whatever\r\n", PICK(statuses, status & 0x0f));
    mirror(&t, &q, SIP_VIA, "Via");
    txtbuf_add(&t, "From: %.*s\r\nTo: %.*s", STR_ARG(sip_header(&q, SIP_FROM)), STR_ARG(sip_header(&q, SIP_TO)));
    if (!sip_has_param(sip_header(&q, SIP_TO), STR("tag")) && !(flags & 8))
        txtbuf_add(&t, ";tag=%s", status & 0x80 ? "fork" : "h");
    txtbuf_add(&t, "\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\n%s%s", STR_ARG(sip_header(&q, SIP_CALL_ID)),
               STR_ARG(sip_header(&q, SIP_CSEQ)), PICK(contacts, flags >> 4 & 7), PICK(sessions, extras & 0x0f));
    add_body(&t, extras >> 4, p->branches);
    if (!t.full)
        send(p, &l->from, txtbuf_view(&t));
}

/* A value with another tag, or with none. */
static inline void add_tagged(struct txtbuf *t, struct str name, struct str value, const char *tag)
{
    struct str uri = sip_uri_of(value);
    txtbuf_add(t, "%.*s: <%.*s>%s%s\r\n", STR_ARG(name), STR_ARG(uri), tag[0] ? ";tag=" : "", tag);
}

/* A message as it may be, of a call that is there. */
static inline void say(struct party *p, struct rd *r)
{
    char text[SIP_MESSAGE_MAX];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    uint8_t flags = next(r);
    size_t n = next(r);
    struct str raw = some(r, n << 8 | next(r));
    struct rd bytes = rd_of(raw.p, raw.n);
    struct sip_msg m;
    struct sip_hop to = hop_by(flags);
    if (!p->dialogs || !sip_get(&bytes, &m)) {
        send(p, &to, raw);
        return;
    }
    struct dialog *d = &p->dialog[(flags & 3) % p->dialogs];
    const char *from_tag = m.is_response ? d->peer_tag : "h", *to_tag = m.is_response ? "h" : d->peer_tag;
    struct str rest = raw, line = str_cut(&rest, '\n');
    txtbuf_add(&t, "%.*s\n", STR_ARG(line));
    for (uint32_t i = 0; i < m.header_count; i++) {
        struct str name = m.headers[i].name, value = m.headers[i].value;
        if (sip_header_is(name, SIP_CALL_ID))
            txtbuf_add(&t, "Call-ID: %s\r\n", d->call_id);
        else if (sip_header_is(name, SIP_FROM))
            add_tagged(&t, name, value, from_tag);
        else if (sip_header_is(name, SIP_TO))
            add_tagged(&t, name, value, flags & 4 ? "" : to_tag);
        else if (sip_header_is(name, SIP_VIA) && !m.is_response && !(flags & 8))
            txtbuf_add(&t, "Via: SIP/2.0/UDP 10.1.1.2;branch=z9hG4bKs%u\r\n", ++p->branches);
        else if (!sip_header_is(name, SIP_CONTENT_LENGTH))
            txtbuf_add(&t, "%.*s: %.*s\r\n", STR_ARG(name), STR_ARG(value));
    }
    txtbuf_add(&t, "Content-Length: %zu\r\n\r\n%.*s", m.body.n, STR_ARG(m.body));
    if (!t.full)
        send(p, &to, txtbuf_view(&t));
}

#endif
