/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls through a CUBE: two dialogs with nothing in common, joined from the first INVITE to the last BYE; what is told
 * to the one side of what the other says (RFC 3261 6, 9, 13, 15; RFC 3398 8.2.6.1). */
#include "tests/unit/device/cube_kit.h"

#define BY_B "dial_peers=100 destination-pattern 5..." TO_B

static const char *const plain[] = {BY_B, NULL};

/* Of "Call-ID: " and the like in the first such message, what follows up to the end of the line. */
static const char *value(const struct bench *k, const char *line, const char *name)
{
    static char out[2][128];
    static int turn;
    const struct seen *s = seen(k, line, 0);
    const char *at = s ? strstr(s->bytes, name) : NULL;
    if (!at)
        fail_msg("no '%s' in '%s'", name, line);
    turn ^= 1;
    str_keep(out[turn], sizeof out[0], (struct str){at + strlen(name), strcspn(at + strlen(name), "\r\n")});
    return out[turn];
}

static void two_dialogs_are_one_call(void **state)
{
    struct bench *k = bench_open(plain);
    (void)state;
    k->b->rings = true;
    dial(k, "5001");
    static const char *const once[] = {"a>INVITE 101", "a<100 INVITE 101", "b<INVITE 101", "b>180 INVITE 101",
                                       "a<180 INVITE 101", "b>200 INVITE 101", "b<ACK 101", "a<200 INVITE 101",
                                       "a>ACK 101"};
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        if (count(k, once[i]) != 1)
            fail_msg("%u of '%s'", count(k, once[i]), once[i]);
    }
    assert_true(says(k, "b<INVITE", "INVITE sip:5001@10.0.2.2"));
    assert_true(says(k, "b<INVITE", "From: <sip:1001@10.0.2.1>"));
    assert_true(says(k, "b<INVITE", "Via: SIP/2.0/UDP 10.0.2.1:5060"));
    assert_false(says(k, "b<INVITE", "10.0.1.2")); /* nothing of the other side */
    assert_false(says(k, "a<200", "10.0.2."));
    assert_string_not_equal(value(k, "a>INVITE", "Call-ID: "), value(k, "b<INVITE", "Call-ID: "));
    assert_int_equal(k->a->answers, 1);
    assert_int_equal(k->b->confirms, 1);
    assert_true(noted(k, "for 5001 goes by dial-peer 100 to 10.0.2.2"));
    bench_close(k);
}

/* Each side hears of an address and an even port of the CUBE's own, no two alike. */
static void media_flow_through(void **state)
{
    struct bench *k = bench_open(plain);
    unsigned to_a, to_b;
    (void)state;
    dial(k, "5001");
    assert_true(says(k, "b<INVITE", "c=IN IP4 10.0.2.1\r\n"));
    assert_true(says(k, "a<200", "c=IN IP4 10.0.1.1\r\n"));
    assert_int_equal(sscanf(value(k, "b<INVITE", "m=audio "), "%u", &to_b), 1);
    assert_int_equal(sscanf(value(k, "a<200", "m=audio "), "%u", &to_a), 1);
    assert_true(to_a >= 16384 && to_b >= 16384 && to_a % 2 == 0 && to_b % 2 == 0 && to_a != to_b);
    assert_int_equal(k->a->call->remote.codec[0], 0);
    assert_int_equal(k->a->call->remote.codec_count, 2);
    call_hang_up(k->a->call);
    run_to(k, 2 * S);
    assert_false(noted(k, "cube: sent")); /* nobody speaks: there is nothing to send on */
    bench_close(k);
}

static void either_side_hangs_up(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench *k = bench_open(plain);
        dial(k, "5001");
        call_hang_up(i ? k->b->call : k->a->call);
        run_to(k, 2 * S);
        assert_int_equal(count(k, i ? "b>BYE" : "a>BYE"), 1);
        assert_int_equal(count(k, i ? "a<BYE" : "b<BYE"), 1);
        assert_int_equal(count(k, i ? "a>200 BYE" : "b>200 BYE"), 1);
        assert_int_equal((i ? k->a : k->b)->why, CALL_ENDED_BY_PEER);
        dial(k, "5002"); /* and once more */
        assert_int_equal(k->b->calls, 2);
        assert_true(call_is_up(k->a->call));
        bench_close(k);
    }
}

static void a_refusal_is_passed_on(void **state)
{
    static const struct {
        uint32_t said, told;
    } rows[] = {{486, 486}, {404, 404}, {488, 488}, {503, 503}, {603, 603}, {302, 480},
                {401, 403}, {407, 403}, {422, 500}, {420, 500}, {481, 500}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench *k = bench_open(plain);
        k->b->answer = rows[i].said;
        dial(k, "5001");
        assert_int_equal(k->a->ends, 1);
        assert_int_equal(k->a->why, CALL_REFUSED);
        if (k->a->status != rows[i].told)
            fail_msg("%u is told as %u", rows[i].said, k->a->status);
        bench_close(k);
    }
}

static void no_way_to_go(void **state)
{
    static const char *const nowhere[] = {"dial_peers=100 destination-pattern 5... session-target 192.0.2.1", NULL};
    struct bench *k = bench_open(plain);
    (void)state;
    dial(k, "7001");
    assert_int_equal(k->a->status, 404);
    assert_true(noted(k, "no dial-peer for 7001"));
    dial(k, "7001234567890123456789012345678901234567890123456789012345678901234567890");
    assert_int_equal(k->a->status, 404);
    dial(k, "5001234567890123456789012345678901234567890123456789012345678901234567890");
    assert_int_equal(k->a->status, 414);
    assert_int_equal(count(k, "b<"), 0);
    bench_close(k);
    k = bench_open(nowhere);
    dial(k, "5001");
    assert_int_equal(k->a->status, 503);
    bench_close(k);
}

/* Nobody answers the INVITE for 64 T1: the far side is out of time (RFC 3398 8.2.6.1). */
static void the_other_side_is_silent(void **state)
{
    struct bench *k = bench_open(plain);
    (void)state;
    dial(k, "5001");
    call_hang_up(k->a->call);
    run_to(k, 2 * S);
    link_cut(k->b_link);
    dial(k, "5001");
    run_to(k, 33 * S);
    assert_int_equal(k->a->ends, 1);
    run_to(k, 36 * S);
    assert_int_equal(k->a->ends, 2);
    assert_int_equal(k->a->status, 504);
    bench_close(k);
}

static void the_caller_gives_up(void **state)
{
    struct bench *k = bench_open(plain);
    (void)state;
    k->b->rings = true;
    k->b->answer = 0;
    dial(k, "5001");
    assert_int_equal(k->a->progress, 180);
    call_hang_up(k->a->call);
    run_to(k, 3 * S);
    assert_int_equal(count(k, "b<CANCEL 101"), 1);
    assert_int_equal(count(k, "b>487 INVITE 101"), 1);
    assert_int_equal(count(k, "a<487 INVITE 101"), 1);
    assert_int_equal(k->b->why, CALL_ENDED_BY_PEER);
    bench_close(k);
}

/* An INVITE without an offer goes on without one; the answers offer, the ACKs answer (RFC 3261 13.2.1). */
static void offers_come_in_the_answers(void **state)
{
    struct bench *k = bench_open(plain);
    struct call_start o = {.hop = {{0x0a000101}, SIP_PORT, SIP_OVER_UDP}, .from = "1001", .to = "5001",
                           .able = k->a->able, .delayed_offer = true};
    (void)state;
    k->a->call = call_start(&k->a->ua, &o);
    run_to(k, S);
    assert_false(says(k, "b<INVITE", "m=audio"));
    assert_true(says(k, "b<ACK", "c=IN IP4 10.0.2.1\r\n"));
    assert_true(says(k, "a<200", "c=IN IP4 10.0.1.1\r\n"));
    assert_true(says(k, "a>ACK", "m=audio 20000"));
    assert_true(call_is_up(k->a->call) && call_is_up(k->b->call));
    bench_close(k);
}

static void over_tcp_to_one_side(void **state)
{
    static const char *const tcp[] = {BY_B " transport tcp", NULL};
    struct bench *k = bench_open(tcp);
    (void)state;
    dial(k, "5001");
    assert_true(says(k, "a<200", "Via: SIP/2.0/UDP"));
    assert_true(says(k, "b<INVITE", "Via: SIP/2.0/TCP 10.0.2.1"));
    call_hang_up(k->b->call);
    run_to(k, 2 * S);
    assert_int_equal(k->a->why, CALL_ENDED_BY_PEER);
    bench_close(k);
}

static void operations(void **state)
{
    struct bench *k = bench_open(plain);
    struct err e = {0};
    (void)state;
    dial(k, "5001");
    operate(k, "hang-up");
    run_to(k, 2 * S);
    assert_int_equal(count(k, "a<BYE"), 1);
    assert_int_equal(count(k, "b<BYE"), 1);
    k->b->answer = 0;
    dial(k, "5001");
    operate(k, "hang-up"); /* one that rings */
    run_to(k, 4 * S);
    assert_int_equal(k->a->status, 603);
    assert_int_equal(count(k, "b<CANCEL"), 1);
    k->b->answer = 200;
    dial(k, "5001");
    uint32_t before = count(k, "a<") + count(k, "b<");
    operate(k, "crash");
    assert_false(model_cube.ops[0].run(k->cube, &e)); /* it is down already */
    assert_false(model_cube.ops[2].run(k->cube, &e)); /* there is nothing to hang up */
    run_to(k, 8 * S);
    assert_int_equal(count(k, "a<") + count(k, "b<"), before); /* nobody is told */
    assert_true(call_is_up(k->a->call));
    operate(k, "start");
    call_hang_up(k->a->call);
    run_to(k, 10 * S);
    assert_int_equal(count(k, "a<481 BYE"), 1);
    dial(k, "5001");
    assert_true(call_is_up(k->a->call));
    bench_close(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_dialogs_are_one_call),   cmocka_unit_test(media_flow_through),
        cmocka_unit_test(either_side_hangs_up),       cmocka_unit_test(a_refusal_is_passed_on),
        cmocka_unit_test(no_way_to_go),               cmocka_unit_test(the_other_side_is_silent),
        cmocka_unit_test(the_caller_gives_up),        cmocka_unit_test(offers_come_in_the_answers),
        cmocka_unit_test(over_tcp_to_one_side),       cmocka_unit_test(operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
