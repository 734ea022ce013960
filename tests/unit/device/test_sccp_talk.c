/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SCCP phone against nodes that leave it without an answer, say what is no SCCP, or reset it before it has
 * registered. Independent truth: seed 004's order of messages, the intervals of seed 002, this phone's parameters. */
#include "tests/unit/device/sccp_script.h"

#define S 1000000000ll

/* Whichever answer is missing, up to the prompt: the node is left after sccp_answer_timeout, for the other. */
static void a_silent_node_is_left(void **state)
{
    (void)state;
    static const uint32_t mute[] = {SKINNY_REGISTER, SKINNY_BUTTON_TEMPLATE_REQ, SKINNY_SOFTKEY_TEMPLATE_REQ,
                                    SKINNY_SOFTKEY_SET_REQ, SKINNY_CONFIG_STAT_REQ, SKINNY_CAPABILITIES_RES};
    struct setting m[] = {{STR("sccp_answer_timeout"), STR("10s")}};
    for (size_t i = 0; i < sizeof mute / sizeof mute[0]; i++) {
        struct hand *a, *b;
        script_set(1000, dur_ms(1), 30, 60);
        script.mute = mute[i];
        struct sccp_office *s = script_office(m, 1, &a, &b);
        room_for(s, 9000);
        assert_null(office_move(&s->o, "registration", "registered", 0));
        script.mute = 0;
        room_for(s, 2000);
        assert_string_equal(office_move(&s->o, "registration", "registered", 0)->event, "registered-at-1");
        int64_t left = hand_got(b, SKINNY_ALARM, 0)->ns - hand_got(a, mute[i], 0)->ns;
        assert_in_range(left, 10 * S, 10 * S + S / 100);
        assert_int_equal(a->why, TCP_END_RESET);
        assert_int_equal(lines_with(s, "no answer to"), 1);
        sccp_close(s);
    }
}

/* Registered: the rest may stay unanswered, its keepalives go on. */
static void what_follows_the_prompt_may_stay_unanswered(void **state)
{
    (void)state;
    struct hand *a, *b;
    script_set(1000, dur_ms(1), 30, 60);
    struct sccp_office *s = script_office(NULL, 0, &a, &b);
    room_for(s, 200 * 1000);
    assert_int_equal(hand_count(a, SKINNY_TIME_DATE_REQ), 1);
    assert_int_equal(hand_count(a, SKINNY_REGISTER_AVAILABLE_LINES), 0);
    assert_null(office_move(&s->o, "registration", "connecting", 1));
    assert_int_equal(hand_count(a, SKINNY_KEEPALIVE), 6);
    sccp_close(s);
}

/* A node that names no intervals means those that every one has. */
static void intervals_of_zero(void **state)
{
    (void)state;
    struct hand *a, *b;
    script_set(1000, dur_ms(1), 0, 0);
    struct sccp_office *s = script_office(NULL, 0, &a, &b);
    room_for(s, 200 * 1000);
    assert_int_equal(hand_got(a, SKINNY_KEEPALIVE, 1)->ns - hand_got(a, SKINNY_KEEPALIVE, 0)->ns, 30 * S);
    assert_int_equal(hand_got(b, SKINNY_KEEPALIVE, 1)->ns - hand_got(b, SKINNY_KEEPALIVE, 0)->ns, 60 * S);
    sccp_close(s);
}

static void no_sccp_ends_the_connection(void **state)
{
    (void)state;
    static const uint8_t length[] = {2, 0, 0, 0}, list[] = {16, 0, 0, 0, 0, 0, 0, 0, 0x97, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0};
    const struct {
        const uint8_t *p;
        size_t n;
        const char *drop;
    } bad[] = {{length, sizeof length, "sccp-length"}, {list, sizeof list, "sccp-malformed"}};
    for (size_t i = 0; i < 2; i++) {
        struct hand *a, *b;
        script_set(1000, dur_ms(1), 30, 60);
        struct sccp_office *s = script_office(NULL, 0, &a, &b);
        room_for(s, 1000);
        hand_raw(a, bad[i].p, bad[i].n);
        room_for(s, 1000);
        assert_int_equal(lines_with(s, bad[i].drop), 1);
        assert_int_equal(a->why, TCP_END_RESET);
        assert_string_equal(office_event(&s->o, "registered-at-1", 0)->to, "registered");
        sccp_close(s);
    }
}

/* Its last answers come in one lump with a message that it does not know, cut in the middle. */
static void in_lumps_and_pieces(void **state)
{
    (void)state;
    struct hand *a, *b;
    uint8_t lump[256] = {12, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x7f, 0, 0};
    size_t n = 20;
    struct skinny stat = {.id = SKINNY_CONFIG_STAT, .config_stat = {.lines = 0}};
    script_set(1000, dur_ms(1), 30, 60);
    script.mute = SKINNY_CONFIG_STAT_REQ;
    struct sccp_office *s = script_office(NULL, 0, &a, &b);
    room_for(s, 1000);
    script.mute = 0;
    n += hand_bytes(&stat, lump + n, sizeof lump - n);
    for (size_t cut = 0; cut < n; cut += 7) {
        hand_raw(a, lump + cut, n - cut < 7 ? n - cut : 7);
        room_for(s, 10);
    }
    room_for(s, 100);
    assert_non_null(office_event(&s->o, "registered-at-0", 0));
    sccp_close(s);
}

/* CUCM resets a phone whose prompt is still on its way. */
static void reset_while_it_registers(void **state)
{
    (void)state;
    struct hand *a, *b;
    struct skinny reset = {.id = SKINNY_RESET, .number = SKINNY_RESTART};
    script_set(1000, dur_ms(1), 30, 60);
    script.mute = SKINNY_CAPABILITIES_RES;
    struct sccp_office *s = script_office(NULL, 0, &a, &b);
    room_for(s, 1000);
    script.mute = 0;
    hand_put(a, &reset);
    room_for(s, 1000);
    assert_int_equal(hand_count(a, SKINNY_REGISTER), 2);
    assert_non_null(office_event(&s->o, "registered-at-0", 0));
    sccp_close(s);
}

/* --- on the way back ------------------------------------------------------------------------------ */

/* At b, with a watched from about now on: its connection broke, and stands again. */
static struct sccp_office *below(struct hand **a, struct hand **b, uint32_t mute)
{
    script_set(1000, dur_ms(1), 30, 60);
    struct sccp_office *s = script_office(NULL, 0, a, b);
    room_for(s, 1000);
    tcp_abort((*a)->conn);
    room_for(s, 1000);
    assert_non_null(office_event(&s->o, "registered-at-1", 0));
    assert_int_equal((*a)->accepted, 2);
    assert_int_equal((*b)->accepted, 1); /* over the connection that stood */
    script.timer.owner = *b;
    script.mute = mute;
    return s;
}

/* Neither a token nor a refusal: it stays, and asks again after another 120 s. */
static void a_token_that_never_comes(void **state)
{
    (void)state;
    struct hand *a, *b;
    struct sccp_office *s = below(&a, &b, SKINNY_TOKEN_REQ);
    room_for(s, 400 * 1000);
    assert_int_equal(hand_got(a, SKINNY_TOKEN_REQ, 1)->ns - hand_got(a, SKINNY_TOKEN_REQ, 0)->ns, 150 * S); /* 30 + 120 */
    assert_int_equal(hand_count(b, SKINNY_UNREGISTER), 0);
    assert_null(office_event(&s->o, "registered-at-0", 1));
    assert_null(office_event(&s->o, "no-answer", 0)); /* its keepalives to b go on meanwhile */
    sccp_close(s);
}

/* The higher node breaks its connection instead. */
static void the_node_that_was_asked_is_lost(void **state)
{
    (void)state;
    struct hand *a, *b;
    struct sccp_office *s = below(&a, &b, SKINNY_TOKEN_REQ);
    room_for(s, 125 * 1000);
    assert_int_equal(hand_count(a, SKINNY_TOKEN_REQ), 1);
    tcp_abort(a->conn);
    script.mute = 0;
    room_for(s, 1000);
    assert_string_equal(office_event(&s->o, "target-lost", 0)->to, "registered");
    assert_null(office_event(&s->o, "registered-at-0", 1));
    room_for(s, 125 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 1));
    sccp_close(s);
}

/* The lower node does not let it go: it goes all the same. */
static void an_unregister_that_stays_unanswered(void **state)
{
    (void)state;
    struct hand *a, *b;
    struct sccp_office *s = below(&a, &b, SKINNY_TOKEN_REQ);
    room_for(s, 125 * 1000);
    script.mute = SKINNY_UNREGISTER;
    hand_say(a, SKINNY_TOKEN_ACK); /* some seconds late: the wait for the other answer is one of its own */
    room_for(s, 80 * 1000);
    int64_t went = hand_got(a, SKINNY_ALARM, 1)->ns - hand_got(b, SKINNY_UNREGISTER, 0)->ns;
    assert_in_range(went, 30 * S - S / 100, 30 * S + S / 100);
    assert_non_null(office_event(&s->o, "registered-at-0", 1));
    sccp_close(s);
}

/* The lower node breaks the connection while it leaves. */
static void lost_while_it_leaves(void **state)
{
    (void)state;
    struct hand *a, *b;
    struct sccp_office *s = below(&a, &b, SKINNY_UNREGISTER);
    room_for(s, 125 * 1000);
    assert_int_equal(hand_count(b, SKINNY_UNREGISTER), 1);
    tcp_abort(b->conn);
    room_for(s, 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 1));
    sccp_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_node_is_left),
        cmocka_unit_test(what_follows_the_prompt_may_stay_unanswered),
        cmocka_unit_test(intervals_of_zero),
        cmocka_unit_test(no_sccp_ends_the_connection),
        cmocka_unit_test(in_lumps_and_pieces),
        cmocka_unit_test(reset_while_it_registers),
        cmocka_unit_test(a_token_that_never_comes),
        cmocka_unit_test(the_node_that_was_asked_is_lost),
        cmocka_unit_test(an_unregister_that_stays_unanswered),
        cmocka_unit_test(lost_while_it_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
