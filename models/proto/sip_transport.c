/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_transport.c: see sip_transport.h. Top to bottom: local ends, datagrams, channels, sending, life.
 * What is done with what came in: sip_receive.c. */
#include "models/proto/sip_transport.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/proto/sip_receive.h"
#include "models/proto/sip_stream.h"

#define CHANNELS_MAX 1000000
#define HEADERS_BYTES 64 /* of Ethernet, IPv4 and UDP, with room to spare */
#define UNREAD_MAX 10000 /* datagrams, in so many bytes (Linux: net.core.rmem_default) */
#define UNREAD_BYTES_MAX 212992

/* A connection, ours or lent. */
struct channel {
    struct list_link in_transport;
    struct sip_transport *transport;
    struct tcp_conn *conn;
    struct sip_hop peer;
    struct msg_stream stream; /* of our own */
    bool lent;
    uint32_t mark; /* of who looks on */
    bool feeding, gone; /* what ends while its bytes are read is given back afterwards */
    bool waits, closed, dead; /* while nobody reads: something came; the peer's FIN; its end */
};

/* A datagram that nobody has read yet. */
struct unread {
    struct list_link in_transport;
    struct sip_hop from;
    const struct frame *frame;
    struct str payload; /* in it */
    uint64_t flow;
};

/* --- local ends ----------------------------------------------------------------------------------- */

static uint64_t key_of(const struct sip_hop *h)
{
    return (uint64_t)h->addr.v << 16 | h->port;
}

static struct channel *channel_to(const struct sip_transport *t, const struct sip_hop *to)
{
    return map_get(&t->channels, key_of(to));
}

void sip_transport_local(const struct sip_transport *t, const struct sip_hop *to, struct ip4 *addr, uint16_t *port)
{
    const struct channel *c = to->over == SIP_OVER_TCP ? channel_to(t, to) : NULL;
    *addr = c ? tcp_local(c->conn) : ip_source(t->ip, to->addr);
    *port = c && c->lent ? tcp_local_port(c->conn) : t->port;
}

bool sip_transport_reaches(const struct sip_transport *t, const struct sip_hop *to)
{
    return to->over == SIP_OVER_UDP || channel_to(t, to);
}

/* --- datagrams ------------------------------------------------------------------------------------ */

static void keep_datagram(struct sip_transport *t, const struct sip_hop *from, struct str payload, const struct frame *f)
{
    if (t->unread_bytes + payload.n > UNREAD_BYTES_MAX || t->unread_pool.live == UNREAD_MAX) {
        ip_discard(t->node, "hung-window");
        return;
    }
    struct unread *d = pool_get(&t->unread_pool);
    *d = (struct unread){.from = *from, .frame = frame_ref(f), .payload = payload, .flow = bus_current_flow(t->node->sim)};
    list_append(&t->unread, &d->in_transport);
    t->unread_bytes += payload.n;
}

static void on_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct sip_transport *t = arg;
    struct sip_hop from = {u->src, u->src_port, SIP_OVER_UDP};
    if (t->hung)
        keep_datagram(t, &from, u->payload, f);
    else if (sip_skip_crlfs(u->payload).n && !sip_receive_bytes(t, u->payload, &from))
        UNREACHABLE(); /* a datagram is no stream */
}

static void on_refused(void *arg, const struct udp *u)
{
    struct sip_transport *t = arg;
    struct sip_hop peer = {u->dst, u->dst_port, SIP_OVER_UDP};
    if (t->user->on_lost)
        t->user->on_lost(t->arg, &peer);
}

/* --- channels ------------------------------------------------------------------------------------- */

static const struct tcp_events no_events;

/* The stream keeps what room it has, however often its place is used anew. */
static struct channel *new_channel(struct sip_transport *t, struct tcp_conn *conn, const struct sip_hop *peer)
{
    struct channel *c = pool_get_raw(&t->channel_pool);
    struct msg_stream stream = c->stream;
    *c = (struct channel){.transport = t, .conn = conn, .peer = *peer, .stream = stream};
    if (stream.protocol)
        msg_stream_reset(&c->stream);
    else
        sip_stream_init(&c->stream, sim_arena(t->node->sim));
    list_append(&t->up, &c->in_transport);
    map_put(&t->channels, key_of(peer), c);
    return c;
}

/* Nothing is sent on it any more, nothing heard. */
static void end_channel(struct channel *c)
{
    struct sip_transport *t = c->transport;
    if (channel_to(t, &c->peer) == c)
        map_remove(&t->channels, key_of(&c->peer));
    list_remove(&c->in_transport);
    msg_stream_reset(&c->stream);
    c->conn = NULL;
    c->gone = true;
    if (!c->feeding)
        pool_put(&t->channel_pool, c);
}

/* That is told when somebody can hear it. */
static void lose_channel(struct channel *c)
{
    struct sip_transport *t = c->transport;
    struct sip_hop peer = c->peer;
    if (t->hung) {
        c->waits = c->dead = true;
        c->conn = NULL;
        if (channel_to(t, &peer) == c)
            map_remove(&t->channels, key_of(&peer));
        return;
    }
    end_channel(c);
    if (t->user->on_lost)
        t->user->on_lost(t->arg, &peer);
}

static bool on_bytes(void *arg, struct str message)
{
    const struct channel *c = arg;
    struct sip_hop from = c->peer; /* it may end inside */
    return sip_receive_bytes(c->transport, message, &from);
}

static void on_bad_stream(void *arg, const char *why)
{
    struct channel *c = arg;
    struct tcp_conn *conn = c->conn;
    ip_discard(c->transport->node, why);
    tcp_use(conn, &no_events, NULL);
    lose_channel(c);
    tcp_abort(conn);
}

/* Between messages they would gather until they are too long for one. */
static struct str skip_keepalives(struct channel *c, struct str data)
{
    if (c->stream.n == 1 && c->stream.rest[0] == '\r' && data.n && data.p[0] == '\n') {
        msg_stream_reset(&c->stream); /* one was cut in two */
        data = (struct str){data.p + 1, data.n - 1};
    }
    return c->stream.n ? data : sip_skip_crlfs(data);
}

static void on_data(void *arg, struct str data)
{
    struct channel *c = arg;
    struct msg_user mine = {on_bytes, on_bad_stream, c};
    if (c->transport->hung) {
        c->waits = true;
        if (!msg_stream_hold(&c->stream, data))
            on_bad_stream(c, "hung-window");
        return;
    }
    data = skip_keepalives(c, data);
    if (data.n == 0)
        return;
    c->feeding = true;
    msg_stream_feed(&c->stream, data, &mine);
    c->feeding = false;
    if (c->gone)
        pool_put(&c->transport->channel_pool, c);
}

/* Who says no more will not answer what we ask: our end is closed too. */
static void on_peer_close(void *arg)
{
    struct channel *c = arg;
    struct tcp_conn *conn = c->conn;
    if (c->transport->hung) {
        c->waits = c->closed = true;
        return;
    }
    tcp_use(conn, &no_events, NULL);
    lose_channel(c);
    tcp_close(conn);
}

static void on_end(void *arg, enum tcp_end why)
{
    (void)why;
    lose_channel(arg);
}

static const struct tcp_events channel_events = {.on_data = on_data, .on_peer_close = on_peer_close, .on_end = on_end};

static void on_accept(void *arg, struct tcp_conn *conn)
{
    struct sip_hop peer = sip_hop_of_conn(conn);
    tcp_use(conn, &channel_events, new_channel(arg, conn, &peer));
}

void sip_transport_lend(struct sip_transport *t, struct tcp_conn *c)
{
    struct sip_hop peer = sip_hop_of_conn(c);
    if (!channel_to(t, &peer))
        new_channel(t, c, &peer)->lent = true;
}

void sip_transport_take_back(struct sip_transport *t, struct tcp_conn *c)
{
    struct sip_hop peer = sip_hop_of_conn(c);
    struct channel *ch = channel_to(t, &peer);
    if (ch && ch->conn == c && ch->lent)
        lose_channel(ch);
}

void sip_transport_input(struct sip_transport *t, struct tcp_conn *c, const struct sip_msg *m)
{
    struct sip_hop from = sip_hop_of_conn(c);
    sip_receive(t, m, &from);
}

/* --- while nobody reads ----------------------------------------------------------------------------- */

void sip_transport_hang(struct sip_transport *t)
{
    t->hung = true;
}

static void drop_datagram(struct sip_transport *t, struct unread *d)
{
    t->unread_bytes -= d->payload.n;
    list_remove(&d->in_transport);
    frame_unref(t->node->net, d->frame);
    pool_put(&t->unread_pool, d);
}

static void read_datagram(struct sip_transport *t)
{
    struct unread *d = LIST_ENTRY(t->unread.next, struct unread, in_transport);
    bus_set_flow(t->node->sim, d->flow);
    if (sip_skip_crlfs(d->payload).n && !sip_receive_bytes(t, d->payload, &d->from))
        UNREACHABLE(); /* a datagram is no stream */
    drop_datagram(t, d);
}

/* What is read may end others: so they are looked for anew. */
static struct channel *next_waiting(const struct sip_transport *t)
{
    LIST_EACH (i, &t->up) {
        struct channel *c = LIST_ENTRY(i, struct channel, in_transport);
        if (c->waits)
            return c;
    }
    return NULL;
}

static void read_channel(struct channel *c)
{
    bool closed = c->closed;
    c->waits = c->closed = false;
    if (c->dead) {
        lose_channel(c);
        return;
    }
    struct sip_transport *t = c->transport;
    struct sip_hop peer = c->peer;
    struct msg_user mine = {on_bytes, on_bad_stream, c};
    c->feeding = true;
    bus_set_flow(t->node->sim, 0);
    msg_stream_feed(&c->stream, STR_NONE, &mine);
    c->feeding = false;
    if (c->gone)
        pool_put(&t->channel_pool, c);
    else if (closed && channel_to(t, &peer) == c)
        on_peer_close(c);
}

void sip_transport_go_on(struct sip_transport *t)
{
    t->hung = false;
    while (!list_empty(&t->unread))
        read_datagram(t);
    for (struct channel *c; (c = next_waiting(t)) != NULL;)
        read_channel(c);
}

void sip_transport_show(struct sip_transport *t, const struct sip_hop *peer, bool sent, struct str text)
{
    struct channel *c = peer->over == SIP_OVER_TCP ? channel_to(t, peer) : NULL;
    if (t->watch)
        t->watch->on_text(t->watch->arg, peer, c ? c->conn : NULL, c ? &c->mark : NULL, sent, text);
}

/* --- sending -------------------------------------------------------------------------------------- */

static bool send_datagram(struct sip_transport *t, const struct sip_hop *to, struct str message, uint32_t copy)
{
    size_t len = UDP_HEADER_BYTES + message.n;
    struct udp u = {.src = ip_source(t->ip, to->addr), .dst = to->addr, .src_port = t->port, .dst_port = to->port,
                    .payload = message};
    struct wr w;
    struct frame *f = message.n > FRAME_BYTES_MAX - HEADERS_BYTES ? NULL : ip_begin(t->ip, to->addr, len, &w);
    if (!f)
        return false;
    f->copy = copy;
    udp_put(&w, &u);
    ASSERT(wr_ok(&w));
    ip_send(t->ip, f, to->addr, IP4_UDP, t->dscp, len);
    return true;
}

static struct channel *connect_to(struct sip_transport *t, const struct sip_hop *to, uint64_t flow)
{
    struct tcp_open o = {.dst = to->addr, .dst_port = to->port, .dscp = t->dscp, .flow = flow};
    if (!t->tcp)
        return NULL;
    struct tcp_conn *conn = tcp_connect(t->tcp, &o, &no_events, NULL);
    if (!conn)
        return NULL;
    struct channel *c = new_channel(t, conn, to);
    tcp_use(conn, &channel_events, c);
    return c;
}

bool sip_transport_send_copy(struct sip_transport *t, const struct sip_hop *to, struct str message, uint64_t flow,
                             uint32_t copy)
{
    if (!t->open)
        return false;
    bus_set_flow(t->node->sim, flow);
    if (to->over == SIP_OVER_UDP && t->guest)
        return false;
    if (to->over == SIP_OVER_TCP && !channel_to(t, to) && (t->guest || !connect_to(t, to, flow)))
        return false;
    sip_transport_show(t, to, true, message);
    return to->over == SIP_OVER_UDP ? send_datagram(t, to, message, copy) : tcp_send(channel_to(t, to)->conn, message, flow);
}

bool sip_transport_send(struct sip_transport *t, const struct sip_hop *to, struct str message, uint64_t flow)
{
    return sip_transport_send_copy(t, to, message, flow, 0);
}

/* --- life ----------------------------------------------------------------------------------------- */

void sip_transport_init(struct sip_transport *t, struct node *n, struct ip_stack *ip, struct tcp *tcp, uint16_t port,
                        const struct sip_transport_user *u, void *arg)
{
    *t = (struct sip_transport){.node = n, .ip = ip, .tcp = tcp, .port = port, .user = u, .arg = arg};
    map_init(&t->channels, sim_arena(n->sim));
    pool_init(&t->channel_pool, sim_arena(n->sim), "SIP channels", sizeof(struct channel), CHANNELS_MAX);
    pool_init(&t->unread_pool, sim_arena(n->sim), "unread SIP datagrams", sizeof(struct unread), UNREAD_MAX);
    list_init(&t->up);
    list_init(&t->unread);
}

static bool listens(const struct sip_transport *t)
{
    return t->tcp && !t->lent_only && !t->guest;
}

bool sip_transport_open(struct sip_transport *t)
{
    ASSERT(!t->open);
    t->open = t->guest;
    if (t->guest)
        return true;
    if (!ip_is_free(t->ip, t->port))
        return false;
    if (listens(t) && !tcp_listen(t->tcp, t->port, false, 0, t->dscp, on_accept, t))
        return false;
    ip_bind(t->ip, t->port, on_udp, t);
    ip_on_refused(t->ip, t->port, on_refused);
    t->open = true;
    return true;
}

static void stop(struct sip_transport *t, void (*end)(struct tcp_conn *))
{
    if (!t->open)
        return;
    t->open = t->hung = false;
    while (!list_empty(&t->unread))
        drop_datagram(t, LIST_ENTRY(t->unread.next, struct unread, in_transport));
    if (!t->guest)
        ip_unbind(t->ip, t->port);
    if (listens(t))
        tcp_unlisten(t->tcp, t->port);
    while (!list_empty(&t->up)) {
        struct channel *c = LIST_ENTRY(t->up.next, struct channel, in_transport);
        struct tcp_conn *conn = c->conn;
        bool ours = !c->lent && conn;
        end_channel(c);
        if (!ours)
            continue;
        tcp_use(conn, &no_events, NULL);
        if (end)
            end(conn);
    }
}

void sip_transport_close(struct sip_transport *t)
{
    stop(t, tcp_close);
}

void sip_transport_power_off(struct sip_transport *t)
{
    stop(t, NULL);
}
