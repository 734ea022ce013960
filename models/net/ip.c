/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip.c: datagrams of one stack: routes, sending, receiving, forwarding. */
#include "models/net/ip.h"

#include <string.h>

#include "models/net/ip_state.h"
#include "models/net/net_state.h"
#include "sim/kernel/measure.h"

#define TTL_DEFAULT 64

struct ip_stack *ip_new(struct node *n, const struct ip_options *o)
{
    struct ip_stack *s = ARENA_NEW(sim_arena(n->sim), struct ip_stack);
    s->node = n;
    n->ip = s;
    s->options = *o;
    map_init(&s->neighbours, sim_arena(n->sim));
    map_init(&s->udp_ports, sim_arena(n->sim));
    ip_on_proto(s, IP4_ICMP, ip_icmp_input, s);
    ip_on_proto(s, IP4_UDP, ip_udp_input, s);
    return s;
}

void ip_add_iface(struct ip_stack *s, const struct ip_iface *i)
{
    ASSERT(s->iface_count < IP_IFACES_MAX && i->vlan < 4095);
    if (s->iface_count == s->iface_cap) {
        struct ip_iface **old = s->ifaces;
        s->iface_cap = s->iface_cap ? 4 * s->iface_cap : 1;
        s->ifaces = ARENA_ARRAY(sim_arena(s->node->sim), struct ip_iface *, s->iface_cap);
        if (old)
            memcpy(s->ifaces, old, s->iface_count * sizeof *old);
    }
    struct ip_iface *own = ARENA_NEW(sim_arena(s->node->sim), struct ip_iface);
    *own = *i;
    s->ifaces[s->iface_count++] = own;
    net_layout_changed(s->node->net);
}

void ip_add_route(struct ip_stack *s, struct ip4 net, uint8_t prefix_len, struct ip4 via)
{
    ASSERT(s->route_count < IP_ROUTES_MAX);
    if (s->route_count == s->route_cap) {
        struct route *old = s->routes;
        s->route_cap = s->route_cap ? 4 * s->route_cap : 1;
        s->routes = ARENA_ARRAY(sim_arena(s->node->sim), struct route, s->route_cap);
        if (old)
            memcpy(s->routes, old, s->route_count * sizeof *old);
    }
    s->routes[s->route_count++] = (struct route){net, via, prefix_len};
    net_layout_changed(s->node->net);
}

void ip_clear_routes(struct ip_stack *s)
{
    s->route_count = 0;
    net_layout_changed(s->node->net);
}

uint32_t ip_iface_count(const struct ip_stack *s)
{
    return s->iface_count;
}

struct node *ip_owner(struct net *n, struct ip4 addr)
{
    for (size_t i = 0; i < net_node_count(n); i++) {
        struct node *node = net_node_at(n, i);
        for (uint32_t k = 0; node->ip && k < ip_iface_count(node->ip); k++) {
            if (ip4_eq(ip_iface_at(node->ip, k)->addr, addr))
                return node;
        }
    }
    return NULL;
}

const struct ip_iface *ip_iface_at(const struct ip_stack *s, uint32_t index)
{
    ASSERT(index < s->iface_count);
    return s->ifaces[index];
}

void ip_set_iface(struct ip_stack *s, uint32_t index, const struct ip_iface *i)
{
    ASSERT(index < s->iface_count && i->port && i->vlan < 4095);
    ip_arp_forget(s, s->ifaces[index], "interface-changed");
    *s->ifaces[index] = *i;
    net_layout_changed(s->node->net);
}

void ip_set_arp_timeout(struct ip_stack *s, struct sim_dur d)
{
    s->options.arp_timeout = d;
}

uint32_t ip_arrival(const struct ip_stack *s)
{
    return s->arrival;
}

static const struct proto *find_proto(const struct ip_stack *s, uint8_t number)
{
    const struct proto *p = s->protos;
    while (p && p->number != number)
        p = p->next;
    return p;
}

void ip_on_proto(struct ip_stack *s, uint8_t proto, ip_recv_fn *recv, void *arg)
{
    ASSERT(!find_proto(s, proto));
    struct proto *p = ARENA_NEW(sim_arena(s->node->sim), struct proto);
    *p = (struct proto){s->protos, recv, arg, proto};
    s->protos = p;
}

uint64_t ip_discard(struct node *n, const char *reason)
{
    measure_add(n->sim, MEASURE_SEGMENTS_DISCARDED, 1);
    return BUS_NOTE(n->sim, n->id, "segment-discarded", "{}", V_TEXT(reason));
}

const char *ip_bad(const struct rd *r, const char *otherwise)
{
    return str_find(str_of(r->why), STR("checksum")) >= 0 ? "bad-checksum" : otherwise;
}

/* --- addresses -------------------------------------------------------------------------------- */

bool ip_is_own(const struct ip_stack *s, struct ip4 a)
{
    for (uint32_t i = 0; i < s->iface_count; i++) {
        if (ip4_eq(a, s->ifaces[i]->addr))
            return true;
    }
    return false;
}

static bool has_address(const struct ip_iface *i)
{
    return i->addr.v != 0;
}

/* The subnet's own broadcast address; a net of one or two addresses has none (RFC 3021). */
bool ip_is_iface_broadcast(const struct ip_iface *i, struct ip4 a)
{
    if (!has_address(i) || i->prefix_len == 0 || i->prefix_len > 30 || !ip4_in(a, i->addr, i->prefix_len))
        return false;
    uint32_t host_bits = ~0u >> i->prefix_len;
    return (a.v & host_bits) == host_bits;
}

static bool is_for_us(const struct ip_stack *s, struct ip4 dst)
{
    if (ip4_is_broadcast(dst) || ip_is_own(s, dst))
        return true;
    for (uint32_t i = 0; i < s->iface_count; i++) {
        if (ip_is_iface_broadcast(s->ifaces[i], dst))
            return true;
    }
    return false;
}

/* --- routes ----------------------------------------------------------------------------------- */

static const struct ip_iface *connected(const struct ip_stack *s, struct ip4 dst)
{
    const struct ip_iface *best = NULL;
    for (uint32_t i = 0; i < s->iface_count; i++) {
        const struct ip_iface *f = s->ifaces[i];
        if (has_address(f) && ip4_in(dst, f->addr, f->prefix_len) && (!best || f->prefix_len > best->prefix_len))
            best = f;
    }
    return best;
}

/* Longest prefix; a connected net beats a static route of the same length. */
const struct ip_iface *ip_route(const struct ip_stack *s, struct ip4 dst, struct ip4 *hop, uint8_t *prefix_len)
{
    const struct ip_iface *out = connected(s, dst);
    int best = out ? out->prefix_len : -1;
    *hop = dst;
    *prefix_len = out ? out->prefix_len : 0;
    if (ip4_is_broadcast(dst) && s->iface_count)
        return s->ifaces[0];
    for (uint32_t i = 0; i < s->route_count; i++) {
        const struct route *r = &s->routes[i];
        const struct ip_iface *via = connected(s, r->via);
        if (via && (int)r->prefix_len > best && ip4_in(dst, r->net, r->prefix_len)) {
            best = *prefix_len = r->prefix_len;
            out = via;
            *hop = r->via;
        }
    }
    return out;
}

const struct ip_iface *ip_route_to(const struct ip_stack *s, struct ip4 dst, struct ip4 *hop)
{
    uint8_t any;
    return ip_route(s, dst, hop, &any);
}

struct ip4 ip_source(const struct ip_stack *s, struct ip4 dst)
{
    struct ip4 hop;
    const struct ip_iface *i = ip_route_to(s, dst, &hop);
    return i ? i->addr : (struct ip4){0};
}

/* --- sending ---------------------------------------------------------------------------------- */

static size_t header_bytes(const struct ip_iface *i)
{
    return eth_bytes(i->vlan != 0) + IP4_HEADER_BYTES;
}

struct frame *ip_begin(struct ip_stack *s, struct ip4 dst, size_t payload_max, struct wr *w)
{
    struct ip4 hop;
    const struct ip_iface *i = ip_route_to(s, dst, &hop);
    if (!i)
        return NULL;
    size_t head = header_bytes(i), room = head + payload_max;
    struct frame *f = frame_new(s->node->net, room < ETH_BYTES_MIN ? ETH_BYTES_MIN : room);
    *w = wr_of(f->bytes + head, payload_max);
    return f;
}

size_t ip_put_headers(struct frame *f, const struct ip_iface *i, const struct ip4_hdr *h)
{
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.src = i->mac,
                    .tagged = i->vlan != 0,
                    .pcp = i->vlan ? i->pcp : 0,
                    .vid = i->vlan,
                    .type = ETH_IP4};
    eth_put(&w, &e);
    ip4_put(&w, h);
    w.p += h->payload_len;
    eth_pad(&w);
    ASSERT(wr_ok(&w));
    return wr_len(&w);
}

struct ip4_hdr ip_header(struct ip_stack *s, struct ip4 src, struct ip4 dst, uint8_t proto, uint8_t dscp,
                         size_t payload_len)
{
    ASSERT(payload_len <= UINT16_MAX - IP4_HEADER_BYTES);
    return (struct ip4_hdr){.dscp = dscp,
                            .payload_len = (uint16_t)payload_len,
                            .id = ++s->next_id,
                            .dont_fragment = true,
                            .ttl = TTL_DEFAULT,
                            .proto = proto,
                            .src = src,
                            .dst = dst};
}

uint64_t ip_send_as(struct ip_stack *s, struct frame *f, struct ip4 src, struct ip4 dst, uint8_t proto,
                    uint8_t dscp, size_t payload_len)
{
    struct ip4 hop;
    const struct ip_iface *i = ip_route_to(s, dst, &hop);
    ASSERT(i != NULL);
    struct ip4_hdr h = ip_header(s, src, dst, proto, dscp, payload_len);
    return ip_arp_output(s, i, hop, f, ip_put_headers(f, i, &h));
}

uint64_t ip_send(struct ip_stack *s, struct frame *f, struct ip4 dst, uint8_t proto, uint8_t dscp,
                 size_t payload_len)
{
    return ip_send_as(s, f, ip_source(s, dst), dst, proto, dscp, payload_len);
}

void ip_resolve(struct ip_stack *s, struct ip4 neighbour)
{
    struct ip4 hop;
    const struct ip_iface *i = ip_route_to(s, neighbour, &hop);
    if (i)
        ip_arp_resolve(s, i, hop);
}

void ip_announce(struct ip_stack *s)
{
    ASSERT(s->iface_count > 0);
    ip_arp_request(s->ifaces[0], s->ifaces[0]->addr);
}

void ip_confirm(struct ip_stack *s, struct ip4 dst)
{
    struct ip4 hop;
    if (ip_route_to(s, dst, &hop))
        ip_arp_confirm(s, hop);
}

void ip_doubt(struct ip_stack *s, struct ip4 dst)
{
    struct ip4 hop;
    if (ip_route_to(s, dst, &hop))
        ip_arp_doubt(s, hop);
}

/* --- receiving -------------------------------------------------------------------------------- */

/* A router's part: one hop less to live, in a new frame of the same flow. */
static void forward(struct ip_stack *s, const struct ip4_hdr *h, struct str payload,
                    const struct frame *in)
{
    struct ip4 hop;
    const struct ip_iface *i = ip_route_to(s, h->dst, &hop);
    bool expired = h->ttl <= 1 && !s->options.keep_ttl;
    if (expired || !i) {
        ip_discard(s->node, i ? "ttl-exceeded" : "no-route");
        ip_icmp_error(s, i ? ICMP_TIME_EXCEEDED : ICMP_UNREACHABLE, i ? 0 : ICMP_NET_UNREACHABLE, h,
                      payload, in);
        return;
    }
    struct ip4_hdr out = *h;
    if (!s->options.keep_ttl)
        out.ttl--;
    size_t head = eth_bytes(i->vlan != 0) + IP4_HEADER_BYTES + h->options.n,
           room = head + payload.n;
    struct frame *f = frame_new(s->node->net, room < ETH_BYTES_MIN ? ETH_BYTES_MIN : room);
    f->flow = in->flow;
    f->copy = in->copy;
    if (payload.n)
        memcpy(f->bytes + head, payload.p, payload.n);
    ip_arp_output(s, i, hop, f, ip_put_headers(f, i, &out));
}

static void on_datagram(struct ip_stack *s, struct rd *r, bool group, const struct frame *f)
{
    struct ip4_hdr h;
    struct rd body;
    if (!ip4_get(r, &h, &body)) {
        ip_discard(s->node, ip_bad(r, "bad-ip-header"));
        return;
    }
    struct str payload = rd_bytes(&body, rd_left(&body));
    bool awaits_address = !has_address(s->ifaces[s->arrival]) && h.proto == IP4_UDP;
    if (!awaits_address && !is_for_us(s, h.dst)) {
        if (s->options.forward && !group)
            forward(s, &h, payload, f);
        else
            ip_discard(s->node, "wrong-address");
        return;
    }
    const struct proto *p = find_proto(s, h.proto);
    if (h.more_fragments || h.fragment_offset)
        ip_discard(s->node, "fragment"); /* every sender here sets DF */
    else if (p)
        p->recv(p->arg, &h, payload, f);
    else
        ip_discard(s->node, "no-such-protocol");
}

/* The interface that a frame belongs to, as an index; -1: none. */
static int iface_of(const struct ip_stack *s, const struct port *in, const struct eth *e)
{
    uint16_t vid = e->tagged ? e->vid : 0;
    for (uint32_t i = 0; i < s->iface_count; i++) {
        if (s->ifaces[i]->port == in && s->ifaces[i]->vlan == vid)
            return (int)i;
    }
    return -1;
}

void ip_on_frame(struct ip_stack *s, struct port *in, const struct frame *f)
{
    struct rd r = rd_of(f->bytes, f->len);
    struct eth e;
    if (!eth_get(&r, &e)) {
        frame_drop(in, f, DROP_MALFORMED);
        return;
    }
    int index = iface_of(s, in, &e);
    bool group = mac_is_group(e.dst);
    if (index < 0 || (!group && !mac_eq(e.dst, s->ifaces[index]->mac)))
        return; /* the address filter's business, not a loss */
    s->arrival = (uint32_t)index;
    struct arp a;
    if (e.type == ETH_ARP && !arp_get(&r, &a))
        ip_discard(s->node, "bad-arp");
    else if (e.type == ETH_ARP)
        ip_arp_input(s, s->ifaces[index], &a);
    else if (e.type == ETH_IP4)
        on_datagram(s, &r, group, f);
}
