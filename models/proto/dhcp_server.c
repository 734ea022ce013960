/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_server.c: see dhcp_server.h. Top to bottom: the book of bindings, answers, one function a message,
 * the queue, life. Sections are RFC 2131's. */
#include "models/proto/dhcp_server.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/proto/dhcp_pool.h"

#define MESSAGE_MAX 1024
#define DSCP_CS3 24

struct job {
    struct list_link in_server;
    const struct frame *frame;
    struct str payload;
    uint32_t iface;
    uint64_t cause, flow;
};

/* --- the book ------------------------------------------------------------------------------------- */

static struct sim_time now_of(const struct dhcp_server *s)
{
    return sim_now(s->node->sim);
}

static bool in_force(const struct dhcp_server *s, const struct dhcp_binding *b)
{
    return !b->released && (b->for_ever || time_before(now_of(s), b->until));
}

/* Nobody else's: never given, or given back, or its time is over. */
static bool is_free(const struct dhcp_server *s, struct ip4 a, struct mac client)
{
    const struct dhcp_binding *b = map_get(&s->by_address, a.v);
    if (!b)
        return true;
    return !b->conflict && (mac_eq(b->client, client) || !in_force(s, b));
}

static struct dhcp_binding *binding_of(const struct dhcp_server *s, struct mac client)
{
    return map_get(&s->by_client, mac_u64(client));
}

/* Addresses that were never given come first, then those whose time is over (4.3.1). */
static bool search(struct dhcp_server *s, struct dhcp_pool *p, struct mac client, bool used, struct ip4 *out)
{
    uint32_t size = dhcp_pool_size(p);
    for (uint32_t i = 0; i < size; i++) {
        struct ip4 a = {p->net.v + 1 + (p->cursor + i) % size};
        bool was_used = map_get(&s->by_address, a.v) != NULL;
        if (was_used != used || !dhcp_pool_may_give(p, a) || !is_free(s, a, client))
            continue;
        p->cursor = (p->cursor + i + 1) % size;
        *out = a;
        return true;
    }
    return false;
}

/* 4.3.1: the present or previous address, else the one asked for, else one from the pool. */
static bool choose(struct dhcp_server *s, struct dhcp_pool *p, const struct dhcp *m, struct ip4 *out)
{
    const struct dhcp_binding *b = binding_of(s, m->chaddr);
    struct ip4 wanted;
    if (b && b->pool == p && is_free(s, b->address, m->chaddr)) {
        *out = b->address;
        return true;
    }
    if (dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &wanted) && dhcp_pool_may_give(p, wanted) &&
        is_free(s, wanted, m->chaddr)) {
        *out = wanted;
        return true;
    }
    return search(s, p, m->chaddr, false, out) || search(s, p, m->chaddr, true, out);
}

/* An earlier holder of the address, and an earlier address of the client, are forgotten. */
static struct dhcp_binding *enter(struct dhcp_server *s, struct dhcp_pool *p, struct ip4 a, struct mac client)
{
    struct dhcp_binding *b = binding_of(s, client), *holder = map_get(&s->by_address, a.v);
    if (holder && holder != b) {
        map_remove(&s->by_client, mac_u64(holder->client));
        map_remove(&s->by_address, a.v);
        holder->pool->leased--;
    }
    if (!b) {
        b = holder ? holder : ARENA_NEW(sim_arena(s->node->sim), struct dhcp_binding);
        map_put(&s->by_client, mac_u64(client), b);
        p->leased++;
    } else {
        map_remove(&s->by_address, b->address.v);
        b->pool->leased--;
        p->leased++;
    }
    *b = (struct dhcp_binding){.pool = p, .address = a, .client = client};
    map_put(&s->by_address, a.v, b);
    return b;
}

static void forget(struct dhcp_server *s, struct dhcp_binding *b)
{
    map_remove(&s->by_client, mac_u64(b->client));
    map_remove(&s->by_address, b->address.v);
    b->pool->leased--;
}

static uint64_t publish(struct dhcp_server *s, const struct dhcp_binding *b, const char *from, const char *event,
                        const char *to)
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
    return (uint32_t)(s->config->lease.ns / 1000000000);
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

/* 4.1: by way of the relay; to the address it has; to all; or to the one it is about to have. */
static void send(struct dhcp_server *s, const struct dhcp *m, const struct dhcp *out, uint32_t iface)
{
    uint8_t bytes[MESSAGE_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    dhcp_put(&w, out);
    dhcp_pad(&w);
    ASSERT(wr_ok(&w));
    bool nak = dhcp_type(out) == DHCP_NAK;
    struct udp u = {.src = ip_iface_at(s->ip, iface)->addr,
                    .src_port = DHCP_SERVER_PORT,
                    .dst_port = DHCP_CLIENT_PORT,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    struct mac to = MAC_BROADCAST;
    if (m->giaddr.v || (m->ciaddr.v && !nak)) {
        u.dst = m->giaddr.v ? m->giaddr : m->ciaddr;
        u.dst_port = m->giaddr.v ? DHCP_SERVER_PORT : DHCP_CLIENT_PORT;
        if (!ip_send_udp(s->ip, &u, DSCP_CS3))
            ip_discard(s->node, "no-route");
        return;
    }
    u.dst = IP4_BROADCAST;
    if (!m->broadcast && !nak) {
        u.dst = out->yiaddr;
        to = m->chaddr;
    }
    ip_send_udp_to(s->ip, iface, to, &u, DSCP_CS3);
}

static void answer(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, enum dhcp_type type,
                   const struct dhcp_pool *p, struct ip4 yiaddr)
{
    struct dhcp out = {.reply = true, .xid = m->xid, .broadcast = m->broadcast, .giaddr = m->giaddr,
                       .chaddr = m->chaddr, .yiaddr = yiaddr};
    struct option_bytes o = {.type = (uint8_t)type};
    out.option[DHCP_MESSAGE_TYPE] = str_of_bytes(&o.type, 1);
    out.option[DHCP_SERVER_ID] = four(o.server, ip_iface_at(s->ip, iface)->addr.v);
    out.option[DHCP_RELAY_INFO] = m->option[DHCP_RELAY_INFO]; /* echoed (RFC 3046 2.2) */
    if (type == DHCP_ACK)
        out.ciaddr = m->ciaddr;
    if (type == DHCP_NAK)
        out.broadcast = out.broadcast || m->giaddr.v; /* 4.3.2: the relay is to broadcast it */
    else
        put_pool(p, &out, &o);
    if (type != DHCP_NAK && yiaddr.v)
        put_lease(s, &out, &o);
    send(s, m, &out, iface);
}

static void refuse(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, const char *why)
{
    BUS_NOTE(s->node->sim, s->node->id, "dhcp", "{} is refused: {}", V_MAC(mac_u64(m->chaddr)), V_TEXT(why));
    answer(s, m, iface, DHCP_NAK, NULL, (struct ip4){0});
}

static void grant(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, struct dhcp_binding *b)
{
    bool renewed = !b->offered && in_force(s, b);
    b->released = b->offered = false;
    b->for_ever = lease_s(s) == UINT32_MAX;
    b->until = time_add(now_of(s), s->config->lease);
    if (!renewed)
        publish(s, b, "offered", "request", "bound");
    answer(s, m, iface, DHCP_ACK, b->pool, b->address);
}

/* --- one function a message ------------------------------------------------------------------------ */

static void on_discover(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, struct dhcp_pool *p)
{
    struct ip4 a;
    if (!choose(s, p, m, &a)) {
        BUS_NOTE(s->node->sim, s->node->id, "dhcp", "pool {} is exhausted: {} gets no address", V_TEXT(p->name),
                 V_MAC(mac_u64(m->chaddr)));
        return;
    }
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    bool bound = b && ip4_eq(b->address, a) && !b->offered && in_force(s, b);
    if (!bound) {
        b = enter(s, p, a, m->chaddr);
        b->offered = true;
        b->until = time_add(now_of(s), s->config->offer_hold);
        publish(s, b, "free", "discover", "offered");
    }
    answer(s, m, iface, DHCP_OFFER, p, a);
}

/* 4.3.2: the fields tell in which state the client is. */
static void on_selecting(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, struct ip4 server)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    struct ip4 wanted = {0};
    dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &wanted);
    if (!ip4_eq(server, ip_iface_at(s->ip, iface)->addr)) {
        if (b && b->offered)
            forget(s, b); /* another server was chosen */
        return;
    }
    if (b && ip4_eq(b->address, wanted) && in_force(s, b))
        grant(s, m, iface, b);
    else
        refuse(s, m, iface, "this address was not offered to it");
}

static void on_reboot(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, const struct dhcp_pool *p)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    struct ip4 wanted = {0};
    dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &wanted);
    if (!dhcp_pool_has(p, wanted))
        refuse(s, m, iface, "the address is of another net");
    else if (b && !ip4_eq(b->address, wanted))
        refuse(s, m, iface, "it has another address");
    else if (b && is_free(s, wanted, m->chaddr))
        grant(s, m, iface, b);
    /* a server without a record of the client MUST remain silent */
}

static void on_renewal(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, struct dhcp_pool *p)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    if (b && ip4_eq(b->address, m->ciaddr))
        grant(s, m, iface, b);
    else if (!dhcp_pool_may_give(p, m->ciaddr) || !is_free(s, m->ciaddr, m->chaddr))
        refuse(s, m, iface, "the address is not its own");
}

static void on_request(struct dhcp_server *s, const struct dhcp *m, uint32_t iface, struct dhcp_pool *p)
{
    struct ip4 server;
    if (dhcp_address(m, DHCP_SERVER_ID, 0, &server))
        on_selecting(s, m, iface, server);
    else if (m->ciaddr.v)
        on_renewal(s, m, iface, p);
    else
        on_reboot(s, m, iface, p);
}

/* Somebody has the address that is none of ours: it is not given again. */
static void on_decline(struct dhcp_server *s, const struct dhcp *m)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    struct ip4 a = {0};
    dhcp_address(m, DHCP_REQUESTED_ADDRESS, 0, &a);
    if (!b || !ip4_eq(b->address, a))
        return;
    map_remove(&s->by_client, mac_u64(m->chaddr));
    b->pool->leased--;
    b->pool->conflicts++;
    b->conflict = true;
    b->until = now_of(s);
    publish(s, b, "bound", "decline", "conflict");
}

static void on_release(struct dhcp_server *s, const struct dhcp *m)
{
    struct dhcp_binding *b = binding_of(s, m->chaddr);
    if (!b || !ip4_eq(b->address, m->ciaddr) || b->released)
        return;
    b->released = true;
    publish(s, b, "bound", "release", "free");
}

/* The relay's net, or the net of the interface; of a client that has an address, that one's. */
static struct dhcp_pool *pool_for(struct dhcp_server *s, const struct dhcp *m, uint32_t iface)
{
    struct ip4 a = m->giaddr.v ? m->giaddr : m->ciaddr.v ? m->ciaddr : ip_iface_at(s->ip, iface)->addr;
    struct dhcp_pool *p = s->pools;
    while (p && !dhcp_pool_has(p, a))
        p = p->next;
    return p;
}

static void handle(struct dhcp_server *s, const struct dhcp *m, uint32_t iface)
{
    struct dhcp_pool *p = pool_for(s, m, iface);
    enum dhcp_type type = dhcp_type(m);
    if (type == DHCP_DECLINE) {
        on_decline(s, m);
    } else if (type == DHCP_RELEASE) {
        on_release(s, m);
    } else if (!p) {
        BUS_NOTE(s->node->sim, s->node->id, "dhcp", "no pool for the net of {}: it gets no answer",
                 V_IP4(m->giaddr.v ? m->giaddr.v : ip_iface_at(s->ip, iface)->addr.v));
    } else if (type == DHCP_DISCOVER) {
        on_discover(s, m, iface, p);
    } else if (type == DHCP_REQUEST) {
        on_request(s, m, iface, p);
    } else if (type == DHCP_INFORM) {
        answer(s, m, iface, DHCP_ACK, p, (struct ip4){0});
    }
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
    handle(s, &m, j->iface);
    end_job(s, j);
    arm_work(s);
}

static void on_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct dhcp_server *s = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct dhcp m;
    if (!dhcp_get(&r, &m) || m.reply) {
        ip_discard(s->node, "bad-dhcp");
        return;
    }
    if (s->waiting_count == (uint32_t)s->config->queue) {
        ip_discard(s->node, "dhcp-queue-full");
        return;
    }
    struct job *j = pool_get(&s->jobs);
    *j = (struct job){.frame = frame_ref(f), .payload = u->payload, .iface = ip_arrival(s->ip),
                      .cause = bus_cause(s->node->sim), .flow = bus_current_flow(s->node->sim)};
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
    pool_init(&s->jobs, sim_arena(n->sim), "DHCP messages in work", sizeof(struct job), (uint32_t)c->queue);
    list_init(&s->waiting);
    tmr_init(&s->work, n->sim, n->id, "dhcp.work", s, on_work);
    return dhcp_pools_parse(s, str_of(c->pools), e);
}

bool dhcp_server_reconfigure(struct dhcp_server *s, struct err *e)
{
    if (!s->config->pools_later[0])
        return err_set(e, "'%s' has no 'dhcp_pools_later'", s->node->name);
    return dhcp_pools_replace(s, "dhcp_pools_later", str_of(s->config->pools_later), e);
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
