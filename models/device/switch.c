/* SPDX-License-Identifier: GPL-3.0-or-later */
/* switch.c: a learning switch with VLANs, access ports with a voice VLAN, trunks, port security, and
 * what a phone needs of its port: power, CDP and LLDP-MED (models/proto/access_port.h).
 *
 * What it learned stands in its MAC table (models/proto/mac_table.h), whose ageing acts before a frame of the
 * same instant. Which sources a secure port takes is port security's decision
 * (models/proto/port_security.h); frames that are for the switch itself (CDP) never reach it, so they
 * refresh no address. While it reloads, its transceivers are off, it gives no power and takes no frame. */
#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/net/show.h"
#include "models/proto/access_port.h"
#include "models/proto/ios_log.h"
#include "models/proto/mac_table.h"
#include "models/proto/port_security.h"
#include "models/wire/eth.h"
#include "sim/kernel/tmr.h"

enum { MODE_ACCESS, MODE_TRUNK };

struct sw {
    struct sim_dur reload_time;
    struct mac_table learned;
    struct port_security security;
    struct access_config access;
    struct tmr reload;
    bool down; /* it reloads */
    uint64_t down_record;
};

struct sw_port {
    int mode;
    int64_t vlan, voice_vlan;
    bool power_inline;
    struct secure_port security;
    struct access_port *access;
    bool up; /* as the console said last */
};

/* clang-format off */
static const struct param_def params[] = {
    {"mac_aging_time", PARAM_DUR, "300s", "0s", "1000000s", NULL, "a learned address is forgotten after this silence; 0s: never", offsetof(struct sw, learned.aging), false},
    {"mac_table_size", PARAM_INT, "32000", "1", "1000000", NULL, "addresses that are learned at most; to others frames are flooded", offsetof(struct sw, learned.size), false},
    {"reload_time", PARAM_DUR, "3min", "1ms", "1h", NULL, "how long a reload takes, links and power being off", offsetof(struct sw, reload_time), false},
    {"port_security_aging_time", PARAM_DUR, "1min", "0s", "1440min", NULL, "a secure address is forgotten after this long; 0s: never", offsetof(struct sw, security.aging), false},
    {"port_security_aging_type", PARAM_ENUM, "inactivity", NULL, NULL, "inactivity|absolute|off", "counted from the last frame, from learning, or not at all", offsetof(struct sw, security.type), false},
    {"port_security_first_frame", PARAM_ENUM, "drop", NULL, NULL, "drop|forward", "what becomes of the frame that teaches a secure address", offsetof(struct sw, security.first_frame), false},
    {"port_security_aging_tick", PARAM_DUR, "0s", "0s", "1h", NULL, "addresses are aged by a sweep of this period; 0s: exactly", offsetof(struct sw, security.tick), false},
    CDP_PARAMS(struct sw, access.cdp),
    {"lldp", PARAM_BOOL, "off", NULL, NULL, NULL, "speak and hear LLDP with LLDP-MED", offsetof(struct sw, access.lldp), false},
    {"power_budget", PARAM_INT, "370000", "0", "10000000", NULL, "power for all ports together, mW", offsetof(struct sw, access.power.total_mw), false},
    {"power_detection_time", PARAM_DUR, "600ms", "0s", "10s", NULL, "from plugging a powered device in to its power: detection, classification, start (IEEE 802.3af)", offsetof(struct sw, access.power.detection), false},
    {0},
};

static const struct param_def port_params[] = {
    {"mode", PARAM_ENUM, "access", NULL, NULL, "access|trunk", "trunks carry every VLAN tagged", offsetof(struct sw_port, mode), true},
    {"vlan", PARAM_INT, "1", "1", "4094", NULL, "access VLAN; on a trunk the native one", offsetof(struct sw_port, vlan), true},
    {"voice_vlan", PARAM_INT, "0", "0", "4094", NULL, "voice VLAN of an access port, tagged; 0: none", offsetof(struct sw_port, voice_vlan), true},
    {"port_security", PARAM_BOOL, "off", NULL, NULL, NULL, "only secure addresses may send", offsetof(struct sw_port, security.on), true},
    {"port_security_maximum", PARAM_INT, "0", "0", "1024", NULL, "secure addresses of the port, all VLANs together; 0: one, or two with a voice VLAN", offsetof(struct sw_port, security.maximum), true},
    {"power_inline", PARAM_BOOL, "on", NULL, NULL, NULL, "give power to a device that asks for it: auto, or never", offsetof(struct sw_port, power_inline), true},
    {0},
};
/* clang-format on */

static void on_reloaded(void *owner);

static bool init(struct node *n, struct err *e)
{
    struct sw *s = n->state;
    (void)e;
    mac_table_init(&s->learned, n);
    tmr_init(&s->reload, n->sim, n->id, "switch.reload", n, on_reloaded);
    port_security_init(&s->security, n);
    s->access.power.node = n;
    return true;
}

/* A Catalyst's default is one address; a phone and the PC behind it are two. */
static bool ready(struct node *n, struct err *e)
{
    struct sw *s = n->state;
    (void)e;
    mac_table_ready(&s->learned);
    for (uint16_t i = 0; i < n->port_count; i++) {
        struct sw_port *p = n->ports[i]->config;
        p->security.port = n->ports[i];
        if (p->security.maximum == 0)
            p->security.maximum = p->voice_vlan ? 2 : 1;
    }
    return true;
}

/* Made when it is first of use: most ports of a large network speak to nobody. */
static struct access_port *access_of(struct port *port)
{
    struct sw *s = port->node->state;
    struct sw_port *p = port->config;
    struct access_vlans v = {(uint16_t)p->vlan, (uint16_t)p->voice_vlan};
    if (!p->access) {
        p->access = ARENA_NEW(sim_arena(port->node->sim), struct access_port);
        access_port_init(p->access, &s->access, port, v, !p->power_inline);
    }
    return p->access;
}

static bool speaks(const struct node *n)
{
    const struct sw *s = n->state;
    return s->access.cdp.on || s->access.lldp;
}

static void start(struct node *n)
{
    for (uint16_t i = 0; i < n->port_count; i++)
        ((struct sw_port *)n->ports[i]->config)->up = port_is_up(n->ports[i]);
    for (uint16_t i = 0; speaks(n) && i < n->port_count; i++)
        access_port_start(access_of(n->ports[i]));
}

/* IOS follows the link upwards, and tears down from the top. How a network begins is no change. */
static void log_line(struct port *port)
{
    struct node *n = port->node;
    struct sw_port *p = port->config;
    char name[64];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    bool up = port_is_up(port), begins = sim_now(n->sim).ns == 0;
    if (p->up == up && !begins)
        return;
    p->up = up;
    if (begins)
        return;
    cdp_port_id(&t, port->name);
    if (up)
        IOS_LOG(n, 3, "%LINK-3-UPDOWN: Interface {}, changed state to up", V_TEXT(name));
    IOS_LOG(n, 5, "%LINEPROTO-5-UPDOWN: Line protocol on Interface {}, changed state to {}",
            V_TEXT(name), V_TEXT(up ? "up" : "down"));
    if (!up)
        IOS_LOG(n, 3, "%LINK-3-UPDOWN: Interface {}, changed state to down", V_TEXT(name));
}

/* A port that goes down loses what was learned on it, secure addresses among them. */
static void on_line(struct node *n, struct port *port)
{
    struct sw *s = n->state;
    struct sw_port *p = port->config;
    if (s->down)
        return;
    log_line(port);
    if (!port_is_up(port)) {
        mac_table_flush(&s->learned, port);
        port_security_flush(&s->security, &p->security);
    }
    if (p->access || speaks(n) || port_line(port).powered_device)
        access_port_on_line(access_of(port));
}

/* --- VLANs ------------------------------------------------------------------------------------ */

static uint64_t key_of(uint16_t vid, struct mac m)
{
    return (uint64_t)vid << 48 | mac_u64(m);
}

/* The VLAN a frame belongs to on arrival; 0: the port does not take it. */
static uint16_t ingress_vlan(const struct sw_port *p, const struct eth *e)
{
    uint16_t native = (uint16_t)p->vlan;
    if (!e->tagged || e->vid == 0)
        return native;
    if (p->mode == MODE_TRUNK)
        return e->vid;
    return p->voice_vlan && e->vid == p->voice_vlan ? e->vid : 0;
}

static bool is_member(const struct sw_port *p, uint16_t vid)
{
    return p->mode == MODE_TRUNK || vid == p->vlan || (p->voice_vlan && vid == p->voice_vlan);
}

static bool sends_tagged(const struct sw_port *p, uint16_t vid)
{
    return vid != p->vlan; /* on an access port what is not the access VLAN is the voice VLAN */
}

/* --- forwarding ------------------------------------------------------------------------------- */

/* The port behind which an address lives, or NULL: then the frame is flooded. */
static struct port *lookup(const struct node *n, uint64_t key)
{
    const struct sw *s = n->state;
    struct port *secured = port_security_find(&s->security, key);
    if (secured)
        return secured;
    struct port *p = mac_table_find(&s->learned, key);
    /* behind a secure port only secure addresses count */
    return p && !((const struct sw_port *)p->config)->security.on ? p : NULL;
}

/* The frame with its tag put on or taken off. */
static const struct frame *retag(struct net *n, const struct frame *f, const struct eth *e,
                                 bool tagged, uint16_t vid)
{
    size_t head = eth_bytes(e->tagged), body = f->len - head;
    struct frame *g = frame_new(n, body + eth_bytes(true));
    struct wr w = wr_of(g->bytes, g->cap);
    struct eth out = *e;
    out.tagged = tagged;
    out.vid = tagged ? vid : 0;
    eth_put(&w, &out);
    wr_bytes(&w, f->bytes + head, body);
    eth_pad(&w);
    g->flow = f->flow;
    g->copy = f->copy;
    g->aimed_by = f->aimed_by;
    return frame_seal(n, g, wr_len(&w));
}

/* One frame on its way out of any number of ports: each other form of it is made at most once. */
struct departure {
    const struct frame *frame;
    const struct eth *eth;
    uint16_t vid;
    const struct frame *made[2]; /* untagged, tagged; NULL: not needed yet */
};

static void send_out(struct port *out, struct departure *d)
{
    bool tagged = sends_tagged(out->config, d->vid);
    const struct frame **form = &d->made[tagged];
    if (!*form && d->eth->tagged == tagged && (!tagged || d->eth->vid == d->vid))
        *form = frame_ref(d->frame);
    if (!*form)
        *form = retag(out->node->net, d->frame, d->eth, tagged, d->vid);
    port_send(out, frame_ref(*form));
}

static void flood(struct port *in, struct departure *d)
{
    struct node *n = in->node;
    bool sent = false;
    for (uint16_t i = 0; i < n->port_count; i++) {
        struct port *out = n->ports[i];
        if (out != in && out->link && !port_is_dark(out) && is_member(out->config, d->vid)) {
            send_out(out, d);
            sent = true;
        }
    }
    if (!sent)
        frame_drop(in, d->frame, DROP_NO_MEMBER_PORT);
}

static void forward(struct node *n, struct port *in, const struct frame *f, const struct eth *e,
                    uint16_t vid)
{
    struct departure d = {.frame = f, .eth = e, .vid = vid};
    struct port *out = mac_is_group(e->dst) ? NULL : lookup(n, key_of(vid, e->dst));
    if (out == in)
        frame_drop(in, f, DROP_SAME_PORT);
    else if (out)
        send_out(out, &d);
    else
        flood(in, &d);
    for (int i = 0; i < 2; i++) {
        if (d.made[i])
            frame_unref(n->net, d.made[i]);
    }
}

static void on_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct rd r = rd_of(f->bytes, f->len);
    struct sw *s = n->state;
    struct sw_port *p = in->config;
    struct eth e;
    if (s->down) {
        bus_because(n->sim, frame_drop(in, f, DROP_NODE_DOWN), s->down_record, BECAUSE_STATE);
        return;
    }
    if (!eth_get(&r, &e)) {
        frame_drop(in, f, DROP_MALFORMED);
        return;
    }
    if (mac_is_link_local(e.dst)) {
        if (p->access)
            access_port_hear(p->access, e.dst, f); /* for the switch itself; it refreshes nothing */
        return;
    }
    uint16_t vid = ingress_vlan(p, &e);
    if (vid == 0) {
        frame_drop(in, f, DROP_VLAN_NOT_ALLOWED);
        return;
    }
    if (mac_is_group(e.src)) {
        frame_drop(in, f, DROP_SOURCE_MULTICAST);
        return;
    }
    uint64_t key = key_of(vid, e.src);
    if (p->security.on && !port_security_admit(&s->security, &p->security, f, key))
        return;
    mac_table_learn(&s->learned, in, key);
    forward(n, in, f, &e, vid);
}

/* --- what is done to it ------------------------------------------------------------------------ */

/* What a Catalyst says before it forgets everything; then its ports are dark, and give no power. */
static bool reload(struct node *n, struct err *e)
{
    struct sw *s = n->state;
    if (s->down)
        return err_set(e, "'%s' is reloading already", n->name);
    IOS_LOG(n, 5, "%SYS-5-RELOAD: Reload requested by {}. Reload Reason: {}.", V_TEXT("console"),
            V_TEXT("Reload Command"));
    s->down = true;
    s->down_record = bus_cause(n->sim);
    mac_table_clear(&s->learned);
    for (uint16_t i = 0; i < n->port_count; i++) {
        struct sw_port *p = n->ports[i]->config;
        port_security_flush(&s->security, &p->security);
        if (p->access)
            access_port_stop(p->access);
        p->up = false;
        port_offer(n->ports[i], (struct line){.dark = true});
    }
    tmr_arm(&s->reload, s->reload_time);
    return true;
}

static void on_reloaded(void *owner)
{
    struct node *n = owner;
    struct sw *s = n->state;
    s->down = false;
    IOS_LOG(n, 5, "%SYS-5-RESTART: System restarted --{}", V_TEXT(""));
    for (uint16_t i = 0; i < n->port_count; i++) {
        port_offer(n->ports[i], (struct line){0});
        on_line(n, n->ports[i]);
    }
}

static bool clear_mac_table(struct node *n, struct err *e)
{
    struct sw *s = n->state;
    (void)e;
    mac_table_clear(&s->learned);
    return true;
}

static bool fill_mac_table(struct node *n, struct err *e)
{
    struct sw *s = n->state;
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct sw_port *p = n->ports[i]->config;
        if (!port_is_up(n->ports[i]))
            continue;
        uint64_t count = mac_table_fill(&s->learned, n->ports[i], (uint16_t)p->vlan);
        BUS_NOTE(n->sim, n->id, "mac-table", "{} made-up addresses behind {} fill it: it holds {}", V_U64(count),
                 V_TEXT(n->ports[i]->name), V_U64((uint64_t)s->learned.size));
        return true;
    }
    return err_set(e, "no port of '%s' is up, so no address can come", n->name);
}

static const struct model_op ops[] = {
    {"reload", "restarts it: what it learned is gone, links and power are off for 'reload_time'", reload},
    {"clear-mac-table", "forgets what it learned, secure addresses apart", clear_mac_table},
    {"fill-mac-table", "a flood of made-up addresses takes every free place of the MAC table, and ages", fill_mac_table},
    {0},
};

/* --- what it shows ----------------------------------------------------------------------------- */

static void interface_rows(const struct node *n, struct table *t)
{
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct port *p = n->ports[i], *peer = port_peer(p);
        const struct sw_port *c = p->config;
        table_text(t, p->name);
        table_text(t, peer ? peer->node->name : "");
        table_text(t, port_is_up(p) ? "connected" : "notconnect");
        if (c->mode == MODE_TRUNK)
            table_text(t, "trunk");
        else
            table_int(t, c->vlan);
        if (port_is_up(p))
            table_int(t, link_rate_bps(p->link));
        else
            table_none(t);
    }
}

static void mac_rows(const struct node *n, struct table *t)
{
    const struct sw *s = n->state;
    struct map_slot *slot;
    port_security_mac_rows(&s->security, t);
    for (uint32_t i = 0; map_next(&s->learned.entries, &i, &slot);) {
        const struct port *p = lookup(n, slot->key);
        if (!p || port_security_find(&s->security, slot->key))
            continue;
        table_int(t, (int64_t)(slot->key >> 48));
        table_mac(t, mac_of_u64(slot->key & 0xffffffffffff));
        table_text(t, "DYNAMIC");
        table_text(t, p->name);
    }
    table_sort(t);
}

static void security_rows(const struct node *n, struct table *t)
{
    const struct sw *s = n->state;
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct sw_port *c = n->ports[i]->config;
        if (c->security.on)
            port_security_port_row(&s->security, &c->security, t);
    }
}

static void secure_rows(const struct node *n, struct table *t)
{
    const struct sw *s = n->state;
    port_security_address_rows(&s->security, t);
}

static void cdp_rows(const struct node *n, struct table *t)
{
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct sw_port *c = n->ports[i]->config;
        if (c->access)
            cdp_row(&c->access->cdp, t);
    }
}

static void lldp_rows(const struct node *n, struct table *t)
{
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct sw_port *c = n->ports[i]->config;
        if (c->access)
            lldp_row(&c->access->lldp, t);
    }
}

static void power_rows(const struct node *n, struct table *t)
{
    for (uint16_t i = 0; i < n->port_count; i++) {
        const struct sw_port *c = n->ports[i]->config;
        if (c->access && c->mode == MODE_ACCESS)
            access_power_row(c->access, t);
    }
}

static const struct model_table tables[] = {
    {"interfaces", "show interfaces status", &show_interfaces_status, interface_rows},
    {"mac-address-table", "show mac address-table", &show_mac_address_table, mac_rows},
    {"port-security", "show port-security", &show_port_security, security_rows},
    {"port-security-address", "show port-security address", &show_port_security_address, secure_rows},
    {"cdp-neighbors", "show cdp neighbors", &show_cdp_neighbors, cdp_rows},
    {"lldp-neighbors", "show lldp neighbors", &show_lldp_neighbors, lldp_rows},
    {"power-inline", "show power inline", &show_power_inline, power_rows},
    {0},
};

const struct model model_switch = {
    .name = "switch",
    .doc = "Learning switch with VLANs, voice VLAN ports and port security.",
    .state_size = sizeof(struct sw),
    .params = params,
    .port_config_size = sizeof(struct sw_port),
    .port_params = port_params,
    .ops = ops,
    .tables = tables,
    .prompt = "*#",
    .init = init,
    .ready = ready,
    .start = start,
    .on_frame = on_frame,
    .on_line = on_line,
};
