/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_proxy.c: a server that is a stateful SIP proxy (proxy.h) and nothing else. */
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/host.h"
#include "models/proto/proxy.h"

struct sip_proxy {
    /* configuration */
    struct host_config host;
    struct tcp_config tcp_config;
    struct proxy_config config;
    /* parts */
    struct ip_stack *ip;
    struct proxy proxy;
};

/* clang-format off */
static const struct param_def params[] = {
    HOST_PARAMS(struct sip_proxy, host),
    PROXY_PARAMS(struct sip_proxy, config),
    TCP_PARAMS(struct sip_proxy, tcp_config, "server_", "0s", "0s"),
    {0},
};
/* clang-format on */

static bool init(struct node *n, struct err *e)
{
    struct sip_proxy *p = n->state;
    if (!host_init(n, &p->host, &p->ip, e))
        return false;
    p->tcp_config.giveup_name = "server_tcp_giveup";
    struct tcp *tcp = tcp_new(n, p->ip, &p->tcp_config);
    return proxy_init(&p->proxy, n, p->ip, tcp, p->host.address, &p->config, e);
}

static void start(struct node *n)
{
    const struct sip_proxy *p = n->state;
    host_start(&p->host, p->ip);
}

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    const struct sip_proxy *p = n->state;
    ip_on_frame(p->ip, in, f);
}

static void call_rows(const struct node *n, struct table *t)
{
    const struct sip_proxy *p = n->state;
    show_proxy_calls_rows(&p->proxy.calls, t);
}

static const struct model_table tables[] = {
    {"calls", "show calls", &show_proxy_calls, call_rows},
    {"arp", "show ip arp", &show_arp_ios, show_arp_rows},
    {0},
};

const struct model model_sip_proxy = {
    .name = "sip-proxy",
    .doc = "Stateful, record-routing SIP proxy with session timers.",
    .state_size = sizeof(struct sip_proxy),
    .params = params,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .start = start,
    .on_frame = on_frame,
};
