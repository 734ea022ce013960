/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an ASA shows, in its own look, and its datagrams. Independent truth: the ASA's command reference (show arp,
 * show conn, show route). */
#include "tests/unit/device/asa_kit.h"

#include "models/net/table.h"

static void put(void *arg, struct str text)
{
    txtbuf_str(arg, text);
}

static const char *shown(struct bench *b, const char *name)
{
    static char text[2000];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct model_table *m = model_asa.tables;
    while (m->name && strcmp(m->name, name) != 0)
        m++;
    assert_non_null(m->name);
    table_print(table_new(b->asa, m, sim_arena(b->w->sim)), put, &t);
    return text;
}

static const char *const sets[] = {"asa_arp_delay=0s", "routes=40.0.0.0/8 via 30.0.0.2, 0.0.0.0/0 via 30.0.0.9", NULL};

static void holds(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("'%s' is not in:\n%s", line, text);
}

static void arp_and_routes(void **state)
{
    (void)state;
    struct bench *b = bench_open(sets, NULL);
    bench_meet(b);
    run_to(b->w, 75 * S);
    const char *arp = shown(b, "arp");
    holds(arp, "\tinside 10.0.0.2 0200.0000.0002 74\n");
    holds(arp, "\toutside 30.0.0.2 0200.0000.0004 74\n");
    const char *routes = shown(b, "routes");
    holds(routes, "Gateway of last resort is 30.0.0.9 to network 0.0.0.0\n");
    holds(routes, "S*       0.0.0.0 0.0.0.0 [1/0] via 30.0.0.9\n");
    holds(routes, "C        10.0.0.0 255.255.255.0 is directly connected, inside\n");
    holds(routes, "L        10.0.0.1 255.255.255.255 is directly connected, inside\n");
    holds(routes, "S        40.0.0.0 255.0.0.0 [1/0] via 30.0.0.2\n");
    bench_close(b);
}

static void connections(void **state)
{
    (void)state;
    struct bench *b = bench_open(sets, NULL);
    bench_meet(b);
    struct tcp_seg syn = seg(1000, 80, TCP_SYN, 100, 0), syn_ack = seg(80, 1000, TCP_SYN | TCP_ACK, 500, 101),
                   ack = seg(1000, 80, TCP_PSH | TCP_ACK, 101, 501), answer = seg(80, 1000, TCP_PSH | TCP_ACK, 501, 106);
    ack.payload = STR("hello");
    answer.payload = STR("hi");
    assert_string_equal(shown(b, "connections"), "0 in use\n\n");
    bench_passes(b, INSIDE, OUTSIDE, &syn);
    holds(shown(b, "connections"), "TCP outside  30.0.0.2:80 inside  10.0.0.2:1000, idle 0:00:00, bytes 0, flags aA\n");
    bench_passes(b, OUTSIDE, INSIDE, &syn_ack);
    holds(shown(b, "connections"), "flags A\n");
    bench_passes(b, INSIDE, OUTSIDE, &ack);
    holds(shown(b, "connections"), "bytes 5, flags UO\n");
    bench_passes(b, OUTSIDE, INSIDE, &answer);
    run_for(b->w, dur_s(65));
    holds(shown(b, "connections"), "1 in use\n\nTCP outside  30.0.0.2:80 inside  10.0.0.2:1000, idle 0:01:05, bytes 7, flags UIO\n");
    run_for(b->w, dur_s(3600)); /* forgotten, though nobody has looked */
    assert_string_equal(shown(b, "connections"), "0 in use\n\n");
    bench_close(b);
}

static void send_udp(struct bench *b, int from, int to, uint16_t src_port, uint16_t dst_port)
{
    uint8_t bytes[60];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct udp u = {.src = ip_of(from, 2), .dst = ip_of(to, 2), .src_port = src_port, .dst_port = dst_port, .payload = STR("x")};
    struct ip4_hdr h = {.payload_len = 9, .ttl = 64, .proto = IP4_UDP, .src = u.src, .dst = u.dst};
    ip4_put(&w, &h);
    udp_put(&w, &u);
    say(b->on[from], b->mac[from], mac_n((uint8_t)(from + 2)), 0, ETH_IP4, bytes, wr_len(&w));
    run_for(b->w, dur_us(20));
}

/* A datagram from outside passes as an answer only, and only for two minutes. */
static void datagrams(void **state)
{
    (void)state;
    struct bench *b = bench_open(sets, NULL);
    bench_meet(b);
    send_udp(b, OUTSIDE, INSIDE, 53, 4000);
    assert_int_equal(at(b->on[INSIDE])->count, 0);
    assert_int_equal(facts(b->w, "drop asa-denied"), 1);
    assert_string_equal(b->logs[0], "%ASA-2-106006: Deny inbound UDP from 30.0.0.2/53 to 10.0.0.2/4000 on interface outside");
    send_udp(b, INSIDE, OUTSIDE, 4000, 53);
    assert_int_equal(at(b->on[OUTSIDE])->count, 1);
    send_udp(b, OUTSIDE, INSIDE, 53, 4000);
    assert_int_equal(at(b->on[INSIDE])->count, 1);
    send_udp(b, OUTSIDE, INSIDE, 53, 4001);
    assert_int_equal(at(b->on[INSIDE])->count, 1);
    holds(shown(b, "connections"), "UDP outside  30.0.0.2:53 inside  10.0.0.2:4000, idle 0:00:00, bytes 18, flags -\n");
    run_for(b->w, dur_s(120));
    send_udp(b, OUTSIDE, INSIDE, 53, 4000);
    assert_int_equal(at(b->on[INSIDE])->count, 1);
    bench_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arp_and_routes),
        cmocka_unit_test(connections),
        cmocka_unit_test(datagrams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
