/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_server.c: a host that gives addresses (models/proto/dhcp_server.h). */
#include "models/proto/dhcp_server.h"

#include "models/net/show.h"
#include "models/proto/host.h"

struct dhcp_host {
    struct host_config host;
    struct dhcp_server_config config;
    struct dhcp_server server;
    struct ip_stack *ip;
};

/* clang-format off */
static const struct param_def params[] = {
    HOST_PARAMS(struct dhcp_host, host),
    DHCP_SERVER_PARAMS(struct dhcp_host, config),
    {0},
};
/* clang-format on */

static bool init(struct node *n, struct err *e)
{
    struct dhcp_host *h = n->state;
    return host_init(n, &h->host, &h->ip, e) && dhcp_server_init(&h->server, n, h->ip, &h->config, e);
}

static void start(struct node *n)
{
    struct dhcp_host *h = n->state;
    dhcp_server_start(&h->server);
    host_start(&h->host, h->ip);
}

static bool stop_service(struct node *n, struct err *e)
{
    struct dhcp_host *h = n->state;
    if (!h->server.running)
        return err_set(e, "the service on '%s' does not run", n->name);
    dhcp_server_stop(&h->server);
    return true;
}

static bool start_service(struct node *n, struct err *e)
{
    struct dhcp_host *h = n->state;
    if (h->server.running)
        return err_set(e, "the service on '%s' runs already", n->name);
    dhcp_server_start(&h->server);
    return true;
}

static bool reconfigure(struct node *n, struct err *e)
{
    struct dhcp_host *h = n->state;
    return dhcp_server_reconfigure(&h->server, e);
}

static const struct model_op ops[] = {
    {"stop", "stops the service: requests are not answered", stop_service},
    {"start", "starts it again, with the bindings it had", start_service},
    {"reconfigure", "gives its pools the options of 'dhcp_pools_later'", reconfigure},
    {0},
};

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct dhcp_host *h = n->state;
    ip_on_frame(h->ip, in, f);
}

static void binding_rows(const struct node *n, struct table *t)
{
    const struct dhcp_host *h = n->state;
    dhcp_binding_rows(&h->server, t);
}

static void pool_rows(const struct node *n, struct table *t)
{
    const struct dhcp_host *h = n->state;
    dhcp_pool_rows(&h->server, t);
}

static void conflict_rows(const struct node *n, struct table *t)
{
    const struct dhcp_host *h = n->state;
    dhcp_conflict_rows(&h->server, t);
}

static const struct model_table tables[] = {
    {"bindings", "show ip dhcp binding", &show_dhcp_binding, binding_rows},
    {"pools", "show ip dhcp pool", &show_dhcp_pool, pool_rows},
    {"conflicts", "show ip dhcp conflict", &show_dhcp_conflict, conflict_rows},
    {"arp", "show ip arp", &show_arp_ios, show_arp_rows},
    {0},
};

const struct model model_dhcp_server = {
    .name = "dhcp-server",
    .doc = "DHCP server: pools of addresses, with the options that phones ask for.",
    .state_size = sizeof(struct dhcp_host),
    .params = params,
    .ops = ops,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .start = start,
    .on_frame = on_frame,
};
