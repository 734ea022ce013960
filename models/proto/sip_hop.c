/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_hop.c: see sip_hop.h. */
#include "models/proto/sip_hop.h"

bool sip_hop_parse(struct str text, struct sip_hop *out)
{
    struct str port = text, addr = str_trim(str_cut(&port, ':'));
    uint64_t number = SIP_PORT;
    *out = (struct sip_hop){.over = SIP_OVER_UDP};
    if (!ip4_parse(addr, &out->addr) || (port.n && (!str_u64(str_trim(port), 65535, &number) || number == 0)))
        return false;
    out->port = (uint16_t)number;
    return true;
}

bool sip_hop_of_uri(struct str uri, struct sip_hop *h)
{
    struct str over = sip_uri_param(uri, STR("transport"));
    struct ip4 addr;
    uint16_t port;
    if (!sip_uri_addr(uri, &addr, &port))
        return false;
    h->addr = addr;
    h->port = port ? port : SIP_PORT;
    if (over.n)
        h->over = str_eq_nocase(over, STR("tcp")) ? SIP_OVER_TCP : SIP_OVER_UDP;
    return true;
}

struct sip_hop sip_hop_of_conn(const struct tcp_conn *c)
{
    return (struct sip_hop){tcp_peer(c), tcp_peer_port(c), SIP_OVER_TCP};
}

const char *sip_over_name(enum sip_over over)
{
    return over == SIP_OVER_TCP ? "TCP" : "UDP";
}

bool sip_hop_eq(const struct sip_hop *a, const struct sip_hop *b)
{
    return ip4_eq(a->addr, b->addr) && a->port == b->port && a->over == b->over;
}
