/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy_answer.c: the way back through a proxy: responses, those that it must give itself, CANCEL and timer C. Numbers
 * are sections of RFC 3261, steps those of 16.7. */
#include "models/proto/proxy_state.h"

#include "models/net/ip.h"
#include "sim/base/hash.h"

void proxy_answer(struct proxy *p, struct sip_server *t, uint32_t status, const char *phrase, const char *name,
                   struct str value)
{
    char text[SIP_REQUEST_MAX], tag[17];
    struct wr w = wr_of(text, sizeof text);
    struct txtbuf g = txtbuf_of(tag, sizeof tag);
    struct sip_msg m = proxy_decode(sip_server_request(t));
    struct str id = sip_header(&m, SIP_CALL_ID);
    txtbuf_add(&g, "%016llx", (unsigned long long)hash_bytes(p->self.addr.v, id.p, id.n));
    sip_answer_put(&w, &m, status, phrase ? phrase : sip_phrase(status), txtbuf_view(&g));
    if (name && wr_ok(&w)) {
        w.p -= 2; /* the empty line at its end */
        sip_header_put(&w, str_of(name), value);
        wr_str(&w, STR("\r\n"));
    }
    if (wr_ok(&w))
        sip_server_answer(t, status, str_of_bytes(text, wr_len(&w)));
    else
        sip_server_forget(t);
}

/* --- CANCEL (16.10, 9) ------------------------------------------------------------------------------ */

void proxy_arm_timer_c(struct proxy_context *c, struct sim_dur in)
{
    tmr_arm(&c->timer_c, in);
    tmr_await(&c->timer_c, c->flow, 0);
}

/* The request was prepared once and is again, in the same way, since a CANCEL has its Request-URI, Route and branch. */
static void send_cancel(struct proxy_context *c)
{
    struct proxy *p = c->proxy;
    char text[PROXY_TEXT_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_msg m = proxy_decode(sip_server_request(c->server));
    struct sip_edit e;
    struct sip_hop to;
    proxy_prepare(&p->self, &m, &c->from, &e, &to);
    proxy_push_via(&e, &p->self, &to, c->branch);
    proxy_cancel_put(&w, &e.m, sip_header(&e.m, SIP_VIA));
    c->cancelled = true;
    proxy_arm_timer_c(c, (struct sim_dur){64 * p->config->timers.t1.ns}); /* 9.1: no longer does it wait for the 487 */
    if (!wr_ok(&w))
        return;
    BUS_NOTE(p->node->sim, p->node->id, "sip", "CANCEL forwarded, CSeq {}, to {}", V_U64(c->cseq), V_IP4(to.addr.v));
    sip_client_start(&p->txns, &to, STR("CANCEL"), str_of(c->branch), str_of_bytes(text, wr_len(&w)), c->flow, NULL, NULL);
}

void proxy_cancel(struct proxy_context *c)
{
    if (!c->client || c->cancelled)
        return;
    c->cancel_wanted = true;
    if (sip_client_is_proceeding(c->client)) /* 9.1: else when it has answered something */
        send_cancel(c);
}

/* --- responses (16.7) -------------------------------------------------------------------------------- */

/* What a final answer other than 2xx, or none at all, means for the call. */
static void tell_failed(const struct proxy_context *c, uint32_t status)
{
    struct proxy_calls *calls = &c->proxy->calls;
    if (c->is_first)
        proxy_call_refused(calls, c->call);
    else if (c->is_bye && status != 401 && status != 407) /* 15.1.1: it is over all the same */
        proxy_call_bye(calls, c->call);
}

static void tell_answered(const struct proxy_context *c, struct str call_id, uint32_t interval_s,
                          enum session_refresher r)
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

void proxy_answer_for(struct proxy_context *c, uint32_t status)
{
    tmr_disarm(&c->timer_c);
    tell_failed(c, status);
    if (c->server)
        proxy_answer(c->proxy, c->server, status, NULL, NULL, STR_NONE);
}

/* Our Via goes, and with a 2xx session timers may come in. Returns the session's interval. */
static uint32_t prepare_answer(const struct proxy_context *c, const struct sip_msg *m, struct sip_edit *e,
                               struct session_headers *h)
{
    struct session_headers was;
    struct str via;
    uint32_t interval_s = 0;
    sip_edit_begin(e, m);
    sip_edit_pop_first(e, SIP_VIA, &via);
    if (!c->is_refresh || m->status / 100 != 2 || !session_read(m, &was) || !c->proxy->config->session.on)
        return 0;
    *h = was;
    interval_s = session_proxy_answer(&c->asked, h);
    session_proxy_write(e, &was, h);
    return interval_s;
}

static void pass_on(struct proxy_context *c, const struct sip_msg *m)
{
    struct proxy *p = c->proxy;
    char text[PROXY_TEXT_MAX];
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
    proxy_note(p, "forwarded", m, sip_server_hop(c->server)->addr);
    sip_server_answer(c->server, m->status, str_of_bytes(text, wr_len(&w)));
}

static void on_response(void *arg, struct sip_client *client, const struct sip_msg *m)
{
    struct proxy_context *c = arg;
    (void)client;
    if (m->status >= 200)
        c->client = NULL;
    if (m->status >= 200)
        tmr_disarm(&c->timer_c);
    else if (c->is_invite && m->status > 100 && !c->cancelled) /* step 2 */
        proxy_arm_timer_c(c, c->proxy->config->timer_c);
    if (m->status == 503) /* step 6: it says nothing of us */
        proxy_answer_for(c, 500);
    else if (m->status > 100) /* step 5 */
        pass_on(c, m);
    if (c->client && c->cancel_wanted && !c->cancelled)
        send_cancel(c);
    proxy_end_if_over(c);
}

static void on_failure(void *arg, struct sip_client *client, enum sip_failure why)
{
    struct proxy_context *c = arg;
    (void)client;
    c->client = NULL;
    if (why == SIP_TIMED_OUT) /* 16.7, 16.9 */
        proxy_answer_for(c, 408);
    else
        proxy_answer_for(c, 500);
    proxy_end_if_over(c);
}

const struct sip_client_user proxy_client_user = {on_response, on_failure};

/* 16.8: it rings and rings. */
void proxy_on_timer_c(void *owner)
{
    struct proxy_context *c = owner;
    struct node *n = c->proxy->node;
    uint64_t record = BUS_NOTE(n->sim, n->id, "sip", "timer C: no final answer to INVITE, CSeq {}, from {}",
                               V_U64(c->cseq), V_IP4(c->to.addr.v));
    bus_because(n->sim, record, node_limit(n, c->cancelled ? "sip_t1" : "sip_timer_c"), BECAUSE_LIMIT);
    if (!c->client)
        return;
    if (!c->cancelled && c->server && sip_client_is_proceeding(c->client)) {
        send_cancel(c);
        return;
    }
    sip_client_forget(c->client);
    c->client = NULL;
    proxy_answer_for(c, 408);
    proxy_end_if_over(c);
}

static struct proxy_context *context_of(const struct proxy *p, const struct sip_msg *m)
{
    struct sip_via via;
    return sip_via(m, &via) ? map_get(&p->contexts, hash_bytes(0, via.branch.p, via.branch.n)) : NULL;
}

/* 16.11: by what its Via says, as nobody remembers where its request came from. */
static bool find_upstream(const struct sip_msg *m, struct sip_hop *to)
{
    struct sip_via via;
    struct str host, value = sip_header(m, SIP_VIA);
    uint64_t port;
    if (!sip_via(m, &via) || !sip_sent_by(&via, &host, &to->port))
        return false;
    if (str_u64(sip_param(value, STR("rport")), UINT16_MAX, &port) && port)
        to->port = (uint16_t)port;
    to->over = str_eq_nocase(via.transport, STR("TCP")) ? SIP_OVER_TCP : SIP_OVER_UDP;
    return ip4_parse(sip_param(value, STR("received")), &to->addr) || ip4_parse(host, &to->addr);
}

static void pass_on_statelessly(struct proxy *p, const struct sip_msg *m)
{
    char text[PROXY_TEXT_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_edit e;
    struct sip_hop to;
    struct str via;
    sip_edit_begin(&e, m);
    sip_edit_pop_first(&e, SIP_VIA, &via);
    if (!find_upstream(&e.m, &to) || !sip_edit_put(&w, &e) ||
        !sip_transport_send(&p->transport, &to, str_of_bytes(text, wr_len(&w)), bus_current_flow(p->node->sim)))
        ip_discard(p->node, "sip-unanswerable");
}

/* 16.7: a copy of a 2xx (13.3.1.4), or nobody's, which is passed on all the same; so is one that comes after we gave up
 * and said 408 (step 5). */
void proxy_on_stray(void *arg, const struct sip_msg *m, const struct sip_hop *from)
{
    struct proxy *p = arg;
    const struct proxy_context *c = context_of(p, m);
    char text[PROXY_TEXT_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_edit e;
    struct session_headers h;
    (void)from;
    if (!c || !c->server || !c->is_invite || m->status / 100 != 2 || sip_server_is_refused(c->server)) {
        pass_on_statelessly(p, m);
        return;
    }
    prepare_answer(c, m, &e, &h); /* a copy extends nothing */
    if (sip_edit_put(&w, &e))
        sip_server_answer(c->server, m->status, str_of_bytes(text, wr_len(&w)));
}
