/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of two ARP answers a host keeps, what confirms an entry, and how late it answers itself. Independent truth:
 * RFC 826 (the last wins), Linux net/ipv4/arp.c (locktime, announcements, arp_accept 0), RFC 1122 2.3.2.1. */
#include "tests/unit/net/station.h"

#define S 1000000000ll
#define TIMEOUT_S 600

static const struct ip4 host_ip = {0x0a000001}, peer_ip = {0x0a000002}, other_ip = {0x0a000009};

enum { TRUE_HOST = 2, PROXY = 7 };

struct bench {
    struct world *w;
    struct node *host, *peer; /* the test speaks for the peer, and for whoever else answers */
};

static struct bench open_with(const struct ip_options *more)
{
    struct bench b = {.w = world_open(NULL)};
    struct ip_options o = *more;
    o.arp_timeout = dur_s(TIMEOUT_S);
    o.arp_retry = dur_s(1);
    o.arp_tries = 3;
    b.host = station(b.w, "host");
    b.peer = station(b.w, "peer");
    cable(b.host, b.peer->ports[0]);
    struct ip_iface i = {.port = b.host->ports[0], .mac = mac_n(1), .addr = host_ip, .prefix_len = 24};
    at(b.host)->ip = ip_new(b.host, &o);
    ip_add_iface(at(b.host)->ip, &i);
    return b;
}

static struct bench open(enum arp_policy p)
{
    struct ip_options o = {.arp_policy = p, .arp_locktime = dur_s(1)};
    return open_with(&o);
}

/* Where a datagram to the peer goes: the last byte of the MAC address; 255: it is asked for. */
static int aim(struct bench *b)
{
    struct udp u = {.dst = peer_ip, .src_port = 5, .dst_port = 6, .payload = STR("x")};
    assert_true(ip_send_udp(at(b->host)->ip, &u, 0));
    run_for(b->w, dur_us(10));
    return last(b->peer)->bytes[5];
}

static void says(struct bench *b, uint16_t oper, int who, struct ip4 tpa)
{
    struct mac sha = mac_n((uint8_t)who);
    struct arp a = {.oper = oper, .sha = sha, .spa = peer_ip, .tha = mac_n(1), .tpa = tpa};
    if (ip4_eq(tpa, peer_ip))
        a.tha = oper == ARP_REPLY ? sha : MAC_ZERO;
    say_arp(b->peer, ip4_eq(tpa, host_ip) ? mac_n(1) : MAC_BROADCAST, sha, &a);
    run_for(b->w, dur_us(10));
}

/* The packet arrives at this instant. */
static void says_at(struct bench *b, int64_t ns, uint16_t oper, int who, struct ip4 tpa)
{
    run_to(b->w, ns - HOP_NS);
    says(b, oper, who, tpa);
}

/* The host has asked; the first answer came at 1 s, and the second one the given time later. */
static int after_two(enum arp_policy p, int64_t later_ns)
{
    struct bench b = open(p);
    run_to(b.w, S / 2);
    assert_int_equal(aim(&b), 255);
    says_at(&b, S, ARP_REPLY, PROXY, host_ip);
    says_at(&b, S + later_ns, ARP_REPLY, TRUE_HOST, host_ip);
    int to = aim(&b);
    if (to == PROXY)
        assert_int_equal(facts(b.w, "arp the reply of 02:00:00:00:00:02 for 10.0.0.2 is ignored: "
                                    "02:00:00:00:00:07 came first"), 1);
    world_close(b.w);
    return to;
}

static void one_of_two_answers_counts(void **state)
{
    (void)state;
    static const struct {
        enum arp_policy policy;
        int64_t later_ns;
        int to;
    } rows[] = {
        {ARP_LAST_WINS, 100000, TRUE_HOST},
        {ARP_FIRST_WINS_LOCK, 100000, PROXY},
        {ARP_FIRST_WINS_LOCK, S - 1, PROXY}, /* the lock holds until 1 s after the entry was written */
        {ARP_FIRST_WINS_LOCK, S, TRUE_HOST},
        {ARP_FIRST_WINS_PENDING, 100000, PROXY},
        {ARP_FIRST_WINS_PENDING, 100 * S, PROXY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(after_two(rows[i].policy, rows[i].later_ns), rows[i].to);
}

/* What else may change an entry within the lock: an announcement, and for "pending" the true host's request. */
static void other_packets_within_the_lock(void **state)
{
    (void)state;
    static const struct {
        enum arp_policy policy;
        uint16_t oper;
        struct ip4 tpa;
        int to;
    } rows[] = {
        {ARP_FIRST_WINS_LOCK, ARP_REQUEST, {0x0a000002}, TRUE_HOST}, /* gratuitous: spa = tpa */
        {ARP_FIRST_WINS_LOCK, ARP_REPLY, {0x0a000002}, TRUE_HOST},
        {ARP_FIRST_WINS_LOCK, ARP_REQUEST, {0x0a000001}, PROXY},
        {ARP_FIRST_WINS_LOCK, ARP_REQUEST, {0x0a000009}, PROXY},
        {ARP_FIRST_WINS_PENDING, ARP_REQUEST, {0x0a000001}, TRUE_HOST}, /* RFC 826: any packet of its sender */
        {ARP_FIRST_WINS_PENDING, ARP_REQUEST, {0x0a000009}, TRUE_HOST},
        {ARP_LAST_WINS, ARP_REQUEST, {0x0a000009}, TRUE_HOST},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b = open(rows[i].policy);
        aim(&b);
        says_at(&b, S / 2, ARP_REPLY, PROXY, host_ip);
        says_at(&b, S / 2 + 1000000, rows[i].oper, TRUE_HOST, rows[i].tpa);
        assert_int_equal(aim(&b), rows[i].to);
        world_close(b.w);
    }
}

/* The lock counts from when the entry was written, not from when it was confirmed. */
static void confirmation_does_not_renew_the_lock(void **state)
{
    (void)state;
    struct bench b = open(ARP_FIRST_WINS_LOCK);
    run_to(b.w, S / 2);
    aim(&b);
    says_at(&b, S, ARP_REPLY, PROXY, host_ip);
    says_at(&b, S + S / 2, ARP_REPLY, PROXY, host_ip);
    says_at(&b, 2 * S, ARP_REPLY, TRUE_HOST, host_ip);
    assert_int_equal(aim(&b), TRUE_HOST);
    world_close(b.w);
}

static void reply_that_nobody_asked_for(void **state)
{
    (void)state;
    static const int to[] = {[ARP_LAST_WINS] = TRUE_HOST, [ARP_FIRST_WINS_LOCK] = 255, [ARP_FIRST_WINS_PENDING] = 255};
    for (int p = ARP_LAST_WINS; p <= ARP_FIRST_WINS_PENDING; p++) {
        struct bench b = open((enum arp_policy)p);
        says(&b, ARP_REPLY, TRUE_HOST, host_ip);
        assert_int_equal(aim(&b), to[p]);
        world_close(b.w);
        b = open((enum arp_policy)p);
        says(&b, ARP_REQUEST, TRUE_HOST, host_ip); /* CUCM looks for the phone: it is learned */
        assert_int_equal(aim(&b), TRUE_HOST);
        world_close(b.w);
        b = open((enum arp_policy)p);
        ip_resolve(at(b.host)->ip, peer_ip); /* asked ahead of need */
        says(&b, ARP_REPLY, TRUE_HOST, host_ip);
        assert_int_equal(aim(&b), TRUE_HOST);
        world_close(b.w);
    }
}

static void higher_layer_does_not_confirm_when_only_arp_does(void **state)
{
    (void)state;
    for (int only = 0; only <= 1; only++) {
        struct ip_options o = {.arp_only = only};
        struct bench b = open_with(&o);
        aim(&b);
        says_at(&b, S, ARP_REPLY, TRUE_HOST, host_ip);
        run_to(b.w, S + TIMEOUT_S * S - 1);
        ip_confirm(at(b.host)->ip, peer_ip);
        run_to(b.w, S + TIMEOUT_S * S);
        assert_int_equal(aim(&b), only ? 255 : TRUE_HOST);
        world_close(b.w);
    }
}

/* Any ARP packet of the peer confirms it, even one for somebody else. */
static void arp_of_the_peer_confirms(void **state)
{
    (void)state;
    struct ip_options o = {.arp_only = true};
    struct bench b = open_with(&o);
    aim(&b);
    says_at(&b, S, ARP_REPLY, TRUE_HOST, host_ip);
    says_at(&b, 500 * S, ARP_REQUEST, TRUE_HOST, other_ip);
    run_to(b.w, (500 + TIMEOUT_S) * S - 20000);
    assert_int_equal(aim(&b), TRUE_HOST);
    run_to(b.w, (500 + TIMEOUT_S) * S);
    assert_int_equal(aim(&b), 255);
    world_close(b.w);
}

static void doubt_makes_it_ask_anew_if_it_listens(void **state)
{
    (void)state;
    for (int listens = 0; listens <= 1; listens++) {
        struct ip_options o = {.tcp_advice = listens};
        struct bench b = open_with(&o);
        aim(&b);
        says_at(&b, S, ARP_REPLY, PROXY, host_ip);
        ip_doubt(at(b.host)->ip, peer_ip);
        assert_int_equal(aim(&b), listens ? 255 : PROXY);
        assert_int_equal(facts(b.w, "arp 10.0.0.2: resolved tcp-advice unknown"), listens);
        world_close(b.w);
    }
}

/* When the reply of the host comes, from the request's arrival; -1: none within a second. */
static int64_t answered_after(struct bench *b)
{
    uint32_t before = at(b->peer)->count;
    int64_t arrival = sim_now(b->w->sim).ns + HOP_NS;
    says(b, ARP_REQUEST, TRUE_HOST, host_ip);
    run_for(b->w, dur_s(1));
    if (at(b->peer)->count == before)
        return -1;
    assert_int_equal(at(b->peer)->count, before + 1);
    assert_int_equal(last(b->peer)->bytes[21], ARP_REPLY);
    return last(b->peer)->at.ns - HOP_NS - arrival;
}

static void answers_as_late_as_its_law_says(void **state)
{
    (void)state;
    struct err e = {0};
    struct dist at_once = dist_const(DUR_ZERO), late = dist_const(dur_us(450)), law;
    assert_true(dist_parse(STR("uniform(200us,400us)"), &law, &e));
    const struct dist *laws[] = {NULL, &at_once, &late, &law};
    const int64_t low[] = {0, 0, 450000, 200000}, high[] = {0, 0, 450000, 400000};
    for (int i = 0; i < 4; i++) {
        struct ip_answering how = {.delay = laws[i]};
        struct ip_options o = {.answering = &how};
        struct bench b = open_with(&o);
        int64_t first = answered_after(&b), second = answered_after(&b);
        assert_in_range(first, low[i], high[i]);
        assert_in_range(second, low[i], high[i]);
        assert_int_equal(first == second, i < 3);
        world_close(b.w);
    }
    struct ip_answering how = {.delay = &late};
    struct ip_options o = {.answering = &how};
    struct bench b = open_with(&o);
    says(&b, ARP_REQUEST, TRUE_HOST, host_ip);
    ip_power_off(at(b.host)->ip); /* it dies before it answers */
    run_for(b.w, dur_s(1));
    assert_int_equal(at(b.peer)->count, 0);
    assert_true(answered_after(&b) > 0); /* and lives again */
    world_close(b.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_two_answers_counts),
        cmocka_unit_test(other_packets_within_the_lock),
        cmocka_unit_test(confirmation_does_not_renew_the_lock),
        cmocka_unit_test(reply_that_nobody_asked_for),
        cmocka_unit_test(higher_layer_does_not_confirm_when_only_arp_does),
        cmocka_unit_test(arp_of_the_peer_confirms),
        cmocka_unit_test(doubt_makes_it_ask_anew_if_it_listens),
        cmocka_unit_test(answers_as_late_as_its_law_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
