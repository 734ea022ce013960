/* SPDX-License-Identifier: GPL-3.0-or-later */
/* port_security.c: see port_security.h. */
#include "models/proto/port_security.h"

struct secure {
    struct secure_port *port; /* NULL: forgotten */
    struct sim_time written;  /* inactivity: last seen; absolute: learned */
    uint64_t record;          /* the arrival that wrote it; forgotten: the fact that says so */
};

void port_security_init(struct port_security *p, struct node *n)
{
    p->node = n;
    map_init(&p->addresses, sim_arena(n->sim));
}

static bool ages(const struct port_security *p)
{
    return p->type != AGING_OFF && p->aging.ns > 0;
}

/* With a sweep the address dies at the first multiple of the tick at which it is old enough. */
static struct sim_time dies_at(const struct port_security *p, const struct secure *a)
{
    struct sim_time dies = time_add(a->written, p->aging);
    if (p->tick.ns > 0)
        dies.ns = (dies.ns + p->tick.ns - 1) / p->tick.ns * p->tick.ns;
    return dies;
}

static bool is_aged(const struct port_security *p, const struct secure *a, struct sim_time now)
{
    return ages(p) && !time_before(now, dies_at(p, a));
}

static uint64_t publish(struct node *n, uint64_t key, const char *from, const char *event,
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
static void forget(struct port_security *p, uint64_t key, struct secure *a)
{
    struct node *n = p->node;
    struct sim *sim = n->sim;
    uint64_t aged = publish(n, key, "secured", "aged", "forgotten");
    bus_because(sim, aged, a->record, BECAUSE_STATE);
    bus_because(sim, aged, node_limit(n, "port_security_aging_time"), BECAUSE_LIMIT);
    BUS_NOTE(sim, n->id, "secure-address", "{} was {} {} ago, the ageing time is {}",
             V_MAC(key & 0xffffffffffff),
             V_TEXT(p->type == AGING_ABSOLUTE ? "learned" : "last seen"),
             V_DUR(time_sub(sim_now(sim), a->written)), V_DUR(p->aging));
    a->port->count--;
    a->port = NULL;
    a->record = aged;
}

/* Notices every aged address of a full port: ageing has already made the room. */
static void make_room(struct port_security *p, const struct secure_port *port)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&p->addresses, &i, &slot);) {
        struct secure *a = slot->value;
        if (a->port == port && is_aged(p, a, sim_now(p->node->sim)))
            forget(p, slot->key, a);
    }
}

/* A source that is no secure address: it becomes one where there is room. True: the frame may go on. */
static bool secure(struct port_security *p, struct secure_port *in, const struct frame *f, uint64_t key)
{
    struct node *n = p->node;
    struct secure *a = map_get(&p->addresses, key);
    uint64_t forgotten = a ? a->record : 0;
    if (!a) {
        a = ARENA_NEW(sim_arena(n->sim), struct secure);
        map_put(&p->addresses, key, a);
    }
    *a = (struct secure){.port = in, .written = sim_now(n->sim), .record = bus_cause(n->sim)};
    in->count++;
    publish(n, key, forgotten ? "forgotten" : "unknown", "frame", "secured");
    if (p->first_frame == FIRST_FORWARD)
        return true;
    bus_because(n->sim, frame_drop(in->port, f, DROP_PORT_SECURITY_LEARNING), forgotten, BECAUSE_STATE);
    return false;
}

bool port_security_admit(struct port_security *p, struct secure_port *in, const struct frame *f,
                         uint64_t key)
{
    struct sim *sim = p->node->sim;
    struct secure *a = map_get(&p->addresses, key);
    if (a && a->port && is_aged(p, a, sim_now(sim)))
        forget(p, key, a);
    if (a && a->port == in) {
        if (p->type == AGING_INACTIVITY) {
            a->written = sim_now(sim);
            a->record = bus_cause(sim);
        }
        return true;
    }
    if (in->count >= in->maximum)
        make_room(p, in);
    if (in->count >= in->maximum || (a && a->port)) {
        frame_drop(in->port, f, DROP_PORT_SECURITY_VIOLATION);
        return false;
    }
    return secure(p, in, f, key);
}

void port_security_flush(struct port_security *p, struct secure_port *port)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&p->addresses, &i, &slot);) {
        struct secure *a = slot->value;
        if (a->port != port)
            continue;
        a->record = publish(p->node, slot->key, "secured", "port-down", "forgotten");
        a->port = NULL;
        port->count--;
    }
}

struct port *port_security_find(const struct port_security *p, uint64_t key)
{
    const struct secure *a = map_get(&p->addresses, key);
    return a && a->port && !is_aged(p, a, sim_now(p->node->sim)) ? a->port->port : NULL;
}

/* --- what it shows -------------------------------------------------------------------------------- */

void port_security_mac_rows(const struct port_security *p, struct table *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&p->addresses, &i, &slot);) {
        const struct port *port = port_security_find(p, slot->key);
        if (!port)
            continue;
        table_int(t, (int64_t)(slot->key >> 48));
        table_mac(t, mac_of_u64(slot->key & 0xffffffffffff));
        table_text(t, "STATIC");
        table_text(t, port->name);
    }
}

static int64_t count_now(const struct port_security *p, const struct secure_port *port)
{
    struct map_slot *slot;
    int64_t count = 0;
    for (uint32_t i = 0; map_next(&p->addresses, &i, &slot);) {
        const struct secure *a = slot->value;
        count += a->port == port && !is_aged(p, a, sim_now(p->node->sim));
    }
    return count;
}

/* In violation mode protect IOS counts no violations. */
void port_security_port_row(const struct port_security *p, const struct secure_port *port, struct table *t)
{
    table_text(t, port->port->name);
    table_int(t, port->maximum);
    table_int(t, count_now(p, port));
    table_int(t, 0);
    table_text(t, "Protect");
}

void port_security_address_rows(const struct port_security *p, struct table *t)
{
    static const char *const types[] = {"inactivity", "absolute", "off"};
    struct sim_time now = sim_now(p->node->sim);
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&p->addresses, &i, &slot);) {
        const struct secure *a = slot->value;
        if (!a->port || is_aged(p, a, now))
            continue;
        table_int(t, (int64_t)(slot->key >> 48));
        table_mac(t, mac_of_u64(slot->key & 0xffffffffffff));
        table_text(t, "SecureDynamic");
        table_text(t, a->port->port->name);
        table_text(t, types[p->type]);
        if (ages(p))
            table_dur(t, time_sub(dies_at(p, a), now));
        else
            table_none(t);
    }
    table_sort(t);
}
