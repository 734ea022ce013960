/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a resolver asks, of whom and when. Independent truth: RFC 1035 4.1 and 4.2.1, RFC 1034 3.1, RFC 1123 6.1.3.3. */
#include "tests/unit/proto/dns_kit.h"

static void a_query_byte_by_byte(void **state)
{
    static const char want[] = "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
                               "\x08" "cucm105p" "\x07" "example" "\x03" "com" "\x00\x00\x01\x00\x01";
    (void)state;
    struct bench *b = open_bench("");
    look_up(b, "cucm105p.example.com");
    const struct heard *h = peer_last(&b->server);
    assert_int_equal(b->server.count, 1);
    assert_int_equal(h->dst.v, SERVER_1.v);
    assert_int_equal(h->dst_port, 53);
    assert_true(h->src_port >= 49152);
    assert_int_equal(h->n, 2 + sizeof want - 1); /* behind the identifier */
    assert_memory_equal(h->bytes + 2, want, sizeof want - 1);
    assert_int_equal(b->done_count, 0);
    struct dns m = answer_of(b);
    add_address(&m, "cucm105p.example.com", 50, 60);
    say_dns(b, &m);
    assert_int_equal(b->done_count, 1);
    assert_int_equal(last_done(b)->result, DNS_OK);
    assert_int_equal(last_done(b)->count, 1);
    assert_int_equal(last_done(b)->address[0].v, ip4_n(50).v);
    close_bench(b);
}

static void an_address_is_its_own(void **state)
{
    (void)state;
    struct bench *b = open_bench("example.com");
    struct sim_time now = sim_now(b->w->sim);
    struct ip4 a;
    dns_resolve(&b->dns, STR("10.9.9.9"), on_done, b);
    assert_int_equal(b->done_count, 0); /* not from inside the call */
    pass(b, dur_ms(1));
    assert_int_equal(last_done(b)->address[0].v, 0x0a090909);
    assert_int_equal(last_done(b)->at.ns, now.ns); /* but at once */
    assert_int_equal(b->server.count, 0);
    assert_true(dns_known(&b->dns, STR("10.9.9.9"), &a) && a.v == 0x0a090909);
    assert_false(dns_known(&b->dns, STR("cucm"), &a));
    close_bench(b);
}

static void the_domain_is_for_single_labels(void **state)
{
    static const struct {
        const char *domain, *name, *want;
    } cases[] = {{"example.com", "cucm105p", "cucm105p.example.com"},
                 {"example.com", "cucm105p.lab", "cucm105p.lab"},
                 {"example.com", "cucm105p.", "cucm105p"},
                 {"", "cucm105p", "cucm105p"},
                 {"no domain", "cucm105p", "cucm105p"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *b = open_bench(cases[i].domain);
        look_up(b, cases[i].name);
        struct dns m = asked(b, 0);
        struct dns_name want = name_of(cases[i].want);
        assert_true(dns_name_eq(&m.name, &want));
        assert_int_equal(facts(b->w, "dns 'no domain' is no domain name"), i == 4);
        close_bench(b);
    }
}

static void what_is_no_name_is_not_asked(void **state)
{
    static char long_label[65], long_name[301];
    const char *const names[] = {"", ".", "a..b", "a b", "a\\b", long_label, long_name};
    (void)state;
    memset(long_label, 'a', 64);
    for (size_t i = 0; i < 300; i++)
        long_name[i] = i % 2 ? '.' : 'a';
    struct bench *b = open_bench("example.com");
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        look_up(b, names[i]);
        assert_int_equal(b->done_count, i + 1);
        assert_int_equal(last_done(b)->result, DNS_NOT_FOUND);
        assert_int_equal(last_done(b)->count, 0);
    }
    assert_int_equal(b->server.count, 0);
    assert_int_equal(facts(b->w, "dns 'a..b' is no host name"), 1);
    close_bench(b);
}

/* 2 s, then 4 s; then the next server, with another identifier and port. */
static void silence(void **state)
{
    static const int64_t at_s[] = {0, 2, 6, 8};
    (void)state;
    struct bench *b = open_bench("");
    int64_t t0 = sim_now(b->w->sim).ns;
    look_up(b, "cucm");
    pass(b, dur_s(30));
    assert_int_equal(b->server.count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_in_range(b->server.heard[i].at.ns, t0 + at_s[i] * S, t0 + at_s[i] * S + 10000);
        assert_int_equal(b->server.heard[i].dst.v, i < 2 ? SERVER_1.v : SERVER_2.v);
    }
    assert_int_equal(asked(b, 0).id, asked(b, 1).id);
    assert_int_equal(b->server.heard[0].src_port, b->server.heard[1].src_port);
    assert_int_not_equal(asked(b, 1).id, asked(b, 2).id);
    assert_int_not_equal(b->server.heard[1].src_port, b->server.heard[2].src_port);
    assert_int_equal(b->done_count, 1);
    assert_int_equal(last_done(b)->result, DNS_FAILED);
    assert_int_equal(last_done(b)->at.ns, t0 + 12 * S);
    close_bench(b);
}

static void parameters_of_silence(void **state)
{
    (void)state;
    struct bench *b = open_bench("");
    struct host *h = b->phone->state;
    h->dns.patience = dur_ms(500);
    h->dns.tries = 4;
    int64_t t0 = sim_now(b->w->sim).ns;
    look_up(b, "cucm");
    pass(b, dur_s(30));
    assert_int_equal(b->server.count, 8);
    assert_int_equal(last_done(b)->at.ns, t0 + 15 * S); /* twice 0.5 + 1 + 2 + 4 */
    close_bench(b);
}

/* The timeout is tied to the query that was lost, and to what bounds it; the next exchange is another flow. */
static void why_no_answer_came(void **state)
{
    (void)state;
    struct bench *b = open_bench("");
    link_cut(b->link);
    look_up(b, "cucm");
    pass(b, dur_s(30));
    const struct fact *moved = fact(b->w, "dns cucm: asked no-answer idle", 0);
    const struct fact *ended = fact(b->w, "dns cucm: asked no-answer ending", 0);
    assert_non_null(moved);
    assert_non_null(ended);
    const struct fact *lost = fact_of(b->w, tie(b->w, moved->id, BECAUSE_AWAITED));
    assert_non_null(lost);
    assert_string_equal(lost->text, "drop link-cut");
    assert_int_equal(time_sub(moved->at, lost->at).ns, 4 * S); /* the second query's */
    lost = fact_of(b->w, tie(b->w, ended->id, BECAUSE_AWAITED));
    assert_non_null(lost);
    assert_int_equal(time_sub(ended->at, lost->at).ns, 4 * S);
    const struct fact *limit = fact_of(b->w, tie(b->w, ended->id, BECAUSE_LIMIT));
    assert_non_null(limit);
    assert_string_equal(limit->text, "parameter dns_timeout = 2s");
    link_heal(b->link);
    close_bench(b);
}

static void nobody_to_ask(void **state)
{
    (void)state;
    struct bench *b = open_bench("");
    struct sim_time now = sim_now(b->w->sim);
    dns_set_servers(&b->dns, NULL, 0, STR_NONE);
    look_up(b, "cucm");
    assert_int_equal(last_done(b)->result, DNS_FAILED);
    assert_int_equal(last_done(b)->at.ns, now.ns);
    assert_int_equal(b->server.count, 0);
    close_bench(b);
}

static void one_after_another(void **state)
{
    static const char *const names[] = {"a", "b", "10.0.0.7", "c"};
    (void)state;
    struct bench *b = open_bench("");
    for (int i = 0; i < 3; i++)
        dns_resolve(&b->dns, str_of(names[i]), on_done, b);
    b->next = names[3]; /* inside the first answer: behind those that wait */
    pass(b, dur_ms(1));
    for (uint32_t i = 0; i < 4; i++) {
        if (i == 2)
            continue; /* asks nobody */
        assert_int_equal(b->server.count, i < 2 ? i + 1 : 3);
        struct dns m = answer_of(b);
        add_address(&m, names[i], (uint8_t)(10 + i), 60);
        say_dns(b, &m);
    }
    assert_int_equal(b->done_count, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(b->done[i].address[0].v, i == 2 ? 0x0a000007 : ip4_n((uint8_t)(10 + i)).v);
    close_bench(b);
}

/* Without a word: no answer is told, no query follows, nothing is remembered. */
static void power_off(void **state)
{
    (void)state;
    struct bench *b = open_bench("");
    struct ip4 a;
    learn(b, "known", 9, 600);
    look_up(b, "cucm");
    dns_resolve(&b->dns, STR("second"), on_done, b);
    struct dns m = answer_of(b);
    add_address(&m, "cucm", 50, 60);
    dns_stop(&b->dns);
    assert_false(tmr_armed(&b->dns.patience));
    say_dns(b, &m); /* too late: its port is closed */
    pass(b, dur_s(30));
    assert_int_equal(b->server.count, 2);
    assert_int_equal(b->done_count, 1);
    assert_false(dns_known(&b->dns, STR("known"), &a));
    assert_true(ip_is_free(at(b->phone)->ip, peer_last(&b->server)->src_port));
    dns_resolve(&b->dns, STR("10.0.0.7"), on_done, b);
    dns_stop(&b->dns); /* it was about to tell */
    pass(b, dur_s(1));
    assert_int_equal(b->done_count, 1);
    learn(b, "cucm", 51, 60); /* it can be used again */
    dns_stop(&b->dns);
    dns_stop(&b->dns);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_byte_by_byte),
        cmocka_unit_test(an_address_is_its_own),
        cmocka_unit_test(the_domain_is_for_single_labels),
        cmocka_unit_test(what_is_no_name_is_not_asked),
        cmocka_unit_test(silence),
        cmocka_unit_test(parameters_of_silence),
        cmocka_unit_test(why_no_answer_came),
        cmocka_unit_test(nobody_to_ask),
        cmocka_unit_test(one_after_another),
        cmocka_unit_test(power_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
