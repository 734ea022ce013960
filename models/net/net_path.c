/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net_path.c: see net_path.h. The search between two stacks goes down one cable after another; what stands in
 * hop[] is its stack, so it needs neither memory nor recursion. */
#include "models/net/net_path.h"

#include "models/net/ip_state.h"

#define WHOLE_PPB 1000000000

static bool push(struct net_path *p, const struct port *out)
{
    if (p->count == NET_PATH_HOPS_MAX)
        return false;
    p->hop[p->count++] = (struct net_hop){.out = out};
    return true;
}

static bool has_address(const struct port *at, struct ip4 a)
{
    const struct ip_stack *s = at->node->ip;
    for (uint32_t i = 0; s && i < s->iface_count; i++) {
        if (s->ifaces[i]->port == at && ip4_eq(s->ifaces[i]->addr, a))
            return true;
    }
    return false;
}

/* The first port from `from` on that leads on, but not back to where the search came in; NULL: none. */
static const struct port *way_out(const struct node *n, uint32_t from, const struct port *in)
{
    for (uint32_t i = from; i < n->port_count; i++) {
        if (n->ports[i] != in && n->ports[i]->link)
            return n->ports[i];
    }
    return NULL;
}

/* The last hop was in vain: the next port of the same box, or of one before it. False: that was all. */
static bool turn_back(struct net_path *p, uint32_t first)
{
    while (p->count > first + 1) {
        const struct port *out = p->hop[--p->count].out, *in = port_peer(p->hop[p->count - 1].out);
        const struct port *next = way_out(out->node, out->index + 1u, in);
        if (next)
            return push(p, next);
    }
    return false;
}

/* From `out` over boxes without a stack to the port with that address; NULL: it is not there. */
static const struct port *find_neighbour(struct net_path *p, const struct port *out, struct ip4 addr)
{
    uint32_t first = p->count;
    bool more = out->link && push(p, out);
    while (more) {
        const struct port *in = port_peer(p->hop[p->count - 1].out);
        if (has_address(in, addr))
            return in;
        const struct port *next = in->node->ip ? NULL : way_out(in->node, 0, in);
        more = (next && push(p, next)) || turn_back(p, first);
    }
    return NULL;
}

static void add_up(struct net_path *p, const struct link_traffic *t)
{
    struct sim_dur at = DUR_ZERO;
    for (uint32_t i = 0; i < p->count; i++) {
        at = dur_add(at, link_transit(p->hop[i].out, t));
        p->hop[i].leaves = at;
    }
}

bool net_path_find(struct net_path *p, struct node *from, struct ip4 dst, const struct link_traffic *t)
{
    struct node *at = from;
    p->count = 0;
    p->to = NULL;
    while (at->ip && !ip_is_own(at->ip, dst)) {
        struct ip4 hop;
        const struct ip_iface *i = ip_route_to(at->ip, dst, &hop);
        bool may = i && (at == from || at->ip->options.forward);
        const struct port *in = may ? find_neighbour(p, i->port, hop) : NULL;
        if (!in)
            return false;
        at = in->node;
    }
    if (!at->ip)
        return false;
    p->to = at;
    add_up(p, t);
    return true;
}

struct net_path_state net_path_look(const struct net_path *p, const struct link_traffic *t)
{
    struct net_path_state s = {0};
    int64_t pass = WHOLE_PPB;
    for (uint32_t i = 0; i < p->count; i++) {
        struct link_outlook o = link_outlook(p->hop[i].out, t);
        s.cut |= (uint32_t)o.cut << i;
        pass -= (int64_t)((__int128)pass * o.loss_ppb / WHOLE_PPB);
        s.record = s.record ? s.record : o.record;
    }
    s.loss_ppb = WHOLE_PPB - pass;
    return s;
}

struct sim_dur net_path_enters(const struct net_path *p, uint32_t i)
{
    ASSERT(i <= p->count);
    return i ? p->hop[i - 1].leaves : DUR_ZERO;
}

struct sim_dur net_path_transit(const struct net_path *p)
{
    return net_path_enters(p, p->count);
}
