/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_attach.c: see phone_attach.h. Top to bottom: what it says by CDP and LLDP, questions, actions, the
 * table, what it hears. */
#include "models/proto/phone_attach.h"

#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/wire/eth.h"

#define COS_SIGNALLING 3
#define MED_PHONE 3
#define MED_CAN_POLICY 0x0003 /* capabilities and network policy */

enum { OFF, UNPOWERED, BOOTING, ASKING_CDP, ASKING_LLDP, CONFIGURING_IP, ATTACHED, STATE_COUNT };

enum {
    E_PLUGGED_IN,
    E_UNPLUGGED,
    E_POWER,
    E_NO_POWER,
    E_BOOTED,
    E_VOICE_VLAN,
    E_NO_VOICE_VLAN,
    E_SILENCE,
    E_ADDRESS,
    E_ADDRESS_LOST,
    E_RESTART,
    E_RENEW,
    EVENT_COUNT
};

static const char *const event_names[EVENT_COUNT] = {
    "plugged-in", "unplugged", "power-on", "power-off",   "booted",  "voice-vlan",
    "no-voice-vlan", "silence", "address",  "address-lost", "restart",
    "renew",
};

static void feed(struct phone_attach *a, int event)
{
    if (a->fsm.stepping)
        fsm_raise(&a->fsm, event);
    else
        fsm_step(&a->fsm, event, NULL);
}

/* --- what it says --------------------------------------------------------------------------------- */

static void cdp_fill(void *arg, struct cdp *m)
{
    struct phone_attach *a = arg;
    struct ip4 addr = ip_iface_at(a->ip, 0)->addr;
    m->has = CDP_DEVICE_ID | CDP_PORT_ID | CDP_CAPABILITIES | CDP_VERSION | CDP_PLATFORM | CDP_DUPLEX |
             CDP_POWER;
    m->device_id = str_of(a->config->device);
    m->port_id = STR("Port 1");
    m->capabilities = CDP_CAP_HOST | CDP_CAP_PHONE | CDP_CAP_TWO_PORT;
    m->version = str_of(a->user->load(a->arg));
    m->platform = str_of(a->config->product);
    m->full_duplex = true;
    m->power_mw = (uint16_t)a->config->power_mw;
    if (addr.v) {
        m->has |= CDP_ADDRESS;
        m->address = addr;
    }
    if (!a->vlan_known) { /* the value that phones were seen to send */
        m->has |= CDP_VOICE_QUERY;
        m->voice_query = str_of_bytes("\x20\x02\x00\x01", 4);
    }
    if (a->config->power == POWER_INLINE) {
        struct wr w = wr_of(a->power_level, sizeof a->power_level);
        wr_u32(&w, (uint32_t)a->config->power_mw);
        m->has |= CDP_POWER_REQUEST;
        m->power_request = (struct cdp_power){(uint16_t)a->boots, 1,
                                              str_of_bytes(a->power_level, sizeof a->power_level)};
    }
}

static void lldp_fill(void *arg, struct lldp *m)
{
    struct phone_attach *a = arg;
    m->chassis_type = LLDP_ID_MAC;
    m->chassis_id = str_of_bytes(a->config->mac.b, sizeof a->config->mac.b);
    m->port_type = 3; /* a MAC address */
    m->port_id = m->chassis_id;
    m->has = LLDP_PORT_DESCRIPTION | LLDP_SYSTEM_NAME | LLDP_SYSTEM_DESCRIPTION | LLDP_CAPABILITIES |
             LLDP_MED_CAPABILITIES | LLDP_MED_POLICY;
    m->port_description = STR("SW PORT");
    m->system_name = str_of(a->config->device);
    m->system_description = str_of(a->config->product);
    m->capabilities = m->enabled = LLDP_CAP_PHONE | LLDP_CAP_BRIDGE;
    m->med_capabilities = MED_CAN_POLICY;
    m->med_class = MED_PHONE;
    m->policy = (struct lldp_policy){
        .application = LLDP_MED_VOICE, .unknown = !a->vlan_known, .tagged = a->vlan != 0, .vlan = a->vlan};
}

/* --- actions -------------------------------------------------------------------------------------- */

static void set_iface(struct phone_attach *a, struct ip4 addr, uint8_t prefix_len)
{
    struct ip_iface i = {.port = a->port,
                         .mac = a->config->mac,
                         .addr = addr,
                         .prefix_len = prefix_len,
                         .vlan = a->vlan,
                         .pcp = COS_SIGNALLING};
    ip_clear_routes(a->ip);
    ip_set_iface(a->ip, 0, &i);
}

static void detach(struct phone_attach *a, const char *why)
{
    if (!a->told)
        return;
    a->told = false;
    a->user->on_detached(a->arg, why);
}

/* Its transceiver comes up with its firmware. */
static void show_line(struct phone_attach *a, bool dark)
{
    struct line l = {.dark = dark};
    if (a->config->power == POWER_INLINE && a->fsm.state != OFF) {
        l.powered_device = true;
        l.pd_class = (uint8_t)a->config->poe_class;
    }
    port_offer(a->port, l);
}

/* Powered devices show themselves; from an adapter the phone has power at once. */
static void show_itself(void *self, const void *msg)
{
    struct phone_attach *a = self;
    (void)msg;
    if (a->config->power == POWER_ADAPTER) {
        feed(a, E_POWER);
        return;
    }
    port_offer(a->port, (struct line){
                            .dark = true, .powered_device = true, .pd_class = (uint8_t)a->config->poe_class});
    if (port_line(a->port).supply_mw)
        feed(a, E_POWER);
}

static void publish_power(struct phone_attach *a, bool on)
{
    struct rec r = {.kind = REC_STATE, .node = a->node->id};
    r.state = (struct rec_state){"power", a->config->device, on ? "off" : "on", on ? "power-on" : "power-off",
                                 on ? "on" : "off"};
    bus_publish(a->node->sim, &r);
}

static void boot_firmware(struct phone_attach *a)
{
    a->boots++;
    bus_set_flow(a->node->sim, 0);
    tmr_arm(&a->wait, a->config->boot_time);
}

static void power_up(void *self, const void *msg)
{
    (void)msg;
    publish_power(self, true);
    boot_firmware(self);
}

/* Everything that a running phone holds is gone. */
static void shut_down(struct phone_attach *a, const char *why)
{
    detach(a, why);
    a->user->on_off(a->arg);
    tmr_disarm(&a->wait);
    dhcp_client_stop(&a->dhcp);
    show_line(a, true);
    cdp_speaker_stop(&a->cdp);
    lldp_speaker_stop(&a->lldp);
    ip_watch(a->ip, (struct ip4){0}, NULL, NULL);
    a->vlan = 0;
    a->vlan_known = false;
    set_iface(a, (struct ip4){0}, 0);
}

static void lose_power(void *self, const void *msg)
{
    struct phone_attach *a = self;
    (void)msg;
    publish_power(a, false);
    shut_down(a, "power-off");
}

static void unplug(void *self, const void *msg)
{
    struct phone_attach *a = self;
    (void)msg;
    if (a->fsm.state != UNPOWERED)
        publish_power(a, false);
    shut_down(a, "unplugged");
    port_offer(a->port, (struct line){.dark = true}); /* nor is a powered device there any more */
}

static void restart(void *self, const void *msg)
{
    (void)msg;
    shut_down(self, "restart");
    boot_firmware(self);
}

/* The answer to the query is awaited from whoever is at the other end. */
static void await_switch(struct phone_attach *a, struct sim_dur wait, uint64_t flow)
{
    const struct port *peer = port_peer(a->port);
    tmr_arm(&a->wait, wait);
    if (peer)
        tmr_await(&a->wait, flow, peer->node->id);
}

static uint64_t discovery_flow(struct phone_attach *a, const char *proto)
{
    uint64_t flow = bus_flow(a->node->sim, proto, str_of(a->config->device), a->boots);
    bus_set_flow(a->node->sim, flow);
    return flow;
}

static void ask_by_cdp(void *self, const void *msg)
{
    struct phone_attach *a = self;
    (void)msg;
    a->vlan = (uint16_t)a->config->admin_vlan;
    a->vlan_known = a->vlan != 0;
    uint64_t flow = discovery_flow(a, "cdp");
    show_line(a, false);
    if (a->config->cdp.on)
        cdp_speaker_start(&a->cdp);
    if (a->vlan_known)
        feed(a, E_VOICE_VLAN);
    else
        await_switch(a, a->config->cdp_wait, flow);
}

static bool has_lldp(const void *self, const void *msg)
{
    const struct phone_attach *a = self;
    (void)msg;
    return a->config->lldp;
}

static void ask_by_lldp(void *self, const void *msg)
{
    struct phone_attach *a = self;
    (void)msg;
    uint64_t flow = discovery_flow(a, "lldp");
    lldp_speaker_start(&a->lldp);
    await_switch(a, a->config->lldp_wait, flow);
}

static void say_vlan(struct phone_attach *a)
{
    struct node *n = a->node;
    if (a->vlan)
        BUS_NOTE(n->sim, n->id, "vlan", "voice VLAN {}: its frames are tagged from now on", V_U64(a->vlan));
    else
        bus_note(n->sim, n->id, "vlan", "no voice VLAN: it stays in the native one", NULL, 0);
}

static bool is_manual(const struct phone_attach *a)
{
    return a->config->address.v != 0;
}

static void configure_ip(void *self, const void *msg)
{
    struct phone_attach *a = self;
    (void)msg;
    tmr_disarm(&a->wait);
    a->vlan_known = true;
    say_vlan(a);
    set_iface(a, (struct ip4){0}, 0);
    if (is_manual(a))
        feed(a, E_ADDRESS);
    else
        dhcp_client_start(&a->dhcp);
}

/* Another voice VLAN while it runs: it configures its network anew. */
static void change_vlan(void *self, const void *msg)
{
    struct phone_attach *a = self;
    detach(a, "vlan-changed");
    dhcp_client_stop(&a->dhcp);
    configure_ip(self, msg);
}

static void renew(void *self, const void *msg)
{
    struct phone_attach *a = self;
    detach(a, "renewal");
    dhcp_client_stop(&a->dhcp);
    configure_ip(self, msg);
}

/* For whoever reads along: what the lease says that matters next. */
static void say_lease(struct phone_attach *a, const struct dhcp_lease *l)
{
    struct node *n = a->node;
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    for (size_t i = 0; i < l->tftp_count; i++) {
        txtbuf_cstr(&t, i ? ", " : "");
        ip4_text(&t, l->tftp[i]);
    }
    if (l->tftp_name[0])
        txtbuf_cstr(&t, l->tftp_name);
    if (t.n == 0)
        txtbuf_cstr(&t, "none");
    BUS_NOTE(n->sim, n->id, "dhcp", "it has {} from {}, router {}, TFTP servers: {}", V_IP4(l->address.v),
             V_IP4(l->server.v), V_IP4(l->router.v), V_TEXT(text));
}

static void attach(void *self, const void *msg)
{
    struct phone_attach *a = self;
    const struct dhcp_lease *l = is_manual(a) ? NULL : dhcp_client_lease(&a->dhcp);
    (void)msg;
    set_iface(a, l ? l->address : a->config->address, l ? l->prefix_len : (uint8_t)a->config->prefix_len);
    struct ip4 gateway = l ? l->router : a->config->gateway;
    if (gateway.v)
        ip_add_route(a->ip, (struct ip4){0}, 0, gateway);
    if (l)
        say_lease(a, l);
    if (l && l->arp_timeout.ns)
        ip_set_arp_timeout(a->ip, l->arp_timeout);
    if (a->config->announce)
        ip_announce(a->ip);
}

static void tell_owner(void *self)
{
    struct phone_attach *a = self;
    a->told = true;
    a->user->on_attached(a->arg, is_manual(a) ? NULL : dhcp_client_lease(&a->dhcp));
}

static void lose_address(void *self, const void *msg)
{
    struct phone_attach *a = self;
    (void)msg;
    detach(a, "address-lost");
    set_iface(a, (struct ip4){0}, 0);
}

/* --- the table ------------------------------------------------------------------------------------ */

static const struct fsm_state states[STATE_COUNT] = {
    [OFF] = {"off", NULL, "forever"},
    [UNPOWERED] = {"unpowered", NULL, "forever"},
    [BOOTING] = {"booting", NULL, "attach.wait"},
    [ASKING_CDP] = {"asking-cdp", NULL, "attach.wait"},
    [ASKING_LLDP] = {"asking-lldp", NULL, "attach.wait"},
    [CONFIGURING_IP] = {"configuring-ip", NULL, "forever"}, /* the DHCP client asks for ever */
    [ATTACHED] = {"attached", tell_owner, "forever"},
};

static const struct fsm_row rows[] = {
    {OFF, E_PLUGGED_IN, NULL, show_itself, UNPOWERED},
    {UNPOWERED, E_POWER, NULL, power_up, BOOTING},
    {UNPOWERED, E_UNPLUGGED, NULL, unplug, OFF},
    {BOOTING, E_BOOTED, NULL, ask_by_cdp, ASKING_CDP},
    {BOOTING, E_NO_POWER, NULL, lose_power, UNPOWERED},
    {BOOTING, E_UNPLUGGED, NULL, unplug, OFF},
    {BOOTING, E_RESTART, NULL, restart, BOOTING},
    {ASKING_CDP, E_VOICE_VLAN, NULL, configure_ip, CONFIGURING_IP},
    {ASKING_CDP, E_NO_VOICE_VLAN, NULL, configure_ip, CONFIGURING_IP},
    {ASKING_CDP, E_SILENCE, has_lldp, ask_by_lldp, ASKING_LLDP},
    {ASKING_CDP, E_SILENCE, NULL, configure_ip, CONFIGURING_IP},
    {ASKING_CDP, E_NO_POWER, NULL, lose_power, UNPOWERED},
    {ASKING_CDP, E_UNPLUGGED, NULL, unplug, OFF},
    {ASKING_CDP, E_RESTART, NULL, restart, BOOTING},
    {ASKING_LLDP, E_VOICE_VLAN, NULL, configure_ip, CONFIGURING_IP},
    {ASKING_LLDP, E_NO_VOICE_VLAN, NULL, configure_ip, CONFIGURING_IP},
    {ASKING_LLDP, E_SILENCE, NULL, configure_ip, CONFIGURING_IP},
    {ASKING_LLDP, E_NO_POWER, NULL, lose_power, UNPOWERED},
    {ASKING_LLDP, E_UNPLUGGED, NULL, unplug, OFF},
    {ASKING_LLDP, E_RESTART, NULL, restart, BOOTING},
    {CONFIGURING_IP, E_ADDRESS, NULL, attach, ATTACHED},
    {CONFIGURING_IP, E_VOICE_VLAN, NULL, change_vlan, CONFIGURING_IP},
    {CONFIGURING_IP, E_NO_POWER, NULL, lose_power, UNPOWERED},
    {CONFIGURING_IP, E_UNPLUGGED, NULL, unplug, OFF},
    {CONFIGURING_IP, E_RESTART, NULL, restart, BOOTING},
    {ATTACHED, E_ADDRESS_LOST, NULL, lose_address, CONFIGURING_IP},
    {ATTACHED, E_VOICE_VLAN, NULL, change_vlan, CONFIGURING_IP},
    {ATTACHED, E_RENEW, NULL, renew, CONFIGURING_IP},
    {ATTACHED, E_NO_POWER, NULL, lose_power, UNPOWERED},
    {ATTACHED, E_UNPLUGGED, NULL, unplug, OFF},
    {ATTACHED, E_RESTART, NULL, restart, BOOTING},
};

static const struct fsm_row ignored[] = {
    {CONFIGURING_IP, E_ADDRESS_LOST, NULL, NULL, CONFIGURING_IP}, /* an INIT-REBOOT that was refused */
    {OFF, E_NO_POWER, NULL, NULL, OFF},
    {UNPOWERED, E_NO_POWER, NULL, NULL, UNPOWERED},
};

static const struct fsm_table table = {
    .machine = "boot",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
    .ignored = ignored,
    .ignored_count = sizeof ignored / sizeof ignored[0],
};

/* --- what it hears -------------------------------------------------------------------------------- */

/* A voice VLAN other than the present one counts at any time; that there is none, only while it asks. */
static void hear_vlan(struct phone_attach *a, uint16_t vlan)
{
    bool asking = a->fsm.state == ASKING_CDP || a->fsm.state == ASKING_LLDP;
    bool running = a->fsm.state == CONFIGURING_IP || a->fsm.state == ATTACHED;
    if (a->config->admin_vlan || (!asking && !running))
        return;
    if (vlan == 0 || vlan >= 4095) {
        if (asking)
            feed(a, E_NO_VOICE_VLAN);
        return;
    }
    if (running && vlan == a->vlan)
        return;
    a->vlan = vlan;
    feed(a, E_VOICE_VLAN);
}

static void cdp_heard(void *arg, const struct cdp *m)
{
    hear_vlan(arg, m->has & CDP_VOICE_VLAN ? m->voice_vlan : 0);
}

/* The fallback: while CDP may still answer, and where it did, it has no say. */
static void lldp_heard(void *arg, const struct lldp *m)
{
    struct phone_attach *a = arg;
    const struct lldp_policy *p = &m->policy;
    if (a->fsm.state == ASKING_CDP || cdp_neighbour(&a->cdp))
        return;
    if (m->has & LLDP_MED_POLICY && p->application == LLDP_MED_VOICE && !p->unknown)
        hear_vlan(a, p->tagged ? p->vlan : 0);
}

static const struct cdp_user cdp_user = {cdp_fill, cdp_heard};
static const struct lldp_user lldp_user = {lldp_fill, lldp_heard};

bool attach_hear(struct phone_attach *a, const struct frame *f)
{
    struct rd r = rd_of(f->bytes, f->len);
    struct eth e;
    if (!eth_get(&r, &e) || !mac_is_link_local(e.dst))
        return false;
    if (a->config->cdp.on && mac_eq(e.dst, CDP_MAC))
        cdp_hear(&a->cdp, f);
    else if (a->config->lldp && mac_eq(e.dst, LLDP_MAC))
        lldp_hear(&a->lldp, f);
    return true;
}

static void on_wait(void *owner)
{
    struct phone_attach *a = owner;
    fsm_step(&a->fsm, a->fsm.state == BOOTING ? E_BOOTED : E_SILENCE, NULL);
}

static void on_bound(void *arg, const struct dhcp_lease *l)
{
    (void)l;
    feed(arg, E_ADDRESS);
}

static void on_lost(void *arg, const char *why)
{
    (void)why;
    feed(arg, E_ADDRESS_LOST);
}

static const struct dhcp_client_user dhcp_user = {on_bound, on_lost};

/* --- life ----------------------------------------------------------------------------------------- */

void attach_init(struct phone_attach *a, struct port *p, struct ip_stack *ip, const struct attach_config *c,
                 const struct attach_user *user, void *arg)
{
    struct node *n = p->node;
    *a = (struct phone_attach){.node = n, .port = p, .ip = ip, .config = c, .user = user, .arg = arg};
    fsm_init(&a->fsm, &table, n, c->device, a, OFF);
    tmr_init(&a->wait, n->sim, n->id, "attach.wait", a, on_wait);
    cdp_speaker_init(&a->cdp, p, c->mac, &c->cdp, &cdp_user, a);
    lldp_speaker_init(&a->lldp, p, c->mac, &lldp_user, a);
    dhcp_client_init(&a->dhcp, n, ip, 0, &c->dhcp, &dhcp_user, a);
}

void attach_ready(struct phone_attach *a)
{
    port_offer(a->port, (struct line){.dark = true});
}

void attach_plug_in(struct phone_attach *a)
{
    fsm_step(&a->fsm, E_PLUGGED_IN, NULL);
}

void attach_unplug(struct phone_attach *a)
{
    fsm_step(&a->fsm, E_UNPLUGGED, NULL);
}

void attach_restart(struct phone_attach *a, const char *why)
{
    struct node *n = a->node;
    BUS_NOTE(n->sim, n->id, "boot", "it restarts: {}", V_TEXT(why));
    feed(a, E_RESTART);
}

void attach_renew(struct phone_attach *a)
{
    feed(a, E_RENEW);
}

void attach_on_line(struct phone_attach *a)
{
    if (a->config->power == POWER_ADAPTER || a->fsm.state == OFF)
        return;
    bool supplied = port_line(a->port).supply_mw > 0;
    if (supplied && a->fsm.state == UNPOWERED)
        feed(a, E_POWER);
    else if (!supplied)
        feed(a, E_NO_POWER);
}

bool attach_is_plugged(const struct phone_attach *a)
{
    return a->fsm.state != OFF;
}

bool attach_is_on(const struct phone_attach *a)
{
    return a->fsm.state > BOOTING;
}
