/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_arp.c: the ARP cache of one stack. An entry is written by RFC 826's algorithm (any ARP packet of a
 * known sender updates it, the last wins; one for us also adds it) and lives arp_timeout since it was
 * last confirmed, by ARP or by a higher layer. An expired entry is asked for anew before it is used. */
#include <string.h>

#include "models/net/ip_state.h"
#include "models/net/link.h"

static void send_arp(struct ip_stack *s, const struct ip_iface *i, struct mac to, const struct arp *a)
{
    struct net *n = s->node->net;
    struct frame *f = frame_new(n, ETH_BYTES_MIN);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.dst = to, .src = i->mac, .tagged = i->vlan != 0, .pcp = i->vlan ? i->pcp : 0,
                    .vid = i->vlan, .type = ETH_ARP};
    eth_put(&w, &e);
    arp_put(&w, a);
    eth_pad(&w);
    port_send(i->port, frame_seal(n, f, wr_len(&w)));
}

void ip_arp_request(struct ip_stack *s, const struct ip_iface *i, struct ip4 target)
{
    struct arp a = {.oper = ARP_REQUEST, .sha = i->mac, .spa = i->addr, .tpa = target};
    send_arp(s, i, MAC_BROADCAST, &a);
}

static void publish(struct neighbour *nb, const char *from, const char *event, const char *to)
{
    char key[16];
    struct txtbuf t = txtbuf_of(key, sizeof key);
    ip4_text(&t, nb->addr);
    struct rec r = {.kind = REC_STATE, .node = nb->stack->node->id};
    r.state = (struct rec_state){"arp", key, from, event, to};
    nb->record = bus_publish(nb->stack->node->sim, &r);
}

static void ask(struct neighbour *nb)
{
    nb->tries++;
    tmr_arm(&nb->retry, nb->stack->options.arp_retry);
    ip_arp_request(nb->stack, nb->iface, nb->addr);
}

static void transmit(struct neighbour *nb, struct frame *f)
{
    struct net *n = nb->stack->node->net;
    memcpy(f->bytes, nb->mac.b, 6); /* the destination stands first */
    uint64_t tx = port_send(nb->iface->port, frame_seal(n, f, f->len));
    bus_because(nb->stack->node->sim, tx, nb->record, BECAUSE_STATE);
}

static void discard_waiting(struct neighbour *nb, const char *why)
{
    for (uint32_t i = 0; i < nb->waiting_count; i++) {
        ip_discard(nb->stack->node, why);
        frame_unref(nb->stack->node->net, nb->waiting[i]);
    }
    nb->waiting_count = 0;
}

static void on_retry(void *owner)
{
    struct neighbour *nb = owner;
    if (nb->tries < nb->stack->options.arp_tries) {
        ask(nb);
        return;
    }
    publish(nb, "resolving", "no-reply", "unresolved");
    discard_waiting(nb, "arp-unresolved");
    nb->tries = 0;
}

static struct neighbour *find_or_make(struct ip_stack *s, const struct ip_iface *i, struct ip4 addr)
{
    struct neighbour *nb = map_get(&s->neighbours, addr.v);
    if (nb)
        return nb;
    nb = ARENA_NEW(sim_arena(s->node->sim), struct neighbour);
    nb->stack = s;
    nb->iface = i;
    nb->addr = addr;
    tmr_init(&nb->retry, s->node->sim, s->node->id, "arp.retry", nb, on_retry);
    map_put(&s->neighbours, addr.v, nb);
    return nb;
}

static bool expired(const struct neighbour *nb)
{
    struct sim_dur age = time_sub(sim_now(nb->stack->node->sim), nb->confirmed);
    return dur_cmp(age, nb->stack->options.arp_timeout) >= 0;
}

/* Keeps the newest three (RFC 1122 2.3.2.2: at least the latest). */
static void keep(struct neighbour *nb, struct frame *f)
{
    if (nb->waiting_count == WAITING_MAX) {
        ip_discard(nb->stack->node, "arp-queue-full");
        frame_unref(nb->stack->node->net, nb->waiting[0]);
        nb->waiting_count--;
        memmove(nb->waiting, nb->waiting + 1, nb->waiting_count * sizeof nb->waiting[0]);
    }
    nb->waiting[nb->waiting_count++] = f;
}

void ip_arp_output(struct ip_stack *s, const struct ip_iface *i, struct ip4 hop, struct frame *f,
                   size_t len)
{
    struct neighbour *nb = find_or_make(s, i, hop);
    f->len = (uint16_t)len;
    if (f->flow == 0)
        f->flow = bus_current_flow(s->node->sim);
    if (nb->resolved && expired(nb)) {
        nb->resolved = false;
        publish(nb, "resolved", "timeout", "resolving");
    }
    if (nb->resolved) {
        transmit(nb, f);
        return;
    }
    keep(nb, f);
    if (!tmr_armed(&nb->retry))
        ask(nb);
}

/* The entry is written: its waiting packets go, in the order they came. */
static void resolve(struct neighbour *nb, struct mac mac, const char *event)
{
    bool known = nb->resolved && mac_eq(nb->mac, mac);
    nb->mac = mac;
    nb->confirmed = sim_now(nb->stack->node->sim);
    if (known)
        return;
    publish(nb, nb->resolved ? "resolved" : "resolving", event, "resolved");
    nb->resolved = true;
    nb->tries = 0;
    tmr_disarm(&nb->retry);
    uint32_t n = nb->waiting_count;
    nb->waiting_count = 0;
    for (uint32_t k = 0; k < n; k++)
        transmit(nb, nb->waiting[k]);
}

/* RFC 826, "Packet Reception": the table is updated before the operation is looked at. */
void ip_arp_input(struct ip_stack *s, const struct ip_iface *i, const struct arp *a)
{
    const char *event = a->oper == ARP_REQUEST ? "request" : "reply";
    struct neighbour *nb = a->spa.v ? map_get(&s->neighbours, a->spa.v) : NULL;
    bool for_us = ip4_eq(a->tpa, i->addr), merged = nb != NULL;
    if (merged)
        resolve(nb, a->sha, event);
    if (!for_us)
        return;
    if (!merged && a->spa.v)
        resolve(find_or_make(s, i, a->spa), a->sha, event);
    if (a->oper != ARP_REQUEST)
        return;
    struct arp reply = {.oper = ARP_REPLY, .sha = i->mac, .spa = i->addr, .tha = a->sha, .tpa = a->spa};
    send_arp(s, i, a->sha, &reply);
}
