/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cdp_speaker.c: see cdp_speaker.h. */
#include "models/proto/cdp_speaker.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/net/ip.h"
#include "models/net/link.h"
#include "models/wire/eth.h"

#define CDP_ROOM 512 /* of one message with LLC and SNAP */
#define QUICK_COUNT 3

static void say(void *arg)
{
    cdp_say(arg);
}

void cdp_speaker_init(struct cdp_speaker *c, struct port *p, struct mac mac, const struct cdp_config *config,
                      const struct cdp_user *user, void *arg)
{
    *c = (struct cdp_speaker){
        .port = p, .mac = mac, .hold = config->hold, .user = user, .arg = arg};
    c->announcer.period = config->timer;
    c->announcer.quick = dur_s(1);
    announcer_init(&c->announcer, p->node, "cdp.timer", say, c);
}

void cdp_speaker_start(struct cdp_speaker *c)
{
    announcer_start(&c->announcer, QUICK_COUNT);
}

void cdp_speaker_stop(struct cdp_speaker *c)
{
    announcer_stop(&c->announcer);
    if (c->neighbour)
        c->neighbour->known = false;
}

void cdp_say(struct cdp_speaker *c)
{
    struct net *n = c->port->node->net;
    struct cdp m = {.ttl_s = (uint8_t)dur_whole_s(c->hold)};
    struct frame *f = frame_new(n, eth_bytes(false) + CDP_ROOM);
    size_t head = eth_bytes(false);
    struct wr body = wr_of(f->bytes + head, CDP_ROOM), w = wr_of(f->bytes, f->cap);
    c->user->fill(c->arg, &m);
    cdp_put(&body, &m);
    ASSERT(wr_ok(&body));
    struct eth e = {.dst = CDP_MAC, .src = c->mac, .type = (uint16_t)wr_len(&body)}; /* 802.3: a length */
    eth_put(&w, &e);
    w.p += wr_len(&body);
    eth_pad(&w);
    port_send(c->port, frame_seal(n, f, wr_len(&w)));
}

static void keep(struct cdp_speaker *c, const struct cdp *m)
{
    struct node *n = c->port->node;
    if (!c->neighbour)
        c->neighbour = ARENA_NEW(sim_arena(n->sim), struct cdp_neighbour);
    struct cdp_neighbour *nb = c->neighbour;
    bool is_new = !cdp_neighbour(c) || !str_eq(str_of(nb->device_id), m->device_id);
    str_keep(nb->device_id, sizeof nb->device_id, m->device_id);
    str_keep(nb->port_id, sizeof nb->port_id, m->port_id);
    str_keep(nb->platform, sizeof nb->platform, m->platform);
    str_keep(nb->version, sizeof nb->version, m->version);
    nb->address = m->has & CDP_ADDRESS ? m->address : (struct ip4){0};
    nb->capabilities = m->capabilities;
    nb->power_mw = m->power_mw;
    nb->native_vlan = m->native_vlan;
    nb->until = time_add(sim_now(n->sim), dur_s(m->ttl_s));
    nb->known = true;
    if (is_new)
        BUS_NOTE(n->sim, n->id, "cdp", "{} is the neighbour on {}", V_TEXT(nb->device_id),
                 V_TEXT(c->port->name));
}

void cdp_hear(struct cdp_speaker *c, const struct frame *f)
{
    static const uint8_t llc[CDP_LLC_BYTES] = {0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0};
    struct rd r = rd_of(f->bytes, f->len);
    struct eth e;
    struct cdp m;
    if (!eth_get(&r, &e) || e.type >= ETH_TYPE_LEAST || e.type < CDP_LLC_BYTES || rd_left(&r) < e.type ||
        memcmp(r.p, llc, sizeof llc) != 0)
        return; /* VTP, DTP and others share the address */
    struct rd body = rd_of(r.p, e.type);
    if (!cdp_get(&body, &m)) {
        ip_discard(c->port->node, "bad-cdp");
        return;
    }
    keep(c, &m);
    if (c->user->heard)
        c->user->heard(c->arg, &m);
}

const struct cdp_neighbour *cdp_neighbour(const struct cdp_speaker *c)
{
    const struct cdp_neighbour *nb = c->neighbour;
    return nb && nb->known && time_before(sim_now(c->port->node->sim), nb->until) ? nb : NULL;
}

void cdp_port_id(struct txtbuf *t, const char *name)
{
    static const struct {
        const char *brief, *full;
    } kinds[] = {{"Fa", "FastEthernet"}, {"Gi", "GigabitEthernet"}, {"Te", "TenGigabitEthernet"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strncmp(name, kinds[i].brief, 2) == 0 && name[2] >= '0' && name[2] <= '9') {
            txtbuf_add(t, "%s%s", kinds[i].full, name + 2);
            return;
        }
    }
    txtbuf_cstr(t, name);
}
