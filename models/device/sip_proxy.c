/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_proxy.c: a stateful SIP proxy (RFC 3261 16) that stays on the path of its calls and keeps their state: requests go
 * by its routes or by their Route (proxy_route.h), each with a transaction on either side, one target each, no forking.
 * What it believes of calls: proxy_calls.h; session timers (RFC 4028 8): session_proxy.h. Numbers are sections of RFC
 * 3261 unless told otherwise. */
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/host.h"
#include "models/proto/proxy_calls.h"
#include "models/proto/proxy_route.h"
#include "models/proto/session_proxy.h"
#include "models/proto/sip_txn.h"
#include "sim/base/hash.h"

#define CONTEXTS_MAX 1000000
#define FORWARD_MAX 9000 /* a request of SIP_REQUEST_MAX, and what we add */
#define DSCP 24          /* CS3 */

struct sip_proxy {
    /* configuration */
    struct host_config host;
    struct tcp_config tcp_config;
    struct sip_timers timers;
    struct session_proxy_config session;
    struct sim_dur timer_c;
    const char *routes;
    bool record_route;
    /* parts */
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct sip_transport transport;
    struct sip_txns txns;
    struct proxy_self self;
    struct proxy_calls calls;
    struct proxy_route *route_list;
    /* state */
    struct map contexts; /* by the branch that we sent */
    struct pool context_pool;
};

/* A request on its way: a response context (16.2). It is there as long as one of its transactions is. */
struct context {
    struct sip_proxy *proxy;
    struct sip_server *server; /* NULL: it is over */
    struct sip_client *client; /* NULL: answered, or given up */
    struct sip_hop from, to;
    struct session_asked asked;
    uint64_t key, flow, call;
    uint32_t cseq;
    bool is_invite, is_first, is_bye, is_refresh; /* first: it makes a dialog; refresh: INVITE or UPDATE */
    bool cancel_wanted, cancelled;
    struct tmr timer_c;
    char branch[SIP_BRANCH_MAX + 1];
};

/* clang-format off */
static const struct param_def params[] = {
    HOST_PARAMS(struct sip_proxy, host),
    {"routes", PARAM_TEXT, "", NULL, NULL, NULL, PROXY_ROUTES_DOC, offsetof(struct sip_proxy, routes), true},
    {"record_route", PARAM_BOOL, "on", NULL, NULL, NULL, "stay on the path of later requests of a call", offsetof(struct sip_proxy, record_route), false},
    {"proxy_session_timers", PARAM_BOOL, "on", NULL, NULL, NULL, "RFC 4028 8: ask for session timers and forget a call whose session expired; off: remember it until its BYE", offsetof(struct sip_proxy, session.on), false},
    {"proxy_inserts_session_expires", PARAM_BOOL, "on", NULL, NULL, NULL, "a proxy with session timers asks for one where the caller did not", offsetof(struct sip_proxy, session.inserts), false},
    {"session_expires", PARAM_DUR, "1800s", "90s", "30d", NULL, "interval of a session, after which it ends unless it was refreshed (RFC 4028 4)", offsetof(struct sip_proxy, session.expires), false},
    {"min_se", PARAM_DUR, "1800s", "90s", "30d", NULL, "least interval of a session that is accepted (RFC 4028 5)", offsetof(struct sip_proxy, session.min_se), false},
    {"sip_timer_c", PARAM_DUR, "181s", "180001ms", "1h", NULL, "RFC 3261's timer C: a proxy lets a call ring so long after its last provisional answer", offsetof(struct sip_proxy, timer_c), false},
    SIP_TIMER_PARAMS(struct sip_proxy, timers),
    TCP_PARAMS(struct sip_proxy, tcp_config, "proxy_", "22s", "0s"),
    {0},
};
/* clang-format on */

/* --- contexts ------------------------------------------------------------------------------------- */

static uint64_t key_of(struct str branch)
{
    return hash_bytes(0, branch.p, branch.n);
}

static struct context *context_of(const struct sip_proxy *p, const struct sip_msg *m)
{
    struct sip_via via;
    return sip_via(m, &via) ? map_get(&p->contexts, key_of(via.branch)) : NULL;
}

static void end_if_over(struct context *c)
{
    struct sip_proxy *p = c->proxy;
    if (c->server || c->client)
        return;
    tmr_disarm(&c->timer_c);
    map_remove(&p->contexts, c->key);
    pool_put(&p->context_pool, c);
}

static struct sip_msg decoded(struct str bytes)
{
    struct rd r = rd_of(bytes.p, bytes.n);
    struct sip_msg m;
    bool ok = sip_get(&r, &m); /* it was, when it came */
    ASSERT(ok);
    return m;
}

static void note(struct sip_proxy *p, const char *what, const struct sip_msg *m, struct ip4 to)
{
    char name[32];
    struct sip_cseq cseq = {0};
    struct txtbuf t = txtbuf_of(name, sizeof name);
    sip_cseq(m, &cseq);
    if (m->is_response)
        txtbuf_add(&t, "%u to %.*s", m->status, (int)(cseq.method.n < 16 ? cseq.method.n : 16), cseq.method.p);
    else
        txtbuf_add(&t, "%.*s", (int)(m->method.n < 16 ? m->method.n : 16), m->method.p);
    BUS_NOTE(p->node->sim, p->node->id, "sip", "{} {}, CSeq {}, to {}", V_TEXT(name), V_TEXT(what), V_U64(cseq.number),
             V_IP4(to.v));
}

/* --- answers of our own ----------------------------------------------------------------------------- */

/* `name` and `value`: one header more; NULL: none. */
static void answer(struct sip_proxy *p, struct sip_server *t, uint32_t status, const char *phrase, const char *name,
                   struct str value)
{
    char text[SIP_REQUEST_MAX], tag[17];
    struct wr w = wr_of(text, sizeof text);
    struct txtbuf g = txtbuf_of(tag, sizeof tag);
    struct sip_msg m = decoded(sip_server_request(t));
    struct str id = sip_header(&m, SIP_CALL_ID);
    txtbuf_add(&g, "%016llx", (unsigned long long)hash_bytes(p->self.addr.v, id.p, id.n));
    sip_answer_put(&w, &m, status, phrase, txtbuf_view(&g));
    if (name && wr_ok(&w)) {
        w.p -= 2; /* the empty line at its end */
        wr_str(&w, str_of(name));
        wr_str(&w, STR(": "));
        wr_str(&w, value);
        wr_str(&w, STR("\r\n\r\n"));
    }
    if (wr_ok(&w))
        sip_server_answer(t, status, str_of_bytes(text, wr_len(&w)));
    else
        sip_server_forget(t);
}

static void refuse(struct sip_proxy *p, struct sip_server *t, const struct proxy_refusal *why)
{
    answer(p, t, why->status, why->phrase, why->status == 420 ? "Unsupported" : NULL, why->unsupported);
}

static void refuse_too_small(struct sip_proxy *p, struct sip_server *t, uint32_t min_se_s)
{
    char number[16];
    struct txtbuf n = txtbuf_of(number, sizeof number);
    txtbuf_add(&n, "%u", min_se_s);
    answer(p, t, 422, "Session Interval Too Small", "Min-SE", txtbuf_view(&n));
}

/* --- CANCEL (16.10, 9) ------------------------------------------------------------------------------ */

static void hear_nothing(void *arg, struct sip_client *c, const struct sip_msg *m)
{
    (void)arg;
    (void)c;
    (void)m;
}

static void miss_nothing(void *arg, struct sip_client *c, enum sip_failure why)
{
    (void)arg;
    (void)c;
    (void)why;
}

/* The request was prepared once and is again, in the same way, since a CANCEL has its Request-URI, Route and branch. */
static void send_cancel(struct context *c)
{
    static const struct sip_client_user nobody = {hear_nothing, miss_nothing};
    struct sip_proxy *p = c->proxy;
    char text[FORWARD_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_msg m = decoded(sip_server_request(c->server));
    struct sip_edit e;
    struct sip_hop to;
    proxy_prepare(&p->self, &m, &c->from, &e, &to);
    proxy_push_via(&e, &p->self, &to, c->branch);
    proxy_cancel_put(&w, &e.m, sip_header(&e.m, SIP_VIA));
    c->cancelled = true;
    tmr_arm(&c->timer_c, (struct sim_dur){64 * p->timers.t1.ns}); /* 9.1: no longer does it wait for the 487 */
    if (!wr_ok(&w))
        return;
    BUS_NOTE(p->node->sim, p->node->id, "sip", "CANCEL forwarded, CSeq {}, to {}", V_U64(c->cseq), V_IP4(to.addr.v));
    sip_client_start(&p->txns, &to, STR("CANCEL"), str_of(c->branch), str_of_bytes(text, wr_len(&w)), c->flow, &nobody, NULL);
}

static void cancel(struct context *c)
{
    if (!c->client || c->cancelled)
        return;
    c->cancel_wanted = true;
    if (sip_client_is_proceeding(c->client)) /* 9.1: else when it has answered something */
        send_cancel(c);
}

/* --- responses (16.7) -------------------------------------------------------------------------------- */

/* What a final answer other than 2xx, or none at all, means for the call. */
static void tell_failed(const struct context *c, uint32_t status)
{
    struct proxy_calls *calls = &c->proxy->calls;
    if (c->is_first)
        proxy_call_refused(calls, c->call);
    else if (c->is_bye && status != 401 && status != 407) /* 15.1.1: it is over all the same */
        proxy_call_bye(calls, c->call);
}

static void tell_answered(const struct context *c, struct str call_id, uint32_t interval_s, enum session_refresher r)
{
    struct proxy_calls *calls = &c->proxy->calls;
    if (c->is_bye)
        proxy_call_bye(calls, c->call);
    if (!c->is_refresh)
        return;
    /* who sent this one will send the next, or nobody knows its number */
    uint64_t next = r == REFRESHER_UAC ? bus_flow(c->proxy->node->sim, "sip", call_id, c->cseq + 1) : 0;
    proxy_call_answered(calls, c->call, interval_s, next);
}

/* A final answer of ours in place of one that did not come, or that must not be passed on (16.7 step 6). */
static void answer_for(struct context *c, uint32_t status, const char *phrase)
{
    tmr_disarm(&c->timer_c);
    tell_failed(c, status);
    if (c->server)
        answer(c->proxy, c->server, status, phrase, NULL, STR_NONE);
}

/* Our Via goes, and with a 2xx session timers may come in. Returns the session's interval. */
static uint32_t prepare_answer(struct context *c, const struct sip_msg *m, struct sip_edit *e, struct session_headers *h)
{
    struct session_headers was;
    struct str via;
    uint32_t interval_s = 0;
    sip_edit_begin(e, m);
    sip_edit_pop_first(e, SIP_VIA, &via);
    if (!c->is_refresh || m->status / 100 != 2 || !session_read(m, &was) || !c->proxy->session.on)
        return 0;
    *h = was;
    interval_s = session_proxy_answer(&c->asked, h);
    session_proxy_write(e, &was, h);
    return interval_s;
}

static void pass_on(struct context *c, const struct sip_msg *m)
{
    struct sip_proxy *p = c->proxy;
    char text[FORWARD_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_edit e;
    struct session_headers h = {0};
    uint32_t interval_s = prepare_answer(c, m, &e, &h);
    if (m->status >= 300)
        tell_failed(c, m->status);
    else if (m->status >= 200)
        tell_answered(c, sip_header(m, SIP_CALL_ID), interval_s, h.refresher);
    if (!c->server || !sip_edit_put(&w, &e)) {
        ip_discard(p->node, c->server ? "sip-too-large" : "sip-unanswerable");
        return;
    }
    note(p, "forwarded", m, sip_server_hop(c->server)->addr);
    sip_server_answer(c->server, m->status, str_of_bytes(text, wr_len(&w)));
}

static void on_response(void *arg, struct sip_client *client, const struct sip_msg *m)
{
    struct context *c = arg;
    (void)client;
    if (m->status >= 200)
        c->client = NULL;
    if (m->status >= 200)
        tmr_disarm(&c->timer_c);
    else if (c->is_invite && m->status > 100 && !c->cancelled) /* step 2 */
        tmr_arm(&c->timer_c, c->proxy->timer_c);
    if (m->status == 503) /* step 6: it says nothing of us */
        answer_for(c, 500, "Server Internal Error");
    else if (m->status > 100) /* step 5 */
        pass_on(c, m);
    if (c->client && c->cancel_wanted && !c->cancelled)
        send_cancel(c);
    end_if_over(c);
}

static void on_failure(void *arg, struct sip_client *client, enum sip_failure why)
{
    struct context *c = arg;
    (void)client;
    c->client = NULL;
    if (why == SIP_TIMED_OUT) /* 16.7, 16.9 */
        answer_for(c, 408, "Request Timeout");
    else
        answer_for(c, 500, "Server Internal Error");
    end_if_over(c);
}

/* 16.8: it rings and rings. */
static void on_timer_c(void *owner)
{
    struct context *c = owner;
    struct node *n = c->proxy->node;
    uint64_t record = BUS_NOTE(n->sim, n->id, "sip", "timer C: no final answer to INVITE, CSeq {}, from {}", V_U64(c->cseq),
                               V_IP4(c->to.addr.v));
    bus_because(n->sim, record, node_limit(n, c->cancelled ? "sip_t1" : "sip_timer_c"), BECAUSE_LIMIT);
    if (!c->client)
        return;
    if (!c->cancelled && c->server && sip_client_is_proceeding(c->client)) {
        send_cancel(c);
        return;
    }
    sip_client_forget(c->client);
    c->client = NULL;
    answer_for(c, 408, "Request Timeout");
    end_if_over(c);
}

/* 16.7: a copy of a 2xx (13.3.1.4), or nobody's, which is passed on all the same. */
static void on_stray(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_proxy *p = arg;
    char text[FORWARD_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct context *c = context_of(p, m);
    struct sip_edit e;
    struct str via;
    if (c && c->server && c->is_invite && m->status / 100 == 2) {
        struct session_headers h;
        prepare_answer(c, m, &e, &h); /* a copy extends nothing */
        if (sip_edit_put(&w, &e))
            sip_server_answer(c->server, m->status, str_of_bytes(text, wr_len(&w)));
        return;
    }
    sip_edit_begin(&e, m);
    sip_edit_pop_first(&e, SIP_VIA, &via);
    struct sip_via next;
    struct str host, name = STR("received");
    struct sip_hop to = {.over = from->over};
    if (!sip_via(&e.m, &next) || !sip_sent_by(&next, &host, &to.port) || !sip_edit_put(&w, &e) ||
        !(ip4_parse(sip_param(sip_header(&e.m, SIP_VIA), name), &to.addr) || ip4_parse(host, &to.addr)) ||
        !sip_transport_send(&p->transport, &to, str_of_bytes(text, wr_len(&w)), bus_current_flow(p->node->sim)))
        ip_discard(p->node, "sip-unanswerable");
}

/* --- requests (16.3 to 16.6) ------------------------------------------------------------------------- */

static bool is(const struct sip_msg *m, struct str method)
{
    return str_eq(m->method, method);
}

static struct context *new_context(struct sip_proxy *p, struct sip_server *t, const struct sip_msg *m,
                                   const struct sip_hop *from, const struct sip_hop *to)
{
    struct node *n = p->node;
    struct context *c = pool_get(&p->context_pool);
    struct sip_cseq cseq = {0};
    sip_cseq(m, &cseq);
    *c = (struct context){.proxy = p, .server = t, .from = *from, .to = *to, .flow = sip_server_flow(t), .cseq = cseq.number};
    c->is_invite = is(m, STR("INVITE"));
    c->is_first = c->is_invite && !sip_has_param(sip_header(m, SIP_TO), STR("tag"));
    c->is_bye = is(m, STR("BYE"));
    c->call = proxy_call_key(sip_header(m, SIP_CALL_ID));
    c->is_refresh = c->is_invite || is(m, STR("UPDATE"));
    sip_branch_draw(&p->txns, c->branch);
    proxy_branch(m, c->branch);
    c->key = key_of(str_of(c->branch));
    tmr_init(&c->timer_c, n->sim, n->id, "proxy.timer_c", c, on_timer_c);
    map_put(&p->contexts, c->key, c);
    sip_server_set_arg(t, c);
    return c;
}

static void forward(struct context *c, const struct sip_msg *m, struct sip_edit *e)
{
    static const struct sip_client_user user = {on_response, on_failure};
    struct sip_proxy *p = c->proxy;
    char text[FORWARD_MAX];
    struct wr w = wr_of(text, sizeof text);
    proxy_push_via(e, &p->self, &c->to, c->branch);
    if (!sip_edit_put(&w, e)) {
        answer_for(c, 513, "Message Too Large");
        return;
    }
    if (c->is_first)
        proxy_call_invite(&p->calls, sip_header(m, SIP_CALL_ID));
    note(p, "forwarded", m, c->to.addr);
    if (c->is_invite) {
        tmr_arm(&c->timer_c, p->timer_c); /* step 11 */
        tmr_await(&c->timer_c, c->flow, 0);
    }
    c->client = sip_client_start(&p->txns, &c->to, m->method, str_of(c->branch), str_of_bytes(text, wr_len(&w)), c->flow, &user, c);
}

/* False: it is answered. */
static bool apply_session_timer(struct sip_proxy *p, struct sip_server *t, const struct sip_msg *m, struct sip_edit *e,
                                struct session_asked *asked)
{
    struct session_headers was, h;
    *asked = (struct session_asked){0};
    if (!p->session.on || !(is(m, STR("INVITE")) || is(m, STR("UPDATE"))))
        return true;
    if (!session_read(m, &was)) {
        answer(p, t, 400, "Bad Session-Expires or Min-SE header field", NULL, STR_NONE);
        return false;
    }
    h = was;
    if (!session_proxy_request(&p->session, &h, asked)) {
        refuse_too_small(p, t, h.min_se_s);
        return false;
    }
    session_proxy_write(e, &was, &h);
    return true;
}

/* An ACK to a 2xx has no transaction; one that cannot be forwarded is forgotten. */
static void forward_ack(struct sip_proxy *p, const struct sip_msg *m, const struct sip_hop *from)
{
    char text[FORWARD_MAX], branch[SIP_BRANCH_MAX + 1];
    struct wr w = wr_of(text, sizeof text);
    struct sip_edit e;
    struct sip_hop to;
    if (proxy_prepare(&p->self, m, from, &e, &to).status) {
        ip_discard(p->node, "sip-unroutable");
        return;
    }
    sip_branch_draw(&p->txns, branch);
    proxy_branch(m, branch);
    proxy_push_via(&e, &p->self, &to, branch);
    note(p, "forwarded", m, to.addr);
    if (!sip_edit_put(&w, &e) ||
        !sip_transport_send(&p->transport, &to, str_of_bytes(text, wr_len(&w)), bus_current_flow(p->node->sim)))
        ip_discard(p->node, "sip-unroutable");
}

static void on_request(void *arg, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_proxy *p = arg;
    struct sip_server *meant = t && is(m, STR("CANCEL")) ? sip_server_of_cancel(&p->txns, m, from) : NULL;
    struct sip_edit e;
    struct sip_hop to;
    struct session_asked asked;
    if (!t) {
        forward_ack(p, m, from);
        return;
    }
    if (meant) { /* 16.10; one of nothing that we know goes its way */
        answer(p, t, 200, "OK", NULL, STR_NONE);
        if (sip_server_arg(meant))
            cancel(sip_server_arg(meant));
        return;
    }
    struct proxy_refusal why = proxy_prepare(&p->self, m, from, &e, &to);
    if (why.status) {
        refuse(p, t, &why);
        return;
    }
    if (!apply_session_timer(p, t, m, &e, &asked))
        return;
    struct context *c = new_context(p, t, m, from, &to);
    c->asked = asked;
    forward(c, m, &e);
}

static void on_server_end(void *arg, struct sip_server *t, bool unsent)
{
    struct context *c = sip_server_arg(t);
    (void)arg;
    (void)unsent;
    if (!c)
        return;
    c->server = NULL;
    end_if_over(c);
}

/* --- life ---------------------------------------------------------------------------------------------- */

static void on_message(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_proxy *p = arg;
    sip_txns_input(&p->txns, m, from);
}

static void on_lost(void *arg, const struct sip_hop *peer)
{
    struct sip_proxy *p = arg;
    sip_txns_lost(&p->txns, peer);
}

static bool init(struct node *n, struct err *e)
{
    static const struct sip_transport_user transport_user = {on_message, on_lost};
    static const struct sip_txns_user txns_user = {on_request, on_stray, on_server_end};
    struct sip_proxy *p = n->state;
    p->node = n;
    if (!host_init(n, &p->host, &p->ip, e) || !proxy_routes_read(&p->route_list, sim_arena(n->sim), p->routes, e))
        return false;
    p->tcp_config.giveup_name = "proxy_tcp_giveup";
    p->tcp = tcp_new(n, p->ip, &p->tcp_config);
    p->self = (struct proxy_self){p->host.address, SIP_PORT, p->record_route, p->route_list};
    sip_transport_init(&p->transport, n, p->ip, p->tcp, SIP_PORT, &transport_user, p);
    p->transport.relays = true;
    p->transport.dscp = DSCP;
    sip_txns_init(&p->txns, &p->transport, &p->timers, &txns_user, p);
    proxy_calls_init(&p->calls, n);
    map_init(&p->contexts, sim_arena(n->sim));
    pool_init(&p->context_pool, sim_arena(n->sim), "requests of a proxy", sizeof(struct context), CONTEXTS_MAX);
    return sip_transport_open(&p->transport) || err_set(e, "port %d is taken", SIP_PORT);
}

static void start(struct node *n)
{
    const struct sip_proxy *p = n->state;
    host_start(&p->host, p->ip);
}

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    const struct sip_proxy *p = n->state;
    ip_on_frame(p->ip, in, f);
}

static void call_rows(const struct node *n, struct table *t)
{
    const struct sip_proxy *p = n->state;
    show_proxy_calls_rows(&p->calls, t);
}

static const struct model_table tables[] = {
    {"calls", "show calls", &show_proxy_calls, call_rows},
    {"arp", "show ip arp", &show_arp_ios, show_arp_rows},
    {0},
};

const struct model model_sip_proxy = {
    .name = "sip-proxy",
    .doc = "Stateful, record-routing SIP proxy with session timers.",
    .state_size = sizeof(struct sip_proxy),
    .params = params,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .start = start,
    .on_frame = on_frame,
};
