/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lldp_speaker.c: see lldp_speaker.h. */
#include "models/proto/lldp_speaker.h"

#include "models/net/frame.h"
#include "models/net/ip.h"
#include "models/net/link.h"
#include "models/wire/eth.h"

#define LLDP_ROOM 512
#define LLDP_PERIOD_S 30
#define LLDP_TTL_S 120
#define QUICK_COUNT 3 /* TIA-1057's fast start */

static void say(void *arg)
{
    struct lldp_speaker *l = arg;
    struct net *n = l->port->node->net;
    struct lldp m = {.ttl_s = LLDP_TTL_S};
    struct frame *f = frame_new(n, eth_bytes(false) + LLDP_ROOM);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.dst = LLDP_MAC, .src = l->mac, .type = LLDP_ETHERTYPE};
    l->user->fill(l->arg, &m);
    eth_put(&w, &e);
    lldp_put(&w, &m);
    eth_pad(&w);
    ASSERT(wr_ok(&w));
    port_send(l->port, frame_seal(n, f, wr_len(&w)));
}

void lldp_speaker_init(struct lldp_speaker *l, struct port *p, struct mac mac, const struct lldp_user *user,
                       void *arg)
{
    *l = (struct lldp_speaker){.port = p, .mac = mac, .user = user, .arg = arg};
    l->announcer.period = dur_s(LLDP_PERIOD_S);
    l->announcer.quick = dur_s(1);
    announcer_init(&l->announcer, p->node, "lldp.timer", say, l);
}

void lldp_speaker_start(struct lldp_speaker *l)
{
    announcer_start(&l->announcer, QUICK_COUNT);
}

void lldp_speaker_stop(struct lldp_speaker *l)
{
    announcer_stop(&l->announcer);
    if (l->neighbour)
        l->neighbour->known = false;
}

/* True: a MED neighbour that was not there before. */
static bool keep(struct lldp_speaker *l, const struct lldp *m)
{
    struct node *n = l->port->node;
    if (!l->neighbour)
        l->neighbour = ARENA_NEW(sim_arena(n->sim), struct lldp_neighbour);
    struct lldp_neighbour *nb = l->neighbour;
    bool was = lldp_neighbour(l) != NULL;
    str_keep(nb->system_name, sizeof nb->system_name, m->system_name);
    str_keep(nb->port_id, sizeof nb->port_id, m->port_description);
    nb->address = m->has & LLDP_MANAGEMENT_ADDRESS ? m->management_address : (struct ip4){0};
    nb->capabilities = m->enabled;
    nb->ttl_s = m->ttl_s;
    nb->is_med = m->has & LLDP_MED_CAPABILITIES;
    nb->until = time_add(sim_now(n->sim), dur_s(m->ttl_s));
    nb->known = m->ttl_s > 0;
    if (!was && nb->known)
        BUS_NOTE(n->sim, n->id, "lldp", "{} is the neighbour on {}", V_TEXT(nb->system_name),
                 V_TEXT(l->port->name));
    return !was && nb->known && nb->is_med;
}

void lldp_hear(struct lldp_speaker *l, const struct frame *f)
{
    struct rd r = rd_of(f->bytes, f->len);
    struct eth e;
    struct lldp m;
    if (!eth_get(&r, &e) || e.type != LLDP_ETHERTYPE)
        return; /* others share the address */
    if (!lldp_get(&r, &m)) {
        ip_discard(l->port->node, "bad-lldp");
        return;
    }
    bool is_new = keep(l, &m);
    if (l->user->heard)
        l->user->heard(l->arg, &m);
    if (is_new && tmr_armed(&l->announcer.next)) /* who has not begun to speak does not begin for this */
        announcer_start(&l->announcer, QUICK_COUNT);
}

const struct lldp_neighbour *lldp_neighbour(const struct lldp_speaker *l)
{
    const struct lldp_neighbour *nb = l->neighbour;
    return nb && nb->known && time_before(sim_now(l->port->node->sim), nb->until) ? nb : NULL;
}

/* --- show lldp neighbors -------------------------------------------------------------------------- */

enum { NB_DEVICE, NB_INTERFACE, NB_HOLDTIME, NB_CAPABILITY, NB_PORT, NB_ADDRESS };
static const char *const columns[] = {"device_id",  "interface", "holdtime_s", "capability",
                                      "port_id", "address", NULL};

void lldp_row(const struct lldp_speaker *l, struct table *t)
{
    const struct lldp_neighbour *nb = lldp_neighbour(l);
    if (!nb)
        return;
    bool phone = nb->capabilities & LLDP_CAP_PHONE, bridge = nb->capabilities & LLDP_CAP_BRIDGE;
    table_text(t, nb->system_name);
    table_text(t, l->port->name);
    table_dur(t, dur_s(nb->ttl_s));
    table_text(t, phone && bridge ? "B,T" : phone ? "T" : bridge ? "B" : "");
    table_text(t, nb->port_id);
    if (nb->address.v)
        table_ip4(t, nb->address);
    else
        table_text(t, "");
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(out, "%-20s%-15s%-11lld%-16s%s\n", table_plain(t, row, NB_DEVICE, ""),
               table_plain(t, row, NB_INTERFACE, ""),
               (long long)(table_cell(t, row, NB_HOLDTIME)->i / 1000000000),
               table_plain(t, row, NB_CAPABILITY, ""), table_plain(t, row, NB_PORT, ""));
}

static void after(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out, "\nTotal entries displayed: %zu\n", t->row_count);
}

const struct table_look show_lldp_neighbors = {
    .columns = columns,
    .head = "Capability codes:\n"
            "    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device\n"
            "    (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other\n"
            "\n"
            "Device ID           Local Intf     Hold-time  Capability      Port ID\n",
    .line = line,
    .after = after,
};
