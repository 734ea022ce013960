/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frame crosses a link: when it lands, in which order, what loss and a cut do, and that the books
 * balance. Independent truth: the closed form of clocking time plus delay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/net/frame.h"
#include "models/net/link.h"

struct probe {
    struct sim_time landed[64];
    uint8_t first_byte[64];
    uint32_t count;
};

static bool make(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("eth0"), NULL, 0, &p, e);
}

static void land(struct node *n, struct port *in, const struct frame *f)
{
    struct probe *p = n->state;
    (void)in;
    assert_true(p->count < 64);
    p->first_byte[p->count] = f->bytes[0];
    p->landed[p->count++] = sim_now(n->sim);
}

static const struct param_def no_params[] = {{0}};
static const struct model probe_model = {
    .name = "probe", .doc = "records arrivals", .state_size = sizeof(struct probe),
    .params = no_params, .init = make, .on_frame = land,
};

struct bench {
    struct sim *sim;
    struct net *net;
    struct node *a, *b;
    struct link *link;
};

static struct bench set_up(const struct setting *s, size_t n)
{
    static const struct model *const models[] = {&probe_model};
    struct bench b = {0};
    struct err e = {0};
    struct sim_config c = {.seed = 7};
    b.sim = sim_new(&c);
    b.net = net_new(b.sim, models, 1);
    assert_true(net_add_node(b.net, STR("probe"), STR("a"), NULL, 0, &b.a, &e));
    assert_true(net_add_node(b.net, STR("probe"), STR("b"), NULL, 0, &b.b, &e));
    assert_true(link_connect(b.a->ports[0], b.b->ports[0], s, n, &b.link, &e));
    return b;
}

static void send(struct bench *b, uint8_t tag, size_t len)
{
    struct frame *f = frame_new(b->net, len);
    memset(f->bytes, 0, len);
    f->bytes[0] = tag;
    port_send(b->a->ports[0], frame_seal(b->net, f, len));
}

static void run(struct bench *b, struct sim_dur until)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(b->sim, time_add(TIME_ZERO, until), &e), SIM_COMPLETE);
}

static void lands_after_clocking_and_delay(void **state)
{
    (void)state;
    struct setting s[] = {{STR("link_rate"), STR("100Mbps")}, {STR("link_delay"), STR("3ms")}};
    struct bench b = set_up(s, 2);
    send(&b, 1, 1000);
    send(&b, 2, 60);
    run(&b, dur_s(1));
    struct probe *p = b.b->state;
    assert_int_equal(p->count, 2);
    assert_int_equal(p->landed[0].ns, 1024 * 80 + 3000000);            /* 80 ns a byte */
    assert_int_equal(p->landed[1].ns, (1024 + 84) * 80 + 3000000);     /* waits for the first */
    assert_int_equal(p->first_byte[1], 2);
    struct net_books k = net_books(b.net);
    assert_int_equal(k.sent, 2);
    assert_int_equal(k.delivered, 2);
    sim_free(b.sim);
}

static void full_queue_drops(void **state)
{
    (void)state;
    struct setting s[] = {{STR("link_rate"), STR("1Mbps")}, {STR("link_queue"), STR("3")}};
    struct bench b = set_up(s, 2);
    for (uint8_t i = 0; i < 10; i++)
        send(&b, i, 100);
    run(&b, dur_s(1));
    struct net_books k = net_books(b.net);
    assert_int_equal(k.delivered, 4); /* one on the line, three waiting */
    assert_int_equal(k.dropped, 6);
    assert_int_equal(k.sent, k.delivered + k.dropped + k.in_flight);
    sim_free(b.sim);
}

/* Bursts into a slow link, another every three clocking times: the line is never idle, so the k-th frame
 * lands after k + 1 clocking times, and what waits is what was sent less what has begun. At nine clocking
 * times ten have begun and eleven wait; of thirteen more the queue of 21 takes ten. */
static void a_queue_grows_and_comes_round(void **state)
{
    (void)state;
    struct setting s[] = {
        {STR("link_rate"), STR("1Mbps")}, {STR("link_delay"), STR("0s")}, {STR("link_queue"), STR("21")}};
    struct bench b = set_up(s, 3);
    const struct probe *p = b.b->state;
    int64_t frame_ns = (60 + 24) * 8 * 1000;
    static const int bursts[] = {7, 5, 9, 13};
    uint8_t sent = 0;
    for (size_t i = 0; i < sizeof bursts / sizeof bursts[0]; i++) {
        run(&b, dur_ns(3 * frame_ns * (int64_t)i));
        for (int k = 0; k < bursts[i]; k++)
            send(&b, sent++, 60);
    }
    run(&b, dur_s(1));
    assert_int_equal(p->count, 31);
    assert_int_equal(net_books(b.net).dropped, 3);
    for (uint32_t i = 0; i < p->count; i++) {
        assert_int_equal(p->first_byte[i], i);
        assert_int_equal(p->landed[i].ns, frame_ns * (i + 1));
    }
    sim_free(b.sim);
}

static void cut_loses_what_flies(void **state)
{
    (void)state;
    struct setting s[] = {{STR("link_delay"), STR("10ms")}};
    struct bench b = set_up(s, 1);
    send(&b, 1, 100);
    run(&b, dur_ms(5));
    assert_int_equal(net_books(b.net).in_flight, 1);
    link_cut(b.link);
    send(&b, 2, 100);
    link_heal(b.link);
    send(&b, 3, 100);
    run(&b, dur_s(1));
    struct probe *p = b.b->state;
    assert_int_equal(p->count, 1);
    assert_int_equal(p->first_byte[0], 3);
    assert_int_equal(net_books(b.net).dropped, 2);
    assert_int_equal(net_books(b.net).in_flight, 0);
    sim_free(b.sim);
}

static void loss_has_its_rate_and_jitter_keeps_order(void **state)
{
    (void)state;
    struct setting s[] = {{STR("link_loss"), STR("25%")}, {STR("link_jitter"), STR("uniform(0ms,5ms)")}};
    uint64_t lost = 0, n = 0;
    struct bench b = set_up(s, 2);
    struct probe *p = b.b->state;
    for (int round = 0; round < 400; round++) {
        p->count = 0;
        for (uint8_t i = 0; i < 50; i++)
            send(&b, i, 60);
        run(&b, dur_ms(20 * (round + 1)));
        n += 50;
        lost += 50 - p->count;
        for (uint32_t i = 1; i < p->count; i++)
            assert_true(p->first_byte[i] > p->first_byte[i - 1]);
    }
    /* binomial(20000, 0.25): sd 61; four of them */
    assert_in_range(lost, n / 4 - 245, n / 4 + 245);
    sim_free(b.sim);
}

static void bad_cables_are_refused(void **state)
{
    (void)state;
    struct bench b = set_up(NULL, 0);
    struct err e = {0};
    struct link *l;
    assert_false(link_connect(b.a->ports[0], b.b->ports[0], NULL, 0, &l, &e));
    assert_non_null(strstr(e.msg, "used twice"));
    assert_false(link_connect(b.a->ports[0], b.a->ports[0], NULL, 0, &l, &e));
    assert_non_null(strstr(e.msg, "same node"));
    struct port *p, *q;
    assert_true(node_port(b.a, STR("x"), NULL, 0, &p, &e) && node_port(b.b, STR("x"), NULL, 0, &q, &e));
    struct setting typo[] = {{STR("link_dealy"), STR("1ms")}};
    assert_false(link_connect(p, q, typo, 1, &l, &e));
    assert_non_null(strstr(e.msg, "did you mean 'link_delay'"));
    sim_free(b.sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lands_after_clocking_and_delay), cmocka_unit_test(full_queue_drops),
        cmocka_unit_test(a_queue_grows_and_comes_round),
        cmocka_unit_test(cut_loses_what_flies),
        cmocka_unit_test(loss_has_its_rate_and_jitter_keeps_order),
        cmocka_unit_test(bad_cables_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
