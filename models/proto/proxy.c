/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy.c: see proxy.h: the way of requests (RFC 3261 16.3 to 16.6). The way back: proxy_answer.c. */
#include "models/proto/proxy_state.h"

#include "sim/base/hash.h"

#define CONTEXTS_MAX 1000000

/* --- contexts ------------------------------------------------------------------------------------- */

static uint64_t key_of(struct str branch)
{
    return hash_bytes(0, branch.p, branch.n);
}

void proxy_end_if_over(struct proxy_context *c)
{
    struct proxy *p = c->proxy;
    if (c->server || c->client)
        return;
    tmr_disarm(&c->timer_c);
    map_remove(&p->contexts, c->key);
    pool_put(&p->context_pool, c);
}

struct sip_msg proxy_decode(struct str bytes)
{
    struct rd r = rd_of(bytes.p, bytes.n);
    struct sip_msg m;
    bool ok = sip_get(&r, &m); /* it was, when it came */
    ASSERT(ok);
    return m;
}

void proxy_note(struct proxy *p, const char *what, const struct sip_msg *m, struct ip4 to)
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

/* --- refusals --------------------------------------------------------------------------------------- */

static void refuse(struct proxy *p, struct sip_server *t, const struct proxy_refusal *why)
{
    proxy_answer(p, t, why->status, why->phrase, why->status == 420 ? "Unsupported" : NULL, why->unsupported);
}

static void refuse_too_small(struct proxy *p, struct sip_server *t, uint32_t min_se_s)
{
    char number[16];
    struct txtbuf n = txtbuf_of(number, sizeof number);
    txtbuf_add(&n, "%u", min_se_s);
    proxy_answer(p, t, 422, NULL, "Min-SE", txtbuf_view(&n));
}

/* --- requests ---------------------------------------------------------------------------------------- */

static struct proxy_context *new_context(struct proxy *p, struct sip_server *t, const struct sip_msg *m,
                                         const struct sip_hop *from, const struct sip_hop *to)
{
    struct node *n = p->node;
    struct proxy_context *c = pool_get(&p->context_pool);
    struct sip_cseq cseq = {0};
    sip_cseq(m, &cseq);
    *c = (struct proxy_context){.proxy = p, .server = t, .from = *from, .to = *to, .cseq = cseq.number};
    c->flow = sip_server_flow(t);
    c->is_invite = sip_is(m, STR("INVITE"));
    c->is_first = c->is_invite && !sip_has_param(sip_header(m, SIP_TO), STR("tag"));
    c->is_bye = sip_is(m, STR("BYE"));
    c->call = proxy_call_key(sip_header(m, SIP_CALL_ID));
    c->is_refresh = c->is_invite || sip_is(m, STR("UPDATE"));
    sip_branch_draw(&p->txns, c->branch);
    proxy_branch(m, c->branch);
    c->key = key_of(str_of(c->branch));
    tmr_init(&c->timer_c, n->sim, n->id, "proxy.timer_c", c, proxy_on_timer_c);
    map_put(&p->contexts, c->key, c);
    sip_server_set_arg(t, c);
    return c;
}

static void forward(struct proxy_context *c, const struct sip_msg *m, struct sip_edit *e)
{
    struct proxy *p = c->proxy;
    char text[PROXY_TEXT_MAX];
    struct wr w = wr_of(text, sizeof text);
    proxy_push_via(e, &p->self, &c->to, c->branch);
    if (!sip_edit_put(&w, e)) {
        proxy_answer_for(c, 513);
        return;
    }
    if (c->is_first)
        proxy_call_invite(&p->calls, sip_header(m, SIP_CALL_ID));
    proxy_note(p, "forwarded", m, c->to.addr);
    if (c->is_invite)
        proxy_arm_timer_c(c, p->config->timer_c); /* step 11 */
    c->client = sip_client_start(&p->txns, &c->to, m->method, str_of(c->branch), str_of_bytes(text, wr_len(&w)), c->flow,
                                 &proxy_client_user, c);
}

/* False: it is answered. */
static bool apply_session_timer(struct proxy *p, struct sip_server *t, const struct sip_msg *m, struct sip_edit *e,
                                struct session_asked *asked)
{
    struct session_headers was, h;
    *asked = (struct session_asked){0};
    if (!p->config->session.on || !(sip_is(m, STR("INVITE")) || sip_is(m, STR("UPDATE"))))
        return true;
    if (!session_read(m, &was)) {
        proxy_answer(p, t, 400, "Bad Session-Expires or Min-SE header field", NULL, STR_NONE);
        return false;
    }
    h = was;
    if (!session_proxy_request(&p->config->session, &h, asked)) {
        refuse_too_small(p, t, h.min_se_s);
        return false;
    }
    session_proxy_write(e, &was, &h);
    return true;
}

/* An ACK to a 2xx has no transaction; one that cannot be forwarded is forgotten. */
static void forward_ack(struct proxy *p, const struct sip_msg *m, const struct sip_hop *from)
{
    char text[PROXY_TEXT_MAX], branch[SIP_BRANCH_MAX + 1];
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
    proxy_note(p, "forwarded", m, to.addr);
    if (!sip_edit_put(&w, &e) ||
        !sip_transport_send(&p->transport, &to, str_of_bytes(text, wr_len(&w)), bus_current_flow(p->node->sim)))
        ip_discard(p->node, "sip-unroutable");
}

static void on_request(void *arg, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct proxy *p = arg;
    struct sip_server *meant = t && sip_is(m, STR("CANCEL")) ? sip_server_of_cancel(&p->txns, m, from) : NULL;
    struct sip_edit e;
    struct sip_hop to;
    struct session_asked asked;
    if (!t) {
        forward_ack(p, m, from);
        return;
    }
    if (meant) { /* 16.10; one of nothing that we know goes its way */
        proxy_answer(p, t, 200, NULL, NULL, STR_NONE);
        if (sip_server_arg(meant))
            proxy_cancel(sip_server_arg(meant));
        return;
    }
    if (sip_is(m, STR("OPTIONS")) && proxy_is_meant(&p->self, m)) { /* 11: is it there? */
        proxy_answer(p, t, 200, NULL, "Supported", p->config->session.on ? STR("timer") : STR_NONE);
        return;
    }
    struct proxy_refusal why = proxy_prepare(&p->self, m, from, &e, &to);
    if (why.status) {
        refuse(p, t, &why);
        return;
    }
    if (!apply_session_timer(p, t, m, &e, &asked))
        return;
    struct proxy_context *c = new_context(p, t, m, from, &to);
    c->asked = asked;
    forward(c, m, &e);
}

static void on_server_end(void *arg, struct sip_server *t, bool unsent)
{
    struct proxy_context *c = sip_server_arg(t);
    (void)arg;
    (void)unsent;
    if (!c)
        return;
    c->server = NULL;
    proxy_end_if_over(c);
}

/* --- life ---------------------------------------------------------------------------------------------- */

static void on_message(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct proxy *p = arg;
    sip_txns_input(&p->txns, m, from);
}

static void on_lost(void *arg, const struct sip_hop *peer)
{
    struct proxy *p = arg;
    sip_txns_lost(&p->txns, peer);
}

bool proxy_init(struct proxy *p, struct node *n, struct ip_stack *ip, struct tcp *tcp, struct ip4 addr,
                const struct proxy_config *c, struct err *e)
{
    static const struct sip_transport_user transport_user = {on_message, on_lost};
    static const struct sip_txns_user txns_user = {on_request, proxy_on_stray, on_server_end};
    struct proxy_route *routes;
    *p = (struct proxy){.node = n, .config = c};
    if (!proxy_routes_read(&routes, sim_arena(n->sim), c->routes, e))
        return err_wrap(e, "parameter 'routes'");
    if (!session_interval_check(c->session.expires, c->session.min_se, e))
        return false;
    p->self = (struct proxy_self){addr, SIP_PORT, c->record_route, routes};
    sip_transport_init(&p->transport, n, ip, tcp, SIP_PORT, &transport_user, p);
    p->transport.relays = true;
    p->transport.dscp = DSCP_CS3;
    sip_txns_init(&p->txns, &p->transport, &c->timers, &txns_user, p);
    proxy_calls_init(&p->calls, n);
    map_init(&p->contexts, sim_arena(n->sim));
    pool_init(&p->context_pool, sim_arena(n->sim), "requests of a proxy", sizeof(struct proxy_context), CONTEXTS_MAX);
    return sip_transport_open(&p->transport) || err_set(e, "port %d is taken", SIP_PORT);
}
