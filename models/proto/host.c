/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.c: see host.h. */
#include "models/proto/host.h"

bool host_init(struct node *n, struct host_config *c, struct ip_stack **out, struct err *e)
{
    struct port *port;
    if (!node_port(n, STR("eth0"), NULL, 0, &port, e))
        return false;
    c->answering.delay = &c->arp_reply_delay;
    struct ip_options o = {.arp_timeout_name = "arp_timeout",
                           .arp_timeout = c->arp_timeout,
                           .arp_table_name = "arp_table_size",
                           .arp_table_size = (uint32_t)c->arp_table_size,
                           .arp_gc_age = c->arp_gc_age,
                           .arp_retry = dur_s(1),
                           .arp_tries = 3,
                           .answering = &c->answering};
    struct ip_iface i = {
        .port = port, .mac = c->mac, .addr = c->address, .prefix_len = (uint8_t)c->prefix_len};
    *out = ip_new(n, &o);
    ip_add_iface(*out, &i);
    if (c->gateway.v)
        ip_add_route(*out, (struct ip4){0}, 0, c->gateway);
    return true;
}

void host_start(const struct host_config *c, struct ip_stack *ip)
{
    if (c->gateway.v)
        ip_resolve(ip, c->gateway);
}
