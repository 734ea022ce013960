/* SPDX-License-Identifier: GPL-3.0-or-later */
/* switch.c: a learning switch with VLANs, access ports with a voice VLAN, trunks, and port
 * security.
 *
 * Ageing is compared when a frame arrives (idle >= limit), never driven by a timer: so it acts
 * before a frame of the same instant. A secure address is written by the frames that carry it as
 * their source, and by nothing else: traffic towards it, and the frames that are for the switch
 * itself (CDP), do not refresh it. A port holds at most `maximum` of them; a further source, or one
 * that is secured behind another port, is discarded (violation mode protect). What a switch does
 * with the first frame of an unknown source is a parameter: most Catalysts trap it to their
 * processor, which installs the address and does not send the frame on (seed 002, case study 2). */
#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/wire/eth.h"
#include "sim/base/map.h"

enum { MODE_ACCESS, MODE_TRUNK };
enum { AGING_INACTIVITY, AGING_ABSOLUTE, AGING_OFF };
enum { FIRST_DROP, FIRST_FORWARD };

struct sw {
    struct sim_dur mac_aging, secure_aging, secure_tick;
    int secure_type, first_frame;
    struct map learned; /* vid << 48 | mac -> struct learned */
    struct map secured; /* the same key -> struct secure */
};

struct sw_port {
    int mode;
    int64_t vlan, voice_vlan, maximum;
    bool security;
    /* state */
    int64_t secured; /* addresses now */
};

struct learned {
    struct port *port;
    struct sim_time seen;
};

struct secure {
    struct port *port;       /* NULL: forgotten */
    struct sim_time written; /* inactivity: last seen; absolute: learned */
    uint64_t record;         /* the arrival that wrote it; forgotten: the fact that says so */
};

/* clang-format off */
static const struct param_def params[] = {
    {"mac_aging_time", PARAM_DUR, "300s", "0s", "1000000s", NULL, "a learned address is forgotten after this silence; 0s: never", offsetof(struct sw, mac_aging), false},
    {"port_security_aging_time", PARAM_DUR, "1min", "0s", "1440min", NULL, "a secure address is forgotten after this long; 0s: never", offsetof(struct sw, secure_aging), false},
    {"port_security_aging_type", PARAM_ENUM, "inactivity", NULL, NULL, "inactivity|absolute|off", "counted from the last frame, from learning, or not at all", offsetof(struct sw, secure_type), false},
    {"port_security_first_frame", PARAM_ENUM, "drop", NULL, NULL, "drop|forward", "what becomes of the frame that teaches a secure address", offsetof(struct sw, first_frame), false},
    {"port_security_aging_tick", PARAM_DUR, "0s", "0s", "1h", NULL, "addresses are aged by a sweep of this period; 0s: exactly", offsetof(struct sw, secure_tick), false},
    {0},
};

static const struct param_def port_params[] = {
    {"mode", PARAM_ENUM, "access", NULL, NULL, "access|trunk", "trunks carry every VLAN tagged", offsetof(struct sw_port, mode), true},
    {"vlan", PARAM_INT, "1", "1", "4094", NULL, "access VLAN; on a trunk the native one", offsetof(struct sw_port, vlan), true},
    {"voice_vlan", PARAM_INT, "0", "0", "4094", NULL, "voice VLAN of an access port, tagged; 0: none", offsetof(struct sw_port, voice_vlan), true},
    {"port_security", PARAM_BOOL, "off", NULL, NULL, NULL, "only secure addresses may send", offsetof(struct sw_port, security), true},
    {"port_security_maximum", PARAM_INT, "0", "0", "1024", NULL, "secure addresses of the port, all VLANs together; 0: one, or two with a voice VLAN", offsetof(struct sw_port, maximum), true},
    {0},
};
/* clang-format on */

static bool init(struct node *n, struct err *e)
{
    struct sw *s = n->state;
    (void)e;
    map_init(&s->learned, sim_arena(n->sim));
    map_init(&s->secured, sim_arena(n->sim));
    return true;
}

/* A Catalyst's default is one address; a phone and the PC behind it are two. */
static bool ready(struct node *n, struct err *e)
{
    (void)e;
    for (uint16_t i = 0; i < n->port_count; i++) {
        struct sw_port *p = n->ports[i]->config;
        if (p->maximum == 0)
            p->maximum = p->voice_vlan ? 2 : 1;
    }
    return true;
}

/* --- VLANs ------------------------------------------------------------------------------------ */

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

/* --- port security ---------------------------------------------------------------------------- */

static uint64_t key_of(uint16_t vid, struct mac m)
{
    return (uint64_t)vid << 48 | mac_u64(m);
}

/* With a sweep the address dies at the first multiple of the tick at which it is old enough. */
static bool is_aged(const struct sw *s, const struct secure *a, struct sim_time now)
{
    if (s->secure_type == AGING_OFF || s->secure_aging.ns == 0)
        return false;
    int64_t dies = time_add(a->written, s->secure_aging).ns;
    if (s->secure_tick.ns > 0)
        dies = (dies + s->secure_tick.ns - 1) / s->secure_tick.ns * s->secure_tick.ns;
    return now.ns >= dies;
}

static uint64_t publish_secure(struct node *n, uint64_t key, const char *from, const char *event,
                               const char *to)
{
    char text[48];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "vlan %u ", (unsigned)(key >> 48));
    mac_text(&t, mac_of_u64(key));
    struct rec r = {.kind = REC_STATE, .node = n->id};
    r.state = (struct rec_state){"secure-address", text, from, event, to};
    return bus_publish(n->sim, &r);
}

/* Notices that an address has aged; says since when, against which limit. */
static void forget(struct node *n, uint64_t key, struct secure *a)
{
    struct sw *s = n->state;
    struct sim *sim = n->sim;
    uint64_t aged = publish_secure(n, key, "secured", "aged", "forgotten");
    bus_because(sim, aged, a->record, BECAUSE_STATE);
    bus_because(sim, aged, node_limit(n, "port_security_aging_time"), BECAUSE_LIMIT);
    BUS_NOTE(sim, n->id, "secure-address", "{} was {} {} ago, the ageing time is {}",
             V_MAC(key & 0xffffffffffff),
             V_TEXT(s->secure_type == AGING_ABSOLUTE ? "learned" : "last seen"),
             V_DUR(time_sub(sim_now(sim), a->written)), V_DUR(s->secure_aging));
    ((struct sw_port *)a->port->config)->secured--;
    a->port = NULL;
    a->record = aged;
}

/* Notices every aged address of a full port: ageing has already made the room. */
static void make_room(struct node *n, struct port *p)
{
    struct sw *s = n->state;
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&s->secured, &i, &slot);) {
        struct secure *a = slot->value;
        if (a->port == p && is_aged(s, a, sim_now(n->sim)))
            forget(n, slot->key, a);
    }
}

/* A source that is no secure address: it becomes one where there is room. True: the frame may go
 * on. */
static bool secure(struct node *n, struct port *in, const struct frame *f, uint64_t key)
{
    struct sw *s = n->state;
    struct secure *a = map_get(&s->secured, key);
    uint64_t forgotten = a ? a->record : 0;
    if (!a) {
        a = ARENA_NEW(sim_arena(n->sim), struct secure);
        map_put(&s->secured, key, a);
    }
    *a = (struct secure){.port = in, .written = sim_now(n->sim), .record = bus_cause(n->sim)};
    ((struct sw_port *)in->config)->secured++;
    publish_secure(n, key, forgotten ? "forgotten" : "unknown", "frame", "secured");
    if (s->first_frame == FIRST_FORWARD)
        return true;
    bus_because(n->sim, frame_drop(in, f, DROP_PORT_SECURITY_LEARNING), forgotten, BECAUSE_STATE);
    return false;
}

/* True: the frame may go on. */
static bool admit(struct node *n, struct port *in, const struct frame *f, uint64_t key)
{
    struct sw *s = n->state;
    struct sw_port *p = in->config;
    struct sim_time now = sim_now(n->sim);
    struct secure *a = map_get(&s->secured, key);
    if (a && a->port && is_aged(s, a, now))
        forget(n, key, a);
    if (a && a->port == in) {
        if (s->secure_type == AGING_INACTIVITY) {
            a->written = now;
            a->record = bus_cause(n->sim);
        }
        return true;
    }
    if (p->secured >= p->maximum)
        make_room(n, in);
    if (p->secured >= p->maximum || (a && a->port)) {
        frame_drop(in, f, DROP_PORT_SECURITY_VIOLATION);
        return false;
    }
    return secure(n, in, f, key);
}

/* --- forwarding ------------------------------------------------------------------------------- */

static void learn(struct node *n, struct port *in, uint64_t key)
{
    struct sw *s = n->state;
    struct learned *l = map_get(&s->learned, key);
    if (!l) {
        l = ARENA_NEW(sim_arena(n->sim), struct learned);
        map_put(&s->learned, key, l);
    }
    l->port = in;
    l->seen = sim_now(n->sim);
}

/* The port behind which an address lives, or NULL: then the frame is flooded. */
static struct port *lookup(const struct node *n, uint64_t key)
{
    const struct sw *s = n->state;
    struct sim_time now = sim_now(n->sim);
    const struct secure *a = map_get(&s->secured, key);
    if (a && a->port && !is_aged(s, a, now))
        return a->port;
    const struct learned *l = map_get(&s->learned, key);
    if (!l || ((const struct sw_port *)l->port->config)->security)
        return NULL; /* behind a secure port only secure addresses count */
    bool fresh = s->mac_aging.ns == 0 || dur_cmp(time_sub(now, l->seen), s->mac_aging) < 0;
    return fresh ? l->port : NULL;
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
        if (out != in && out->link && is_member(out->config, d->vid)) {
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
    const struct sw_port *p = in->config;
    struct eth e;
    if (!eth_get(&r, &e)) {
        frame_drop(in, f, DROP_MALFORMED);
        return;
    }
    if (mac_is_link_local(e.dst))
        return; /* for the switch itself; it refreshes nothing */
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
    if (p->security && !admit(n, in, f, key))
        return;
    learn(n, in, key);
    forward(n, in, f, &e, vid);
}

const struct model model_switch = {
    .name = "switch",
    .doc = "Learning switch with VLANs, voice VLAN ports and port security.",
    .state_size = sizeof(struct sw),
    .params = params,
    .port_config_size = sizeof(struct sw_port),
    .port_params = port_params,
    .init = init,
    .ready = ready,
    .on_frame = on_frame,
};
