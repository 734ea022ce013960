/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a resolver makes of answers. Independent truth: RFC 1034 3.6.2 and 5.3.3, RFC 1035 3.2.1 and 4.1.1, RFC 2181 8,
 * RFC 5452 3. */
#include "tests/unit/proto/dns_kit.h"

static void that_there_is_no_such_name_is_an_answer(void **state)
{
    (void)state;
    for (int exists = 0; exists < 2; exists++) { /* without an address, or not at all */
        struct bench *b = open_bench("");
        look_up(b, "nobody");
        struct dns m = answer_of(b);
        m.rcode = exists ? DNS_NOERROR : DNS_NXDOMAIN;
        say_dns(b, &m);
        assert_int_equal(b->done_count, 1);
        assert_int_equal(last_done(b)->result, DNS_NOT_FOUND);
        assert_int_equal(last_done(b)->count, 0);
        pass(b, dur_s(20));
        assert_int_equal(b->server.count, 1); /* the second server is not asked */
        look_up(b, "nobody");
        assert_int_equal(b->server.count, 2); /* and it is not kept */
        close_bench(b);
    }
}

static void a_server_that_cannot_answer_is_left_at_once(void **state)
{
    static const uint8_t rcodes[] = {DNS_FORMERR, DNS_SERVFAIL, DNS_NOTIMP, DNS_REFUSED, DNS_NOERROR};
    (void)state;
    for (size_t i = 0; i < sizeof rcodes; i++) {
        struct bench *b = open_bench("");
        look_up(b, "cucm");
        struct dns m = answer_of(b);
        m.rcode = rcodes[i];
        m.is_truncated = rcodes[i] == DNS_NOERROR;
        m.has_question = rcodes[i] != DNS_FORMERR;
        if (m.is_truncated)
            add_address(&m, "cucm", 50, 60);
        say_dns(b, &m);
        assert_int_equal(b->server.count, 2);
        assert_int_equal(peer_last(&b->server)->dst.v, SERVER_2.v);
        m = answer_of(b);
        m.rcode = DNS_SERVFAIL;
        say_dns(b, &m);
        assert_int_equal(b->done_count, 1);
        assert_int_equal(last_done(b)->result, DNS_FAILED);
        close_bench(b);
    }
}

enum lie { FROM_ANOTHER, FROM_ANOTHER_PORT, ID, QUERY, NAME, TYPE, OPCODE, NO_QUESTION, BYTES, LIES };

/* Nothing that was not asked for is believed, and the lookup goes on. */
static void what_was_not_asked_for(void **state)
{
    (void)state;
    struct bench *b = open_bench("");
    look_up(b, "cucm");
    struct dns good = answer_of(b);
    add_address(&good, "cucm", 50, 60);
    for (int lie = 0; lie < LIES; lie++) {
        struct dns m = good;
        m.record[0].address = ip4_n(66);
        m.id = (uint16_t)(m.id ^ (lie == ID));
        m.is_response = lie != QUERY;
        m.type = lie == TYPE ? DNS_AAAA : DNS_A;
        m.opcode = lie == OPCODE ? 2 : 0;
        m.has_question = lie != NO_QUESTION;
        if (lie == NAME)
            m.name = name_of("cucn");
        if (lie == BYTES)
            say_bytes(b, SERVER_1, DNS_PORT, STR("\x12\x34 not a message"));
        else
            say_from(b, lie == FROM_ANOTHER ? SERVER_2 : SERVER_1, lie == FROM_ANOTHER_PORT ? 54 : DNS_PORT, &m);
        assert_int_equal(b->done_count, 0);
    }
    assert_int_equal(facts(b->w, "segment-discarded dns-not-asked"), LIES - 1);
    assert_int_equal(facts(b->w, "segment-discarded bad-dns"), 1);
    good.name = good.record[0].owner = name_of("CUCM"); /* RFC 1035 2.3.3 */
    say_dns(b, &good);
    assert_int_equal(b->done_count, 1);
    assert_int_equal(last_done(b)->address[0].v, ip4_n(50).v);
    close_bench(b);
}

static void several_addresses_keep_their_order(void **state)
{
    (void)state;
    struct bench *b = open_bench("");
    look_up(b, "cucm");
    struct dns m = answer_of(b);
    add_address(&m, "cucm", 52, 60);
    add_address(&m, "other", 66, 60); /* nobody's */
    add_address(&m, "cucm", 50, 60);
    say_dns(b, &m);
    assert_int_equal(last_done(b)->count, 2);
    assert_int_equal(last_done(b)->address[0].v, ip4_n(52).v);
    assert_int_equal(last_done(b)->address[1].v, ip4_n(50).v);
    close_bench(b);
}

static void aliases(void **state)
{
    struct ip4 a;
    (void)state;
    struct bench *b = open_bench("");
    look_up(b, "cucm");
    struct dns m = answer_of(b);
    add_address(&m, "host.lab", 50, 100); /* in any order */
    add_alias(&m, "second.lab", "host.lab", 30);
    add_alias(&m, "cucm", "second.lab", 200);
    say_dns(b, &m);
    assert_int_equal(last_done(b)->result, DNS_OK);
    assert_int_equal(last_done(b)->address[0].v, ip4_n(50).v);
    pass(b, dur_ms(29990));
    assert_true(dns_known(&b->dns, STR("cucm"), &a));
    pass(b, dur_ms(20));
    assert_false(dns_known(&b->dns, STR("cucm"), &a)); /* the least of the three TTLs */
    close_bench(b);
}

/* Where an answer ends with an alias, its target is asked for. */
static void an_alias_without_its_target(void **state)
{
    struct ip4 a;
    (void)state;
    struct bench *b = open_bench("");
    look_up(b, "cucm");
    struct dns m = answer_of(b);
    add_alias(&m, "cucm", "host.lab", 30);
    say_dns(b, &m);
    assert_int_equal(b->server.count, 2);
    struct dns_name want = name_of("host.lab");
    m = asked(b, 1);
    assert_true(dns_name_eq(&m.name, &want));
    m = answer_of(b);
    add_address(&m, "host.lab", 50, 3600);
    say_dns(b, &m);
    assert_int_equal(last_done(b)->address[0].v, ip4_n(50).v);
    assert_true(dns_known(&b->dns, STR("cucm"), &a) && a.v == ip4_n(50).v);
    close_bench(b);
}

static void aliases_in_a_circle(void **state)
{
    (void)state;
    struct bench *b = open_bench("");
    look_up(b, "a");
    struct dns m = answer_of(b);
    add_alias(&m, "a", "b", 30);
    add_alias(&m, "b", "a", 30);
    say_dns(b, &m); /* of no use: the second server */
    assert_int_equal(b->server.count, 2);
    assert_int_equal(peer_last(&b->server)->dst.v, SERVER_2.v);
    for (int i = 0; i < 40 && !b->done_count; i++) { /* one alias an answer, for ever */
        m = answer_of(b);
        char own[DNS_TEXT_MAX + 1];
        struct txtbuf t = txtbuf_of(own, sizeof own);
        dns_name_text(&t, &m.name);
        add_alias(&m, own, own[0] == 'a' ? "b" : "a", 30);
        say_dns(b, &m);
    }
    assert_int_equal(b->done_count, 1);
    assert_int_equal(last_done(b)->result, DNS_FAILED);
    close_bench(b);
}

static void answers_are_kept_for_their_ttl(void **state)
{
    struct ip4 a;
    (void)state;
    struct bench *b = open_bench("lab");
    int64_t heard_ns = sim_now(b->w->sim).ns;
    look_up(b, "cucm");
    struct dns m = answer_of(b);
    add_address(&m, "cucm.lab", 50, 60);
    say_dns(b, &m);
    heard_ns = last_done(b)->at.ns;
    run_to(b->w, heard_ns + 60 * S - 1);
    look_up(b, "CUCM.Lab");
    assert_int_equal(b->done_count, 1 + 1);
    assert_int_equal(last_done(b)->address[0].v, ip4_n(50).v);
    assert_int_equal(last_done(b)->at.ns, heard_ns + 60 * S - 1);
    assert_int_equal(b->server.count, 1);
    assert_false(dns_known(&b->dns, STR("cucm"), &a)); /* a millisecond later */
    look_up(b, "cucm");
    assert_int_equal(b->server.count, 2);
    close_bench(b);
}

static void answers_that_are_not_kept(void **state)
{
    static const uint32_t ttls[] = {0, 0x80000000u, UINT32_MAX}; /* RFC 2181 8: the last two count as 0 */
    struct ip4 a;
    (void)state;
    struct bench *b = open_bench("");
    for (size_t i = 0; i < 3; i++) {
        learn(b, "cucm", 50, ttls[i]);
        assert_false(dns_known(&b->dns, STR("cucm"), &a));
    }
    learn(b, "cucm", 50, INT32_MAX);
    assert_true(dns_known(&b->dns, STR("cucm"), &a));
    close_bench(b);
}

/* Of nine answers eight are kept: the one that ends first makes room. */
static void the_cache_is_bounded(void **state)
{
    char name[2] = "a";
    struct ip4 a;
    (void)state;
    struct bench *b = open_bench("");
    for (int i = 0; i < 9; i++) {
        name[0] = (char)('a' + i);
        learn(b, name, (uint8_t)(10 + i), i == 3 ? 50 : 100);
    }
    for (int i = 0; i < 9; i++) {
        name[0] = (char)('a' + i);
        assert_int_equal(dns_known(&b->dns, str_of(name), &a), i != 3);
        assert_true(i == 3 || a.v == ip4_n((uint8_t)(10 + i)).v);
    }
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(that_there_is_no_such_name_is_an_answer),
        cmocka_unit_test(a_server_that_cannot_answer_is_left_at_once),
        cmocka_unit_test(what_was_not_asked_for),
        cmocka_unit_test(several_addresses_keep_their_order),
        cmocka_unit_test(aliases),
        cmocka_unit_test(an_alias_without_its_target),
        cmocka_unit_test(aliases_in_a_circle),
        cmocka_unit_test(answers_are_kept_for_their_ttl),
        cmocka_unit_test(answers_that_are_not_kept),
        cmocka_unit_test(the_cache_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
