/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_provider.c: the other end of a SIP trunk: a user agent with people behind it who call and are called. */
#include "models/net/show.h"
#include "models/proto/host.h"
#include "models/proto/host_power.h"
#include "models/proto/talker.h"

struct provider {
    /* configuration */
    struct host_config host;
    struct tcp_config tcp_config;
    struct sip_ua_config config;
    struct talker_config talker_config;
    const char *number, *peer;
    int over;
    /* parts */
    struct ip_stack *ip;
    struct tcp *tcp;
    struct sip_ua ua;
    struct talker talker;
    struct host_power power;
};

#define AT(field) offsetof(struct provider, field)

/* clang-format off */
static const struct param_def params[] = {
    HOST_PARAMS(struct provider, host),
    {"number", PARAM_TEXT, "1001", NULL, NULL, NULL, "its own number", AT(number), true},
    {"sip_peer", PARAM_TEXT, "", NULL, NULL, NULL, "where its calls go: an address, with :port unless it is 5060", AT(peer), true},
    {"sip_transport", PARAM_ENUM, "udp", NULL, NULL, SIP_OVER_CHOICES, "what its calls go over", AT(over), true},
    SIP_UA_PARAMS(struct provider, config),
    TALKER_PARAMS(struct provider, talker_config),
    TCP_PARAMS(struct provider, tcp_config, "server_", "0s", "0s"),
    {0},
};
/* clang-format on */

static bool init(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    if (!host_init(n, &p->host, &p->ip, e) || !sip_ua_configure(&p->config, e))
        return false;
    p->tcp_config.giveup_name = "server_tcp_giveup";
    p->tcp = tcp_new(n, p->ip, &p->tcp_config);
    p->config.product = "SIP-Provider";
    p->config.sdp_user = "provider";
    p->config.methods = SIP_METHODS;
    sip_ua_init(&p->ua, n, p->ip, p->tcp, SIP_PORT, &p->config, &talker_user, NULL, &p->talker);
    if (!talker_init(&p->talker, n, &p->ua, p->number, &p->talker_config, e))
        return false;
    if (p->peer[0] && !sip_hop_parse(str_of(p->peer), &p->talker.hop))
        return err_set(e, "parameter 'sip_peer': '%s' is no address with a port", p->peer);
    p->talker.hop.over = p->over == 0 ? SIP_OVER_UDP : SIP_OVER_TCP;
    return true;
}

static void start(struct node *n)
{
    struct provider *p = n->state;
    bool open = sip_ua_open(&p->ua);
    ASSERT(open);
    host_start(&p->host, p->ip);
}

static bool crash(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    if (!host_power_is_on(&p->power, n, e))
        return false;
    talker_power_off(&p->talker);
    sip_ua_power_off(&p->ua);
    tcp_power_off(p->tcp);
    ip_power_off(p->ip);
    host_power_cut(&p->power, n);
    return true;
}

static bool start_again(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    if (!host_power_return(&p->power, n, e))
        return false;
    return sip_ua_open(&p->ua) || err_set(e, "port %d is taken", SIP_PORT);
}

static bool call(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    return talker_call(&p->talker, e);
}

static bool hang_up(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    return talker_hang_up(&p->talker, e);
}

static bool hold(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    return talker_hold(&p->talker, e);
}

static bool retrieve(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    return talker_retrieve(&p->talker, e);
}

static bool change_codec(struct node *n, struct err *e)
{
    struct provider *p = n->state;
    return talker_change_codec(&p->talker, e);
}

static const struct model_op ops[] = {
    TALKER_OPS(call, hang_up, hold, retrieve, change_codec),
    {"crash", "the host dies at once: its calls are gone, nobody is told", crash},
    {"start", "the host is up again, without its calls", start_again},
    {0},
};

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct provider *p = n->state;
    host_power_on_frame(&p->power, p->ip, in, f);
}

static const struct model_table tables[] = {
    {"connections", "netstat -tn", &show_netstat, show_tcp_rows},
    {"arp", "arp -n", &show_arp_linux, show_arp_rows},
    {0},
};

const struct model model_sip_provider = {
    .name = "sip-provider",
    .doc = "SIP provider: the far end of a trunk, with people who call and are called.",
    .state_size = sizeof(struct provider),
    .params = params,
    .ops = ops,
    .tables = tables,
    .prompt = "*$",
    .init = init,
    .start = start,
    .on_frame = on_frame,
};
