/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CUCM towards SCCP phones, against a phone that speaks by hand: its stream in pieces and in lumps, what is no SCCP,
 * registration without its steps, two connections of one device, both protocols. Independent truth: the layouts of
 * chan-sccp, seed 004's trace, CUCM's reasons. */
#include "tests/unit/device/hand_skinny.h"

#define PHONE "SEP0024142DDF24"

struct room {
    struct sccp_office *s;
    struct node *cucm;
    struct hand *phone, *other;
};

/* One CUCM node (10.1.1.2) and two hands (10.1.1.10, 10.1.1.11); the first has connected. */
static struct room room(const struct setting *more, size_t k)
{
    struct room r = {.s = hand_room()};
    r.cucm = room_add(r.s, "cucm", "cucm", "1", "005056000002", ADD "2", more, k);
    r.phone = room_hand(r.s, "phone", "2", "0024142ddf24", ADD "10");
    r.other = room_hand(r.s, "other", "3", "0024142ddf25", ADD "11");
    room_start(r.s);
    hand_connect(r.phone, 2);
    room_for(r.s, 100);
    assert_true(tcp_is_open(r.phone->conn));
    return r;
}

static void leave(struct room *r)
{
    room_for(r->s, 1000);
    sccp_close(r->s);
}

static void registers(struct room *r, struct hand *h, const char *device)
{
    hand_register(h, device);
    room_for(r->s, 100);
    hand_capabilities(h);
    room_for(r->s, 100);
    assert_int_equal(hand_count(h, SKINNY_DISPLAY_PROMPT), 1);
}

static int moves(const struct room *r, const char *to)
{
    int n = 0;
    while (office_move(&r->s->o, "registrar", to, n))
        n++;
    return n;
}

/* --- the stream ----------------------------------------------------------------------------------- */

/* Register, CapabilitiesRes and KeepAlive as one stream, cut once at every byte. */
static void cut_at_every_byte(void **state)
{
    (void)state;
    uint8_t all[1024];
    struct skinny reg = hand_register_of(PHONE), caps = {.id = SKINNY_CAPABILITIES_RES}, alive = {.id = SKINNY_KEEPALIVE};
    sccp_capabilities(&caps.capabilities);
    size_t n = hand_bytes(&reg, all, sizeof all), first = n;
    n += hand_bytes(&caps, all + n, sizeof all - n);
    n += hand_bytes(&alive, all + n, sizeof all - n);
    struct room r = room(NULL, 0);
    for (size_t cut = 1; cut < n; cut++) {
        int before = hand_count(r.phone, SKINNY_KEEPALIVE_ACK);
        hand_raw(r.phone, all, cut);
        room_for(r.s, 20);
        assert_int_equal(hand_count(r.phone, SKINNY_KEEPALIVE_ACK), before);
        assert_true(cut >= first || hand_count(r.phone, SKINNY_REGISTER_ACK) == (int)cut - 1);
        hand_raw(r.phone, all + cut, n - cut);
        room_for(r.s, 20);
        assert_int_equal(hand_count(r.phone, SKINNY_REGISTER_ACK), cut);
        assert_int_equal(hand_count(r.phone, SKINNY_KEEPALIVE_ACK), before + 1);
    }
    leave(&r);
}

/* Byte by byte; then a rest of an unknown message with the greatest length together with a full segment. */
static void in_single_bytes_and_in_lumps(void **state)
{
    (void)state;
    struct room r = room(NULL, 0);
    uint8_t one[SKINNY_LENGTH_MAX + 8], lump[4096] = {0};
    struct skinny reg = hand_register_of(PHONE), alive = {.id = SKINNY_KEEPALIVE};
    size_t n = hand_bytes(&reg, one, sizeof one);
    for (size_t i = 0; i < n; i++) {
        hand_raw(r.phone, one + i, 1);
        room_for(r.s, 5);
    }
    room_for(r.s, 20);
    hand_capabilities(r.phone);
    room_for(r.s, 100);
    assert_int_equal(moves(&r, "registered"), 1);
    lump[0] = 0xd0, lump[1] = 0x07; /* 2000 */
    lump[8] = 0xff, lump[9] = 0x7f; /* 0x7fff: nobody's */
    n = 2008;
    while (n + 12 <= 2800)
        n += hand_bytes(&alive, lump + n, sizeof lump - n);
    hand_raw(r.phone, lump, 1400);
    room_for(r.s, 20);
    hand_raw(r.phone, lump + 1400, n - 1400);
    room_for(r.s, 100);
    assert_int_equal(hand_count(r.phone, SKINNY_KEEPALIVE_ACK), (n - 2008) / 12);
    assert_int_equal(lines_with(r.s, "Undefined Stimulus Device Message - MessageID: 0x7fff"), 1);
    assert_int_equal(r.phone->ended, 0);
    leave(&r);
}

static void what_is_no_sccp_ends_the_connection(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[16];
        size_t n;
        const char *drop;
    } bad[] = {
        {{3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12, "sccp-length"},          /* less than an id */
        {{1, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12, "sccp-length"},         /* 4097 */
        {{'G', 'E', 'T', ' ', '/'}, 5, "sccp-length"},
        {{8, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 5, 0, 0, 0}, 16, "sccp-malformed"}, /* five capabilities, none there */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct room r = room(NULL, 0);
        registers(&r, r.phone, PHONE);
        hand_raw(r.phone, bad[i].bytes, bad[i].n);
        room_for(r.s, 100);
        if (lines_with(r.s, bad[i].drop) != 1)
            fail_msg("case %zu: no %s", i, bad[i].drop);
        assert_int_equal(r.phone->ended, 1);
        assert_int_equal(r.phone->why, TCP_END_RESET);
        assert_int_equal(r.s->o.alarms[0], 6);
        leave(&r);
    }
}

/* --- registration --------------------------------------------------------------------------------- */

static void registered_only_after_its_capabilities(void **state)
{
    (void)state;
    struct room r = room(NULL, 0);
    hand_capabilities(r.phone); /* that nobody asked for */
    room_for(r.s, 100);
    hand_say(r.phone, SKINNY_KEEPALIVE); /* of one that is not registered here */
    hand_register(r.phone, PHONE);
    room_for(r.s, 5000);
    assert_int_equal(moves(&r, "registered"), 0);
    assert_int_equal(hand_count(r.phone, SKINNY_KEEPALIVE_ACK), 0);
    assert_int_equal(hand_count(r.phone, SKINNY_REGISTER_ACK), 1);
    assert_int_equal(hand_count(r.phone, SKINNY_CAPABILITIES_REQ), 1);
    hand_capabilities(r.phone);
    room_for(r.s, 100);
    assert_int_equal(moves(&r, "registered"), 1);
    hand_say(r.phone, SKINNY_KEEPALIVE);
    room_for(r.s, 100);
    assert_int_equal(hand_count(r.phone, SKINNY_KEEPALIVE_ACK), 1);
    leave(&r);
}

static void a_register_without_a_name_is_rejected(void **state)
{
    (void)state;
    struct room r = room(NULL, 0);
    hand_register(r.phone, "");
    room_for(r.s, 100);
    assert_string_equal(hand_got(r.phone, SKINNY_REGISTER_REJECT, 0)->text, "Registration Rejected");
    hand_capabilities(r.phone);
    room_for(r.s, 100);
    assert_int_equal(moves(&r, "registered"), 0);
    leave(&r);
}

static void no_more_than_there_is_room_for(void **state)
{
    (void)state;
    struct setting m[] = {{STR("registrations_max"), STR("1")}};
    struct room r = room(m, 1);
    registers(&r, r.phone, PHONE);
    hand_connect(r.other, 2);
    room_for(r.s, 100);
    hand_register(r.other, "SEP0024142DDF25");
    struct skinny token = {.id = SKINNY_TOKEN_REQ, .token = {.device = STR("SEP0024142DDF25")}};
    room_for(r.s, 100);
    hand_put(r.other, &token);
    room_for(r.s, 100);
    assert_string_equal(hand_got(r.other, SKINNY_REGISTER_REJECT, 0)->text, "Error: Max Phones Exceeded");
    assert_int_equal(hand_got(r.other, SKINNY_TOKEN_REJECT, 0)->number, 30);
    hand_say(r.phone, SKINNY_UNREGISTER);
    room_for(r.s, 100);
    assert_int_equal(hand_count(r.phone, SKINNY_UNREGISTER_ACK), 1);
    assert_int_equal(r.s->o.alarms[0], 10);
    registers(&r, r.other, "SEP0024142DDF25");
    leave(&r);
}

static void lost_while_registered(void **state)
{
    (void)state;
    struct room r = room(NULL, 0);
    registers(&r, r.phone, PHONE);
    tcp_abort(r.phone->conn);
    room_for(r.s, 100);
    assert_int_equal(r.s->o.alarm_count, 1);
    assert_int_equal(r.s->o.alarms[0], 6);
    assert_string_equal(office_move(&r.s->o, "registrar", "unregistered", 0)->event, "connection-lost");
    leave(&r);
}

/* --- two connections of one device ---------------------------------------------------------------- */

static void registered_over_the_newer_connection(void **state)
{
    (void)state;
    struct room r = room(NULL, 0);
    registers(&r, r.phone, PHONE);
    hand_connect(r.other, 2);
    room_for(r.s, 100);
    registers(&r, r.other, PHONE);
    hand_say(r.phone, SKINNY_KEEPALIVE);
    hand_say(r.other, SKINNY_KEEPALIVE);
    room_for(r.s, 100);
    assert_int_equal(hand_count(r.phone, SKINNY_KEEPALIVE_ACK), 0);
    assert_int_equal(hand_count(r.other, SKINNY_KEEPALIVE_ACK), 1);
    hand_say(r.phone, SKINNY_UNREGISTER);
    room_for(r.s, 100);
    tcp_abort(r.phone->conn);
    room_for(r.s, 20000);
    assert_int_equal(moves(&r, "unregistered"), 1); /* when the other one took its name */
    assert_int_equal(r.s->o.alarm_count, 1);
    assert_int_equal(r.s->o.alarms[0], 16);
    room_for(r.s, 69000); /* 89.1 s after its last keepalive */
    assert_int_equal(moves(&r, "unregistered"), 1);
    room_for(r.s, 1000);
    assert_int_equal(moves(&r, "unregistered"), 2);
    assert_int_equal(r.other->ended, 1); /* and its connection is closed */
    leave(&r);
}

/* Keepalives of the older connection do not keep the newer one's registration alive. */
static void a_timeout_closes_the_connection_or_not(void **state)
{
    (void)state;
    struct setting m[] = {{STR("cucm_close_on_timeout"), STR("off")}, {STR("sccp_keepalives_missed"), STR("5")}};
    struct room r = room(m, 2);
    registers(&r, r.phone, PHONE);
    hand_connect(r.other, 2);
    room_for(r.s, 100);
    registers(&r, r.other, PHONE);
    room_for(r.s, 100000);
    hand_say(r.phone, SKINNY_KEEPALIVE);
    room_for(r.s, 49000);
    assert_int_equal(moves(&r, "unregistered"), 1);
    room_for(r.s, 2000);
    assert_int_equal(moves(&r, "unregistered"), 2);
    assert_int_equal(r.s->o.alarms[1], 13);
    assert_int_equal(r.phone->ended + r.other->ended, 0);
    leave(&r);
}

/* Reason 12: more than so many messages within five seconds. Just as many are borne, again and again. */
static void a_flood_is_throttled(void **state)
{
    (void)state;
    struct setting m = {STR("sccp_throttle_events"), STR("50")};
    struct room r = room(&m, 1);
    registers(&r, r.phone, PHONE);
    room_for(r.s, 6000);
    for (int i = 0; i < 50; i++)
        hand_say(r.phone, SKINNY_KEEPALIVE);
    room_for(r.s, 6000);
    for (int i = 0; i < 50; i++)
        hand_say(r.phone, SKINNY_KEEPALIVE);
    room_for(r.s, 100);
    assert_int_equal(moves(&r, "unregistered"), 0);
    hand_say(r.phone, SKINNY_KEEPALIVE);
    room_for(r.s, 100);
    assert_int_equal(moves(&r, "unregistered"), 1);
    assert_int_equal(r.s->o.alarms[0], 12);
    assert_int_equal(r.phone->ended, 1);
    leave(&r);
}

/* What waits to be answered when the service stops stays unanswered: nobody registers with a stopped service. */
static void a_stop_leaves_nothing_behind(void **state)
{
    (void)state;
    struct setting m[] = {{STR("sccp_register_time"), STR("10s")}};
    struct room r = room(m, 1);
    hand_register(r.phone, PHONE);
    room_for(r.s, 100);
    hand_capabilities(r.phone);
    room_for(r.s, 100);
    sccp_op(r.cucm, "stop");
    room_for(r.s, 60000);
    assert_int_equal(moves(&r, "registered"), 0);
    assert_int_equal(r.phone->ended, 1);
    leave(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(in_single_bytes_and_in_lumps),
        cmocka_unit_test(what_is_no_sccp_ends_the_connection),
        cmocka_unit_test(registered_only_after_its_capabilities),
        cmocka_unit_test(a_register_without_a_name_is_rejected),
        cmocka_unit_test(no_more_than_there_is_room_for),
        cmocka_unit_test(lost_while_registered),
        cmocka_unit_test(registered_over_the_newer_connection),
        cmocka_unit_test(a_timeout_closes_the_connection_or_not),
        cmocka_unit_test(a_flood_is_throttled),
        cmocka_unit_test(a_stop_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
