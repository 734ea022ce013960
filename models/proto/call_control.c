/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_control.c: see call_control.h. Top to bottom: the trace, connections, which way a call goes, life. */
#include "models/proto/call_control.h"

#define PRODUCT "Cisco-CUCM10.5"

/* --- the trace ---------------------------------------------------------------------------------------- */

static void trace_tcp(struct call_control *c, const struct sip_hop *peer, uint32_t index, bool sent, struct str message,
                      const char *text)
{
    CCM_TRACE(c->manager, sent ? CCM_SIP_TCP_OUT : CCM_SIP_TCP_IN, V_IP4(peer->addr.v), V_U64(peer->port), V_U64(index),
              V_U64(message.n), V_TEXT(text));
}

static void trace_udp(struct call_control *c, const struct sip_hop *peer, bool sent, struct str message, const char *text)
{
    if (sent)
        CCM_TRACE(c->manager, CCM_SIP_UDP_OUT, V_IP4(peer->addr.v), V_U64(peer->port), V_TEXT(text));
    else
        CCM_TRACE(c->manager, CCM_SIP_UDP_IN, V_U64(message.n), V_IP4(peer->addr.v), V_U64(peer->port), V_TEXT(text));
}

/* A connection that we opened has a number, too. */
static void on_text(void *arg, const struct sip_hop *peer, struct tcp_conn *conn, uint32_t *mark, bool sent,
                    struct str message)
{
    struct call_control *c = arg;
    char text[SIP_REQUEST_MAX + 1];
    str_keep(text, sizeof text, message);
    if (!conn) {
        trace_udp(c, peer, sent, message, text);
        return;
    }
    if (*mark == 0)
        *mark = sip_station_index(c->station, conn);
    trace_tcp(c, peer, *mark, sent, message, text);
}

/* --- connections of phones and of the trunk --------------------------------------------------------------- */

/* Most connections carry REGISTERs and nothing else: they are lent once a call needs them. */
static void use_line(struct call_control *c, struct tcp_conn *conn)
{
    sip_transport_lend(&c->agent.transport, conn);
}

static void on_line_message(void *arg, struct tcp_conn *conn, const struct sip_msg *m)
{
    struct call_control *c = arg;
    use_line(c, conn);
    sip_transport_input(&c->agent.transport, conn, m);
}

static void on_line_end(void *arg, struct tcp_conn *conn)
{
    struct call_control *c = arg;
    sip_transport_take_back(&c->agent.transport, conn);
}

/* A phone has registered over another connection: the one that its calls took is gone, or soon will be. */
static void on_line_bound(void *arg, struct tcp_conn *conn)
{
    struct call_control *c = arg;
    struct sip_hop hop = sip_hop_of_conn(conn);
    LIST_EACH (i, &c->agent.up) {
        struct sip_call *call = LIST_ENTRY(i, struct sip_call, in_ua);
        if (call->hop.over != SIP_OVER_TCP || !ip4_eq(call->hop.addr, hop.addr) || call->hop.port == hop.port)
            continue;
        use_line(c, conn);
        call->hop = hop;
    }
}

/* --- which way a call goes -------------------------------------------------------------------------------- */

/* A user part as it may stand in a URI of ours again; one that may not is nobody's. */
static bool keep_user(char *to, size_t cap, struct str user)
{
    bool fine = user.n > 0 && user.n < cap;
    for (size_t i = 0; fine && i < user.n; i++) {
        char x = user.p[i];
        fine = x > ' ' && x <= '~' && x != '<' && x != '>' && x != '"' && x != '@';
    }
    str_keep(to, cap, fine ? user : STR("anonymous"));
    return fine;
}

static bool in_database(const struct call_control *c, struct str number)
{
    for (const struct cucm_device *d = c->manager->db.first; d; d = d->next) {
        if (d->dn.n && str_eq(d->dn, number))
            return true;
    }
    return false;
}

static bool is_trunk(const struct call_control *c, struct ip4 addr)
{
    return c->trunk.port && ip4_eq(addr, c->trunk.addr);
}

/* Where to; 0, or the status that refuses it. A number whose phone is not there is known all the same: 480
 * (RFC 3261 21.4.18; RFC 3398 has the same for Q.850's "subscriber absent"). */
static uint32_t find_way(struct call_control *c, const struct sip_call *in, struct str number, struct sip_hop *to)
{
    const struct registrar *r = &c->manager->registrar;
    const struct binding *b = registrar_of_number(r, number);
    if (b && registrar_is_bound(b) && b->protocol == DEVICE_SIP && b->conn) {
        use_line(c, b->conn);
        *to = sip_hop_of_conn(b->conn);
        return 0;
    }
    if (!is_trunk(c, in->hop.addr) && !registrar_has_addr(r, in->hop.addr))
        return 503; /* CUCM has no device handler for it */
    if (b || in_database(c, number))
        return 480;
    if (c->trunk.port == 0 || is_trunk(c, in->hop.addr))
        return 404;
    *to = c->trunk;
    return 0;
}

static void on_invite(void *owner, struct sip_call *in)
{
    struct call_control *c = owner;
    struct node *n = c->manager->node;
    char from[BRIDGE_USER_MAX + 1], to[BRIDGE_USER_MAX + 1];
    struct bridge_route r = {.from = from, .to = to, .delayed_offer = c->config->delayed_offer,
                             .midcall = {MIDCALL_MEDIA_CHANGE, MIDCALL_MEDIA_CHANGE}};
    keep_user(from, sizeof from, call_remote_number(in));
    uint32_t status = keep_user(to, sizeof to, call_local_number(in)) ? find_way(c, in, str_of(to), &r.hop) : 404;
    if (status) {
        BUS_NOTE(n->sim, n->id, "sip", "call {} for {} goes nowhere: {} {}", V_TEXT(in->call_id), V_TEXT(to),
                 V_U64(status), V_TEXT(sip_phrase(status)));
        call_reject(in, status);
        return;
    }
    BUS_NOTE(n->sim, n->id, "sip", "call {} for {} goes to {}", V_TEXT(in->call_id), V_TEXT(to), V_IP4(r.hop.addr.v));
    bridge_connect(&c->bridge, in, &r);
}

static const struct bridge_policy policy = {.on_invite = on_invite};

/* --- life -------------------------------------------------------------------------------------------------- */

bool control_init(struct call_control *c, struct call_manager *m, struct sip_station *s, struct ip_stack *ip,
                  struct call_control_config *config, struct err *e)
{
    *c = (struct call_control){.config = config, .manager = m, .station = s};
    c->watch = (struct sip_watch){on_text, c};
    c->lines = (struct station_calls){on_line_message, on_line_bound, on_line_end, c};
    if (!sip_ua_configure(&config->agent, e))
        return false;
    if (config->trunk[0] && !sip_hop_parse(str_of(config->trunk), &c->trunk))
        return err_set(e, "parameter 'sip_trunk': '%s' is no address with a port", config->trunk);
    c->trunk.over = config->trunk_over == 0 ? SIP_OVER_UDP : SIP_OVER_TCP;
    config->agent.product = PRODUCT;
    config->agent.sdp_user = MEDIA_USER_CUCM;
    config->agent.methods = SIP_METHODS;
    sip_ua_init(&c->agent, m->node, ip, m->tcp, SIP_PORT, &config->agent, &bridge_calls, NULL, &c->bridge);
    c->agent.transport.dscp = DSCP_CS3;
    c->agent.transport.lent_only = true;
    c->agent.transport.watch = &c->watch;
    bridge_init(&c->bridge, &c->agent, &policy, c);
    s->calls = &c->lines;
    return true;
}

bool control_open(struct call_control *c)
{
    return sip_ua_open(&c->agent);
}

void control_close(struct call_control *c)
{
    if (!c->agent.transport.hung) {
        sip_ua_close(&c->agent);
        return;
    }
    sip_ua_kill(&c->agent);
    bridge_power_off(&c->bridge);
}

void control_power_off(struct call_control *c)
{
    sip_ua_power_off(&c->agent);
    bridge_power_off(&c->bridge);
}

void control_hang(struct call_control *c)
{
    sip_ua_hang(&c->agent);
}

void control_go_on(struct call_control *c)
{
    sip_ua_go_on(&c->agent);
}

bool control_hang_up(struct call_control *c, struct err *e)
{
    if (c->agent.transport.hung)
        return err_set(e, "'%s' hangs", c->manager->node->name);
    if (list_empty(&c->bridge.live))
        return err_set(e, "'%s' has no call", c->manager->node->name);
    bridge_hang_up(&c->bridge);
    return true;
}
