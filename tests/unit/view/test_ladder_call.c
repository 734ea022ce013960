/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ladder_call.c: a call over two legs of a back-to-back agent, UDP on the one and TCP on the other: whose
 * lifelines stand where, what is a copy, what is lost, and what of a long call is folded. */
#include "tests/unit/view/view_kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/view/ladder.h"

#define PERIOD (900 * S)
#define RECORDS 4096

enum { PHONE = 1, CUCM, CUBE, PROVIDER };
static const char *const address[] = {"", "10.1.1.4", "10.1.1.3:5060", "10.1.1.2:5060", "10.9.9.1:5060"};

static void set_up(struct kit *k)
{
    static struct view_node nodes[] = {{"scenario", "scenario"}, {"phone", "phone"}, {"cucm", "cucm"},
                                       {"cube", "cube"}, {"provider", "sip-provider"}};
    kit_init(k, RECORDS);
    k->run.nodes = nodes;
    k->run.node_count = 5;
}

/* Leg A, provider and CUBE, is over UDP; all others are over TCP. */
static int64_t say(struct kit *k, int from, int to, int64_t flow, const char *message, int cseq)
{
    bool udp = from + to == CUBE + PROVIDER;
    k->flow = flow;
    k->now_ns += 5 * MS;
    return kit_add(k, "FRAME_TX", from, 0,
                   arena_printf(k->run.arena, "%s > %s %s Len=400 %s CSeq %d", address[from], address[to],
                                udp ? "UDP" : "[PSH,ACK] Seq=1", message, cseq),
                   "{\"frame\":1,\"port\":\"net\",\"copy\":0}");
}

static void exchange(struct kit *k, int from, int to, int64_t flow, int cseq)
{
    say(k, from, to, flow, "INVITE", cseq);
    say(k, to, from, flow, "200 OK", cseq);
    say(k, from, to, flow, "ACK", cseq);
}

/* The phone registers, then the provider calls it: the order of the first sendings is the wrong way round. */
static void begin(struct kit *k)
{
    say(k, PHONE, CUCM, 1, "REGISTER", 101);
    say(k, CUCM, PHONE, 1, "200 OK", 101);
    say(k, PROVIDER, CUBE, 2, "INVITE", 101);
    say(k, CUBE, CUCM, 3, "INVITE", 101);
    say(k, CUCM, PHONE, 4, "INVITE", 101);
    say(k, CUBE, PROVIDER, 2, "180 Ringing", 101);
    say(k, PHONE, CUCM, 4, "200 OK", 101);
    say(k, CUCM, CUBE, 3, "200 OK", 101);
    say(k, CUBE, PROVIDER, 2, "200 OK", 101);
    say(k, PROVIDER, CUBE, 2, "ACK", 101);
}

static char *drawn(struct kit *k, struct ladder_options o)
{
    struct err e = {0};
    char *text = NULL;
    size_t n = 0;
    o.ascii = true;
    o.columns = 100;
    FILE *f = open_memstream(&text, &n);
    assert_true(ladder_print(&k->run, &o, f, &e));
    fclose(f);
    if (getenv("SHOW"))
        puts(text);
    return text;
}

static int count(const char *text, const char *word)
{
    int n = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

/* From the caller on, whoever was heard first. */
static void test_lifelines_in_the_order_of_the_call(void **state)
{
    (void)state;
    struct kit k;
    set_up(&k);
    begin(&k);
    char *text = drawn(&k, (struct ladder_options){0});
    char *provider = strstr(text, "provider"), *cube = strstr(text, "cube"), *cucm = strstr(text, "cucm"),
         *phone = strstr(text, "phone");
    assert_true(provider && provider < cube && cube < cucm && cucm < phone);
    assert_int_equal(count(text, "INVITE CSeq 101"), 3);
    free(text);
    text = drawn(&k, (struct ladder_options){.nodes = "phone,cucm"});
    assert_true(strstr(text, "phone") < strstr(text, "cucm"));
    assert_null(strstr(text, "provider"));
    free(text);
    kit_free(&k);
    set_up(&k);
    say(&k, CUBE, CUCM, 1, "INVITE", 101);
    say(&k, CUCM, PHONE, 2, "INVITE", 101);
    say(&k, PROVIDER, CUCM, 3, "INVITE", 101); /* a second caller */
    text = drawn(&k, (struct ladder_options){0});
    assert_null(strstr(text, "phone")); /* who never spoke has no address that is known */
    assert_true(strstr(text, "cube") < strstr(text, "provider") && strstr(text, "provider") < strstr(text, "cucm"));
    free(text);
    kit_free(&k);
}

/* The second and third copy of a datagram; the same message of another host is none, nor is that of another call. */
static void test_copies_over_udp(void **state)
{
    (void)state;
    struct kit k;
    set_up(&k);
    begin(&k);
    say(&k, PROVIDER, CUBE, 5, "INVITE", 102);
    k.now_ns += 500 * MS;
    say(&k, PROVIDER, CUBE, 5, "INVITE", 102);
    k.now_ns += 1000 * MS;
    int64_t third = say(&k, PROVIDER, CUBE, 5, "INVITE", 102);
    kit_add(&k, "DROP", CUBE, third, "INVITE CSeq 102: link-loss",
            "{\"frame\":1,\"port\":\"out\",\"reason\":\"link-loss\",\"len\":1}");
    exchange(&k, CUBE, PROVIDER, 6, 102);
    say(&k, PROVIDER, CUBE, 8, "INVITE", 101); /* of another call */
    char *text = drawn(&k, (struct ladder_options){0});
    assert_int_equal(count(text, "again: INVITE"), 2);
    assert_int_equal(count(text, "again:"), 2);
    assert_int_equal(count(text, "lost at cube out: link-loss"), 1);
    free(text);
    kit_free(&k);
}

/* Refresh `without` does not come. */
static void day(struct kit *k, int refreshes, int without)
{
    set_up(k);
    begin(k);
    int64_t begun = k->now_ns;
    for (int i = 1; i <= refreshes; i++) {
        k->now_ns = begun + i * PERIOD;
        if (i != without)
            exchange(k, PROVIDER, CUBE, 100 + i, 101 + i);
    }
}

/* 96 refreshes: two are drawn. */
static void test_a_day_of_refreshes(void **state)
{
    (void)state;
    struct kit k;
    day(&k, 96, 0);
    say(&k, PROVIDER, CUBE, 7, "BYE", 198);
    char *text = drawn(&k, (struct ladder_options){0});
    assert_int_equal(count(text, "-INVITE CSeq"), 3 + 2);
    assert_non_null(strstr(text, "... 94 more, each 900s, like that of provider: INVITE CSeq 103"));
    assert_non_null(strstr(text, "BYE CSeq 198"));
    assert_true(strstr(text, "94 more") < strstr(text, "BYE"));
    free(text);
    text = drawn(&k, (struct ladder_options){.fold = LADDER_FOLD_OFF});
    assert_int_equal(count(text, "-INVITE CSeq"), 3 + 96);
    assert_null(strstr(text, "more, each"));
    free(text);
    kit_free(&k);
}

/* One that does not come leaves a gap: what follows it is drawn. So is one that was repeated, or lost. */
static void test_what_is_irregular_is_drawn(void **state)
{
    (void)state;
    struct kit k;
    day(&k, 20, 10);
    char *text = drawn(&k, (struct ladder_options){0});
    assert_non_null(strstr(text, "... 7 more, each 900s, like that of provider: INVITE CSeq 103"));
    assert_non_null(strstr(text, "-INVITE CSeq 112-"));
    assert_non_null(strstr(text, "-INVITE CSeq 113-")); /* 1800 s, then 900 s again */
    assert_non_null(strstr(text, "... 8 more, each 900s, like that of provider: INVITE CSeq 113"));
    free(text);
    kit_free(&k);
    day(&k, 20, 0);
    k.now_ns += 400 * MS;
    say(&k, PROVIDER, CUBE, 120, "ACK", 121);
    text = drawn(&k, (struct ladder_options){0});
    assert_non_null(strstr(text, "-INVITE CSeq 121-"));
    assert_non_null(strstr(text, "-again: ACK CSeq 121-"));
    free(text);
    kit_free(&k);
    day(&k, 20, 0);
    kit_add(&k, "DROP", CUBE, (int64_t)k.run.count, "ACK CSeq 121: link-loss",
            "{\"frame\":1,\"port\":\"out\",\"reason\":\"link-loss\",\"len\":1}");
    text = drawn(&k, (struct ladder_options){0});
    assert_non_null(strstr(text, "-INVITE CSeq 121-"));
    assert_non_null(strstr(text, "lost at cube out: link-loss"));
    free(text);
    kit_free(&k);
}

/* Without a call nothing is folded unless it is asked for; of a call that nobody wanted to end the end is told; speech
 * is drawn when it is asked for. */
static void test_what_is_drawn(void **state)
{
    (void)state;
    struct kit k;
    set_up(&k);
    for (int i = 0; i < 10; i++, k.now_ns += 120 * S) {
        k.now_ns = i * 120 * S;
        say(&k, PHONE, CUCM, 10 + i, "REGISTER", 101 + i);
        say(&k, CUCM, PHONE, 10 + i, "200 OK", 101 + i);
    }
    char *text = drawn(&k, (struct ladder_options){0});
    assert_int_equal(count(text, "REGISTER"), 10);
    free(text);
    text = drawn(&k, (struct ladder_options){.fold = LADDER_FOLD_ON});
    assert_non_null(strstr(text, "... 8 more, each 120s, like that of phone: REGISTER CSeq 102"));
    free(text);
    begin(&k);
    kit_add(&k, "FRAME_TX", PHONE, 0, "10.1.1.4:16384 > 10.1.1.3:5060 UDP Len=172 RTP PCMU", "{\"copy\":0}");
    kit_add(&k, "STATE", CUBE, 0, "call c@cube: confirmed -> ended (session-expired)",
            "{\"machine\":\"call\",\"key\":\"c@cube\",\"from\":\"confirmed\",\"event\":\"session-expired\","
            "\"to\":\"ended\"}");
    kit_add(&k, "STATE", PROVIDER, 0, "call p@prov: confirmed -> ended (bye-received)",
            "{\"machine\":\"call\",\"key\":\"p@prov\",\"from\":\"confirmed\",\"event\":\"bye-received\","
            "\"to\":\"ended\"}");
    text = drawn(&k, (struct ladder_options){0});
    assert_non_null(strstr(text, "** cube: call dropped, session-expired: c@cube"));
    assert_null(strstr(text, "bye-received"));
    assert_null(strstr(text, "RTP"));
    free(text);
    text = drawn(&k, (struct ladder_options){.protocol = "RTP"});
    assert_non_null(strstr(text, "-RTP PCMU-"));
    free(text);
    kit_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lifelines_in_the_order_of_the_call),
        cmocka_unit_test(test_copies_over_udp),
        cmocka_unit_test(test_a_day_of_refreshes),
        cmocka_unit_test(test_what_is_irregular_is_drawn),
        cmocka_unit_test(test_what_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
