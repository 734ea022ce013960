/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For whom an ASA answers ARP requests. Independent truth: the ASA configuration guide ("Identity NAT", "Disabling
 * Proxy ARP"): for mapped addresses on the mapped interface; the decision looks at the source part of a rule alone. */
#include "tests/unit/device/asa_kit.h"

struct ask {
    int side;
    struct ip4 spa, tpa;
};

/* The MAC address that the ASA gives for tpa, or zero. */
static struct mac asked(struct bench *b, const struct ask *q)
{
    struct node *n = b->on[q->side];
    struct arp a = {.oper = ARP_REQUEST, .sha = mac_n((uint8_t)(q->side + 2)), .spa = q->spa, .tpa = q->tpa}, got;
    at(n)->count = 0;
    say_arp(n, MAC_BROADCAST, a.sha, &a);
    run_for(b->w, dur_ms(100));
    if (at(n)->count == 0)
        return MAC_ZERO;
    struct eth e;
    struct rd r = rd_of(last(n)->bytes, last(n)->len);
    assert_int_equal(at(n)->count, 1);
    assert_true(eth_get(&r, &e) && arp_get(&r, &got));
    assert_true(mac_eq(e.dst, a.sha) && mac_eq(e.src, got.sha) && got.oper == ARP_REPLY);
    assert_true(ip4_eq(got.spa, q->tpa) && ip4_eq(got.tpa, q->spa) && mac_eq(got.tha, a.sha));
    return got.sha;
}

static bool answers(struct bench *b, int side, struct ip4 spa, struct ip4 tpa)
{
    struct ask q = {side, spa, tpa};
    struct mac m = asked(b, &q);
    if (mac_eq(m, MAC_ZERO))
        return false;
    assert_true(mac_eq(m, b->mac[side]));
    return true;
}

/* One configuration, one question: does it answer for 10.0.0.9, asked by 10.0.0.2? */
static void rules(void **state)
{
    (void)state;
    static const struct {
        const char *set, *more, *port;
        bool answers;
    } rows[] = {
        {"nat=", NULL, NULL, false}, /* no rule, no mapped address */
        {"nat=(inside,any) source static any any", NULL, NULL, true},
        {"nat=(any,any) source static any any", NULL, NULL, true},
        {"nat=(dmz,inside) source static any any", NULL, NULL, true},
        {"nat=(inside,outside) source static any any", NULL, NULL, false}, /* mapped on the other side */
        {"nat=(any,inside) source static 10.0.0.0/24 10.0.0.0/24", NULL, NULL, true},
        {"nat=(any,inside) source static 10.0.0.9 10.0.0.9", NULL, NULL, true},
        {"nat=(any,inside) source static 10.0.0.8-10.0.0.9 10.0.0.8-10.0.0.9", NULL, NULL, true},
        {"nat=(any,inside) source static 10.0.0.3-10.0.0.8 10.0.0.3-10.0.0.8", NULL, NULL, false},
        {"nat=(dmz,inside) source static 20.0.0.2 10.0.0.9", NULL, NULL, true}, /* a mapped address proper */
        {"nat=(dmz,inside) source static 10.0.0.9 20.0.0.2", NULL, NULL, false}, /* the real one is not mapped */
        {"nat=(inside,any) source static any any no-proxy-arp", NULL, NULL, false},
        {"nat=(inside,any) source static any any no-proxy-arp route-lookup", NULL, NULL, false},
        {"nat=(inside,any) source static any any no-proxy-arp; (dmz,inside) source static any any", NULL, NULL, true},
        {"nat=(inside,any) source static any any destination static 40.0.0.0/8 40.0.0.0/8", NULL, NULL, true},
        {"nat=(inside,any) source static any any", NULL, "sysopt_noproxyarp=on", false},
        {"nat=(inside,any) source static any any", "proxy_arp=off", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *sets[] = {rows[i].set, rows[i].more, NULL};
        struct bench *b = bench_open(sets, rows[i].port);
        if (answers(b, INSIDE, ip_of(INSIDE, 2), ip_of(INSIDE, 9)) != rows[i].answers)
            fail_msg("row %zu: %s", i, rows[i].set);
        assert_true(answers(b, INSIDE, ip_of(INSIDE, 2), ip_of(INSIDE, 1))); /* for itself always */
        bench_close(b);
    }
}

static const char *const broad[] = {"nat=(any,any) source static any any", NULL};

/* With a rule that maps all there is. */
static void addresses(void **state)
{
    (void)state;
    struct bench *b = bench_open(broad, NULL);
    struct ip4 me = ip_of(INSIDE, 2), none = {0};
    assert_true(answers(b, INSIDE, me, ip_of(INSIDE, 9)));
    assert_true(answers(b, DMZ, ip_of(DMZ, 2), ip_of(DMZ, 9)));
    assert_false(answers(b, INSIDE, me, ip_of(INSIDE, 255)));          /* broadcast */
    assert_false(answers(b, INSIDE, me, ip_of(INSIDE, 0)));
    assert_false(answers(b, INSIDE, me, (struct ip4){0xffffffff}));
    assert_false(answers(b, INSIDE, me, ip_of(DMZ, 9)));               /* not of the connected subnet */
    assert_false(answers(b, INSIDE, me, me));                          /* an announcement */
    assert_false(answers(b, INSIDE, none, ip_of(INSIDE, 9)));          /* a probe */
    assert_true(answers(b, INSIDE, none, ip_of(INSIDE, 1)));           /* its own address is defended */
    bench_close(b);
    static const char *const eager[] = {"nat=(any,any) source static any any", "answer_probes=on", NULL};
    b = bench_open(eager, NULL);
    assert_true(answers(b, INSIDE, none, ip_of(INSIDE, 9)));
    bench_close(b);
}

static void sysopt_is_for_one_interface(void **state)
{
    (void)state;
    struct bench *b = bench_open(broad, "sysopt_noproxyarp=on");
    assert_false(answers(b, INSIDE, ip_of(INSIDE, 2), ip_of(INSIDE, 9)));
    assert_true(answers(b, DMZ, ip_of(DMZ, 2), ip_of(DMZ, 9)));
    bench_close(b);
}

/* Somebody else's reply is none of its business. */
static void replies_are_not_answered(void **state)
{
    (void)state;
    struct bench *b = bench_open(broad, NULL);
    struct arp a = {.oper = ARP_REPLY, .sha = mac_n(2), .spa = ip_of(INSIDE, 2), .tha = mac_n(9), .tpa = ip_of(INSIDE, 9)};
    say_arp(b->on[INSIDE], MAC_BROADCAST, a.sha, &a);
    run_for(b->w, dur_ms(100));
    assert_int_equal(at(b->on[INSIDE])->count, 0);
    bench_close(b);
}

/* The decision is a fact, with its limits; the reply descends from it, as late as the law says. */
static void decision_is_told(void **state)
{
    (void)state;
    static const char *const sets[] = {"nat=(any,any) source static any any", "asa_arp_delay=0.15ms", NULL};
    struct bench *b = bench_open(sets, NULL);
    run_to(b->w, S);
    answers(b, INSIDE, ip_of(INSIDE, 2), ip_of(INSIDE, 9));
    const struct fact *d = fact(b->w, "proxy-arp 10.0.0.9: asked-for request answered", 0);
    assert_non_null(d);
    assert_int_equal(d->at.ns, S + HOP_NS);
    assert_int_equal(last(b->on[INSIDE])->at.ns, S + HOP_NS + 150000 + HOP_NS);
    assert_non_null(fact(b->w, "proxy-arp it answers for 10.0.0.9 on inside, a mapped address of its NAT rule 1", 0));
    assert_non_null(fact_of(b->w, tie(b->w, d->id, BECAUSE_LIMIT)));
    assert_string_equal(fact_of(b->w, tie(b->w, d->id, BECAUSE_LIMIT))->text, "parameter proxy_arp = on");
    bench_close(b);
}

static void refused(const char *nat, const char *why)
{
    const char *sets[] = {nat, NULL};
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    assert_false(bench_try(b, sets, NULL, &e));
    if (!strstr(e.msg, why))
        fail_msg("wanted '%s', got '%s'", why, e.msg);
    bench_close(b);
}

static void bad_rules_are_refused(void **state)
{
    (void)state;
    refused("nat=(inside,any) source dynamic any any", "is not '(REAL_IF,MAPPED_IF) source static");
    refused("nat=inside,any source static any any", "is not");
    refused("nat=(inside) source static any any", "is not");
    refused("nat=(inside,any) source static any", "is not");
    refused("nat=(inside,any) source static any 10.0.0.1", "is not"); /* all cannot become one */
    refused("nat=(inside,any) source static 10.0.0.9-10.0.0.8 10.0.0.9-10.0.0.8", "is not");
    refused("nat=(inside,any) source static any any no-proxyarp", "is not");
    refused("nat=(inside,lan) source static any any", "there is no interface 'lan'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules),
        cmocka_unit_test(addresses),
        cmocka_unit_test(sysopt_is_for_one_interface),
        cmocka_unit_test(replies_are_not_answered),
        cmocka_unit_test(decision_is_told),
        cmocka_unit_test(bad_rules_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
