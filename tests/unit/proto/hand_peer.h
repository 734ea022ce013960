/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hand_peer.h: a SIP peer that is led by hand: it says exactly what a test has it say, keeps what it hears with the time,
 * and knows no more of dialogs than it needs to write a next message: tags, Call-ID, CSeq, branches. */
#ifndef TESTS_UNIT_PROTO_HAND_PEER_H
#define TESTS_UNIT_PROTO_HAND_PEER_H

#include "tests/unit/net/station.h"

#include "models/proto/sip_transport.h"

#define MS 1000000ll
#define INBOX_MAX 96
#define HAND_TEXT 2600

struct letter {
    int64_t at_ns;
    bool is_copy; /* the very same bytes came before */
    struct sip_hop from;
    size_t n;
    char text[HAND_TEXT];
    struct sip_msg m;
};

struct hand {
    struct sim *sim;
    struct sip_transport transport;
    struct sip_hop to; /* whom it speaks to */
    char own[32], user[8], tag[16], call_id[96], branch[40], invite_branch[40];
    char peer_tag[96], target[128], routes[256];
    const char *peer_uri; /* of the side that it calls */
    bool follows_routes;
    uint32_t refuses, refused; /* every INVITE, with that status; so many were */
    uint32_t cseq, invite_cseq, branches;
    bool invite_refused, up;
    struct letter *in;
    uint32_t count, next; /* next: to be read */
    const struct letter *asked, *invited; /* the last request that was read; the last INVITE */
    char o_line[96]; /* of the last description that it read */
};

static inline bool same_bytes(const struct letter *a, const struct sip_msg *m)
{
    return a->n == m->whole.n && memcmp(a->text, m->whole.p, a->n) == 0;
}

static inline void hand_hear(void *arg, const struct sip_msg *m, const struct sip_hop *from);

static inline void hand_open(struct hand *h, struct node *n, struct ip_stack *ip, struct tcp *tcp, const char *own,
                             uint16_t port, const char *user)
{
    static const struct sip_transport_user hearer = {hand_hear, NULL};
    h->sim = n->sim;
    h->in = test_calloc(INBOX_MAX, sizeof *h->in);
    h->cseq = 7;
    str_keep(h->own, sizeof h->own, str_of(own));
    str_keep(h->user, sizeof h->user, str_of(user));
    sip_transport_init(&h->transport, n, ip, tcp, port, &hearer, h);
    assert_true(sip_transport_open(&h->transport));
}

/* --- what it reads ---------------------------------------------------------------------------------- */

static inline void keep_text(char *to, size_t cap, struct str s)
{
    assert_true(s.n < cap);
    str_keep(to, cap, s);
}

/* Whose tag is the other side's, what it has to be called by, and which way. */
static inline void hand_learn(struct hand *h, const struct letter *l)
{
    const struct sip_msg *m = &l->m;
    struct str tag = sip_param(sip_header(m, m->is_response ? SIP_TO : SIP_FROM), STR("tag"));
    struct str contact = sip_uri_of(sip_header(m, SIP_CONTACT)), route = sip_header(m, SIP_RECORD_ROUTE);
    struct sip_cseq cseq = {0};
    sip_cseq(m, &cseq);
    bool of_invite = str_eq(cseq.method, STR("INVITE"));
    if (!m->is_response)
        keep_text(h->call_id, sizeof h->call_id, sip_header(m, SIP_CALL_ID));
    if (tag.n && (!m->is_response || of_invite))
        keep_text(h->peer_tag, sizeof h->peer_tag, tag);
    if (contact.n)
        keep_text(h->target, sizeof h->target, contact);
    if (route.n && h->follows_routes)
        keep_text(h->routes, sizeof h->routes, route);
    if (m->is_response && m->status >= 200 && of_invite)
        h->invite_refused = m->status >= 300, h->up |= m->status < 300;
    if (m->is_response || str_eq(m->method, STR("ACK")))
        return;
    h->asked = l;
    if (str_eq(m->method, STR("INVITE")))
        h->invited = l;
}

/* --- what it says ------------------------------------------------------------------------------------ */

/* A session description: version of o=, direction, payload types. */
struct sdp_words {
    bool any;
    uint32_t version;
    char direction[12], payloads[24];
    bool video;
};

static inline void sdp_text(struct txtbuf *t, const struct sdp_words *s)
{
    txtbuf_add(t, "v=0\r\no=hand 77 %u IN IP4 10.1.1.2\r\ns=-\r\nc=IN IP4 10.1.1.2\r\nt=0 0\r\nm=audio 20000 RTP/AVP %s\r\na=%s\r\n",
               s->version, s->payloads, s->direction);
    if (s->video)
        txtbuf_add(t, "m=video 20002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n");
}

/* What the test adds to a message: header lines, which take the place of the usual ones of that name. */
struct words {
    const char *line[12];
    uint32_t count;
    struct sdp_words sdp;
};

static inline bool says_itself(const struct words *w, const char *name)
{
    for (uint32_t i = 0; i < w->count; i++) {
        size_t n = strlen(name);
        if (strncmp(w->line[i], name, n) == 0 && w->line[i][n] == ':')
            return true;
    }
    return false;
}

static inline void PRINTF_LIKE(4, 5) usual(struct txtbuf *t, const struct words *w, const char *name, const char *fmt, ...)
{
    va_list ap;
    if (says_itself(w, name))
        return;
    txtbuf_add(t, "%s: ", name);
    va_start(ap, fmt);
    txtbuf_vadd(t, fmt, ap);
    va_end(ap);
    txtbuf_add(t, "\r\n");
}

static inline void finish(struct hand *h, struct txtbuf *t, const struct words *w, const struct sip_hop *to)
{
    char body[600];
    struct txtbuf b = txtbuf_of(body, sizeof body);
    for (uint32_t i = 0; i < w->count; i++)
        txtbuf_add(t, "%s\r\n", w->line[i]);
    if (w->sdp.any) {
        sdp_text(&b, &w->sdp);
        usual(t, w, "Content-Type", "application/sdp");
    }
    txtbuf_add(t, "Content-Length: %zu\r\n\r\n%s", b.n, b.n ? body : "");
    assert_false(t->full || b.full);
    assert_true(sip_transport_send(&h->transport, to, txtbuf_view(t), 0));
}

static inline void pick_branch(struct hand *h, const char *method)
{
    bool same = strcmp(method, "CANCEL") == 0 || (strcmp(method, "ACK") == 0 && h->invite_refused);
    struct txtbuf b = txtbuf_of(h->branch, sizeof h->branch);
    if (same)
        txtbuf_add(&b, "%s", h->invite_branch);
    else
        txtbuf_add(&b, "z9hG4bKhand%s%u", h->user, ++h->branches);
    if (strcmp(method, "INVITE") == 0)
        str_keep(h->invite_branch, sizeof h->invite_branch, txtbuf_view(&b));
}

static inline uint32_t pick_cseq(struct hand *h, const char *method)
{
    if (strcmp(method, "CANCEL") == 0 || strcmp(method, "ACK") == 0)
        return h->invite_cseq;
    h->cseq++;
    if (strcmp(method, "INVITE") == 0)
        h->invite_cseq = h->cseq;
    return h->cseq;
}

static inline void hand_request(struct hand *h, const char *method, const struct words *w)
{
    char text[HAND_TEXT];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    bool cancels = strcmp(method, "CANCEL") == 0, first = strcmp(method, "INVITE") == 0 && h->invite_refused && !h->up,
         in_dialog = h->peer_tag[0] && !cancels && !first;
    pick_branch(h, method);
    uint32_t cseq = pick_cseq(h, method);
    if (!h->call_id[0])
        str_keep(h->call_id, sizeof h->call_id, STR("by-hand@10.1.1.2"));
    txtbuf_add(&t, "%s %s SIP/2.0\r\n", method, in_dialog && h->target[0] ? h->target : h->peer_uri);
    usual(&t, w, "Via", "SIP/2.0/%s %s;branch=%s", h->to.over == SIP_OVER_UDP ? "UDP" : "TCP", h->own, h->branch);
    usual(&t, w, "From", "<sip:%s@10.1.1.2>;tag=%s", h->user, h->tag);
    usual(&t, w, "To", "<%s>%s%s", h->peer_uri, in_dialog ? ";tag=" : "", in_dialog ? h->peer_tag : "");
    usual(&t, w, "Call-ID", "%s", h->call_id);
    usual(&t, w, "CSeq", "%u %s", cseq, method);
    usual(&t, w, "Max-Forwards", "70");
    usual(&t, w, "Contact", "<sip:%s@%s>", h->user, h->own);
    if (in_dialog && h->routes[0])
        usual(&t, w, "Route", "%s", h->routes);
    finish(h, &t, w, &h->to);
}

/* Every Via and Record-Route of the request, in order. */
static inline void mirror(struct txtbuf *t, const struct sip_msg *m, enum sip_header_id id, const char *name)
{
    struct sip_list l = sip_list_of(m, id);
    for (struct str one; sip_list_next(&l, &one);)
        txtbuf_add(t, "%s: %.*s\r\n", name, STR_ARG(one));
}

static inline void hand_answer(struct hand *h, const struct letter *l, uint32_t status, const struct words *w)
{
    char text[HAND_TEXT];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct sip_msg *q = &l->m;
    bool tagged = sip_has_param(sip_header(q, SIP_TO), STR("tag")) || status == 100;
    txtbuf_add(&t, "SIP/2.0 %u By Hand\r\n", status);
    mirror(&t, q, SIP_VIA, "Via");
    if (!says_itself(w, "Record-Route"))
        mirror(&t, q, SIP_RECORD_ROUTE, "Record-Route");
    usual(&t, w, "From", "%.*s", STR_ARG(sip_header(q, SIP_FROM)));
    usual(&t, w, "To", "%.*s%s%s", STR_ARG(sip_header(q, SIP_TO)), tagged ? "" : ";tag=", tagged ? "" : h->tag);
    usual(&t, w, "Call-ID", "%.*s", STR_ARG(sip_header(q, SIP_CALL_ID)));
    usual(&t, w, "CSeq", "%.*s", STR_ARG(sip_header(q, SIP_CSEQ)));
    usual(&t, w, "Contact", "<sip:%s@%s>", h->user, h->own);
    h->up |= status / 100 == 2;
    finish(h, &t, w, &l->from);
}

/* --- what it hears ------------------------------------------------------------------------------------ */

/* An INVITE, and the ACK to that: nobody needs to read them. */
static inline bool hand_refuses(struct hand *h, const struct sip_msg *m, const struct sip_hop *from)
{
    struct letter l = {.from = *from, .m = *m};
    struct words none = {0};
    if (str_eq(m->method, STR("ACK")))
        return true;
    if (!str_eq(m->method, STR("INVITE")))
        return false;
    h->refused++;
    hand_answer(h, &l, h->refuses, &none);
    return true;
}

static inline void hand_hear(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct hand *h = arg;
    if (h->refuses && !m->is_response && hand_refuses(h, m, from))
        return;
    assert_true(h->count < INBOX_MAX && m->whole.n < HAND_TEXT);
    struct letter *l = &h->in[h->count];
    *l = (struct letter){.at_ns = sim_now(h->sim).ns, .from = *from, .n = m->whole.n};
    for (uint32_t i = 0; i < h->count; i++)
        l->is_copy |= same_bytes(&h->in[i], m);
    h->count++;
    memcpy(l->text, m->whole.p, l->n);
    struct rd r = rd_of(l->text, l->n);
    assert_true(sip_get(&r, &l->m));
}

#endif
