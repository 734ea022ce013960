/* SPDX-License-Identifier: GPL-3.0-or-later */
/* office.h: one SIP phone, a plain switch and two CUCM nodes in one subnet, for the tests of devices.
 * A recorder keeps what the phone's registration and the registrars did. */
#ifndef TESTS_UNIT_DEVICE_OFFICE_H
#define TESTS_UNIT_DEVICE_OFFICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/net/frame.h"
#include "models/net/link.h"
#include "models/registry.h"
#include "sim/kernel/measure.h"

#define MOVES_MAX 1024

struct move {
    double t;
    char machine[16], to[16], event[32], node[16];
};

struct office {
    struct sim *sim;
    struct net *net;
    struct node *phone, *access, *a, *b;
    struct link *phone_link, *a_link, *b_link;
    struct sink recorder;
    struct move moves[MOVES_MAX];
    int move_count;
    int alarms[8], alarm_count;
};

static inline void office_record(struct sink *k, const struct rec *r)
{
    struct office *o = (struct office *)(void *)((char *)k - offsetof(struct office, recorder));
    if (r->kind == REC_ALARM) {
        assert_true(o->alarm_count < 8);
        o->alarms[o->alarm_count++] = (int)r->alarm.reason;
        return;
    }
    bool wanted = strcmp(r->state.machine, "registration") == 0 || strcmp(r->state.machine, "registrar") == 0;
    if (!wanted)
        return;
    assert_true(o->move_count < MOVES_MAX);
    struct move *m = &o->moves[o->move_count++];
    m->t = (double)r->at.ns / 1e9;
    struct txtbuf t = txtbuf_of(m->machine, sizeof m->machine);
    txtbuf_cstr(&t, r->state.machine);
    t = txtbuf_of(m->to, sizeof m->to);
    txtbuf_cstr(&t, r->state.to);
    t = txtbuf_of(m->event, sizeof m->event);
    txtbuf_cstr(&t, r->state.event);
    t = txtbuf_of(m->node, sizeof m->node);
    txtbuf_cstr(&t, sim_node_name(o->sim, r->node));
}

static inline void office_node(struct office *o, const char *model, const char *name,
                               const struct setting *own, size_t n, const struct setting *more, size_t k,
                               struct node **out)
{
    struct setting all[32];
    struct err e = {0};
    size_t count = 0;
    const struct model *m = net_model(o->net, str_of(model));
    for (size_t i = 0; i < n; i++)
        all[count++] = own[i];
    for (size_t i = 0; i < k; i++) {
        for (size_t d = 0; m->params[d].name; d++) {
            if (str_eq(more[i].name, str_of(m->params[d].name)))
                all[count++] = more[i];
        }
    }
    if (!net_add_node(o->net, str_of(model), str_of(name), all, count, out, &e))
        fail_msg("%s", e.msg);
}

static inline void office_cable(struct office *o, struct node *n, const char *port, struct link **out)
{
    struct port *p;
    struct err e = {0};
    assert_true(node_port(o->access, str_of(port), NULL, 0, &p, &e));
    assert_true(link_connect(n->ports[0], p, NULL, 0, out, &e));
}

/* `more` is offered to every node; each takes the parameters it has. */
static inline struct office *office_open(const struct setting *more, size_t k)
{
    struct office *o = test_calloc(1, sizeof *o);
    struct sim_config c = {.seed = 11};
    struct err e = {0};
    struct setting phone[] = {{STR("mac"), STR("0024142ddf24")}, {STR("dn"), STR("5678")}, {STR("starts"), STR("configured")},
                              {STR("address"), STR("10.1.1.10")},
                              {STR("cucm_group"), STR("a=10.1.1.2,b=10.1.1.3")}};
    struct setting a[] = {{STR("mac"), STR("005056000002")}, {STR("address"), STR("10.1.1.2")}};
    struct setting b[] = {{STR("mac"), STR("005056000003")}, {STR("address"), STR("10.1.1.3")}};
    o->sim = sim_new(&c);
    o->net = net_new(o->sim, registry_models, registry_model_count);
    office_node(o, "switch", "access", NULL, 0, more, k, &o->access);
    office_node(o, "sip-phone", "phone", phone, 5, more, k, &o->phone);
    office_node(o, "cucm", "a", a, 2, more, k, &o->a);
    office_node(o, "cucm", "b", b, 2, more, k, &o->b);
    office_cable(o, o->phone, "1", &o->phone_link);
    office_cable(o, o->a, "2", &o->a_link);
    office_cable(o, o->b, "3", &o->b_link);
    o->recorder = (struct sink){.name = "test", .mask = REC_BIT(REC_STATE) | REC_BIT(REC_ALARM),
                                .on = office_record};
    bus_attach(o->sim, &o->recorder);
    assert_true(net_start(o->net, &e));
    return o;
}

static inline void office_run(struct office *o, int64_t until_s)
{
    struct err e = {0};
    struct sim_time t = {until_s * 1000000000};
    assert_int_equal(sim_run_until(o->sim, t, &e), SIM_COMPLETE);
}

static inline void office_close(struct office *o)
{
    struct net_books k = net_books(o->net);
    assert_int_equal(k.sent, k.delivered + k.dropped + k.in_flight);
    sim_free(o->sim);
    test_free(o);
}

/* The i-th move (from 0) of a machine into a state, or NULL. */
static inline const struct move *office_move(const struct office *o, const char *machine, const char *to,
                                             int i)
{
    for (int k = 0; k < o->move_count; k++) {
        if (strcmp(o->moves[k].machine, machine) == 0 && strcmp(o->moves[k].to, to) == 0 && i-- == 0)
            return &o->moves[k];
    }
    return NULL;
}

/* The i-th move (from 0) that this event made, or NULL. */
static inline const struct move *office_event(const struct office *o, const char *event, int i)
{
    for (int k = 0; k < o->move_count; k++) {
        if (strcmp(o->moves[k].event, event) == 0 && i-- == 0)
            return &o->moves[k];
    }
    return NULL;
}

static inline int64_t office_measure(const struct office *o, enum measure_id m)
{
    return measure_get(o->sim, m).v;
}

#endif
