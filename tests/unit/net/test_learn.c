/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A neighbour known ahead of the run: used at once, and as mortal as any other. */
#include "tests/unit/net/station.h"

static const struct ip4 host_ip = {0x0a000001}, peer_ip = {0x0a000002};

static void a_given_neighbour_is_not_asked_for_until_it_ages(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct node *host = station(w, "host"), *peer = station(w, "peer");
    cable(host, peer->ports[0]);
    struct ip_options o = {.arp_timeout = dur_s(10), .arp_retry = dur_s(1), .arp_tries = 1};
    struct ip_iface i = {.port = host->ports[0], .mac = mac_n(1), .addr = host_ip, .prefix_len = 24};
    at(host)->ip = ip_new(host, &o);
    ip_add_iface(at(host)->ip, &i);
    ip_learn(at(host)->ip, peer_ip, mac_n(2));
    assert_int_equal(facts(w, "arp 10.0.0.2: unknown given resolved"), 1);
    struct udp u = {.dst = peer_ip, .src_port = 5, .dst_port = 6, .payload = STR("a")};
    run_to(w, dur_s(10).ns - 1);
    assert_true(ip_send_udp(at(host)->ip, &u, 0));
    run_for(w, dur_us(10));
    assert_int_equal(at(peer)->count, 1);
    assert_memory_equal(last(peer)->bytes, mac_n(2).b, 6);
    assert_int_equal(last(peer)->bytes[13], 0); /* 0x0800: IPv4, no ARP */
    assert_true(ip_send_udp(at(host)->ip, &u, 0));
    run_for(w, dur_us(10));
    assert_int_equal(at(peer)->count, 2);
    assert_int_equal(last(peer)->bytes[13], 6); /* 0x0806 */
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_given_neighbour_is_not_asked_for_until_it_ages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
