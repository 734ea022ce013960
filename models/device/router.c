/* SPDX-License-Identifier: GPL-3.0-or-later */
/* router.c: an IPv4 router: one interface a port, connected and static routes, ARP entries of 4
 * hours (Cisco IOS). It answers ARP requests for nets behind its other interfaces (RFC 1027). What it forwards is a new frame: one hop less to live, the next hop's
 * addresses. */
#include "models/net/ip.h"
#include "models/net/show.h"
#include "models/proto/dhcp_relay.h"
#include "models/proto/routed_ports.h"

struct router {
    struct sim_dur arp_timeout;
    const char *routes;
    bool proxy_arp;
    struct ip_stack *ip;
    struct ip_answering answering;
    struct dhcp_relay relay;
};

struct router_port {
    const char *address;
    int64_t vlan;
    struct mac mac;
    const char *helpers;
};

/* clang-format off */
static const struct param_def params[] = {
    {"router_arp_timeout", PARAM_DUR, "4h", "1s", "30d", NULL, "ARP entries live this long since they were last confirmed", offsetof(struct router, arp_timeout), false},
    {"routes", PARAM_TEXT, "", NULL, NULL, NULL, "static routes: '10.2.0.0/16 via 10.1.0.2', separated by commas", offsetof(struct router, routes), true},
    {"proxy_arp", PARAM_BOOL, "on", NULL, NULL, NULL, "answer ARP requests for others: a router for nets behind its other interfaces (RFC 1027), a firewall for the mapped addresses of its NAT rules", offsetof(struct router, proxy_arp), false},
    {"dhcp_relay_information", PARAM_BOOL, "off", NULL, NULL, NULL, "append option 82 to relayed requests (ip dhcp relay information option)", offsetof(struct router, relay.information), false},
    {0},
};

static const struct param_def port_params[] = {
    {"address", PARAM_TEXT, NULL, NULL, NULL, NULL, "interface address with prefix length: 10.1.1.1/24", offsetof(struct router_port, address), true},
    {"vlan", PARAM_INT, "0", "0", "4094", NULL, "VLAN of a tagged subinterface; 0: untagged", offsetof(struct router_port, vlan), true},
    {"mac", PARAM_MAC, "", NULL, NULL, NULL, "MAC address; made from the node's and port's names when empty", offsetof(struct router_port, mac), true},
    {"helper_address", PARAM_TEXT, "", NULL, NULL, NULL, "DHCP servers that requests of this net go on to, up to 4 (ip helper-address)", offsetof(struct router_port, helpers), true},
    {0},
};
/* clang-format on */

static uint8_t class_len(struct ip4 a)
{
    return a.v >> 31 == 0 ? 8 : a.v >> 30 == 2 ? 16 : 24;
}

/* RFC 1027 2.1 to 2.4: for an address behind another interface; not by a default route, not for a broadcast, not
 * from one network to another. A probe has no network (RFC 5227 2.1.1). */
static bool is_far(const struct router *r, const struct ip_iface *in, const struct arp *a)
{
    struct ip4 hop;
    uint8_t len;
    const struct ip_iface *out = ip_route(r->ip, a->tpa, &hop, &len);
    if (!r->proxy_arp || !out || out == in || len == 0 || ip4_is_broadcast(a->tpa) || ip4_is_multicast(a->tpa))
        return false;
    bool is_broadcast = len <= 30 && (a->tpa.v | ~0u >> len) == a->tpa.v;
    if (is_broadcast && ip4_eq(hop, a->tpa))
        return false; /* of a connected net */
    return a->spa.v && ip4_in(a->tpa, a->spa, class_len(a->spa));
}

static uint64_t answer_for(void *arg, const struct ip_iface *in, const struct arp *a)
{
    struct router *r = arg;
    if (!is_far(r, in, a))
        return 0;
    return routed_proxy_arp(in->port->node, in, a->tpa, STR("which lies behind another interface"));
}

static bool init(struct node *n, struct err *e)
{
    struct router *r = n->state;
    (void)e;
    struct ip_options o = {
        .forward = true, .arp_timeout_name = "router_arp_timeout", .arp_timeout = r->arp_timeout,
        .arp_retry = dur_s(1), .arp_tries = 3,
        .answering = &r->answering};
    r->answering = (struct ip_answering){.proxy = answer_for, .proxy_arg = r};
    r->ip = ip_new(n, &o);
    dhcp_relay_init(&r->relay, n, r->ip);
    return true;
}

static bool ready(struct node *n, struct err *e)
{
    struct router *r = n->state;
    for (uint16_t i = 0; i < n->port_count; i++) {
        struct port *p = n->ports[i];
        const struct router_port *c = p->config;
        struct routed_port routed = {c->address, (uint16_t)c->vlan, c->mac};
        if (!routed_port_add(r->ip, p, &routed, e))
            return false;
        if (!dhcp_relay_add(&r->relay, p->index, c->helpers, e))
            return err_wrap(e, "port '%s'", p->name);
    }
    return routed_routes_add(r->ip, r->routes, e);
}

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct router *r = n->state;
    ip_on_frame(r->ip, in, f);
}

static const struct model_table tables[] = {
    {"interfaces", "show ip interface brief", &show_iface_ios, show_iface_rows},
    {"arp", "show ip arp", &show_arp_ios, show_arp_all_rows},
    {"routes", "show ip route", &show_route_ios, show_route_rows},
    {0},
};

const struct model model_router = {
    .name = "router",
    .doc = "IPv4 router: one interface a port, static routes.",
    .state_size = sizeof(struct router),
    .params = params,
    .port_config_size = sizeof(struct router_port),
    .port_params = port_params,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .ready = ready,
    .on_frame = on_frame,
};
