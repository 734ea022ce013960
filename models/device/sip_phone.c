/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_phone.c: a Cisco SIP desk phone on one switch port. It boots (models/proto/phone_boot.h): power,
 * firmware, voice VLAN, address, files; and then registers as its configuration says
 * (models/proto/sip_group.h). With starts=configured it has all that from the beginning: its address,
 * gateway, VLAN and CUCM group are parameters then. */
#include "models/net/frame.h"
#include "models/net/ip.h"
#include "models/net/show.h"
#include "models/net/tcp.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/cucm_group.h"
#include "models/proto/group_show.h"
#include "models/proto/phone_boot.h"
#include "models/proto/sip_group.h"

#define DSCP_CS3 24
#define COS_SIGNALLING 3

enum { STARTS_COLD, STARTS_CONFIGURED }; /* "cold|configured" */

struct sip_phone {
    /* configuration */
    int64_t local_port, cseq_first, isn;
    const char *cucm_group, *contact_uuid, *standing_text, *load;
    int model, starts;
    struct boot_config boot_config;
    struct sim_dur power_on_at, arp_timeout, standby_offset, reconnect_interval;
    struct phone_config config;
    struct leg_identity identity;
    struct tcp_config tcp_config;
    struct standing *standing; /* NULL: it starts from nothing */
    /* parts */
    struct node *node;
    char device[16], version[32]; /* version: of the firmware, as in the User-Agent */
    struct ip_stack *ip;
    struct tcp *tcp;
    struct sip_group group;
    struct tmr power;
    struct phone_boot *boot; /* NULL: it starts configured */
    struct phone_config *factory; /* of one that boots: what holds where its configuration file is silent */
    bool powered;            /* of one that starts configured */
    bool connected;          /* it has connected to a CUCM node before */
    int64_t resolving;       /* the member of the group whose name is being resolved */
};

#define AT(field) offsetof(struct sip_phone, field)

/* clang-format off */
static const struct param_def params[] = {
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC address; also names the device SEP<MAC>", AT(boot_config.attach.mac), true},
    {"starts", PARAM_ENUM, "cold", NULL, NULL, "cold|configured", "cold: it boots, with CDP, DHCP and TFTP; configured: it has all that, and registers at once", AT(starts), true},
    {"address", PARAM_IP4, "", NULL, NULL, NULL, "IPv4 address, set by hand; none: by DHCP", AT(boot_config.attach.address), true},
    {"prefix_len", PARAM_INT, "24", "1", "30", NULL, "length of the subnet's prefix", AT(boot_config.attach.prefix_len), true},
    {"gateway", PARAM_IP4, "", NULL, NULL, NULL, "default router", AT(boot_config.attach.gateway), true},
    {"voice_vlan", PARAM_INT, "0", "0", "4094", NULL, "VLAN set by hand, which its frames are tagged with; 0: by CDP or LLDP-MED, or untagged", AT(boot_config.attach.admin_vlan), true},
    {"cucm_group", PARAM_TEXT, "", NULL, NULL, NULL, CUCM_GROUP_DOC, AT(cucm_group), true},
    {"dn", PARAM_TEXT, "", NULL, NULL, NULL, "directory number of the first line of a phone that starts configured", AT(config.dn), true},
    {"phone_model", PARAM_ENUM, "8961", NULL, NULL, CISCO_PHONE_MODELS, "phone model", AT(model), true},
    {"load", PARAM_TEXT, "9.3.1", NULL, NULL, NULL, "firmware in flash: 'sip78xx.12-5-1SR1-4', or its version alone", AT(load), true},
    {"contact_uuid", PARAM_TEXT, "", NULL, NULL, NULL, "user part of the Contact; drawn when empty", AT(contact_uuid), true},
    {"sip_local_port", PARAM_INT, "", "1024", "65535", NULL, "TCP port of the first connection to the group's first node; drawn when empty", AT(local_port), true},
    {"tcp_isn_phone", PARAM_INT, "", "0", "4294967295", NULL, "initial sequence number of that connection; drawn unless given", AT(isn), false},
    {"gratuitous_arp", PARAM_BOOL, "on", NULL, NULL, NULL, "announce the address when it is taken into use", AT(boot_config.attach.announce), false},
    {"power_on_at", PARAM_DUR, "0s", "0s", "30d", NULL, "when the phone is plugged in, from the start of the run", AT(power_on_at), false},
    {"timer_register_expires", PARAM_DUR, "3600s", "1s", "1d", NULL, "Expires asked for in REGISTER, where no configuration file says it", AT(config.timer_register_expires), false},
    {"timer_register_delta", PARAM_DUR, "5s", "0s", "1h", NULL, "refresh this long before the granted time ends, where no configuration file says it", AT(config.timer_register_delta), false},
    {"timer_keepalive_expires", PARAM_DUR, "120s", "1s", "1d", NULL, "period of standby keepalives and of probes, where no configuration file says it", AT(config.timer_keepalive_expires), false},
    {"secondary_keepalive_offset", PARAM_DUR, "0s", "0s", "1h", NULL, "from the 200 OK that registers the phone to the first standby keepalive", AT(standby_offset), false},
    {"connection_monitor_duration", PARAM_DUR, "120s", "0s", "1d", NULL, "how long a higher node must answer before the phone falls back to it, where no configuration file says it", AT(config.connection_monitor_duration), false},
    {"reconnect_interval", PARAM_DUR, "30s", "1s", "1h", NULL, "between attempts to reach a node that refuses or is silent", AT(reconnect_interval), false},
    {"sip_timer_f", PARAM_DUR, "32s", "1s", "1d", NULL, "a request without final answer fails after this (RFC 3261: 64*T1)", AT(identity.timer_f), false},
    {"cseq_first", PARAM_INT, "101", "1", "2000000000", NULL, "CSeq of the first REGISTER of each dialog", AT(cseq_first), false},
    {"clock_offset", PARAM_DUR, "0s", "-1d", "1d", NULL, "the phone's clock against the servers', as its Date headers show", AT(identity.clock_offset), false},
    {"standing", PARAM_TEXT, "", NULL, NULL, NULL, STANDING_PHONE_DOC, AT(standing_text), true},
    {"arp_timeout", PARAM_DUR, "300s", "1s", "30d", NULL, "ARP entries live this long since they were last confirmed", AT(arp_timeout), false},
    BOOT_PARAMS(struct sip_phone, boot_config),
    TCP_PARAMS(struct sip_phone, tcp_config, "", "22s", "400us"),
    {0},
};
/* clang-format on */

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

/* "sip8961.9-3-1" of "9.3.1"; a whole name stays. */
static const char *whole_load(struct node *n, const char *load, const char *prefix)
{
    char name[64];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    if (load[0] < '0' || load[0] > '9')
        return load;
    txtbuf_add(&t, "%s.", prefix);
    for (const char *p = load; *p; p++)
        txtbuf_char(&t, *p == '.' ? '-' : *p);
    return arena_strdup(sim_arena(n->sim), txtbuf_view(&t));
}

static void set_version(struct sip_phone *p, const char *load)
{
    struct txtbuf t = txtbuf_of(p->version, sizeof p->version);
    cisco_load_version(&t, str_of(load));
    p->config.load = p->version;
}

static void make_identity(struct node *n, struct sip_phone *p)
{
    struct leg_identity *id = &p->identity;
    struct txtbuf t = txtbuf_of(p->device, sizeof p->device);
    id->mac = mac_u64(p->boot_config.attach.mac);
    cisco_device_name(&t, id->mac);
    id->device = p->device;
    id->config = &p->config;
    id->model = cisco_phone_model(p->model);
    id->cseq_first = (uint32_t)p->cseq_first;
    id->dscp = DSCP_CS3;
    set_version(p, p->load);
    draw_uuid(n, p);
}

static void make_stack(struct node *n, struct sip_phone *p, struct port *port)
{
    const struct attach_config *c = &p->boot_config.attach;
    struct ip_options o = {.arp_timeout_name = "arp_timeout",
                           .arp_timeout = p->arp_timeout,
                           .arp_retry = dur_s(1),
                           .arp_tries = 3};
    struct ip_iface i = {.port = port, .mac = c->mac, .pcp = COS_SIGNALLING};
    if (p->starts == STARTS_CONFIGURED) {
        i.addr = c->address;
        i.prefix_len = (uint8_t)c->prefix_len;
        i.vlan = (uint16_t)c->admin_vlan;
    }
    p->ip = ip_new(n, &o);
    ip_add_iface(p->ip, &i);
    if (p->starts == STARTS_CONFIGURED && c->gateway.v)
        ip_add_route(p->ip, (struct ip4){0}, 0, c->gateway);
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

static bool needs(struct node *n, const char *param, bool wanted, struct err *e)
{
    if (node_param(n, param).given == wanted)
        return true;
    return err_set(e, wanted ? "a phone with starts=configured needs a value for '%s'"
                             : "'%s' is for a phone with starts=configured; one that boots learns it from its "
                               "configuration file", param);
}

/* What the two ways to start need, and what would be passed over in silence. */
static bool check_start(struct node *n, struct sip_phone *p, struct err *e)
{
    bool configured = p->starts == STARTS_CONFIGURED;
    if (!configured && p->standing_text[0])
        return err_set(e, "'standing' is for a phone with starts=configured");
    if (configured && !needs(n, "address", true, e))
        return false;
    if (configured && !p->cucm_group[0])
        return err_set(e, "a phone with starts=configured needs a value for 'cucm_group'");
    if (configured && !p->config.dn[0])
        return err_set(e, "a phone with starts=configured needs a value for 'dn'");
    if (!configured && (p->cucm_group[0] || p->config.dn[0]))
        return err_set(e, "'%s' is for a phone with starts=configured; one that boots learns it from its "
                          "configuration file, which the CUCM node writes", p->cucm_group[0] ? "cucm_group" : "dn");
    return cucm_group_parse(sim_arena(n->sim), "cucm_group", str_of(p->cucm_group), p->config.group,
                            &p->config.member_count, e);
}

static const struct boot_user boot_user;

/* The parts of a phone that boots; one that starts configured does without them. */
static bool make_boot(struct node *n, struct sip_phone *p, struct port *port, struct err *e)
{
    const struct cisco_phone_model *m = p->identity.model;
    struct boot_config *c = &p->boot_config;
    char class[64];
    struct txtbuf t = txtbuf_of(class, sizeof class);
    uint64_t number = 0;
    txtbuf_add(&t, "Cisco Systems, Inc. IP Phone CP-%s", m->name);
    bool ok = str_u64(str_of(m->number), UINT32_MAX, &number);
    ASSERT(ok);
    c->attach.device = c->provision.device = p->device;
    c->attach.product = m->product;
    c->attach.dhcp.mac = c->attach.mac;
    c->attach.dhcp.host_name = p->device;
    c->attach.dhcp.vendor_class = arena_strdup(sim_arena(n->sim), txtbuf_view(&t));
    c->attach.dhcp.dscp = c->provision.fetch.dscp = c->dns.dscp = DSCP_CS3;
    int http = c->provision.fetch.http_download;
    c->provision.fetch.http = http == FETCH_BY_MODEL ? m->http : http == FETCH_HTTP;
    if (!node_param(n, "poe_class").given)
        c->attach.poe_class = m->poe_class;
    c->provision.model_number = (uint32_t)number;
    c->provision.locale_jar = m->locale_jar;
    p->factory = ARENA_NEW(sim_arena(n->sim), struct phone_config);
    *p->factory = p->config;
    p->boot = ARENA_NEW(sim_arena(n->sim), struct phone_boot);
    p->identity.knows_time = &p->boot->knows_time;
    return boot_init(p->boot, port, p->ip, p->tcp, c, whole_load(n, p->load, m->load_prefix), &boot_user, n, e);
}

static void on_registered(void *arg)
{
    struct sip_phone *p = arg;
    boot_registered(p->boot);
}

/* A phone that nobody added asks again for a file of its own: it may have been added since. */
static void on_rejected(void *arg)
{
    struct sip_phone *p = arg;
    if (!p->boot->flash.is_default)
        return;
    group_quit(&p->group);
    boot_fetch_again(p->boot);
}

static bool init(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    struct port *port;
    p->node = n;
    if (!check_start(n, p, e) || !node_port(n, STR("net"), NULL, 0, &port, e))
        return false;
    make_identity(n, p);
    make_stack(n, p, port);
    if (!parse_standing(n, p, e) || (p->starts == STARTS_COLD && !make_boot(n, p, port, e)))
        return false;
    p->group.standby_offset = p->standby_offset;
    p->group.reconnect_interval = p->reconnect_interval;
    p->group.on_registered = p->boot ? on_registered : NULL;
    p->group.on_rejected = p->boot ? on_rejected : NULL;
    p->group.arg = p;
    group_init(&p->group, n, p->tcp, &p->identity);
    return true;
}

/* Of the first connection to the group's first node, by parameter. */
static void prepare_group(struct sip_phone *p)
{
    group_prepare(&p->group);
    if (p->connected)
        return;
    p->connected = true;
    struct sip_leg *l = &p->group.leg[0];
    l->local_port = (uint16_t)p->local_port;
    l->isn_given = node_param(p->node, "tcp_isn_phone").given;
    l->isn = (uint32_t)p->isn;
}

/* Mid-life: the neighbour on the way to CUCM was asked for long ago; so it is asked for ahead of need. */
static void resume(struct node *n, struct sip_phone *p)
{
    struct ip4 cucm = p->config.group[0].addr;
    BUS_NOTE(n->sim, n->id, "sip", "starts mid-life, registered at {}: its next REGISTER is CSeq {}",
             V_IP4(cucm.v), V_U64((uint64_t)p->cseq_first));
    uint32_t mask = ~0u << (32 - p->boot_config.attach.prefix_len);
    bool on_link = ((cucm.v ^ p->boot_config.attach.address.v) & mask) == 0;
    ip_resolve(p->ip, on_link ? cucm : p->boot_config.attach.gateway);
    group_resume(&p->group, p->standing);
}

/* It has all it needs, or had it when the run began. */
static void power_on_configured(struct node *n, struct sip_phone *p)
{
    struct rec r = {.kind = REC_STATE, .node = n->id};
    r.state = (struct rec_state){"power", p->device, "off", "power-on", "on"};
    bus_publish(n->sim, &r);
    p->powered = true;
    prepare_group(p);
    if (p->standing) {
        resume(n, p);
        return;
    }
    if (p->boot_config.attach.announce)
        ip_announce(p->ip);
    group_start(&p->group);
}

/* --- booting ------------------------------------------------------------------------------------- */

static void resolve_group(struct sip_phone *p);

/* Nodes whose names nobody resolves are left out, as if they were not there; and said to be. */
static void start_group(struct sip_phone *p)
{
    struct node *n = p->node;
    int64_t kept = 0;
    for (int64_t i = 0; i < p->config.member_count; i++) {
        struct cucm_member *m = &p->config.group[i];
        char name[64];
        str_keep(name, sizeof name, m->name);
        if (m->addr.v)
            p->config.group[kept++] = *m;
        else
            BUS_NOTE(n->sim, n->id, "dns", "{} cannot be resolved: it is left out of the group", V_TEXT(name));
    }
    p->config.member_count = kept;
    if (kept == 0) {
        boot_fetch_again(p->boot);
        return;
    }
    prepare_group(p);
    group_start(&p->group);
}

/* Names are resolved one after another: this is the answer for the first that has no address yet. */
static void on_name(void *arg, enum dns_result result, const struct ip4 *addresses, size_t count)
{
    struct sip_phone *p = arg;
    struct cucm_member *m = &p->config.group[p->resolving++];
    if (result == DNS_OK && count)
        m->addr = addresses[0];
    resolve_group(p);
}

static void resolve_group(struct sip_phone *p)
{
    while (p->resolving < p->config.member_count && p->config.group[p->resolving].addr.v)
        p->resolving++;
    if (p->resolving < p->config.member_count)
        boot_resolve(p->boot, p->config.group[p->resolving].name, on_name, p);
    else
        start_group(p);
}

static void on_ready(void *arg, const struct cnf *c, bool is_default)
{
    struct node *n = arg;
    struct sip_phone *p = n->state;
    const char *why;
    p->config = *p->factory;
    set_version(p, p->boot->flash.load);
    p->config.dn = p->device; /* what it registers by when no line is configured */
    if (!boot_phone_config(c, &p->config, &why)) {
        BUS_NOTE(n->sim, n->id, "config", "{} does not register: {}", V_TEXT(p->device), V_TEXT(why));
        boot_fetch_again(p->boot);
        return;
    }
    if (is_default)
        BUS_NOTE(n->sim, n->id, "config", "{} has no configuration of its own: it asks with the default one",
                 V_TEXT(p->device));
    p->resolving = 0;
    resolve_group(p);
}

static void on_down(void *arg, const char *why)
{
    struct node *n = arg;
    struct sip_phone *p = n->state;
    (void)why;
    group_stop(&p->group);
}

static const struct boot_user boot_user = {on_ready, on_down};

static void power_on(void *owner)
{
    struct node *n = owner;
    struct sip_phone *p = n->state;
    if (p->boot)
        attach_plug_in(&p->boot->attach);
    else
        power_on_configured(n, p);
}

static bool ready(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    (void)e;
    if (p->boot)
        attach_ready(&p->boot->attach);
    return true;
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
    bool on = p->boot ? attach_is_on(&p->boot->attach) : p->powered;
    if (!on)
        frame_drop(in, f, DROP_NODE_DOWN);
    else if (!p->boot || !attach_hear(&p->boot->attach, f))
        ip_on_frame(p->ip, in, f);
}

static void on_line(struct node *n, struct port *port)
{
    struct sip_phone *p = n->state;
    (void)port;
    if (p->boot)
        attach_on_line(&p->boot->attach);
}

/* --- operations ---------------------------------------------------------------------------------- */

static struct phone_boot *booting(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    if (!p->boot)
        err_set(e, "'%s' starts configured: it has no boot to go through", n->name);
    return p->boot;
}

static bool unplug(struct node *n, struct err *e)
{
    struct phone_boot *b = booting(n, e);
    if (b && !attach_is_plugged(&b->attach))
        return err_set(e, "'%s' is unplugged already", n->name);
    if (b)
        attach_unplug(&b->attach);
    return b != NULL;
}

static bool plug_in(struct node *n, struct err *e)
{
    struct phone_boot *b = booting(n, e);
    if (b && attach_is_plugged(&b->attach))
        return err_set(e, "'%s' is plugged in already", n->name);
    if (b)
        attach_plug_in(&b->attach);
    return b != NULL;
}

static bool reset(struct node *n, struct err *e)
{
    struct phone_boot *b = booting(n, e);
    if (b && !attach_is_on(&b->attach))
        return err_set(e, "'%s' is not up", n->name);
    if (b)
        boot_restart(b, "reset by its user");
    return b != NULL;
}

static const struct model_op ops[] = {
    {"unplug", "takes its power away: it forgets what it does not keep in flash", unplug},
    {"plug-in", "gives its power back: it boots", plug_in},
    {"reset", "boots its firmware anew, as **#** does", reset},
    {0},
};

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

/* DHCP and TFTP as the page has them, and how far it has come. */
static void boot_rows(const struct phone_boot *b, struct table *t)
{
    const struct dhcp_lease *l = dhcp_client_lease(&b->attach.dhcp);
    char name[16];
    item_ip4(t, "DHCP Server", l ? l->server : (struct ip4){0});
    for (size_t i = 0; boot_tftp_server(b, i).v; i++) {
        struct txtbuf n = txtbuf_of(name, sizeof name);
        txtbuf_add(&n, "TFTP Server %zu", i + 1);
        item_ip4(t, name, boot_tftp_server(b, i));
    }
    item(t, "Boot", fsm_state_name(&b->attach.fsm));
    item(t, "Provisioning", fsm_state_name(&b->provision.fsm));
    item(t, "Download Status", provision_is_loading(&b->provision) ? b->provision.name : "None");
}

/* In the order of a phone's own page, Settings > Status and Network Setup. */
static void status_rows(const struct node *n, struct table *t)
{
    const struct sip_phone *p = n->state;
    const struct sip_group *g = &p->group;
    char vlan[16] = "", type[24];
    struct txtbuf v = txtbuf_of(vlan, sizeof vlan), m = txtbuf_of(type, sizeof type);
    const struct ip_iface *i = ip_iface_at(p->ip, 0);
    const struct dhcp_lease *l = p->boot ? dhcp_client_lease(&p->boot->attach.dhcp) : NULL;
    struct ip4 gateway = l ? l->router : p->boot_config.attach.gateway;
    txtbuf_add(&v, "%u", i->vlan);
    txtbuf_add(&m, "CP-%s", p->identity.model->name);
    item(t, "MAC Address", p->device + 3); /* SEP and the address */
    item(t, "Host Name", p->device);
    item(t, "Phone DN", p->config.dn);
    item(t, "Model Number", type);
    item(t, "Active Load ID", p->boot ? p->boot->flash.load : p->config.load);
    if (p->boot)
        item(t, "Inactive Load ID", p->boot->flash.inactive_load ? p->boot->flash.inactive_load : "");
    if (i->addr.v) {
        item_ip4(t, "IP Address", i->addr);
        item_ip4(t, "Subnet Mask", (struct ip4){~0u << (32 - i->prefix_len)});
    } else {
        item(t, "IP Address", "");
    }
    if (gateway.v)
        item_ip4(t, "Default Router 1", gateway);
    item(t, "Operational VLAN Id", i->vlan ? vlan : "");
    if (p->boot)
        boot_rows(p->boot, t);
    for (int k = 0; k < p->config.member_count; k++)
        item_server(t, g, k);
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

static void cdp_rows(const struct node *n, struct table *t)
{
    const struct sip_phone *p = n->state;
    if (p->boot)
        cdp_row(&p->boot->attach.cdp, t);
}

static const struct model_table tables[] = {
    {"status", "Status", &show_page, status_rows},
    {"cdp-neighbors", "CDP neighbour", &show_cdp_neighbors, cdp_rows},
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
    .ops = ops,
    .tables = tables,
    .init = init,
    .ready = ready,
    .start = start,
    .on_frame = on_frame,
    .on_line = on_line,
};
