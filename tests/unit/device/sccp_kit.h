/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_kit.h: one SCCP phone, a plain switch and two CUCM nodes in one subnet, in which every SCCP message is
 * heard as it leaves its sender, first copies only; with the lines that the nodes log, note and discard. */
#ifndef TESTS_UNIT_DEVICE_SCCP_KIT_H
#define TESTS_UNIT_DEVICE_SCCP_KIT_H

#include "models/proto/cisco_sccp.h"
#include "models/wire/eth.h"
#include "models/wire/ip4.h"
#include "models/wire/tcp.h"
#include "sim/kernel/bus.h"
#include "tests/unit/device/office.h"

#define SPOKEN_MAX 4096
#define LINES_MAX 4096
#define ADD "10.1.1."

struct spoken {
    int64_t ns;
    uint16_t node;
    uint8_t to;      /* last byte of the address */
    uint32_t id;
    size_t n;        /* bytes of the whole message */
    char text[100];  /* as a ladder has it: "Register ipctest2" */
    char alarm[84];
    uint32_t number; /* of the message: keepalive interval, line, reset, ... */
};

struct sccp_office {
    struct office o; /* first: office_run and the like take it */
    struct sink ear;
    struct spoken said[SPOKEN_MAX];
    int said_count;
    char line[LINES_MAX][320];
    int64_t line_ns[LINES_MAX];
    int line_count, unexpected;
};

static inline int64_t at_ms(int64_t ns)
{
    return ns / 1000000;
}

/* --- the ear -------------------------------------------------------------------------------------- */

static inline void ear_message(struct sccp_office *s, const struct rec *r, struct ip4 to, struct rd *body)
{
    struct skinny m;
    size_t n = rd_left(body);
    assert_true(s->said_count < SPOKEN_MAX);
    struct spoken *k = &s->said[s->said_count++];
    assert_true(skinny_get(body, &m));
    *k = (struct spoken){.ns = r->at.ns, .node = r->node, .to = (uint8_t)to.v, .id = m.id, .n = n};
    struct txtbuf t = txtbuf_of(k->text, sizeof k->text);
    skinny_brief(&t, &m);
    if (m.id == SKINNY_ALARM)
        str_keep(k->alarm, sizeof k->alarm, m.alarm.text);
    else if (m.id == SKINNY_RESET || m.id == SKINNY_TOKEN_REJECT)
        k->number = m.number;
    else if (m.id == SKINNY_CAPABILITIES_RES)
        k->number = m.capabilities.count;
    else if (m.id == SKINNY_REGISTER)
        k->number = m.reg.device_type;
}

static inline void ear_frame(struct sccp_office *s, const struct rec *r)
{
    struct rd f = rd_of(r->bytes.p, r->bytes.n), payload;
    struct eth e;
    struct ip4_hdr h;
    struct tcp_seg g;
    if (r->frame_tx.copy || r->node == s->o.access->id || !eth_get(&f, &e) || e.type != ETH_IP4 ||
        !ip4_get(&f, &h, &payload) || h.proto != IP4_TCP || !tcp_seg_get(&payload, h.src, h.dst, &g))
        return;
    struct str rest = g.payload;
    size_t n;
    while (rest.n && (g.src_port == SKINNY_PORT || g.dst_port == SKINNY_PORT)) {
        assert_int_equal(skinny_frame(rest, &n), SKINNY_FRAME_WHOLE);
        struct rd one = rd_of(rest.p, n);
        ear_message(s, r, h.dst, &one);
        rest.p += n;
        rest.n -= n;
    }
}

static inline void ear_line(struct sccp_office *s, const struct rec *r)
{
    assert_true(s->line_count < LINES_MAX);
    struct txtbuf t = txtbuf_of(s->line[s->line_count], sizeof s->line[0]);
    s->line_ns[s->line_count++] = r->at.ns;
    if (r->kind == REC_LOG)
        rec_args_text(&t, &r->log.line, 0);
    else if (r->kind == REC_NOTE)
        rec_args_text(&t, &r->note.line, 0);
    else
        txtbuf_add(&t, "drop %s", r->drop.reason);
}

static inline void ear_hear(struct sink *k, const struct rec *r)
{
    struct sccp_office *s = (struct sccp_office *)(void *)((char *)k - offsetof(struct sccp_office, ear));
    if (r->kind == REC_FRAME_TX)
        ear_frame(s, r);
    else if (r->kind == REC_UNEXPECTED)
        s->unexpected++;
    else if (r->kind != REC_NOTE || strcmp(r->note.topic, "tcp.rto") != 0)
        ear_line(s, r);
}

/* The i-th message (from 0) of this kind that the node said, or NULL. */
static inline const struct spoken *said(const struct sccp_office *s, const struct node *who, uint32_t id, int i)
{
    for (int k = 0; k < s->said_count; k++) {
        if (s->said[k].node == who->id && s->said[k].id == id && i-- == 0)
            return &s->said[k];
    }
    return NULL;
}

/* The same, of those that went to an address. */
static inline const struct spoken *told(const struct sccp_office *s, uint8_t to, uint32_t id, int i)
{
    for (int k = 0; k < s->said_count; k++) {
        if (s->said[k].to == to && s->said[k].id == id && i-- == 0)
            return &s->said[k];
    }
    return NULL;
}

static inline int told_count(const struct sccp_office *s, uint8_t to, uint32_t id)
{
    int n = 0;
    while (told(s, to, id, n))
        n++;
    return n;
}

static inline int lines_with(const struct sccp_office *s, const char *text)
{
    int n = 0;
    for (int i = 0; i < s->line_count; i++)
        n += strstr(s->line[i], text) != NULL;
    return n;
}

/* --- the office ----------------------------------------------------------------------------------- */

/* `own` is the phone's; `more` is offered to the CUCM nodes, and with `all` to the phone, too. */
static inline struct sccp_office *sccp_office_with(const struct setting *own, size_t n, const struct setting *more, size_t k,
                                                   bool all)
{
    struct sccp_office *s = test_calloc(1, sizeof *s);
    struct office *o = &s->o;
    struct sim_config c = {.seed = 11};
    struct err e = {0};
    struct setting a[] = {{STR("mac"), STR("005056000002")}, {STR("address"), STR(ADD "2")}};
    struct setting b[] = {{STR("mac"), STR("005056000003")}, {STR("address"), STR(ADD "3")}};
    o->sim = sim_new(&c);
    o->net = net_new(o->sim, registry_models, registry_model_count);
    office_node(o, "switch", "access", NULL, 0, NULL, 0, &o->access);
    office_node(o, "sccp-phone", "phone", own, n, more, all ? k : 0, &o->phone);
    office_node(o, "cucm", "a", a, 2, more, k, &o->a);
    office_node(o, "cucm", "b", b, 2, more, k, &o->b);
    office_cable(o, o->phone, "1", &o->phone_link);
    office_cable(o, o->a, "2", &o->a_link);
    office_cable(o, o->b, "3", &o->b_link);
    o->recorder = (struct sink){.name = "test", .mask = REC_BIT(REC_STATE) | REC_BIT(REC_ALARM), .on = office_record};
    s->ear = (struct sink){.name = "ear", .on = ear_hear};
    s->ear.mask = REC_BIT(REC_FRAME_TX) | REC_BIT(REC_LOG) | REC_BIT(REC_NOTE) | REC_BIT(REC_DROP) | REC_BIT(REC_UNEXPECTED);
    bus_attach(o->sim, &o->recorder);
    bus_attach(o->sim, &s->ear);
    assert_true(net_start(o->net, &e));
    return s;
}

/* A phone that starts configured with both nodes. */
static inline struct sccp_office *sccp_office(const struct setting *more, size_t k)
{
    struct setting phone[] = {{STR("mac"), STR("0024142ddf24")}, {STR("starts"), STR("configured")},
                              {STR("address"), STR(ADD "10")}, {STR("cucm_group"), STR(ADD "2," ADD "3")}};
    return sccp_office_with(phone, 4, more, k, true);
}

static inline void sccp_run(struct sccp_office *s, int64_t until_ms)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(s->o.sim, (struct sim_time){until_ms * 1000000}, &e), SIM_COMPLETE);
}

static inline void sccp_op(struct node *n, const char *name)
{
    struct err e = {0};
    const struct model_op *op = n->model->ops;
    while (op->name && strcmp(op->name, name) != 0)
        op++;
    assert_non_null(op->name);
    if (!op->run(n, &e))
        fail_msg("%s", e.msg);
}

static inline void sccp_close(struct sccp_office *s)
{
    assert_int_equal(s->unexpected, 0);
    office_close(&s->o);
}

/* Until now the phone was registered at the i-th place (from 0) for the n-th time (from 0): when, in ms. */
static inline int64_t registered_ms(const struct sccp_office *s, const char *event, int n)
{
    const struct move *m = office_event(&s->o, event, n);
    assert_non_null(m);
    return (int64_t)(m->t * 1000 + 0.5);
}

#endif
