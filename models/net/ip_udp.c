/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_udp.c: UDP ports of one stack (RFC 768). */
#include <string.h>

#include "models/net/ip_state.h"
#include "models/net/link.h"
#include "models/net/net_state.h"

void ip_bind(struct ip_stack *s, uint16_t port, ip_udp_fn *recv, void *arg)
{
    struct udp_binding *b = map_get(&s->udp_ports, port);
    ASSERT(port != 0 && recv != NULL);
    if (!b) {
        b = ARENA_NEW(sim_arena(s->node->sim), struct udp_binding);
        map_put(&s->udp_ports, port, b);
    }
    ASSERT(b->recv == NULL);
    *b = (struct udp_binding){.recv = recv, .arg = arg};
    net_port_changed(s->node, port);
}

void ip_unbind(struct ip_stack *s, uint16_t port)
{
    struct udp_binding *b = map_get(&s->udp_ports, port);
    ASSERT(b != NULL && b->recv != NULL);
    b->recv = NULL;
    net_port_changed(s->node, port);
}

void ip_on_refused(struct ip_stack *s, uint16_t port, ip_refused_fn *refused)
{
    struct udp_binding *b = map_get(&s->udp_ports, port);
    ASSERT(b != NULL && b->recv != NULL);
    b->refused = refused;
}

bool ip_is_free(const struct ip_stack *s, uint16_t port)
{
    const struct udp_binding *b = map_get(&s->udp_ports, port);
    return !b || !b->recv;
}

void *ip_bound(const struct ip_stack *s, uint16_t port, ip_udp_fn *recv)
{
    const struct udp_binding *b = map_get(&s->udp_ports, port);
    return b && b->recv == recv ? b->arg : NULL;
}

bool ip_send_udp(struct ip_stack *s, const struct udp *u, uint8_t dscp)
{
    size_t len = UDP_HEADER_BYTES + u->payload.n;
    struct udp out = *u;
    struct wr w;
    struct frame *f = ip_begin(s, u->dst, len, &w);
    if (!f)
        return false;
    out.src = ip_source(s, u->dst); /* in the checksum's pseudo header */
    udp_put(&w, &out);
    ASSERT(wr_ok(&w));
    ip_send(s, f, u->dst, IP4_UDP, dscp, len);
    return true;
}

void ip_send_udp_to(struct ip_stack *s, uint32_t iface, struct mac to, const struct udp *u, uint8_t dscp)
{
    const struct ip_iface *i = ip_iface_at(s, iface);
    size_t head = eth_bytes(i->vlan != 0) + IP4_HEADER_BYTES, len = UDP_HEADER_BYTES + u->payload.n;
    struct frame *f = frame_new(s->node->net, head + len < ETH_BYTES_MIN ? ETH_BYTES_MIN : head + len);
    struct wr w = wr_of(f->bytes + head, len);
    udp_put(&w, u);
    ASSERT(wr_ok(&w));
    struct ip4_hdr h = ip_header(s, u->src, u->dst, IP4_UDP, dscp, len);
    size_t whole = ip_put_headers(f, i, &h);
    memcpy(f->bytes, to.b, sizeof to.b); /* the destination stands first */
    port_send(i->port, frame_seal(s->node->net, f, whole));
}

void ip_udp_input(void *stack, const struct ip4_hdr *h, struct str payload, const struct frame *f)
{
    struct ip_stack *s = stack;
    struct rd r = rd_of(payload.p, payload.n);
    struct udp u;
    if (!udp_get(&r, h->src, h->dst, &u)) {
        ip_discard(s->node, ip_bad(&r, "bad-udp"));
        return;
    }
    const struct udp_binding *b = map_get(&s->udp_ports, u.dst_port);
    if (b && b->recv) {
        b->recv(b->arg, &u, f);
        return;
    }
    ip_discard(s->node, "port-unreachable");
    ip_icmp_error(s, ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE, h, payload, f); /* RFC 1122 4.1.3.1 */
}

/* What is quoted is shorter than its header says, so it is no datagram that ip4_get would take. */
void ip_udp_refused(struct ip_stack *s, struct str quoted)
{
    struct rd r = rd_of(quoted.p, quoted.n);
    struct udp u = {0};
    size_t options = (rd_u8(&r) & 15u) * 4u - IP4_HEADER_BYTES;
    rd_bytes(&r, 8);
    bool is_udp = rd_u8(&r) == IP4_UDP;
    rd_u16(&r);
    u.src.v = rd_u32(&r);
    u.dst.v = rd_u32(&r);
    rd_bytes(&r, options);
    u.src_port = rd_u16(&r);
    u.dst_port = rd_u16(&r);
    if (!rd_ok(&r) || !is_udp || !ip_is_own(s, u.src))
        return;
    const struct udp_binding *b = map_get(&s->udp_ports, u.src_port);
    if (b && b->recv && b->refused)
        b->refused(b->arg, &u);
}
