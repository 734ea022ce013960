/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routed_ports.c: see routed_ports.h. */
#include "models/proto/routed_ports.h"

bool routed_port_add(struct ip_stack *s, struct port *p, const struct routed_port *c, struct err *e)
{
    struct ip_iface i = {.port = p, .mac = c->mac, .vlan = c->vlan};
    if (!ip4_parse_prefix(str_of(c->address), &i.addr, &i.prefix_len) || i.prefix_len < 1)
        return err_set(e, "port '%s': address '%s' is not an address with prefix length", p->name, c->address);
    if (p->index >= IP_IFACES_MAX)
        return err_set(e, "port '%s': a router has at most %d ports", p->name, IP_IFACES_MAX);
    if (!ip4_eq(ip_source(s, i.addr), (struct ip4){0}))
        return err_set(e, "port '%s': address '%s' is in the net of another port", p->name, c->address);
    if (mac_eq(i.mac, MAC_ZERO))
        i.mac = port_made_up_mac(p);
    ip_add_iface(s, &i);
    return true;
}

static bool add_route(struct ip_stack *s, uint32_t index, struct str text, struct err *e)
{
    if (index >= IP_ROUTES_MAX)
        return err_set(e, "parameter 'routes': a router has at most %d static routes", IP_ROUTES_MAX);
    struct str rest = str_trim(text), net_text = str_cut(&rest, ' ');
    struct ip4 net, via;
    uint8_t len;
    rest = str_trim(rest);
    if (!str_starts(rest, STR("via ")) || !ip4_parse_prefix(net_text, &net, &len) ||
        !ip4_parse(str_trim((struct str){rest.p + 4, rest.n - 4}), &via))
        return err_set(e, "parameter 'routes': '%.*s' is not 'a.b.c.d/len via a.b.c.d'", STR_ARG(text));
    if (ip4_eq(ip_source(s, via), (struct ip4){0}))
        return err_set(e, "parameter 'routes': '%.*s': the next hop is on no connected net", STR_ARG(text));
    ip_add_route(s, net, len, via);
    return true;
}

bool routed_routes_add(struct ip_stack *s, const char *routes, struct err *e)
{
    struct str rest = str_of(routes);
    for (uint32_t i = 0; rest.n; i++) {
        if (!add_route(s, i, str_cut(&rest, ','), e))
            return false;
    }
    return true;
}

uint64_t routed_proxy_arp(struct node *n, const struct ip_iface *in, struct ip4 addr, struct str why)
{
    char key[16], text[160];
    struct txtbuf k = txtbuf_of(key, sizeof key), t = txtbuf_of(text, sizeof text);
    ip4_text(&k, addr);
    txtbuf_str(&t, why);
    struct rec r = {.kind = REC_STATE, .node = n->id};
    r.state = (struct rec_state){"proxy-arp", key, "asked-for", "request", "answered"};
    uint64_t record = bus_publish(n->sim, &r);
    bus_because(n->sim, record, node_limit(n, "proxy_arp"), BECAUSE_LIMIT);
    BUS_NOTE(n->sim, n->id, "proxy-arp", "it answers for {} on {}, {}", V_IP4(addr.v),
             V_TEXT(in->port->name), V_TEXT(text));
    return record;
}
