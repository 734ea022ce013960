/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hand_skinny.h: a station that speaks SCCP by hand, as a phone that connects or as a node that listens on port
 * 2000. It keeps the messages that it hears, with their times, and how its connection ended. */
#ifndef TESTS_UNIT_DEVICE_HAND_SKINNY_H
#define TESTS_UNIT_DEVICE_HAND_SKINNY_H

#include "models/net/tcp.h"
#include "models/proto/skinny_stream.h"
#include "tests/unit/device/sccp_kit.h"

#define HEARD_MAX 4096

struct hand_heard {
    int64_t ns;
    uint32_t id, number;
    char text[40];
};

struct hand {
    struct mac mac;
    struct ip4 address;
    struct tcp_config tcp_config;
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct tcp_conn *conn; /* the newest; NULL: it has ended */
    struct msg_stream stream;
    struct hand_heard heard[HEARD_MAX];
    int count, accepted, ended;
    enum tcp_end why;
    /* Of a listening one: what it does with a message; NULL: nothing. */
    void (*on_message)(struct hand *h, const struct skinny *m);
};

static inline void hand_message(void *arg, const struct skinny *m)
{
    struct hand *h = arg;
    assert_true(h->count < HEARD_MAX);
    struct hand_heard *k = &h->heard[h->count++];
    *k = (struct hand_heard){.ns = sim_now(h->node->sim).ns, .id = m->id};
    if (m->id == SKINNY_REGISTER_REJECT)
        str_keep(k->text, sizeof k->text, m->text);
    else if (m->id == SKINNY_TOKEN_REJECT || m->id == SKINNY_RESET)
        k->number = m->number;
    else if (m->id == SKINNY_CONFIG_STAT)
        k->number = m->config_stat.lines;
    if (h->on_message)
        h->on_message(h, m);
}

static inline void hand_bad(void *arg, const char *why)
{
    (void)arg;
    fail_msg("this is no SCCP: %s", why);
}

static inline void hand_data(void *arg, struct str data)
{
    struct hand *h = arg;
    skinny_stream_feed(&h->stream, data, hand_message, hand_bad, h);
}

static inline void hand_peer_close(void *arg)
{
    tcp_close(((struct hand *)arg)->conn);
}

static inline void hand_end(void *arg, enum tcp_end why)
{
    struct hand *h = arg;
    h->conn = NULL;
    h->why = why;
    h->ended++;
    msg_stream_reset(&h->stream);
}

static const struct tcp_events hand_events = {.on_data = hand_data, .on_peer_close = hand_peer_close, .on_end = hand_end};

static inline void hand_accept(void *arg, struct tcp_conn *c)
{
    struct hand *h = arg;
    h->accepted++;
    h->conn = c;
    tcp_use(c, &hand_events, h);
}

static inline bool hand_init(struct node *n, struct err *e)
{
    struct hand *h = n->state;
    struct port *port;
    struct ip_options o = {.arp_timeout = dur_s(36000), .arp_retry = dur_s(1), .arp_tries = 3};
    if (!node_port(n, STR("eth0"), NULL, 0, &port, e))
        return false;
    struct ip_iface i = {.port = port, .mac = h->mac, .addr = h->address, .prefix_len = 24};
    h->node = n;
    h->ip = ip_new(n, &o);
    ip_add_iface(h->ip, &i);
    h->tcp = tcp_new(n, h->ip, &h->tcp_config);
    skinny_stream_init(&h->stream, sim_arena(n->sim));
    return tcp_listen(h->tcp, SKINNY_PORT, false, 0, 24, hand_accept, h);
}

static inline void hand_frame(struct node *n, struct port *in, const struct frame *f)
{
    ip_on_frame(((struct hand *)n->state)->ip, in, f);
}

static const struct param_def hand_params[] = {
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC", offsetof(struct hand, mac), true},
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "IPv4", offsetof(struct hand, address), true},
    TCP_PARAMS(struct hand, tcp_config, "", "0s", "0s"),
    {0},
};
static const struct model hand_model = {.name = "hand", .doc = "speaks SCCP by hand", .state_size = sizeof(struct hand),
                                        .params = hand_params, .init = hand_init, .on_frame = hand_frame};

/* --- speaking ------------------------------------------------------------------------------------- */

static inline void hand_connect(struct hand *h, uint8_t to)
{
    struct tcp_open o = {.dst = {0x0a010100u | to}, .dst_port = SKINNY_PORT};
    h->conn = tcp_connect(h->tcp, &o, &hand_events, h);
    assert_non_null(h->conn);
}

static inline size_t hand_bytes(const struct skinny *m, uint8_t *out, size_t cap)
{
    struct wr w = wr_of(out, cap);
    skinny_put(&w, m);
    assert_true(wr_ok(&w));
    return wr_len(&w);
}

static inline void hand_raw(struct hand *h, const void *p, size_t n)
{
    assert_true(tcp_send(h->conn, str_of_bytes(p, n), 0));
}

static inline void hand_put(struct hand *h, const struct skinny *m)
{
    uint8_t bytes[SKINNY_LENGTH_MAX];
    hand_raw(h, bytes, hand_bytes(m, bytes, sizeof bytes));
}

static inline void hand_say(struct hand *h, uint32_t id)
{
    struct skinny m = {.id = id};
    hand_put(h, &m);
}

static inline struct skinny hand_register_of(const char *device)
{
    return (struct skinny){.id = SKINNY_REGISTER,
                           .reg = {.device = str_of(device), .instance = 1, .device_type = 437, .protocol = 20,
                                   .mac = STR("0024142DDF24")}};
}

static inline void hand_register(struct hand *h, const char *device)
{
    struct skinny m = hand_register_of(device);
    hand_put(h, &m);
}

/* The capabilities of seed 004's phones. */
static inline void hand_capabilities(struct hand *h)
{
    struct skinny m = {.id = SKINNY_CAPABILITIES_RES};
    sccp_capabilities(&m.capabilities);
    hand_put(h, &m);
}

/* --- hearing -------------------------------------------------------------------------------------- */

/* The i-th (from 0) of these messages, or NULL. */
static inline const struct hand_heard *hand_got(const struct hand *h, uint32_t id, int i)
{
    for (int k = 0; k < h->count; k++) {
        if (h->heard[k].id == id && i-- == 0)
            return &h->heard[k];
    }
    return NULL;
}

static inline int hand_count(const struct hand *h, uint32_t id)
{
    int n = 0;
    while (hand_got(h, id, n))
        n++;
    return n;
}

/* --- a room --------------------------------------------------------------------------------------- */

/* A switch and nothing else; hands and devices are added, then it starts. */
static inline struct sccp_office *hand_room(void)
{
    static const struct model *models[32];
    struct sccp_office *s = test_calloc(1, sizeof *s);
    struct office *o = &s->o;
    struct sim_config c = {.seed = 11};
    size_t n = 0;
    for (; n < registry_model_count; n++)
        models[n] = registry_models[n];
    models[n++] = &hand_model;
    o->sim = sim_new(&c);
    o->net = net_new(o->sim, models, n);
    office_node(o, "switch", "access", NULL, 0, NULL, 0, &o->access);
    return s;
}

static inline struct node *room_add(struct sccp_office *s, const char *model, const char *name, const char *port,
                                    const char *mac, const char *address, const struct setting *more, size_t k)
{
    struct node *n;
    struct link *l;
    struct setting own[] = {{STR("mac"), str_of(mac)}, {STR("address"), str_of(address)}};
    office_node(&s->o, model, name, own, 2, more, k, &n);
    office_cable(&s->o, n, port, &l);
    return n;
}

static inline struct hand *room_hand(struct sccp_office *s, const char *name, const char *port, const char *mac,
                                     const char *address)
{
    return room_add(s, "hand", name, port, mac, address, NULL, 0)->state;
}

/* Hears all but the wire. */
static inline void room_start(struct sccp_office *s)
{
    struct office *o = &s->o;
    struct err e = {0};
    o->recorder = (struct sink){.name = "test", .mask = REC_BIT(REC_STATE) | REC_BIT(REC_ALARM), .on = office_record};
    s->ear = (struct sink){.name = "ear", .on = ear_hear};
    s->ear.mask = REC_BIT(REC_LOG) | REC_BIT(REC_NOTE) | REC_BIT(REC_DROP) | REC_BIT(REC_UNEXPECTED);
    bus_attach(o->sim, &o->recorder);
    bus_attach(o->sim, &s->ear);
    assert_true(net_start(o->net, &e));
}

static inline void room_for(struct sccp_office *s, int64_t ms)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(s->o.sim, time_add(sim_now(s->o.sim), dur_ms(ms)), &e), SIM_COMPLETE);
}

#endif
