/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model that docs/add-a-model.md builds: it compiles as it stands there, and does what RFC 862 says. */
#include "tests/unit/net/station.h"

#include "tests/unit/device/echo_server.c"

static const struct ip4 pc_ip = {0x0a000002}, echo_ip = {0x0a000007};

struct heard {
    uint32_t count;
    char text[64];
    struct sim_time at;
    struct sim *sim;
};

static void hear(void *arg, const struct udp *u, const struct frame *f)
{
    struct heard *h = arg;
    (void)f;
    assert_int_equal(u->src_port, 7);
    assert_true(ip4_eq(u->src, echo_ip) && u->payload.n < sizeof h->text);
    h->count++;
    memcpy(h->text, u->payload.p, u->payload.n);
    h->at = sim_now(h->sim);
}

static struct node *add(struct world *w, const char *thinking)
{
    struct setting s[] = {{STR("mac"), STR("00:00:00:00:00:07")}, {STR("address"), STR("10.0.0.7")},
                          {STR("echo_thinking"), str_of(thinking)}};
    struct node *n;
    struct err e = {0};
    if (!net_add_node(w->net, STR("echo-server"), STR("echo"), s, 3, &n, &e))
        fail_msg("%s", e.msg);
    return n;
}

static struct heard talk(const char *thinking, int questions)
{
    struct world *w = world_open(&model_echo_server);
    struct node *pc = station(w, "pc"), *echo = add(w, thinking);
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip_iface i = {.port = pc->ports[0], .mac = {{2}}, .addr = pc_ip, .prefix_len = 24};
    struct heard h = {.sim = w->sim};
    struct err e = {0};
    at(pc)->ip = ip_new(pc, &o);
    ip_add_iface(at(pc)->ip, &i);
    ip_bind(at(pc)->ip, 5000, hear, &h);
    cable(pc, echo->ports[0]);
    assert_true(net_start(w->net, &e));
    for (int q = 0; q < questions; q++) {
        struct udp u = {.src_port = 5000, .dst = echo_ip, .dst_port = 7, .payload = STR("hello")};
        assert_true(ip_send_udp(at(pc)->ip, &u, 0));
    }
    assert_int_equal(sim_run_until(w->sim, time_add(TIME_ZERO, dur_s(10)), &e), SIM_COMPLETE);
    world_close(w);
    return h;
}

static void it_echoes_after_thinking(void **state)
{
    (void)state;
    struct heard h = talk("2s", 1);
    assert_int_equal(h.count, 1);
    assert_string_equal(h.text, "hello");
    assert_in_range(h.at.ns, 2000000000, 2001000000);
}

static void it_thinks_of_one_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(talk("2s", 3).count, 1);
    assert_int_equal(talk("0s", 3).count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_echoes_after_thinking),
        cmocka_unit_test(it_thinks_of_one_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
