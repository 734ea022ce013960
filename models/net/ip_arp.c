/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_arp.c: the ARP cache of one stack. An entry is written by RFC 826's algorithm (any ARP packet
 * of a known sender updates it, the last wins; one for us also adds it), unless the stack's policy
 * lets the first answer win, and lives arp_timeout since it was last confirmed, by ARP or by a
 * higher layer. Ageing is compared when the entry is looked
 * at, so it acts before a packet of the same instant; an aged entry is asked for anew before it is
 * used. */
#include <string.h>

#include "models/net/ip_state.h"
#include "models/net/link.h"

static const char *const state_names[] = {"unknown", "resolving", "resolved", "unresolved"};

static bool in_table(const struct neighbour *nb)
{
    return nb->state == NEIGHBOUR_RESOLVED || nb->state == NEIGHBOUR_RESOLVING;
}

static void move(struct neighbour *nb, const char *event, enum neighbour_state to)
{
    bool was_in = in_table(nb);
    char key[16];
    struct txtbuf t = txtbuf_of(key, sizeof key);
    ip4_text(&t, nb->addr);
    struct rec r = {.kind = REC_STATE, .node = nb->stack->node->id};
    r.state = (struct rec_state){"arp", key, state_names[nb->state], event, state_names[to]};
    nb->record = bus_publish(nb->stack->node->sim, &r);
    nb->state = to;
    nb->stack->arp_entries += (uint32_t)in_table(nb) - (uint32_t)was_in;
}

/* --- sending ---------------------------------------------------------------------------------- */

void ip_arp_send(const struct ip_iface *i, struct mac to, const struct arp *a)
{
    struct net *n = i->port->node->net;
    struct frame *f = frame_new(n, ETH_BYTES_MIN);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.dst = to,
                    .src = i->mac,
                    .tagged = i->vlan != 0,
                    .pcp = i->vlan ? i->pcp : 0,
                    .vid = i->vlan,
                    .type = ETH_ARP};
    eth_put(&w, &e);
    arp_put(&w, a);
    eth_pad(&w);
    port_send(i->port, frame_seal(n, f, wr_len(&w)));
}

void ip_arp_request(const struct ip_iface *i, struct ip4 target)
{
    struct arp a = {.oper = ARP_REQUEST, .sha = i->mac, .spa = i->addr, .tpa = target};
    ip_arp_send(i, MAC_BROADCAST, &a);
}

void ip_probe(struct ip_stack *s, uint32_t iface, struct ip4 addr)
{
    const struct ip_iface *i = ip_iface_at(s, iface);
    struct arp a = {.oper = ARP_REQUEST, .sha = i->mac, .tpa = addr};
    ip_arp_send(i, MAC_BROADCAST, &a);
}

static void ask(struct neighbour *nb)
{
    nb->tries++;
    tmr_arm(&nb->retry, nb->stack->options.arp_retry);
    ip_arp_request(nb->iface, nb->addr);
}

static uint64_t transmit(struct net *n, const struct ip_iface *i, struct mac to, struct frame *f)
{
    memcpy(f->bytes, to.b, sizeof to.b); /* the destination stands first */
    return port_send(i->port, frame_seal(n, f, f->len));
}

static uint64_t transmit_to(struct neighbour *nb, struct frame *f)
{
    f->aimed_by = nb->record;
    uint64_t tx = transmit(nb->stack->node->net, nb->iface, nb->mac, f);
    bus_because(nb->stack->node->sim, tx, nb->record, BECAUSE_STATE);
    return tx;
}

/* --- entries ---------------------------------------------------------------------------------- */

static void forget_waiting(struct neighbour *nb, const char *why)
{
    struct node *n = nb->stack->node;
    for (uint32_t i = 0; i < nb->waiting_count; i++) {
        ip_discard(n, why);
        frame_unref(n->net, nb->waiting[i]);
    }
    nb->waiting_count = 0;
}

static void on_retry(void *owner)
{
    struct neighbour *nb = owner;
    ASSERT(nb->state == NEIGHBOUR_RESOLVING);
    if (nb->tries < nb->stack->options.arp_tries) {
        ask(nb);
        return;
    }
    move(nb, "no-reply", NEIGHBOUR_UNRESOLVED);
    forget_waiting(nb, "arp-unresolved");
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

void ip_arp_resolve(struct ip_stack *s, const struct ip_iface *i, struct ip4 neighbour)
{
    find_or_make(s, i, neighbour)->asked = true;
    ip_arp_request(i, neighbour);
}

static bool is_aged(const struct neighbour *nb)
{
    struct sim_dur age = time_sub(sim_now(nb->stack->node->sim), nb->confirmed);
    return nb->state == NEIGHBOUR_RESOLVED && dur_cmp(age, nb->stack->options.arp_timeout) >= 0;
}

static void confirm(struct neighbour *nb)
{
    struct sim *s = nb->stack->node->sim;
    nb->confirmed = sim_now(s);
    nb->confirmed_by = bus_cause(s);
}

static void age(struct neighbour *nb)
{
    struct node *n = nb->stack->node;
    const char *name = nb->stack->options.arp_timeout_name;
    move(nb, "timeout", NEIGHBOUR_UNKNOWN);
    bus_because(n->sim, nb->record, nb->confirmed_by, BECAUSE_STATE);
    if (name)
        bus_because(n->sim, nb->record, node_limit(n, name), BECAUSE_LIMIT);
}

/* Linux's forced garbage collection: what a connection uses is confirmed by it again and again, and stays. */
static struct neighbour *oldest(struct ip_stack *s)
{
    struct neighbour *out = NULL;
    struct map_slot *slot;
    for (uint32_t k = 0; map_next(&s->neighbours, &k, &slot);) {
        struct neighbour *nb = slot->value;
        if (nb->state == NEIGHBOUR_RESOLVED && (!out || time_before(nb->confirmed, out->confirmed)))
            out = nb;
    }
    return out;
}

/* May this neighbour come into the table? It is full: the oldest goes, when nobody has needed it for a while. */
static bool has_room(struct ip_stack *s, const struct neighbour *nb)
{
    struct node *n = s->node;
    if ((nb && in_table(nb)) || !s->options.arp_table_size || s->arp_entries < s->options.arp_table_size)
        return true;
    struct neighbour *old = oldest(s);
    if (!old || dur_cmp(time_sub(sim_now(n->sim), old->confirmed), s->options.arp_gc_age) < 0)
        return false;
    move(old, "garbage-collected", NEIGHBOUR_UNKNOWN);
    if (s->options.arp_table_name)
        bus_because(n->sim, old->record, node_limit(n, s->options.arp_table_name), BECAUSE_LIMIT);
    return true;
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

uint64_t ip_arp_output(struct ip_stack *s, const struct ip_iface *i, struct ip4 hop, struct frame *f,
                       size_t len)
{
    f->len = (uint16_t)len;
    if (f->flow == 0)
        f->flow = bus_current_flow(s->node->sim);
    if (ip4_is_broadcast(hop) || ip_is_iface_broadcast(i, hop)) {
        return transmit(s->node->net, i, MAC_BROADCAST, f);
    }
    struct neighbour *nb = find_or_make(s, i, hop);
    if (is_aged(nb))
        age(nb);
    if (nb->state == NEIGHBOUR_RESOLVED) {
        return transmit_to(nb, f);
    }
    if (!has_room(s, nb)) {
        ip_discard(s->node, "arp-table-full");
        frame_unref(s->node->net, f);
        return 0;
    }
    keep(nb, f);
    if (nb->state != NEIGHBOUR_RESOLVING) {
        move(nb, "packet", NEIGHBOUR_RESOLVING);
        nb->tries = 0;
        ask(nb);
    }
    return 0;
}

/* The entry is written: its waiting packets go, in the order they came. */
static void write_entry(struct neighbour *nb, const struct arp *a)
{
    const char *event = a->oper == ARP_REQUEST ? "request" : "reply";
    struct node *n = nb->stack->node;
    confirm(nb);
    nb->asked = false;
    if (nb->state == NEIGHBOUR_RESOLVED && mac_eq(nb->mac, a->sha))
        return;
    nb->mac = a->sha;
    nb->written = nb->confirmed;
    move(nb, event, NEIGHBOUR_RESOLVED);
    BUS_NOTE(n->sim, n->id, "arp", "{} is at {}, by its {}", V_IP4(nb->addr.v),
             V_MAC(mac_u64(nb->mac)), V_TEXT(event));
    tmr_disarm(&nb->retry);
    uint32_t count = nb->waiting_count;
    nb->waiting_count = 0;
    for (uint32_t k = 0; k < count; k++)
        transmit_to(nb, nb->waiting[k]);
}

void ip_learn(struct ip_stack *s, struct ip4 addr, struct mac mac)
{
    struct ip4 hop;
    const struct ip_iface *i = ip_route_to(s, addr, &hop);
    ASSERT(i != NULL && ip4_eq(hop, addr) && !map_get(&s->neighbours, addr.v));
    struct neighbour *nb = find_or_make(s, i, addr);
    nb->mac = mac;
    confirm(nb);
    nb->written = nb->confirmed;
    move(nb, "given", NEIGHBOUR_RESOLVED);
}

void ip_watch(struct ip_stack *s, struct ip4 addr, ip_claim_fn *claimed, void *arg)
{
    s->watched = addr;
    s->claimed = claimed;
    s->claimed_arg = arg;
}

/* Is it told to all that an address is here now? (RFC 5227 3: "ARP announcement") */
static bool is_announcement(const struct arp *a)
{
    return ip4_eq(a->spa, a->tpa) && (a->oper == ARP_REQUEST || mac_eq(a->tha, a->sha) ||
                                      mac_eq(a->tha, MAC_ZERO) || mac_is_broadcast(a->tha));
}

/* May this packet put another address into an entry in force? Linux lets an announcement, lock or not. */
static bool may_replace(const struct neighbour *nb, const struct arp *a)
{
    const struct ip_options *o = &nb->stack->options;
    struct sim_dur since = time_sub(sim_now(nb->stack->node->sim), nb->written);
    if (o->arp_policy == ARP_LAST_WINS || is_announcement(a))
        return true;
    if (o->arp_policy == ARP_FIRST_WINS_PENDING)
        return a->oper == ARP_REQUEST;
    return dur_cmp(since, o->arp_locktime) >= 0;
}

static void ignore(const struct neighbour *nb, const struct arp *a)
{
    const char *what = a->oper == ARP_REQUEST ? "request" : "reply";
    struct node *n = nb->stack->node;
    uint64_t r = BUS_NOTE(n->sim, n->id, "arp", "the {} of {} for {} is ignored: {} came first",
                          V_TEXT(what), V_MAC(mac_u64(a->sha)), V_IP4(nb->addr.v), V_MAC(mac_u64(nb->mac)));
    bus_because(n->sim, r, nb->record, BECAUSE_STATE);
}

/* A packet of a sender that is in the table. */
static void update(struct neighbour *nb, const struct arp *a)
{
    bool other = nb->state == NEIGHBOUR_RESOLVED && !mac_eq(nb->mac, a->sha);
    if (other && !may_replace(nb, a))
        ignore(nb, a);
    else
        write_entry(nb, a);
}

/* A packet for us of a sender that is not in the table. Where the first answer wins, a reply that nobody asked for
 * is none (Linux: arp_accept 0). */
static bool may_add(const struct ip_stack *s, const struct neighbour *nb, const struct arp *a)
{
    return s->options.arp_policy == ARP_LAST_WINS || a->oper == ARP_REQUEST || (nb && nb->asked);
}

static bool claims(const struct arp *a, struct ip4 addr)
{
    return ip4_eq(a->spa, addr) || (a->spa.v == 0 && ip4_eq(a->tpa, addr));
}

/* The reply descends from the decision to give it. */
static void answer_for(struct ip_stack *s, const struct ip_iface *i, const struct arp *a)
{
    const struct ip_answering *how = s->options.answering;
    uint64_t decision = how && how->proxy ? how->proxy(how->proxy_arg, i, a) : 0;
    if (!decision)
        return;
    uint64_t cause = bus_swap_cause(s->node->sim, decision);
    ip_arp_answer(s, i, a);
    bus_swap_cause(s->node->sim, cause);
}

/* RFC 826, "Packet Reception": the table is updated before the operation is looked at. A sender
 * without an address (a probe, RFC 5227 2.1.1) teaches nothing but is answered. */
void ip_arp_input(struct ip_stack *s, const struct ip_iface *i, const struct arp *a)
{
    if (mac_is_group(a->sha)) {
        ip_discard(s->node, "bad-arp");
        return;
    }
    if (s->watched.v && claims(a, s->watched) && !mac_eq(a->sha, i->mac))
        s->claimed(s->claimed_arg, a->sha);
    bool for_us = i->addr.v && ip4_eq(a->tpa, i->addr);
    struct neighbour *nb = a->spa.v ? map_get(&s->neighbours, a->spa.v) : NULL;
    if (nb && is_aged(nb))
        age(nb);
    if (nb && in_table(nb))
        update(nb, a);
    else if (for_us && a->spa.v && may_add(s, nb, a) && has_room(s, nb))
        write_entry(find_or_make(s, i, a->spa), a);
    if (a->oper != ARP_REQUEST)
        return;
    if (for_us)
        ip_arp_answer(s, i, a);
    else
        answer_for(s, i, a);
}

/* What timed out is not revived: the next packet asks. */
void ip_arp_confirm(struct ip_stack *s, struct ip4 hop)
{
    struct neighbour *nb = map_get(&s->neighbours, hop.v);
    if (nb && nb->state == NEIGHBOUR_RESOLVED && !is_aged(nb) && !s->options.arp_only)
        confirm(nb);
}

void ip_arp_doubt(struct ip_stack *s, struct ip4 hop)
{
    struct neighbour *nb = map_get(&s->neighbours, hop.v);
    if (!nb || nb->state != NEIGHBOUR_RESOLVED || !s->options.tcp_advice)
        return;
    uint64_t wrote = nb->record;
    move(nb, "tcp-advice", NEIGHBOUR_UNKNOWN);
    bus_because(s->node->sim, nb->record, wrote, BECAUSE_STATE);
}

void ip_arp_forget(struct ip_stack *s, const struct ip_iface *i, const char *event)
{
    struct map_slot *slot;
    for (uint32_t k = 0; map_next(&s->neighbours, &k, &slot);) {
        struct neighbour *nb = slot->value;
        if (i && nb->iface != i)
            continue;
        tmr_disarm(&nb->retry);
        forget_waiting(nb, event);
        if (nb->state != NEIGHBOUR_UNKNOWN)
            move(nb, event, NEIGHBOUR_UNKNOWN);
    }
}

void ip_power_off(struct ip_stack *s)
{
    ip_arp_forget(s, NULL, "power-off");
    ip_arp_drop_answers(s);
}
