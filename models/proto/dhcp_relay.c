/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_relay.c: see dhcp_relay.h. */
#include "models/proto/dhcp_relay.h"

#include "models/wire/dhcp.h"

#define HOPS_MAX 16 /* RFC 1542 4.1.1 */
#define MESSAGE_MAX 1472
#define CIRCUIT_ID 1 /* sub-option of RFC 3046 */

static void on_request(struct dhcp_relay *r, struct dhcp *m)
{
    uint32_t iface = ip_arrival(r->ip);
    const struct ip_iface *in = ip_iface_at(r->ip, iface);
    uint8_t circuit[64], bytes[MESSAGE_MAX];
    if (m->hops >= HOPS_MAX) {
        ip_discard(r->node, "dhcp-hops");
        return;
    }
    m->hops++;
    if (m->giaddr.v == 0) {
        m->giaddr = in->addr;
        struct wr w = wr_of(circuit, sizeof circuit);
        struct str name = str_of(in->port->name);
        wr_u8(&w, CIRCUIT_ID);
        wr_u8(&w, (uint32_t)(name.n < 60 ? name.n : 60));
        wr_bytes(&w, name.p, name.n < 60 ? name.n : 60);
        if (r->information && !m->option[DHCP_RELAY_INFO].p)
            m->option[DHCP_RELAY_INFO] = str_of_bytes(circuit, wr_len(&w));
    }
    struct wr w = wr_of(bytes, sizeof bytes);
    dhcp_put(&w, m);
    dhcp_pad(&w);
    for (int i = 0; wr_ok(&w) && i < DHCP_HELPERS_MAX && r->helper[iface][i].v; i++) {
        struct udp u = {.dst = r->helper[iface][i],
                        .src_port = DHCP_SERVER_PORT,
                        .dst_port = DHCP_SERVER_PORT,
                        .payload = str_of_bytes(bytes, wr_len(&w))};
        if (!ip_send_udp(r->ip, &u, DSCP_CS3))
            ip_discard(r->node, "no-route");
    }
}

static int iface_with(const struct dhcp_relay *r, struct ip4 a)
{
    for (uint32_t i = 0; i < ip_iface_count(r->ip); i++) {
        if (ip4_eq(ip_iface_at(r->ip, i)->addr, a))
            return (int)i;
    }
    return -1;
}

static void on_reply(struct dhcp_relay *r, struct dhcp *m)
{
    uint8_t bytes[MESSAGE_MAX];
    int iface = iface_with(r, m->giaddr);
    struct wr w = wr_of(bytes, sizeof bytes);
    if (iface < 0) {
        ip_discard(r->node, "dhcp-not-ours");
        return;
    }
    m->option[DHCP_RELAY_INFO] = STR_NONE;
    dhcp_put(&w, m);
    dhcp_pad(&w);
    bool to_all = m->broadcast || m->yiaddr.v == 0;
    struct udp u = {.src = m->giaddr,
                    .dst = to_all ? IP4_BROADCAST : m->yiaddr,
                    .src_port = DHCP_SERVER_PORT,
                    .dst_port = DHCP_CLIENT_PORT,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    ip_send_udp_to(r->ip, (uint32_t)iface, to_all ? MAC_BROADCAST : m->chaddr, &u, DSCP_CS3);
}

static void on_udp(void *arg, const struct udp *u, const struct frame *f)
{
    struct dhcp_relay *r = arg;
    struct rd rd = rd_of(u->payload.p, u->payload.n);
    struct dhcp m;
    (void)f;
    if (!dhcp_get(&rd, &m))
        ip_discard(r->node, "bad-dhcp");
    else if (m.reply)
        on_reply(r, &m);
    else
        on_request(r, &m);
}

void dhcp_relay_init(struct dhcp_relay *r, struct node *n, struct ip_stack *ip)
{
    r->node = n;
    r->ip = ip;
}

bool dhcp_relay_add(struct dhcp_relay *r, uint32_t iface, const char *helpers, struct err *e)
{
    struct str rest = str_of(helpers);
    for (int i = 0; rest.n; i++) {
        struct str one = str_trim(str_cut(&rest, ','));
        if (i == DHCP_HELPERS_MAX)
            return err_set(e, "parameter 'helper_address': '%s' has more than %d addresses", helpers,
                           DHCP_HELPERS_MAX);
        if (!ip4_parse(one, &r->helper[iface][i]))
            return err_set(e, "parameter 'helper_address': '%.*s' is not an IPv4 address", STR_ARG(one));
    }
    if (helpers[0] && !r->bound) {
        r->bound = true;
        ip_bind(r->ip, DHCP_SERVER_PORT, on_udp, r);
    }
    return true;
}
