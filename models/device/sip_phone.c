/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_phone.c: a Cisco SIP desk phone on one switch port: an IPv4 host in the voice VLAN with a TCP
 * engine and a registration (models/proto/sip_group.h). It starts configured: its address, gateway and
 * CUCM group are parameters. */
#include "models/net/frame.h"
#include "models/net/ip.h"
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/group_show.h"
#include "models/proto/sip_group.h"

#define DSCP_CS3 24
#define COS_SIGNALLING 3
#define SIP_PORT 5060

struct sip_phone {
    /* configuration */
    struct mac mac;
    struct ip4 address, gateway;
    int64_t prefix_len, voice_vlan, local_port, cseq_first, isn;
    const char *cucm_group, *contact_uuid, *standing_text;
    int model;
    bool announce;
    struct sim_dur power_on_at, arp_timeout, standby_offset, reconnect_interval;
    struct phone_config config;
    struct leg_identity identity;
    struct tcp_config tcp_config;
    struct standing *standing; /* NULL: it starts from nothing */
    /* parts */
    char device[16];
    struct ip_stack *ip;
    struct tcp *tcp;
    struct sip_group group;
    struct tmr power;
    bool powered;
};

#define AT(field) offsetof(struct sip_phone, field)

/* clang-format off */
static const struct param_def params[] = {
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC address; also names the device SEP<MAC>", AT(mac), true},
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "IPv4 address", AT(address), true},
    {"prefix_len", PARAM_INT, "24", "1", "30", NULL, "length of the subnet's prefix", AT(prefix_len), true},
    {"gateway", PARAM_IP4, "", NULL, NULL, NULL, "default router", AT(gateway), true},
    {"voice_vlan", PARAM_INT, "0", "0", "4094", NULL, "VLAN the phone tags its frames with; 0: untagged", AT(voice_vlan), true},
    {"cucm_group", PARAM_TEXT, NULL, NULL, NULL, NULL, "nodes in order of priority, up to 3: 'address' or 'name=address', separated by commas", AT(cucm_group), true},
    {"dn", PARAM_TEXT, NULL, NULL, NULL, NULL, "directory number of the first line", AT(config.dn), true},
    {"phone_model", PARAM_ENUM, "8961", NULL, NULL, CISCO_PHONE_MODELS, "phone model", AT(model), true},
    {"load", PARAM_TEXT, "9.3.1", NULL, NULL, NULL, "firmware, as in the User-Agent header", AT(config.load), true},
    {"contact_uuid", PARAM_TEXT, "", NULL, NULL, NULL, "user part of the Contact; drawn when empty", AT(contact_uuid), true},
    {"sip_local_port", PARAM_INT, "", "1024", "65535", NULL, "TCP port of the first connection to the group's first node; drawn when empty", AT(local_port), true},
    {"tcp_isn_phone", PARAM_INT, "", "0", "4294967295", NULL, "initial sequence number of that connection; drawn unless given", AT(isn), false},
    {"gratuitous_arp", PARAM_BOOL, "on", NULL, NULL, NULL, "announce the address when it is taken into use", AT(announce), false},
    {"power_on_at", PARAM_DUR, "0s", "0s", "30d", NULL, "when the phone is powered, from the start of the run", AT(power_on_at), false},
    {"timer_register_expires", PARAM_DUR, "3600s", "1s", "1d", NULL, "Expires asked for in REGISTER", AT(config.timer_register_expires), false},
    {"timer_register_delta", PARAM_DUR, "5s", "0s", "1h", NULL, "refresh this long before the granted time ends", AT(config.timer_register_delta), false},
    {"timer_keepalive_expires", PARAM_DUR, "120s", "1s", "1d", NULL, "period of standby keepalives and of probes", AT(config.timer_keepalive_expires), false},
    {"secondary_keepalive_offset", PARAM_DUR, "0s", "0s", "1h", NULL, "from the 200 OK that registers the phone to the first standby keepalive", AT(standby_offset), false},
    {"connection_monitor_duration", PARAM_DUR, "120s", "0s", "1d", NULL, "how long a higher node must answer before the phone falls back to it", AT(config.connection_monitor_duration), false},
    {"reconnect_interval", PARAM_DUR, "30s", "1s", "1h", NULL, "between attempts to reach a node that refuses or is silent", AT(reconnect_interval), false},
    {"sip_timer_f", PARAM_DUR, "32s", "1s", "1d", NULL, "a request without final answer fails after this (RFC 3261: 64*T1)", AT(identity.timer_f), false},
    {"cseq_first", PARAM_INT, "101", "1", "2000000000", NULL, "CSeq of the first REGISTER of each dialog", AT(cseq_first), false},
    {"clock_offset", PARAM_DUR, "0s", "-1d", "1d", NULL, "the phone's clock against the servers', as its Date headers show", AT(identity.clock_offset), false},
    {"standing", PARAM_TEXT, "", NULL, NULL, NULL, STANDING_PHONE_DOC, AT(standing_text), true},
    {"arp_timeout", PARAM_DUR, "300s", "1s", "30d", NULL, "ARP entries live this long since they were last confirmed", AT(arp_timeout), false},
    TCP_PARAMS(struct sip_phone, tcp_config, "", "22s", "400us"),
    {0},
};
/* clang-format on */

/* "a.b.c.d" or "name=a.b.c.d": the name is what stands in the Request-URI. */
static bool parse_member(struct node *n, struct str text, struct cucm_member *out, struct err *e)
{
    struct str addr = str_trim(text), name = addr;
    if (str_find(addr, STR("=")) >= 0)
        name = str_trim(str_cut(&addr, '='));
    addr = str_trim(addr);
    if (!ip4_parse(addr, &out->addr))
        return err_set(e, "parameter 'cucm_group': '%.*s' is not an IPv4 address", STR_ARG(addr));
    out->name = str_of(arena_strdup(sim_arena(n->sim), name));
    out->sip_port = SIP_PORT;
    return true;
}

static bool parse_group(struct node *n, struct sip_phone *p, struct err *e)
{
    struct str rest = str_of(p->cucm_group);
    while (rest.n) {
        struct str one = str_cut(&rest, ',');
        if (p->config.member_count == CUCM_GROUP_MAX)
            return err_set(e, "parameter 'cucm_group': '%s' has more than %d nodes", p->cucm_group,
                           CUCM_GROUP_MAX);
        if (!parse_member(n, one, &p->config.group[p->config.member_count++], e))
            return false;
    }
    return p->config.member_count > 0 || err_set(e, "parameter 'cucm_group' is empty");
}

static void draw_uuid(struct node *n, struct sip_phone *p)
{
    struct rng r = node_dice(n, "sip/uuid");
    uint64_t a = rng_u64(&r), b = rng_u64(&r);
    struct txtbuf t = txtbuf_of(p->identity.contact_uuid, sizeof p->identity.contact_uuid);
    if (p->contact_uuid[0])
        txtbuf_cstr(&t, p->contact_uuid);
    else
        txtbuf_add(&t, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
                   (unsigned)(a & 0xffff), (unsigned)(b >> 48),
                   (unsigned long long)(b & 0xffffffffffffu));
}

static void make_identity(struct node *n, struct sip_phone *p)
{
    struct leg_identity *id = &p->identity;
    struct txtbuf t = txtbuf_of(p->device, sizeof p->device);
    id->mac = mac_u64(p->mac);
    cisco_device_name(&t, id->mac);
    id->device = p->device;
    id->config = &p->config;
    id->model = cisco_phone_model(p->model);
    id->cseq_first = (uint32_t)p->cseq_first;
    id->dscp = DSCP_CS3;
    draw_uuid(n, p);
}

static void make_stack(struct node *n, struct sip_phone *p, struct port *port)
{
    struct ip_options o = {.arp_timeout_name = "arp_timeout",
                           .arp_timeout = p->arp_timeout,
                           .arp_retry = dur_s(1),
                           .arp_tries = 3};
    struct ip_iface i = {.port = port, .mac = p->mac, .addr = p->address,
                         .prefix_len = (uint8_t)p->prefix_len, .vlan = (uint16_t)p->voice_vlan,
                         .pcp = COS_SIGNALLING};
    p->ip = ip_new(n, &o);
    ip_add_iface(p->ip, &i);
    if (node_param(n, "gateway").given)
        ip_add_route(p->ip, (struct ip4){0}, 0, p->gateway);
    p->tcp = tcp_new(n, p->ip, &p->tcp_config);
}

static bool parse_standing(struct node *n, struct sip_phone *p, struct err *e)
{
    if (!p->standing_text[0])
        return true;
    p->standing = ARENA_NEW(sim_arena(n->sim), struct standing);
    if (!standing_parse(STANDING_PHONE, str_of(p->standing_text), p->standing, e))
        return err_wrap(e, "parameter 'standing'");
    return !ip4_eq(ip_source(p->ip, p->config.group[0].addr), (struct ip4){0}) ||
           err_set(e, "parameter 'standing': there is no route to the first node of 'cucm_group'");
}

static bool init(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    struct port *port;
    if (!parse_group(n, p, e) || !node_port(n, STR("net"), NULL, 0, &port, e))
        return false;
    make_identity(n, p);
    make_stack(n, p, port);
    if (!parse_standing(n, p, e))
        return false;
    p->group.standby_offset = p->standby_offset;
    p->group.reconnect_interval = p->reconnect_interval;
    group_init(&p->group, n, p->tcp, &p->identity);
    struct sip_leg *first = &p->group.leg[0];
    first->local_port = (uint16_t)p->local_port;
    first->isn_given = node_param(n, "tcp_isn_phone").given;
    first->isn = (uint32_t)p->isn;
    return true;
}

/* Mid-life: the neighbour on the way to CUCM was asked for long ago; so it is asked for ahead of need. */
static void resume(struct node *n, struct sip_phone *p)
{
    struct ip4 cucm = p->config.group[0].addr;
    BUS_NOTE(n->sim, n->id, "sip", "starts mid-life, registered at {}: its next REGISTER is CSeq {}",
             V_IP4(cucm.v), V_U64((uint64_t)p->cseq_first));
    uint32_t mask = ~0u << (32 - p->prefix_len);
    bool on_link = ((cucm.v ^ p->address.v) & mask) == 0;
    ip_resolve(p->ip, on_link ? cucm : p->gateway);
    group_resume(&p->group, p->standing);
}

static void power_on(void *owner)
{
    struct node *n = owner;
    struct sip_phone *p = n->state;
    struct rec r = {.kind = REC_STATE, .node = n->id};
    r.state = (struct rec_state){"power", p->device, "off", "power-on", "on"};
    bus_publish(n->sim, &r);
    p->powered = true;
    if (p->standing) {
        resume(n, p);
        return;
    }
    if (p->announce)
        ip_announce(p->ip);
    group_start(&p->group);
}

static void start(struct node *n)
{
    struct sip_phone *p = n->state;
    tmr_init(&p->power, n->sim, n->id, "phone.power", n, power_on);
    tmr_arm(&p->power, p->power_on_at);
}

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct sip_phone *p = n->state;
    if (p->powered)
        ip_on_frame(p->ip, in, f);
    else
        frame_drop(in, f, DROP_NODE_DOWN);
}

/* --- what it shows ------------------------------------------------------------------------------ */

static void item(struct table *t, const char *name, const char *value)
{
    table_text(t, name);
    table_text(t, value);
}

static void item_ip4(struct table *t, const char *name, struct ip4 a)
{
    char text[20];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    ip4_text(&b, a);
    item(t, name, text);
}

static void item_server(struct table *t, const struct sip_group *g, int i)
{
    char name[20], value[48];
    struct txtbuf b = txtbuf_of(name, sizeof name), v = txtbuf_of(value, sizeof value);
    txtbuf_add(&b, "CUCM Server%d", i + 1);
    ip4_text(&v, g->config->group[i].addr);
    if (group_role(g, i)[0])
        txtbuf_add(&v, " (%s)", group_role(g, i));
    item(t, name, value);
}

/* In the order of a phone's own page, Settings > Status and Network Setup. */
static void status_rows(const struct node *n, struct table *t)
{
    const struct sip_phone *p = n->state;
    const struct sip_group *g = &p->group;
    char vlan[16] = "", type[24];
    struct txtbuf v = txtbuf_of(vlan, sizeof vlan), m = txtbuf_of(type, sizeof type);
    txtbuf_add(&v, "%lld", (long long)p->voice_vlan);
    txtbuf_add(&m, "CP-%s", p->identity.model->name);
    item(t, "MAC Address", p->device + 3); /* SEP and the address */
    item(t, "Host Name", p->device);
    item(t, "Phone DN", p->config.dn);
    item(t, "Model Number", type);
    item(t, "Active Load ID", p->config.load);
    item_ip4(t, "IP Address", p->address);
    item_ip4(t, "Subnet Mask", (struct ip4){~0u << (32 - p->prefix_len)});
    if (node_param(n, "gateway").given)
        item_ip4(t, "Default Router 1", p->gateway);
    item(t, "Operational VLAN Id", p->voice_vlan ? vlan : "");
    for (int i = 0; i < p->config.member_count; i++)
        item_server(t, g, i);
    item(t, "Registration", fsm_state_name(&g->fsm));
    if (g->at == GROUP_NOWHERE)
        item(t, "Registered to", "");
    else
        item_ip4(t, "Registered to", p->config.group[g->at].addr);
}

static void server_rows(const struct node *n, struct table *t)
{
    const struct sip_phone *p = n->state;
    group_rows(&p->group, t);
}

static const struct model_table tables[] = {
    {"status", "Status", &show_page, status_rows},
    {"servers", "CUCM servers", &group_nodes, server_rows},
    {"connections", "netstat -ano", &show_netstat, show_tcp_rows},
    {"arp", "arp -n", &show_arp_linux, show_arp_rows},
    {0},
};

const struct model model_sip_phone = {
    .name = "sip-phone",
    .doc = "Cisco SIP desk phone: registers with a group of CUCM nodes over TCP.",
    .state_size = sizeof(struct sip_phone),
    .params = params,
    .tables = tables,
    .init = init,
    .start = start,
    .on_frame = on_frame,
};
