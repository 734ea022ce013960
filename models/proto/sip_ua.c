/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_ua.c: the agent as a whole: which call a message belongs to, and what is answered to those of none. */
#include "models/proto/sip_call_state.h"

#define CALLS_MAX 100000

static struct sip_call *call_with_tag(struct sip_ua *ua, const struct sip_msg *m, enum sip_header_id whose)
{
    struct str tag = sip_param(sip_header(m, whose), STR("tag"));
    return tag.n ? call_find(ua, sip_header(m, SIP_CALL_ID), tag) : NULL;
}

/* RFC 3261 12: a dialog is its Call-ID and both tags; the other side's may not be known yet. */
static bool is_of_peer(const struct sip_call *c, const struct sip_msg *m, enum sip_header_id whose)
{
    return !c->remote_tag[0] || str_eq(str_of(c->remote_tag), sip_param(sip_header(m, whose), STR("tag")));
}

static struct sip_call *call_of_request(struct sip_ua *ua, const struct sip_msg *m)
{
    struct sip_call *c = call_with_tag(ua, m, SIP_TO);
    return c && is_of_peer(c, m, SIP_FROM) ? c : NULL;
}

/* RFC 3261 8.2.2.3: the first extension that is required and not known. */
static bool requires_more(const struct sip_ua *ua, const struct sip_msg *m, struct str *what)
{
    struct sip_list list = sip_list_of(m, SIP_REQUIRE);
    while (sip_list_next(&list, what)) {
        if (!str_eq_nocase(*what, STR("timer")) || !ua->config->session.supported)
            return true;
    }
    return false;
}

static bool is_known(const struct sip_ua *ua, const struct sip_msg *m)
{
    struct str rest = str_of(ua->config->methods);
    while (rest.n) {
        if (str_eq(str_trim(str_cut(&rest, ',')), m->method))
            return true;
    }
    return false;
}

/* RFC 3261 8.2.2.2: the same request once more, by another way: its copies of one way are the transaction's. */
static bool is_merged(const struct sip_ua *ua, const struct sip_msg *m)
{
    struct sip_cseq cseq;
    struct str tag = sip_param(sip_header(m, SIP_FROM), STR("tag")), call_id = sip_header(m, SIP_CALL_ID);
    bool counted = sip_cseq(m, &cseq);
    LIST_EACH (i, &ua->up) {
        const struct sip_call *c = LIST_ENTRY(i, struct sip_call, in_ua);
        if (!c->outgoing && counted && c->remote_cseq == cseq.number && str_eq(str_of(c->call_id), call_id) &&
            str_eq(str_of(c->remote_tag), tag))
            return true;
    }
    return false;
}

static void on_orphan(struct sip_ua *ua, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    bool in_dialog = sip_has_param(sip_header(m, SIP_TO), STR("tag"));
    if (sip_is(m, STR("INVITE")) && !in_dialog && is_merged(ua, m))
        ua_answer(ua, t, 482, "", NULL, NULL);
    else if (sip_is(m, STR("INVITE")) && !in_dialog)
        call_on_invite(ua, t, m, from);
    else if (sip_is(m, STR("OPTIONS")) && !in_dialog)
        ua_answer(ua, t, 200, "", "Allow", ua->config->methods); /* 11.2 */
    else
        ua_answer(ua, t, 481, "", NULL, NULL); /* 12.2.2 */
}

/* What every answer repeats (RFC 3261 8.2.6.2, 12.1.1), and what there is room for: with our own headers and a session
 * description it makes SIP_MESSAGE_MAX bytes. */
#define MIRRORED_MAX 2048
#define MIRRORED_HEADERS_MAX 40

static bool can_be_mirrored(const struct sip_msg *m)
{
    static const enum sip_header_id ids[] = {SIP_VIA, SIP_FROM, SIP_TO, SIP_CALL_ID, SIP_CSEQ, SIP_RECORD_ROUTE};
    size_t bytes = 0, headers = 0;
    for (uint32_t i = 0; i < m->header_count; i++) {
        const struct sip_header *h = &m->headers[i];
        for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++) {
            bool is = sip_header_is(h->name, ids[k]);
            bytes += is ? h->name.n + h->value.n : 0;
            headers += is;
        }
    }
    return bytes <= MIRRORED_MAX && headers <= MIRRORED_HEADERS_MAX;
}

/* 21.5.7; the answer itself is as large as the request has it. */
static void answer_too_large(struct sip_ua *ua, struct sip_server *t, const struct sip_msg *m)
{
    char text[SIP_ANSWER_MAX], tag[CALL_TEXT_MAX + 1];
    struct wr w = wr_of(text, sizeof text);
    ua_draw_tag(ua, tag);
    sip_answer_put(&w, m, 513, sip_phrase(513), str_of(tag));
    ASSERT(wr_ok(&w));
    sip_server_answer(t, 513, str_of_bytes(text, wr_len(&w)));
}

static void on_request(void *arg, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_ua *ua = arg;
    struct sip_call *c = call_of_request(ua, m);
    struct str what;
    if (!t) { /* an ACK */
        if (c)
            call_on_ack(c, m);
        return;
    }
    if (!can_be_mirrored(m)) {
        answer_too_large(ua, t, m);
    } else if (c && ua->hooks && ua->hooks->ignores && ua->hooks->ignores(ua->arg, c, m)) {
        sip_server_forget(t);
    } else if (sip_is(m, STR("CANCEL"))) {
        call_on_cancel(ua, t, m, from);
    } else if (!is_known(ua, m)) {
        ua_answer(ua, t, 405, "", "Allow", ua->config->methods);
    } else if (requires_more(ua, m, &what)) {
        char text[64];
        str_keep(text, sizeof text, what);
        ua_answer(ua, t, 420, "", "Unsupported", text);
    } else if (c) {
        call_on_request(c, t, m, from);
    } else {
        on_orphan(ua, t, m, from);
    }
}

/* A 2xx that comes once more wants its ACK once more (RFC 3261 13.2.2.4). */
static void on_stray(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_ua *ua = arg;
    struct sip_call *c = call_with_tag(ua, m, SIP_FROM);
    (void)from;
    if (!c || m->status < 200 || m->status >= 300)
        return;
    if (is_of_peer(c, m, SIP_TO))
        call_repeat_ack(c, m);
    else
        call_refuse_fork(c, m);
}

/* Its answer could not be sent, or nobody gave one: the call that it began can never be answered. */
static void on_server_end(void *arg, struct sip_server *t, bool unsent)
{
    struct sip_call *c = sip_server_arg(t);
    (void)arg;
    (void)unsent;
    if (!c || c->asked.server != t)
        return;
    c->asked.server = NULL;
    if (call_is_up(c))
        call_go_on(c);
    else
        call_over(c, CALL_EV_UNREACHABLE, CALL_UNREACHABLE);
}

static const struct sip_txns_user txns_user = {on_request, on_stray, on_server_end};

static void on_message(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_ua *ua = arg;
    sip_txns_input(&ua->txns, m, from);
}

static void on_lost(void *arg, const struct sip_hop *peer)
{
    struct sip_ua *ua = arg;
    sip_txns_lost(&ua->txns, peer);
}

static const struct sip_transport_user transport_user = {on_message, on_lost};

bool sip_ua_configure(struct sip_ua_config *c, struct err *e)
{
    struct session_config *s = &c->session;
    s->refresher = c->session_refresher == 0 ? REFRESHER_UAC : REFRESHER_UAS;
    s->method = c->session_method == 0 ? SESSION_BY_INVITE : SESSION_BY_UPDATE;
    s->full_interval = c->session_at == 1;
    s->states_min_se = s->min_se.ns > dur_s(SESSION_MIN_SE_S).ns;
    return session_interval_check(s->expires, s->min_se, e);
}

void sip_ua_init(struct sip_ua *ua, struct node *n, struct ip_stack *ip, struct tcp *tcp, uint16_t port,
                 const struct sip_ua_config *c, const struct call_user *u, const struct ua_hooks *h, void *arg)
{
    *ua = (struct sip_ua){.node = n, .config = c, .user = u, .hooks = h, .arg = arg};
    ua->dice = node_stream(n, "sip/call");
    map_init(&ua->calls, sim_arena(n->sim));
    list_init(&ua->up);
    pool_init(&ua->call_pool, sim_arena(n->sim), "SIP calls", sizeof(struct sip_call), CALLS_MAX);
    sip_transport_init(&ua->transport, n, ip, tcp, port, &transport_user, ua);
    sip_txns_init(&ua->txns, &ua->transport, &c->timers, &txns_user, ua);
}

bool sip_ua_open(struct sip_ua *ua)
{
    return sip_transport_open(&ua->transport);
}

/* One that was not asked to end yet; a bridge ends others along with it. */
static struct sip_call *next_to_end(struct sip_ua *ua)
{
    LIST_EACH (i, &ua->up) {
        struct sip_call *c = LIST_ENTRY(i, struct sip_call, in_ua);
        if (!c->hangs_up)
            return c;
    }
    return NULL;
}

void sip_ua_close(struct sip_ua *ua)
{
    for (struct sip_call *c; (c = next_to_end(ua)) != NULL;) {
        if (call_is_up(c))
            call_bye(c, CALL_ENDED_BY_US); /* there is no later */
        else
            call_hang_up(c);
    }
    sip_transport_close(&ua->transport);
}

static void each_timer(struct sip_ua *ua, void (*use)(struct tmr *t))
{
    LIST_EACH (i, &ua->up) {
        struct sip_call *c = LIST_ENTRY(i, struct sip_call, in_ua);
        struct tmr *const all[] = {&c->copy, &c->patience, &c->retry, &c->session.refresh, &c->session.expiry};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
            use(all[k]);
    }
}

void sip_ua_hang(struct sip_ua *ua)
{
    sip_transport_hang(&ua->transport);
    sip_txns_hang(&ua->txns);
    each_timer(ua, tmr_hold);
}

/* Timers first: what they do follows as an event, after all that is read now. */
void sip_ua_go_on(struct sip_ua *ua)
{
    each_timer(ua, tmr_go_on);
    sip_txns_go_on(&ua->txns);
    sip_transport_go_on(&ua->transport);
}

static void forget_all(struct sip_ua *ua)
{
    sip_txns_power_off(&ua->txns);
    while (!list_empty(&ua->up)) {
        struct sip_call *c = LIST_ENTRY(ua->up.next, struct sip_call, in_ua);
        c->request = NULL; /* they are gone */
        c->asked.server = NULL;
        call_discard(c);
    }
}

void sip_ua_power_off(struct sip_ua *ua)
{
    forget_all(ua);
    sip_transport_power_off(&ua->transport);
}

void sip_ua_kill(struct sip_ua *ua)
{
    forget_all(ua);
    sip_transport_close(&ua->transport);
}
