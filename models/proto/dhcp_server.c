/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_server.c: see dhcp_server.h. Top to bottom: the book of bindings, answers, one function a
 * message, the queue, life. Sections are RFC 2131's. */
#include "models/proto/dhcp_server.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/proto/dhcp_log.h"
#include "models/proto/dhcp_pool.h"

#define MESSAGE_MAX 1024

struct job {
    struct list_link in_server;
    const struct frame *frame;
    struct str payload;
    uint32_t iface;
    bool to_all; /* a broadcast: its sender is on the interface's net */
    uint64_t cause, flow;
};

/* --- the book ------------------------------------------------------------------------------------- */

static struct sim_time now_of(const struct dhcp_server *s)
{
    return sim_now(s->node->sim);
}

bool dhcp_binding_in_force(const struct dhcp_server *s, const struct dhcp_binding *b)
{
    return !b->conflict && !b->released && (b->for_ever || time_before(now_of(s), b->until));
}

/* 4.1: "MUST be prepared to accept any of its network addresses as identifying that server". */
static bool is_own(const struct dhcp_server *s, struct ip4 a)
{
    for (uint32_t i = 0; i < ip_iface_count(s->ip); i++) {
        if (ip4_eq(ip_iface_at(s->ip, i)->addr, a))
            return true;
    }
    return false;
}

/* Of the pool, and nobody else's: never given, or given back, or its time is over. */
static bool may_give(const struct dhcp_server *s, const struct dhcp_pool *p, struct ip4 a,
                     struct mac client)
{
    const struct dhcp_binding *b = map_get(&s->by_address, a.v);
    if (!dhcp_pool_may_give(p, a) || is_own(s, a))
        return false;
    return !b || (!b->conflict && (mac_eq(b->client, client) || !dhcp_binding_in_force(s, b)));
}

/* An offer commits nobody (4.3.2), so that it is no lease of somebody else. */
static bool is_leased_to_another(const struct dhcp_server *s, struct ip4 a, struct mac client)
{
    const struct dhcp_binding *b = map_get(&s->by_address, a.v);
    return b && !b->offered && !mac_eq(b->client, client) && dhcp_binding_in_force(s, b);
}

static struct dhcp_binding *binding_of(const struct dhcp_server *s, struct mac client)
{
    return map_get(&s->by_client, mac_u64(client));
}

/* A lease of this net, in force or not. */
static struct dhcp_binding *record_of(const struct dhcp_server *s, struct mac client,
                                      const struct dhcp_pool *p)
{
    struct dhcp_binding *b = binding_of(s, client);
    return b && b->pool == p && !b->offered ? b : NULL;
}

/* What is in force goes on even where the pool was narrowed meanwhile. */
static bool may_keep(const struct dhcp_server *s, const struct dhcp_binding *b)
{
    return dhcp_binding_in_force(s, b) || may_give(s, b->pool, b->address, b->client);
}

/* Addresses that were never given come first, then those whose time is over (4.3.1). */
static bool search(struct dhcp_server *s, struct dhcp_pool *p, struct mac client, bool used,
                   struct ip4 *out)
{
    uint32_t size = dhcp_pool_size(p);
    for (uint32_t i = 0; i < size; i++) {
        struct ip4 a = {p->net.v + 1 + (p->cursor + i) % size};
        bool was_used = map_get(&s->by_address, a.v) != NULL;
        if (was_used != used || !may_give(s, p, a, client))
            continue;
        p->cursor = (p->cursor + i + 1) % size;
        *out = a;
        return true;
    }
    return false;
}

/* 4.3.1: the present address, or the previous one if that can be given, else the one asked for,
 * else one from the pool. */
static bool choose(struct dhcp_server *s, struct dhcp_pool *p, const struct dhcp *m,
                   struct ip4 *out)
{
    const struct dhcp_binding *b = binding_of(s, m->chaddr);
    struct ip4 wanted;
    if (b && b->pool == p && may_keep(s, b)) {
        *out = b->address;
        return true;
    }
    if (dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &wanted) && may_give(s, p, wanted, m->chaddr)) {
        *out = wanted;
        return true;
    }
    return search(s, p, m->chaddr, false, out) || search(s, p, m->chaddr, true, out);
}

/* An earlier holder of the address, and an earlier address of the client, are forgotten. */
static struct dhcp_binding *enter(struct dhcp_server *s, struct dhcp_pool *p, struct ip4 a,
                                  struct mac client)
{
    struct dhcp_binding *b = binding_of(s, client), *holder = map_get(&s->by_address, a.v);
    if (holder && holder != b) {
        map_remove(&s->by_client, mac_u64(holder->client));
        map_remove(&s->by_address, a.v);
    }
    if (!b) {
        b = holder ? holder : ARENA_NEW(sim_arena(s->node->sim), struct dhcp_binding);
        map_put(&s->by_client, mac_u64(client), b);
    } else {
        map_remove(&s->by_address, b->address.v);
    }
    *b = (struct dhcp_binding){.pool = p, .address = a, .client = client};
    map_put(&s->by_address, a.v, b);
    return b;
}

static void forget(struct dhcp_server *s, struct dhcp_binding *b)
{
    map_remove(&s->by_client, mac_u64(b->client));
    map_remove(&s->by_address, b->address.v);
}

static const char *state_of(const struct dhcp_server *s, const struct dhcp_binding *b)
{
    return !dhcp_binding_in_force(s, b) ? "free" : b->offered ? "offered" : "bound";
}

static uint64_t publish(struct dhcp_server *s, const struct dhcp_binding *b, const char *from,
                        const char *event, const char *to)
{
    char key[20];
    struct txtbuf t = txtbuf_of(key, sizeof key);
    ip4_text(&t, b->address);
    struct rec r = {.kind = REC_STATE, .node = s->node->id};
    r.state = (struct rec_state){"dhcp-binding", key, from, event, to};
    return bus_publish(s->node->sim, &r);
}

/* --- answers -------------------------------------------------------------------------------------- */

/* The values of options, where the message points to them. */
struct option_bytes {
    uint8_t type, mask[4], server[4], lease[4], t1[4], t2[4], arp[4];
};

static struct str four(uint8_t *at, uint32_t v)
{
    struct wr w = wr_of(at, 4);
    wr_u32(&w, v);
    return str_of_bytes(at, 4);
}

static uint32_t lease_s(const struct dhcp_server *s)
{
    return dur_whole_s(s->config->lease);
}

static struct str list_of(const struct dhcp_addresses *a)
{
    return a->count ? str_of_bytes(a->bytes, 4 * a->count) : STR_NONE;
}

static void put_lease(const struct dhcp_server *s, struct dhcp *out, struct option_bytes *o)
{
    uint32_t lease = lease_s(s);
    out->option[DHCP_LEASE_TIME] = four(o->lease, lease);
    out->option[DHCP_RENEWAL_TIME] = four(o->t1, lease / 2);
    out->option[DHCP_REBINDING_TIME] = four(o->t2, (uint32_t)((uint64_t)lease * 7 / 8));
}

static void put_pool(const struct dhcp_pool *p, struct dhcp *out, struct option_bytes *o)
{
    out->option[DHCP_SUBNET_MASK] = four(o->mask, ~(UINT32_MAX >> p->prefix_len));
    out->option[DHCP_ROUTERS] = list_of(&p->routers);
    out->option[DHCP_DNS_SERVERS] = list_of(&p->dns);
    out->option[DHCP_TFTP_SERVERS] = list_of(&p->tftp);
    if (p->domain)
        out->option[DHCP_DOMAIN_NAME] = str_of(p->domain);
    if (p->tftp_name)
        out->option[DHCP_TFTP_NAME] = str_of(p->tftp_name);
    if (p->has_arp_timeout)
        out->option[DHCP_ARP_TIMEOUT] = four(o->arp, p->arp_timeout_s);
}

/* 4.1: by way of the relay; to the address it has; to all; or to the one it is about to have.
 * Parameters alone go "directly to the address given in the 'ciaddr' field" (4.3.5). */
static void send(struct dhcp_server *s, const struct dhcp *m, const struct dhcp *out,
                 uint32_t iface)
{
    uint8_t bytes[MESSAGE_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    dhcp_put(&w, out);
    dhcp_pad(&w);
    ASSERT(wr_ok(&w));
    bool nak = dhcp_type(out) == DHCP_NAK, relayed = m->giaddr.v && dhcp_type(m) != DHCP_INFORM;
    struct udp u = {.src = ip_iface_at(s->ip, iface)->addr,
                    .src_port = DHCP_SERVER_PORT,
                    .dst_port = relayed ? DHCP_SERVER_PORT : DHCP_CLIENT_PORT,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    struct mac to = MAC_BROADCAST;
    if (relayed || (m->ciaddr.v && !nak)) {
        u.dst = relayed ? m->giaddr : m->ciaddr;
        dhcp_log_sending(s->node, out, u.dst, relayed);
        if (!ip_send_udp(s->ip, &u, DSCP_CS3))
            ip_discard(s->node, "no-route");
        return;
    }
    u.dst = IP4_BROADCAST;
    if (!m->broadcast && !nak) {
        u.dst = out->yiaddr;
        to = m->chaddr;
    }
    dhcp_log_sending(s->node, out, u.dst, false);
    ip_send_udp_to(s->ip, iface, to, &u, DSCP_CS3);
}

/* Table 3: what every answer has. */
static struct dhcp new_answer(const struct dhcp_server *s, const struct dhcp *m, uint32_t iface,
                              enum dhcp_type type, struct option_bytes *o)
{
    struct dhcp out = {.reply = true, .xid = m->xid, .broadcast = m->broadcast, .giaddr = m->giaddr,
                       .chaddr = m->chaddr};
    o->type = (uint8_t)type;
    out.option[DHCP_MESSAGE_TYPE] = str_of_bytes(&o->type, 1);
    out.option[DHCP_SERVER_ID] = four(o->server, ip_iface_at(s->ip, iface)->addr.v);
    out.option[DHCP_RELAY_INFO] = m->option[DHCP_RELAY_INFO]; /* echoed (RFC 3046 2.2) */
    return out;
}

/* yiaddr 0.0.0.0: parameters only, no times (4.3.5). */
static void answer(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, enum dhcp_type type,
                   const struct dhcp_pool *p, struct ip4 yiaddr)
{
    struct option_bytes o;
    struct dhcp out = new_answer(s, m, iface, type, &o);
    out.yiaddr = yiaddr;
    if (type == DHCP_ACK)
        out.ciaddr = m->ciaddr;
    put_pool(p, &out, &o);
    if (yiaddr.v)
        put_lease(s, &out, &o);
    send(s, m, &out, iface);
}

static void refuse(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, const char *why)
{
    struct option_bytes o;
    struct dhcp out = new_answer(s, m, iface, DHCP_NAK, &o);
    BUS_NOTE(s->node->sim, s->node->id, "dhcp", "{} is refused: {}", V_MAC(mac_u64(m->chaddr)),
             V_TEXT(why));
    out.broadcast = out.broadcast || m->giaddr.v; /* 4.3.2: the relay is to broadcast it */
    out.option[DHCP_MESSAGE] = str_of(why);       /* table 3: SHOULD */
    send(s, m, &out, iface);
}

static void grant(struct dhcp_server *s, const struct dhcp *m, uint32_t iface,
                  struct dhcp_binding *b)
{
    bool renewed = !b->offered && dhcp_binding_in_force(s, b);
    const char *was = state_of(s, b);
    b->released = b->offered = false;
    b->for_ever = lease_s(s) == UINT32_MAX;
    b->until = time_add(now_of(s), s->config->lease);
    if (!renewed)
        publish(s, b, was, "request", "bound");
    answer(s, m, iface, DHCP_ACK, b->pool, b->address);
}

/* --- one function a message ------------------------------------------------------------------------ */

static void on_discover(struct dhcp_server *s, const struct dhcp *m, uint32_t iface,
                        struct dhcp_pool *p)
{
    struct ip4 a;
    if (!choose(s, p, m, &a)) {
        BUS_NOTE(s->node->sim, s->node->id, "dhcp", "pool {} is exhausted: {} gets no address",
                 V_TEXT(p->name), V_MAC(mac_u64(m->chaddr)));
        dhcp_log_empty_pool(s->node, p->name, (struct ip4){p->net.v + 1},
                            (struct ip4){p->net.v + dhcp_pool_size(p)});
        return;
    }
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    if (!b || !ip4_eq(b->address, a) || !dhcp_binding_in_force(s, b)) {
        b = enter(s, p, a, m->chaddr);
        b->offered = true;
        publish(s, b, "free", "discover", "offered");
    }
    if (b->offered)
        b->until = time_add(now_of(s), s->config->offer_hold);
    answer(s, m, iface, DHCP_OFFER, p, a);
}

/* It cannot be what table 5 says a client sends. */
static void malformed(struct dhcp_server *s)
{
    ip_discard(s->node, "bad-dhcp");
}

/* 4.3.2: the fields tell in which state the client is. Its offer's hold may be over: it gets what
 * is still free. */
static void on_selecting(struct dhcp_server *s, const struct dhcp *m, uint32_t iface,
                         const struct dhcp_pool *p)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    struct ip4 wanted, server = {0};
    dhcp_address(m, DHCP_SERVER_ID, 0, &server);
    if (!is_own(s, server)) {
        if (b && b->offered)
            forget(s, b); /* another server was chosen */
    } else if (!dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &wanted)) {
        malformed(s);
    } else if (b && b->pool == p && ip4_eq(b->address, wanted) && may_keep(s, b)) {
        grant(s, m, iface, b);
    } else {
        refuse(s, m, iface, "this address was not offered to it");
    }
}

/* INIT-REBOOT. A server without a record of the client MUST remain silent, except to one of another
 * net: another server of the net may have one. */
static void on_reboot(struct dhcp_server *s, const struct dhcp *m, uint32_t iface,
                      const struct dhcp_pool *p)
{
    struct dhcp_binding *b = record_of(s, m->chaddr, p);
    struct ip4 wanted;
    if (!dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &wanted)) {
        malformed(s);
    } else if (!dhcp_pool_has(p, wanted)) {
        refuse(s, m, iface, "the address is of another net");
    } else if (b && ip4_eq(b->address, wanted)) {
        if (may_keep(s, b))
            grant(s, m, iface, b);
    } else if (b && (dhcp_binding_in_force(s, b) || is_leased_to_another(s, wanted, m->chaddr))) {
        refuse(s, m, iface, "it has another address");
    }
}

/* RENEWING, or REBINDING with any server of the net: only what is known to be wrong is refused. */
static void on_renewal(struct dhcp_server *s, const struct dhcp *m, uint32_t iface,
                       const struct dhcp_pool *p)
{
    struct dhcp_binding *b = record_of(s, m->chaddr, p);
    if (!dhcp_pool_has(p, m->ciaddr)) {
        refuse(s, m, iface, "the address is of another net");
    } else if (b && ip4_eq(b->address, m->ciaddr)) {
        if (may_keep(s, b))
            grant(s, m, iface, b);
    } else if ((b && dhcp_binding_in_force(s, b)) ||
               is_leased_to_another(s, m->ciaddr, m->chaddr)) {
        refuse(s, m, iface, "the address is not its own");
    }
}

static void on_request(struct dhcp_server *s, const struct dhcp *m, uint32_t iface,
                       const struct dhcp_pool *p)
{
    if (m->option[DHCP_SERVER_ID].p)
        on_selecting(s, m, iface, p);
    else if (m->ciaddr.v)
        on_renewal(s, m, iface, p);
    else
        on_reboot(s, m, iface, p);
}

/* A broadcast DECLINE or RELEASE reaches every server. */
static bool is_for_another(const struct dhcp_server *s, const struct dhcp *m)
{
    struct ip4 server;
    return dhcp_address(m, DHCP_SERVER_ID, 0, &server) && !is_own(s, server);
}

/* Somebody has the address that is none of ours: it is not given again. */
static void on_decline(struct dhcp_server *s, const struct dhcp *m)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    struct ip4 a = {0};
    dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &a);
    if (is_for_another(s, m) || !b || !ip4_eq(b->address, a))
        return;
    const char *was = state_of(s, b);
    map_remove(&s->by_client, mac_u64(m->chaddr));
    b->conflict = true;
    b->until = now_of(s);
    publish(s, b, was, "decline", "conflict");
    dhcp_log_declined(s->node, m->chaddr, a);
}

/* The record stays: the client gets its previous address again (4.3.4). */
static void on_release(struct dhcp_server *s, const struct dhcp *m)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    if (is_for_another(s, m) || !b || !ip4_eq(b->address, m->ciaddr) ||
        !dhcp_binding_in_force(s, b))
        return;
    const char *was = state_of(s, b);
    b->released = true;
    publish(s, b, was, "release", "free");
}

/* An address of the client's net: the relay's; of a client that asks us alone, its own; else the
 * interface's. */
static struct ip4 net_of(const struct dhcp_server *s, const struct dhcp *m, const struct job *j)
{
    if (m->giaddr.v)
        return m->giaddr;
    return m->ciaddr.v && !j->to_all ? m->ciaddr : ip_iface_at(s->ip, j->iface)->addr;
}

static struct dhcp_pool *pool_of(const struct dhcp_server *s, struct ip4 a)
{
    struct dhcp_pool *p = s->pools;
    while (p && !dhcp_pool_has(p, a))
        p = p->next;
    return p;
}

static void no_pool(struct dhcp_server *s, struct ip4 net)
{
    BUS_NOTE(s->node->sim, s->node->id, "dhcp", "no pool for the net of {}: it gets no answer",
             V_IP4(net.v));
    dhcp_log_no_pool(s->node, net);
}

static void handle(struct dhcp_server *s, const struct dhcp *m, const struct job *j)
{
    struct ip4 net = net_of(s, m, j);
    struct dhcp_pool *p = pool_of(s, net);
    enum dhcp_type type = dhcp_type(m);
    dhcp_log_received(s->node, m, ip_iface_at(s->ip, j->iface)->port->name);
    if (type == DHCP_DECLINE)
        on_decline(s, m);
    else if (type == DHCP_RELEASE)
        on_release(s, m);
    else if (!p)
        no_pool(s, net);
    else if (type == DHCP_DISCOVER)
        on_discover(s, m, j->iface, p);
    else if (type == DHCP_REQUEST)
        on_request(s, m, j->iface, p);
    else if (m->ciaddr.v)
        answer(s, m, j->iface, DHCP_ACK, p, (struct ip4){0}); /* INFORM */
    else
        malformed(s);
}

/* --- the queue ------------------------------------------------------------------------------------ */

static struct job *first_job(struct dhcp_server *s)
{
    return list_empty(&s->waiting) ? NULL : LIST_ENTRY(s->waiting.next, struct job, in_server);
}

static void end_job(struct dhcp_server *s, struct job *j)
{
    list_remove(&j->in_server);
    frame_unref(s->node->net, j->frame);
    pool_put(&s->jobs, j);
    s->waiting_count--;
}

static void arm_work(struct dhcp_server *s)
{
    struct job *j = first_job(s);
    if (!j)
        return;
    uint64_t was = bus_swap_cause(s->node->sim, j->cause);
    bus_set_flow(s->node->sim, j->flow);
    tmr_arm(&s->work, dist_draw(&s->config->service_time, s->rng));
    bus_swap_cause(s->node->sim, was);
}

static void on_work(void *owner)
{
    struct dhcp_server *s = owner;
    struct job *j = first_job(s);
    struct rd r = rd_of(j->payload.p, j->payload.n);
    struct dhcp m;
    bool ok = dhcp_get(&r, &m); /* it was read when it came */
    ASSERT(ok);
    handle(s, &m, j);
    end_job(s, j);
    arm_work(s);
}

static bool is_from_client(enum dhcp_type type)
{
    return type == DHCP_DISCOVER || type == DHCP_REQUEST || type == DHCP_DECLINE ||
           type == DHCP_RELEASE || type == DHCP_INFORM;
}

static void on_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct dhcp_server *s = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct dhcp m;
    if (!dhcp_get(&r, &m) || m.reply || !is_from_client(dhcp_type(&m))) {
        malformed(s);
        return;
    }
    if (s->waiting_count == (uint32_t)s->config->queue) {
        ip_discard(s->node, "dhcp-queue-full");
        return;
    }
    struct job *j = pool_get(&s->jobs);
    *j = (struct job){.frame = frame_ref(f),
                      .payload = u->payload,
                      .iface = ip_arrival(s->ip),
                      .to_all = ip4_eq(u->dst, IP4_BROADCAST),
                      .cause = bus_cause(s->node->sim),
                      .flow = bus_current_flow(s->node->sim)};
    list_append(&s->waiting, &j->in_server);
    if (s->waiting_count++ == 0)
        arm_work(s);
}

/* --- life ----------------------------------------------------------------------------------------- */

bool dhcp_server_init(struct dhcp_server *s, struct node *n, struct ip_stack *ip,
                      const struct dhcp_server_config *c, struct err *e)
{
    *s = (struct dhcp_server){.node = n, .ip = ip, .config = c};
    s->last_pool = &s->pools;
    s->rng = node_stream(n, "dhcp");
    map_init(&s->by_client, sim_arena(n->sim));
    map_init(&s->by_address, sim_arena(n->sim));
    pool_init(&s->jobs, sim_arena(n->sim), "DHCP messages in work", sizeof(struct job),
              (uint32_t)c->queue);
    list_init(&s->waiting);
    tmr_init(&s->work, n->sim, n->id, "dhcp.work", s, on_work);
    return dhcp_pools_parse(s, "dhcp_pools", str_of(c->pools), e) &&
           dhcp_pools_replace(s, "dhcp_pools_later", str_of(c->pools_later), true, e);
}

bool dhcp_server_reconfigure(struct dhcp_server *s, struct err *e)
{
    if (!s->config->pools_later[0])
        return err_set(e, "'%s' has no 'dhcp_pools_later'", s->node->name);
    return dhcp_pools_replace(s, "dhcp_pools_later", str_of(s->config->pools_later), false, e);
}

void dhcp_server_start(struct dhcp_server *s)
{
    if (s->running)
        return;
    s->running = true;
    ip_bind(s->ip, DHCP_SERVER_PORT, on_udp, s);
}

void dhcp_server_stop(struct dhcp_server *s)
{
    if (!s->running)
        return;
    s->running = false;
    ip_unbind(s->ip, DHCP_SERVER_PORT);
    tmr_disarm(&s->work);
    while (first_job(s)) {
        ip_discard(s->node, "service-stopped");
        end_job(s, first_job(s));
    }
}
