/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ARP table with room for few: who comes in, who stays, who makes room. Independent truth: Linux, neighbour table at
 * gc_thresh3 (forced garbage collection of what is not in use). */
#include "tests/unit/net/station.h"

#define ROOM 3
#define GC_S 60

struct bench {
    struct world *w;
    struct node *host, *peer; /* the test speaks for all other hosts, 10.0.0.10 and so on */
};

static struct bench open_bench(uint32_t room)
{
    struct bench b = {.w = world_open(NULL)};
    struct ip_options o = {.arp_timeout = dur_s(600), .arp_retry = dur_s(1), .arp_tries = 3, .arp_table_size = room,
                           .arp_gc_age = dur_s(GC_S)};
    b.host = station(b.w, "host");
    b.peer = station(b.w, "peer");
    cable(b.host, b.peer->ports[0]);
    struct ip_iface i = {.port = b.host->ports[0], .mac = mac_n(1), .addr = {0x0a000001}, .prefix_len = 24};
    at(b.host)->ip = ip_new(b.host, &o);
    ip_add_iface(at(b.host)->ip, &i);
    return b;
}

static struct ip4 ip_n(int n)
{
    return (struct ip4){0x0a00000au + (uint32_t)n};
}

/* Host n asks who the host is: RFC 826 adds the sender. */
static void asks(struct bench *b, int n)
{
    struct arp a = {.oper = ARP_REQUEST, .sha = mac_n((uint8_t)(20 + n)), .spa = ip_n(n), .tpa = {0x0a000001}};
    say_arp(b->peer, MAC_BROADCAST, a.sha, &a);
    run_for(b->w, dur_us(10));
}

/* Does a datagram go to host n at once? Else it is asked for, or discarded. */
static bool reaches(struct bench *b, int n)
{
    struct udp u = {.dst = ip_n(n), .src_port = 5, .dst_port = 6, .payload = STR("x")};
    uint32_t before = at(b->peer)->count;
    assert_true(ip_send_udp(at(b->host)->ip, &u, 0));
    run_for(b->w, dur_us(10));
    return at(b->peer)->count > before && last(b->peer)->bytes[5] == 20 + n;
}

static void first_come_first_served(void **state)
{
    (void)state;
    struct bench b = open_bench(ROOM);
    for (int n = 0; n < 5; n++)
        asks(&b, n);
    for (int n = 0; n < 5; n++)
        assert_int_equal(reaches(&b, n), n < ROOM);
    world_close(b.w);
}

static void any_number_without_a_limit(void **state)
{
    (void)state;
    struct bench b = open_bench(0);
    for (int n = 0; n < 20; n++)
        asks(&b, n);
    for (int n = 0; n < 20; n++)
        assert_true(reaches(&b, n));
    world_close(b.w);
}

/* What was confirmed lately stays; of the others the oldest makes room, and only for one. */
static void the_idle_make_room(void **state)
{
    (void)state;
    struct bench b = open_bench(ROOM);
    for (int n = 0; n < ROOM; n++)
        asks(&b, n);
    run_for(b.w, dur_s(GC_S - 1));
    ip_confirm(at(b.host)->ip, ip_n(0));
    asks(&b, 3);
    assert_false(reaches(&b, 3)); /* nobody was idle for long enough */
    run_for(b.w, dur_s(2));
    asks(&b, 3);
    assert_true(reaches(&b, 3));
    assert_true(reaches(&b, 0));
    assert_true(reaches(&b, 2));
    assert_false(reaches(&b, 1)); /* it was the oldest */
    world_close(b.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_come_first_served),
        cmocka_unit_test(any_number_without_a_limit),
        cmocka_unit_test(the_idle_make_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
