/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_leg.c: see sccp_leg.h. */
#include "models/proto/sccp_leg.h"

#include "models/net/ip.h"

static const struct cucm_member *member(const struct sccp_leg *l)
{
    return &l->config->group[l->index];
}

/* How a student reads it. */
static const char *const notes[] = {"standby KeepAlive {} to {}", "KeepAlive {} to {}"};

/* --- sending ------------------------------------------------------------------------------------------ */

static uint64_t next_flow(const struct sccp_leg *l)
{
    return skinny_flow(l->node->sim, tcp_local(l->conn), tcp_local_port(l->conn), l->sent + 1);
}

static uint64_t send(struct sccp_leg *l, const struct skinny *m)
{
    uint8_t bytes[SKINNY_LENGTH_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct sim *s = l->node->sim;
    ASSERT(l->open);
    skinny_put(&w, m);
    ASSERT(wr_ok(&w));
    l->flow = next_flow(l);
    l->sent++;
    bus_set_flow(s, l->flow);
    tcp_send(l->conn, str_of_bytes(bytes, wr_len(&w)), l->flow);
    return l->flow;
}

uint64_t sccp_leg_send(struct sccp_leg *l, const struct skinny *m)
{
    return send(l, m);
}

uint64_t sccp_leg_keepalive(struct sccp_leg *l, enum measure_id what)
{
    struct skinny m = {.id = SKINNY_KEEPALIVE};
    struct sim *s = l->node->sim;
    measure_add(s, what, 1);
    bus_set_flow(s, next_flow(l));
    BUS_NOTE(s, l->node->id, "sccp", notes[what == MEASURE_KEEPALIVES_SENT], V_U64(++l->keepalives),
             V_IP4(member(l)->addr.v));
    send(l, &m);
    l->keepalive = what == MEASURE_KEEPALIVES_SENT ? l->flow : 0;
    return l->flow;
}

/* --- what the connection reports ---------------------------------------------------------------------- */

static void on_message(void *arg, const struct skinny *m)
{
    struct sccp_leg *l = arg;
    l->user->on_message(l->arg, l, m);
}

static void on_bad_stream(void *arg, const char *why)
{
    struct sccp_leg *l = arg;
    ip_discard(l->node, why);
    tcp_abort(l->conn);
}

static void on_open(void *arg)
{
    struct sccp_leg *l = arg;
    l->open = true;
    l->user->on_open(l->arg, l);
}

static void on_data(void *arg, struct str data)
{
    struct sccp_leg *l = arg;
    skinny_stream_feed(&l->stream, data, on_message, on_bad_stream, l);
}

static void let_go(struct sccp_leg *l)
{
    l->conn = NULL;
    l->was_open = l->open;
    l->open = false;
    l->sent = l->keepalives = 0;
    l->keepalive = 0;
    msg_stream_reset(&l->stream);
}

static const struct tcp_events no_events;

/* As the SIP phones of seed 002 do: they acknowledge CUCM's FIN and then abort. A phone whose last words were not
 * acknowledged closes in its turn and lets TCP go on trying: case study 1 of that seed shows it acknowledge CUCM's
 * retransmissions. */
static void on_peer_close(void *arg)
{
    struct sccp_leg *l = arg;
    struct tcp_conn *c = l->conn;
    if (!tcp_has_unacked(c)) {
        tcp_abort(c);
        return;
    }
    tcp_use(c, &no_events, NULL);
    let_go(l);
    tcp_close(c);
    l->user->on_down(l->arg, l, LEG_DOWN_CLOSED);
}

static void on_end(void *arg, enum tcp_end why)
{
    struct sccp_leg *l = arg;
    let_go(l);
    l->user->on_down(l->arg, l, leg_down_of(why));
}

static void on_retransmit(void *arg, uint64_t flow, uint32_t copy)
{
    struct sccp_leg *l = arg;
    (void)copy;
    if (!l->keepalive || flow != l->keepalive)
        return;
    l->keepalive = 0;
    measure_add(l->node->sim, MEASURE_KEEPALIVES_RETRANSMITTED, 1);
}

static const struct tcp_events events = {
    .on_open = on_open,
    .on_data = on_data,
    .on_peer_close = on_peer_close,
    .on_end = on_end,
    .on_retransmit = on_retransmit,
};

/* --- life --------------------------------------------------------------------------------------------- */

void sccp_leg_init(struct sccp_leg *l, uint8_t index, const struct sccp_leg_user *user, void *arg)
{
    l->index = index;
    l->user = user;
    l->arg = arg;
    skinny_stream_init(&l->stream, sim_arena(l->node->sim));
}

void sccp_leg_open(struct sccp_leg *l)
{
    const struct cucm_member *m = member(l);
    if (l->conn)
        return;
    struct tcp_open o = {.dst = m->addr,
                         .dst_port = m->sccp_port,
                         .dscp = l->dscp,
                         .flow = bus_flow(l->node->sim, "tcp", str_of(l->device), l->index)};
    l->conn = tcp_connect(l->tcp, &o, &events, l);
    if (!l->conn)
        l->user->on_down(l->arg, l, LEG_DOWN_LOCAL);
}

void sccp_leg_forget(struct sccp_leg *l)
{
    if (l->conn)
        tcp_use(l->conn, &no_events, NULL);
    let_go(l);
    l->was_open = false;
}

void sccp_leg_abort(struct sccp_leg *l)
{
    struct tcp_conn *c = l->conn;
    if (!c)
        return;
    tcp_use(c, &no_events, NULL);
    let_go(l);
    tcp_abort(c);
}
