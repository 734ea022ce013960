/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lan.h: one switch with stations on its ports, for the tests of the switch. */
#ifndef TESTS_UNIT_DEVICE_LAN_H
#define TESTS_UNIT_DEVICE_LAN_H

#include "tests/unit/net/station.h"

#define LAN_PORTS 4
#define SETTINGS_MAX 6

extern const struct model model_switch;

/* "name=value" each; the rest is empty. */
struct lan_config {
    const char *node[SETTINGS_MAX];
    const char *port[LAN_PORTS][SETTINGS_MAX];
};

struct lan {
    struct world *w;
    struct node *sw;
    struct node *on[LAN_PORTS]; /* the station on each port */
};

static inline size_t lan_settings(const char *const text[SETTINGS_MAX], struct setting *out)
{
    size_t n = 0;
    for (; n < SETTINGS_MAX && text[n]; n++) {
        out[n].text = str_of(text[n]);
        out[n].name = str_cut(&out[n].text, '=');
    }
    return n;
}

static inline struct lan lan_open(const struct lan_config *c)
{
    static const char *const names[LAN_PORTS] = {"a", "b", "c", "d"};
    struct lan l = {.w = world_open(&model_switch)};
    struct setting s[SETTINGS_MAX + 1];
    struct err e = {0};
    size_t n = lan_settings(c->node, s);
    s[n++] = (struct setting){STR("cdp"), STR("off")}; /* the stations count what they hear */
    if (!net_add_node(l.w->net, STR("switch"), STR("sw"), s, n, &l.sw, &e))
        fail_msg("%s", e.msg);
    for (int i = 0; i < LAN_PORTS; i++) {
        struct port *p;
        n = lan_settings(c->port[i], s);
        if (!node_port(l.sw, str_of(names[i]), s, n, &p, &e))
            fail_msg("%s", e.msg);
        l.on[i] = station(l.w, names[i]);
        cable(l.on[i], p);
    }
    assert_true(net_start(l.w->net, &e));
    return l;
}

/* A 60-byte frame from the station on `port`, heard by the switch HOP_NS later. */
static inline void lan_say(struct lan *l, int port, uint8_t dst, uint8_t src, uint16_t vid)
{
    say(l->on[port], dst == 255 ? MAC_BROADCAST : mac_n(dst), mac_n(src), vid, 0x88b5, "dialtone",
        8);
    run_for(l->w, dur_us(10));
}

/* The same, so that it reaches the switch at exactly this instant. */
static inline void lan_say_at(struct lan *l, int64_t ns, int port, uint8_t dst, uint8_t src,
                              uint16_t vid)
{
    run_to(l->w, ns - HOP_NS);
    lan_say(l, port, dst, src, vid);
}

/* Which stations heard something since the last time this was asked: bit 0 is the first port. */
static inline unsigned lan_heard(struct lan *l)
{
    unsigned mask = 0;
    for (int i = 0; i < LAN_PORTS; i++) {
        mask |= (unsigned)(at(l->on[i])->count > 0) << i;
        at(l->on[i])->count = 0;
    }
    return mask;
}

#endif
