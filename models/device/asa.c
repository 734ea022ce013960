/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa.c: a Cisco ASA: a firewall between its interfaces, each named as its port.
 *
 * It answers ARP requests for the mapped addresses of its NAT rules. A broad identity rule makes every address of
 * the connected subnet a mapped one, and then the ASA answers for its own neighbours: if its reply comes first, their
 * traffic comes here by mistake (seed 002, case study 1). What comes is judged as on any firewall: a TCP segment of
 * no known connection is dropped without a word to its sender, and nothing goes back out of the interface it came
 * in by. Addresses, sequence numbers and TTL stay as they are; the MSS of a SYN is clamped. */
#include "models/net/frame.h"
#include "models/net/ip.h"
#include "models/net/show.h"
#include "models/proto/asa_conns.h"
#include "models/proto/asa_log.h"
#include "models/proto/asa_nat.h"
#include "models/proto/routed_ports.h"
#include "models/wire/eth.h"

struct asa {
    /* configuration */
    struct sim_dur arp_timeout;
    struct dist arp_delay;
    const char *routes, *nat;
    bool proxy_arp, answer_probes, same_security;
    int64_t mss;
    struct asa_conns_config conns_config;
    /* parts */
    struct node *node;
    struct ip_stack *ip;
    struct ip_answering answering;
    struct asa_rule *rules;
    struct asa_conns conns;
};

struct asa_port {
    const char *address;
    int64_t security_level, vlan;
    struct mac mac;
    bool noproxyarp;
};

#define AT(field) offsetof(struct asa, field)
#define PORT(field) offsetof(struct asa_port, field)

/* clang-format off */
static const struct param_def params[] = {
    {"routes", PARAM_TEXT, "", NULL, NULL, NULL, "static routes: '10.2.0.0/16 via 10.1.0.2', separated by commas", AT(routes), true},
    {"nat", PARAM_TEXT, "", NULL, NULL, NULL, "NAT rules: '(inside,any) source static any any', then no-proxy-arp or not, separated by semicolons", AT(nat), true},
    {"proxy_arp", PARAM_BOOL, "on", NULL, NULL, NULL, "answer ARP requests for others: a router for nets behind its other interfaces (RFC 1027), a firewall for the mapped addresses of its NAT rules", AT(proxy_arp), false},
    {"answer_probes", PARAM_BOOL, "off", NULL, NULL, NULL, "a firewall's proxy ARP answers probes, too (sender 0.0.0.0, RFC 5227)", AT(answer_probes), false},
    {"asa_arp_delay", PARAM_LAW, "exp(0.15ms)", "0s", "1min", NULL, "a firewall takes so long to answer an ARP request", AT(arp_delay), false},
    {"asa_arp_timeout", PARAM_DUR, "4h", "1s", "30d", NULL, "a firewall's ARP entries live this long since they were last confirmed", AT(arp_timeout), false},
    {"asa_tcp_mss", PARAM_BYTES, "1380B", "0B", "9000B", NULL, "largest MSS that a SYN may offer through the firewall (sysopt connection tcpmss); 0B: any", AT(mss), false},
    {"same_security_traffic", PARAM_BOOL, "off", NULL, NULL, NULL, "a firewall lets connections begin between interfaces of one security level, and back out of the interface they came in by", AT(same_security), false},
    ASA_CONN_PARAMS(struct asa, conns_config),
    {0},
};

static const struct param_def port_params[] = {
    {"address", PARAM_TEXT, NULL, NULL, NULL, NULL, "interface address with prefix length: 10.1.1.1/24", PORT(address), true},
    {"security_level", PARAM_INT, "100", "0", "100", NULL, "connections begin from a higher level to a lower one", PORT(security_level), true},
    {"vlan", PARAM_INT, "0", "0", "4094", NULL, "VLAN of a tagged subinterface; 0: untagged", PORT(vlan), true},
    {"mac", PARAM_MAC, "", NULL, NULL, NULL, "MAC address; made from the node's and port's names when empty", PORT(mac), true},
    {"sysopt_noproxyarp", PARAM_BOOL, "off", NULL, NULL, NULL, "no proxy ARP on this interface (sysopt noproxyarp)", PORT(noproxyarp), true},
    {0},
};
/* clang-format on */

static const struct asa_port *config_of(const struct ip_iface *i)
{
    return i->port->config;
}

/* --- proxy ARP ---------------------------------------------------------------------------------------- */

static bool is_host_of(const struct ip_iface *i, struct ip4 a)
{
    uint32_t host_bits = i->prefix_len == 32 ? 0 : ~0u >> i->prefix_len;
    bool edge = i->prefix_len <= 30 && ((a.v & host_bits) == 0 || (a.v & host_bits) == host_bits);
    return ip4_in(a, i->addr, i->prefix_len) && !edge;
}

/* The ASA's own rule: it does not ask where the address is. For an address of the connected subnet only; not for an
 * announcement. NULL: no. */
static const struct asa_rule *rule_for(const struct asa *f, const struct ip_iface *in, const struct arp *a)
{
    if (!f->proxy_arp || config_of(in)->noproxyarp || !is_host_of(in, a->tpa) || ip4_eq(a->spa, a->tpa))
        return NULL;
    if (a->spa.v == 0 && !f->answer_probes)
        return NULL;
    return asa_nat_answers(f->rules, str_of(in->port->name), a->tpa);
}

static uint64_t answer_for(void *arg, const struct ip_iface *in, const struct arp *a)
{
    struct asa *f = arg;
    char why[64];
    struct txtbuf t = txtbuf_of(why, sizeof why);
    const struct asa_rule *r = rule_for(f, in, a);
    if (!r)
        return 0;
    txtbuf_add(&t, "a mapped address of its NAT rule %u", (unsigned)r->number);
    uint64_t record = routed_proxy_arp(f->node, in, a->tpa, txtbuf_view(&t));
    bus_because(f->node->sim, record, node_limit(f->node, "nat"), BECAUSE_LIMIT);
    return record;
}

/* --- judging ------------------------------------------------------------------------------------------ */

static void ports_of(struct asa_packet *p, const struct str *payload)
{
    struct rd r = rd_of(payload->p, payload->n);
    p->src.port = rd_u16(&r);
    p->dst.port = rd_u16(&r);
}

/* False: it is no good TCP segment. */
static bool look_inside(struct asa_packet *p, const struct ip4_hdr *h, struct str payload)
{
    struct rd r = rd_of(payload.p, payload.n);
    p->bytes = payload.n;
    if (h->proto == IP4_UDP)
        ports_of(p, &payload);
    if (h->proto != IP4_TCP)
        return true;
    if (!tcp_seg_get(&r, h->src, h->dst, &p->tcp))
        return false;
    p->src.port = p->tcp.src_port;
    p->dst.port = p->tcp.dst_port;
    p->bytes = p->tcp.payload.n;
    return true;
}

/* Back out of the same interface is between equal levels, too. */
static bool may_begin(const struct asa *f, const struct ip_iface *in, const struct ip_iface *out)
{
    int64_t from = config_of(in)->security_level, to = config_of(out)->security_level;
    return from != to ? from > to : f->same_security;
}

static bool begins(const struct asa_packet *p)
{
    return p->proto != IP4_TCP || (p->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/* It came here because of what its sender had learned by ARP. */
static void refuse(struct asa *f, struct port *in, const struct frame *frame, enum drop_reason why)
{
    bus_because(f->node->sim, frame_drop(in, frame, why), frame->aimed_by, BECAUSE_STATE);
}

/* May the packet pass? Otherwise it was dropped here. */
static bool admit(struct asa *f, const struct ip_iface *in, const struct frame *frame, struct asa_packet *p)
{
    struct ip4 hop;
    uint8_t len;
    const struct ip_iface *out = ip_route(f->ip, p->dst.addr, &hop, &len);
    struct asa_conn *k = asa_conns_find(&f->conns, p);
    p->in = in->port->name;
    if (!k && !begins(p)) {
        refuse(f, in->port, frame, DROP_ASA_NO_CONNECTION);
        asa_log_no_connection(f->node, p);
        return false;
    }
    if (!out || asa_nat_translates(f->rules, str_of(p->in), p->dst.addr)) {
        refuse(f, in->port, frame, out ? DROP_ASA_NOT_TRANSLATED : DROP_ASA_NO_ROUTE);
        return false;
    }
    p->out = out->port->name;
    p->outward = config_of(out)->security_level <= config_of(in)->security_level;
    if (!k && !may_begin(f, in, out)) {
        refuse(f, in->port, frame, DROP_ASA_DENIED);
        asa_log_denied(f->node, p);
        return false;
    }
    asa_conns_pass(&f->conns, k ? k : asa_conns_build(&f->conns, p), p);
    return true;
}

/* --- the MSS of a SYN --------------------------------------------------------------------------------- */

#define OPT_NOP 1
#define OPT_MSS 2

/* Where the value of the MSS option stands in a good TCP header; NULL: there is none. */
static uint8_t *find_mss(uint8_t *tcp)
{
    uint8_t *end = tcp + (tcp[12] >> 4) * 4;
    for (uint8_t *o = tcp + TCP_HEADER_BYTES; o < end && *o; o += *o == OPT_NOP ? 1 : o[1]) {
        if (*o == OPT_MSS)
            return o + 2;
    }
    return NULL;
}

/* The same frame with a smaller MSS; it is never sent as it is, so it needs no number. */
static struct frame *clamped(struct asa *f, const struct frame *from, const struct ip4_hdr *h, struct str payload)
{
    struct frame *to = frame_new(f->node->net, from->len);
    size_t at = (size_t)(payload.p - (const char *)from->bytes);
    __builtin_memcpy(to->bytes, from->bytes, from->len);
    to->len = from->len;
    to->flow = from->flow;
    to->copy = from->copy;
    uint8_t *mss = find_mss(to->bytes + at);
    mss[0] = (uint8_t)(f->mss >> 8);
    mss[1] = (uint8_t)f->mss;
    tcp_seg_seal(to->bytes + at, payload.n, h->src, h->dst);
    return to;
}

static void transit(struct asa *f, const struct ip_iface *in, const struct frame *frame, const struct ip4_hdr *h,
                    struct str payload)
{
    struct asa_packet p = {.proto = h->proto, .src = {.addr = h->src}, .dst = {.addr = h->dst}};
    if (!look_inside(&p, h, payload)) {
        frame_drop(in->port, frame, DROP_MALFORMED);
        return;
    }
    if (!admit(f, in, frame, &p))
        return;
    if (!(p.tcp.flags & TCP_SYN) || f->mss == 0 || p.tcp.mss <= f->mss) {
        ip_on_frame(f->ip, in->port, frame);
        return;
    }
    struct frame *other = clamped(f, frame, h, payload);
    ip_on_frame(f->ip, in->port, other);
    frame_unref(f->node->net, other);
}

/* --- frames ------------------------------------------------------------------------------------------- */

static const struct ip_iface *iface_of(const struct asa *f, const struct port *in, const struct eth *e)
{
    uint16_t vid = e->tagged ? e->vid : 0;
    for (uint32_t i = 0; i < ip_iface_count(f->ip); i++) {
        const struct ip_iface *at = ip_iface_at(f->ip, i);
        if (at->port == in && at->vlan == vid)
            return at;
    }
    return NULL;
}

static bool is_own(const struct asa *f, struct ip4 a)
{
    for (uint32_t i = 0; i < ip_iface_count(f->ip); i++) {
        if (ip4_eq(ip_iface_at(f->ip, i)->addr, a))
            return true;
    }
    return false;
}

/* What is neither for another host nor a whole datagram is the stack's business. */
static void on_frame(struct node *n, struct port *in, const struct frame *frame)
{
    struct asa *f = n->state;
    struct rd r = rd_of(frame->bytes, frame->len), body;
    struct ip4_hdr h;
    struct eth e;
    const struct ip_iface *i = eth_get(&r, &e) ? iface_of(f, in, &e) : NULL;
    bool unicast = i && e.type == ETH_IP4 && mac_eq(e.dst, i->mac);
    bool whole = unicast && ip4_get(&r, &h, &body) && !h.more_fragments && h.fragment_offset == 0;
    if (whole && !is_own(f, h.dst) && !ip4_is_broadcast(h.dst) && !ip4_is_multicast(h.dst) && h.dst.v)
        transit(f, i, frame, &h, rd_bytes(&body, rd_left(&body)));
    else
        ip_on_frame(f->ip, in, frame);
}

/* --- making ------------------------------------------------------------------------------------------- */

static bool init(struct node *n, struct err *e)
{
    struct asa *f = n->state;
    f->node = n;
    struct ip_options o = {.forward = true,
                           .keep_ttl = true,
                           .arp_timeout_name = "asa_arp_timeout",
                           .arp_timeout = f->arp_timeout,
                           .arp_retry = dur_s(1),
                           .arp_tries = 3,
                           .answering = &f->answering};
    f->answering = (struct ip_answering){&f->arp_delay, answer_for, f};
    f->ip = ip_new(n, &o);
    asa_conns_init(&f->conns, n, &f->conns_config);
    return asa_nat_parse(sim_arena(n->sim), str_of(f->nat), &f->rules, e);
}

static bool is_interface(const struct node *n, struct str name)
{
    for (uint16_t i = 0; i < n->port_count; i++) {
        if (str_eq(name, str_of(n->ports[i]->name)))
            return true;
    }
    return str_eq(name, STR("any"));
}

static bool check_rules(struct node *n, struct err *e)
{
    const struct asa *f = n->state;
    for (const struct asa_rule *r = f->rules; r; r = r->next) {
        struct str unknown = is_interface(n, r->real_if) ? r->mapped_if : r->real_if;
        if (!is_interface(n, unknown))
            return err_set(e, "parameter 'nat': there is no interface '%.*s'", STR_ARG(unknown));
    }
    return true;
}

static bool ready(struct node *n, struct err *e)
{
    struct asa *f = n->state;
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct asa_port *c = n->ports[i]->config;
        struct routed_port routed = {c->address, (uint16_t)c->vlan, c->mac};
        if (!routed_port_add(f->ip, n->ports[i], &routed, e))
            return false;
    }
    return check_rules(n, e) && routed_routes_add(f->ip, f->routes, e);
}

static void conn_rows(const struct node *n, struct table *t)
{
    const struct asa *f = n->state;
    asa_conn_rows(&f->conns, t);
}

static const struct model_table tables[] = {
    {"arp", "show arp", &asa_show_arp, show_arp_rows},
    {"connections", "show conn", &asa_show_conn, conn_rows},
    {"routes", "show route", &asa_show_route, show_route_rows},
    {0},
};

const struct model model_asa = {
    .name = "asa",
    .doc = "Cisco ASA firewall: stateful, with proxy ARP for its NAT rules.",
    .state_size = sizeof(struct asa),
    .params = params,
    .port_config_size = sizeof(struct asa_port),
    .port_params = port_params,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .ready = ready,
    .on_frame = on_frame,
};
