/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_icmp.c: echo is answered; errors are sent about datagrams this node could not deliver or
 * forward (RFC 792, RFC 1122 3.2.2). Of errors that arrive, the user of a UDP port hears if it wants to. */
#include "models/net/ip_state.h"

#define QUOTED_BYTES 8 /* of the datagram's data, RFC 792 */

static void emit(struct ip_stack *s, struct ip4 src, struct ip4 dst, const struct icmp *m)
{
    size_t len = ICMP_HEADER_BYTES + m->payload.n;
    struct wr w;
    struct frame *f = ip_begin(s, dst, len, &w);
    if (!f)
        return;
    icmp_put(&w, m);
    ASSERT(wr_ok(&w));
    ip_send_as(s, f, src, dst, IP4_ICMP, 0, len);
}

void ip_icmp_input(void *stack, const struct ip4_hdr *h, struct str payload, const struct frame *f)
{
    struct ip_stack *s = stack;
    struct rd r = rd_of(payload.p, payload.n);
    struct icmp m;
    (void)f;
    if (!icmp_get(&r, &m)) {
        ip_discard(s->node, ip_bad(&r, "bad-icmp"));
        return;
    }
    if (m.type == ICMP_UNREACHABLE)
        ip_udp_refused(s, m.payload);
    if (m.type != ICMP_ECHO || !ip_is_own(s, h->dst))
        return; /* RFC 1122 3.2.2.6: an echo request to a broadcast address may go unanswered */
    m.type = ICMP_ECHO_REPLY;
    emit(s, h->dst, h->src, &m);
}

static bool is_icmp_error(const struct ip4_hdr *h, struct str payload)
{
    uint8_t type = payload.n ? (uint8_t)payload.p[0] : ICMP_UNREACHABLE;
    return h->proto == IP4_ICMP && type != ICMP_ECHO && type != ICMP_ECHO_REPLY;
}

/* RFC 1122 3.2.2: never about an error, a broadcast, a later fragment, or for a sender that is
 * none. */
static bool may_complain(const struct ip_stack *s, const struct ip4_hdr *h, struct str payload,
                         const struct frame *about)
{
    struct mac dst;
    struct rd r = rd_of(about->bytes, about->len);
    rd_copy(&r, dst.b, sizeof dst.b);
    if (mac_is_group(dst) || ip4_is_broadcast(h->dst) || ip4_is_multicast(h->dst) ||
        h->fragment_offset)
        return false;
    if (h->src.v == 0 || ip4_is_broadcast(h->src) || ip4_is_multicast(h->src))
        return false;
    for (uint32_t i = 0; i < s->iface_count; i++) {
        if (ip_is_iface_broadcast(s->ifaces[i], h->dst))
            return false;
    }
    return !is_icmp_error(h, payload);
}

void ip_icmp_error(struct ip_stack *s, uint8_t type, uint8_t code, const struct ip4_hdr *h,
                   struct str payload, const struct frame *about)
{
    if (!may_complain(s, h, payload, about))
        return;
    uint8_t quote[60 + QUOTED_BYTES];
    struct wr w = wr_of(quote, sizeof quote);
    ip4_put(&w, h);
    wr_bytes(&w, payload.p, payload.n < QUOTED_BYTES ? payload.n : QUOTED_BYTES);
    struct icmp m = {.type = type, .code = code, .payload = str_of_bytes(quote, wr_len(&w))};
    emit(s, ip_is_own(s, h->dst) ? h->dst : ip_source(s, h->src), h->src, &m);
}
