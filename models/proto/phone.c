/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone.c: see phone.h. Top to bottom: names and checks, the stack, the parts that boot, registration with a
 * group whose names may have to be resolved first, life, what a user does. */
#include "models/proto/phone.h"

#include "models/net/frame.h"
#include "models/proto/cisco_sip.h"

#define COS_SIGNALLING 3

/* --- names and checks ---------------------------------------------------------------------------- */

/* "sip8961.9-3-1" of "9.3.1"; a whole name stays. */
static const char *whole_load(struct node *n, const char *load, const char *prefix)
{
    char name[64];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    if (!prefix || load[0] < '0' || load[0] > '9')
        return load;
    txtbuf_add(&t, "%s.", prefix);
    for (const char *p = load; *p; p++)
        txtbuf_char(&t, *p == '.' ? '-' : *p);
    return arena_strdup(sim_arena(n->sim), txtbuf_view(&t));
}

static void set_version(struct phone *p, const char *load)
{
    struct txtbuf t = txtbuf_of(p->version, sizeof p->version);
    cisco_load_version(&t, str_of(load));
    p->config.load = p->version;
}

static bool set_name(struct phone *p, struct err *e)
{
    struct txtbuf t = txtbuf_of(p->device, sizeof p->device);
    if (!p->device_name[0])
        cisco_device_name(&t, mac_u64(p->boot_config.attach.mac));
    else
        txtbuf_cstr(&t, p->device_name);
    return !t.full || err_set(e, "parameter 'device_name': '%s' has more than 15 characters", p->device_name);
}

static bool needs(struct node *n, const char *param, bool wanted, struct err *e)
{
    if (node_param(n, param).given == wanted)
        return true;
    return err_set(e, "a phone with starts=configured needs a value for '%s'", param);
}

/* What the two ways to start need, and what would be passed over in silence. */
static bool check_start(struct node *n, struct phone *p, struct err *e)
{
    bool configured = p->starts == STARTS_CONFIGURED;
    if (configured && !needs(n, "address", true, e))
        return false;
    if (configured && !p->cucm_group[0])
        return err_set(e, "a phone with starts=configured needs a value for 'cucm_group'");
    if (!configured && p->cucm_group[0])
        return err_set(e, "'cucm_group' is for a phone with starts=configured; one that boots learns it from its "
                          "configuration file, which the CUCM node writes");
    return cucm_group_parse(sim_arena(n->sim), "cucm_group", str_of(p->cucm_group), p->config.group,
                            &p->config.member_count, e);
}

/* --- parts ---------------------------------------------------------------------------------------- */

static void make_stack(struct node *n, struct phone *p, struct port *port)
{
    const struct attach_config *c = &p->boot_config.attach;
    struct ip_options o = {.arp_timeout_name = "arp_timeout",
                           .arp_timeout = p->arp_timeout,
                           .arp_retry = dur_s(1),
                           .arp_tries = 3,
                           .arp_policy = (enum arp_policy)p->arp_policy,
                           .arp_locktime = p->arp_locktime,
                           .arp_only = !p->arp_tcp_confirm,
                           .tcp_advice = p->arp_tcp_advice};
    struct ip_iface i = {.port = port, .mac = c->mac, .pcp = p->kind->soft ? 0 : COS_SIGNALLING};
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

bool phone_init(struct node *n, const struct phone_kind *kind, const struct phone_protocol *protocol,
                struct port **port, struct err *e)
{
    struct phone *p = n->state;
    p->node = n;
    p->kind = kind;
    p->protocol = protocol;
    sim_node_set_drift(n->sim, n->id, p->clock_drift_ppm);
    if (!check_start(n, p, e) || !node_port(n, STR("net"), NULL, 0, port, e) || !set_name(p, e))
        return false;
    set_version(p, p->load);
    make_stack(n, p, *port);
    return true;
}

static const struct boot_user boot_user;

/* A program on a computer: its power, its network and its VLAN are the computer's, and its files are few. */
static void make_soft(struct boot_config *b)
{
    struct attach_config *c = &b->attach;
    c->power = POWER_ADAPTER;
    c->cdp.on = c->lldp = false;
    c->cdp_wait = c->lldp_wait = DUR_ZERO;
    b->provision.profile = PROVISION_SOFT;
}

bool phone_init_boot(struct phone *p, struct port *port, struct err *e)
{
    struct node *n = p->node;
    const struct phone_kind *k = p->kind;
    struct boot_config *c = &p->boot_config;
    char class[64];
    struct txtbuf t = txtbuf_of(class, sizeof class);
    uint64_t number = 0;
    if (p->starts == STARTS_CONFIGURED)
        return true;
    txtbuf_add(&t, "Cisco Systems, Inc. IP Phone CP-%s", k->name);
    bool ok = str_u64(str_of(k->number), UINT32_MAX, &number);
    ASSERT(ok);
    c->attach.device = c->provision.device = p->device;
    c->attach.product = k->product;
    c->attach.dhcp.mac = c->attach.mac;
    c->attach.dhcp.host_name = p->device;
    c->attach.dhcp.vendor_class = arena_strdup(sim_arena(n->sim), txtbuf_view(&t));
    c->attach.dhcp.dscp = c->provision.fetch.dscp = c->dns.dscp = DSCP_CS3;
    int http = c->provision.fetch.http_download;
    c->provision.fetch.http = http == FETCH_BY_MODEL ? k->http : http == FETCH_HTTP;
    if (!node_param(n, "poe_class").given)
        c->attach.poe_class = k->poe_class;
    if (k->soft)
        make_soft(c);
    c->provision.model_number = (uint32_t)number;
    c->provision.locale_jar = k->locale_jar;
    c->provision.soft_tones = p->protocol->protocol == CNF_SCCP;
    p->factory = ARENA_NEW(sim_arena(n->sim), struct phone_config);
    *p->factory = p->config;
    p->boot = ARENA_NEW(sim_arena(n->sim), struct phone_boot);
    return boot_init(p->boot, port, p->ip, p->tcp, c, whole_load(n, p->load, k->load_prefix), &boot_user, n, e);
}

/* --- registration --------------------------------------------------------------------------------- */

void phone_registered(struct phone *p)
{
    if (p->boot)
        boot_registered(p->boot);
}

bool phone_ask_again(struct phone *p)
{
    if (!p->boot || !p->boot->flash.is_default)
        return false;
    boot_fetch_again(p->boot);
    return true;
}

static void say_power(struct phone *p, const char *from, const char *event)
{
    struct rec r = {.kind = REC_STATE, .node = p->node->id};
    r.state = (struct rec_state){"power", p->device, from, event, "on"};
    bus_publish(p->node->sim, &r);
}

static void start_configured(struct phone *p)
{
    if (p->boot_config.attach.announce)
        ip_announce(p->ip);
    p->protocol->start(p);
}

/* It has all it needs, or had it when the run began. */
static void power_on_configured(struct phone *p)
{
    say_power(p, "off", "power-on");
    p->powered = true;
    if (p->protocol->resume && p->protocol->resume(p))
        return;
    start_configured(p);
}

void phone_restart(struct phone *p, const char *why)
{
    if (p->boot) {
        boot_restart(p->boot, why);
        return;
    }
    say_power(p, "on", "restart");
    p->protocol->stop(p, OOS_NONE);
    tcp_power_off(p->tcp);
    ip_power_off(p->ip);
    start_configured(p);
}

static void resolve_group(struct phone *p);

/* Nodes whose names nobody resolves are left out, as if they were not there; and said to be. */
static void start_group(struct phone *p)
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
    if (kept == 0)
        boot_fetch_again(p->boot);
    else
        p->protocol->start(p);
}

/* Names are resolved one after another: this is the answer for the first that has no address yet. */
static void on_name(void *arg, enum dns_result result, const struct ip4 *addresses, size_t count)
{
    struct phone *p = arg;
    struct cucm_member *m = &p->config.group[p->resolving++];
    if (result == DNS_OK && count)
        m->addr = addresses[0];
    resolve_group(p);
}

static void resolve_group(struct phone *p)
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
    struct phone *p = n->state;
    const char *why;
    p->config = *p->factory;
    set_version(p, p->boot->flash.load);
    p->config.dn = p->device; /* what it registers by when no line is configured */
    if (!boot_phone_config(sim_arena(n->sim), c, p->protocol->protocol, &p->config, &why)) {
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

/* What it will tell: a restart was somebody's wish, what is lost with the power is forgotten. */
static enum out_of_service reason_of(const struct phone *p, const char *why)
{
    struct str s = str_of(why);
    if (p->leaving)
        return OOS_USER_RESET;
    if (str_eq(s, STR("power-off")) || str_eq(s, STR("unplugged")) || str_eq(s, STR("restart")))
        return OOS_NONE;
    return OOS_LOST_IP;
}

static void on_down(void *arg, const char *why)
{
    struct node *n = arg;
    struct phone *p = n->state;
    p->protocol->stop(p, reason_of(p, why));
}

static const struct boot_user boot_user = {on_ready, on_down};

/* --- life ----------------------------------------------------------------------------------------- */

static void power_on(void *owner)
{
    struct node *n = owner;
    struct phone *p = n->state;
    if (p->boot)
        attach_plug_in(&p->boot->attach);
    else
        power_on_configured(p);
}

bool phone_ready(struct node *n, struct err *e)
{
    struct phone *p = n->state;
    (void)e;
    if (p->boot)
        attach_ready(&p->boot->attach);
    return true;
}

void phone_start(struct node *n)
{
    struct phone *p = n->state;
    tmr_init(&p->power, n->sim, n->id, "phone.power", n, power_on);
    tmr_arm_at(&p->power, time_add(TIME_ZERO, p->power_on_at)); /* the plug has no clock */
}

void phone_on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct phone *p = n->state;
    bool on = p->boot ? attach_is_on(&p->boot->attach) : p->powered;
    if (!on)
        frame_drop(in, f, DROP_NODE_DOWN);
    else if (!p->boot || !attach_hear(&p->boot->attach, f))
        ip_on_frame(p->ip, in, f);
}

void phone_on_line(struct node *n, struct port *port)
{
    struct phone *p = n->state;
    (void)port;
    if (p->boot)
        attach_on_line(&p->boot->attach);
}

/* --- what a user does ----------------------------------------------------------------------------- */

static struct phone_boot *booting(struct node *n, struct err *e)
{
    struct phone *p = n->state;
    if (!p->boot)
        err_set(e, "'%s' starts configured: it has no boot to go through", n->name);
    return p->boot;
}

bool phone_unplug(struct node *n, struct err *e)
{
    struct phone_boot *b = booting(n, e);
    if (b && !attach_is_plugged(&b->attach))
        return err_set(e, "'%s' is unplugged already", n->name);
    if (b)
        attach_unplug(&b->attach);
    return b != NULL;
}

bool phone_plug_in(struct node *n, struct err *e)
{
    struct phone_boot *b = booting(n, e);
    if (b && attach_is_plugged(&b->attach))
        return err_set(e, "'%s' is plugged in already", n->name);
    if (b)
        attach_plug_in(&b->attach);
    return b != NULL;
}

bool phone_reset(struct node *n, struct err *e)
{
    struct phone_boot *b = booting(n, e);
    if (b && !attach_is_on(&b->attach))
        return err_set(e, "'%s' is not up", n->name);
    if (!b)
        return false;
    struct phone *p = n->state;
    p->leaving = true;
    p->protocol->leave(p);
    boot_restart(b, "reset by its user");
    p->leaving = false;
    return true;
}
