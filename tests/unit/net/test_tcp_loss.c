/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lost segments between two hosts: when they are sent again, for how long, and how a sticky
 * back-off outlives the message that caused it. Independent truth: closed forms of RFC 6298 5 and
 * domain facts of case study 2 (0.21·2^k), Linux's documented 924.6 s for 15 retransmissions. */
#include "tests/unit/net/tcp_script.h"

#define SET(name, value)                                                                           \
    {                                                                                              \
        STR(name), STR(value)                                                                      \
    }
#define RTT_14600US                                                                                \
    {                                                                                              \
        SET("link_delay", "3650us")                                                                \
    } /* four links' delays make an RTT */
#define RTT_24600US                                                                                \
    {                                                                                              \
        SET("link_delay", "6150us")                                                                \
    }

static bool losing;            /* first copies of a's data */
static struct sim_time cut_at; /* from here on nothing of a's passes */

static enum verdict judge_first(const struct seen *s)
{
    return losing && s->from_a && s->len > 0 && s->copy == 0 ? LOSE : PASS;
}

static enum verdict judge_cut(const struct seen *s)
{
    return s->from_a && !time_before(s->at, cut_at) ? LOSE : PASS;
}

/* A refused connection first: the addresses are resolved, so that the next SYN times the path
 * alone. */
static struct bench open_bench(const struct bench_options *o)
{
    struct bench b = bench_new(o);
    losing = false;
    cut_at = (struct sim_time){INT64_MAX};
    connect_a(&b);
    run_for(&b, dur_ms(500));
    assert_int_equal(user_of(b.a)->why, TCP_END_REFUSED);
    user_of(b.a)->ended = 0;
    open_pair(&b);
    tap_of(&b)->count = 0;
    return b;
}

/* Sends a message and returns the time from its first copy to its next, which must be its last. */
static int64_t repeated_after_us(struct bench *b, bool lose)
{
    struct tap *t = tap_of(b);
    struct sim_time first = {0}, again = {0};
    uint32_t copies = 0;
    losing = lose;
    t->judge = judge_first;
    t->count = 0;
    uint64_t flow = bus_flow(b->sim, "test", STR("message"), user_of(b->b)->got_len);
    send_pattern(b->a, user_of(b->b)->got_len, 901, flow);
    run_for(b, dur_s(150));
    for (uint32_t i = 0; i < t->count; i++) {
        if (!t->seen[i].from_a || t->seen[i].len == 0)
            continue;
        assert_int_equal(t->seen[i].copy, copies);
        assert_int_equal(t->seen[i].flow, flow);
        *(copies++ ? &again : &first) = t->seen[i].at;
    }
    assert_int_equal(copies, lose ? 2 : 1);
    return lose ? time_sub(again, first).ns / 1000 : 0;
}

/* The heart of case study 2: each message is lost once, each ACK is ambiguous (Karn), so the RTO
 * that one message doubled is where the next one starts, whatever the time between them. */
static void back_off_outlives_the_message(void **state)
{
    (void)state;
    struct bench_options o = {.link = RTT_14600US};
    struct bench b = open_bench(&o);
    repeated_after_us(&b, false);
    for (int k = 0; k < 9; k++)
        assert_int_equal(repeated_after_us(&b, true), 210000 << k);
    assert_int_equal(measure_get(b.sim, MEASURE_MAX_RTO).v, 210000000ll << 9);
    repeated_after_us(&b, false); /* one that passes is a valid sample */
    assert_int_equal(repeated_after_us(&b, true), 210000);
    assert_int_equal(user_of(b.a)->retransmits, 10);
    got_pattern(b.b, 901 * 12);
    bench_end(&b);
}

static void another_path_another_base(void **state)
{
    (void)state;
    struct bench_options o = {.link = RTT_24600US};
    struct bench b = open_bench(&o);
    for (int k = 0; k < 4; k++)
        assert_int_equal(repeated_after_us(&b, true), 220000 << k);
    bench_end(&b);
}

static void profile_rfc6298(void **state)
{
    (void)state;
    struct bench_options o = {.link = RTT_14600US, .a = {SET("tcp_rto_profile", "rfc6298")}};
    struct bench b = open_bench(&o);
    for (int k = 0; k < 5; k++)
        assert_int_equal(repeated_after_us(&b, true), 1000000 << k);
    bench_end(&b);
}

/* Timestamps tell the copies apart: every ACK is a valid sample, no outage. */
static void timestamps_end_the_back_off(void **state)
{
    (void)state;
    struct bench_options o = {.link = RTT_14600US,
                              .a = {SET("tcp_timestamps", "on")},
                              .b = {SET("tcp_timestamps", "on")}};
    struct bench b = open_bench(&o);
    for (int k = 0; k < 6; k++)
        assert_int_equal(repeated_after_us(&b, true), 210000);
    bench_end(&b);
}

/* One message lost again and again: copies at 0.21·(2^n - 1). */
static void one_message_many_times(void **state)
{
    (void)state;
    struct bench_options o = {.link = RTT_14600US};
    struct bench b = open_bench(&o);
    struct tap *t = tap_of(&b);
    t->judge = judge_cut;
    cut_at = TIME_ZERO;
    send_pattern(b.a, 0, 901, 0);
    run_for(&b, dur_ms(210 * 127 + 100));
    assert_int_equal(t->count, 8);
    for (int n = 0; n < 8; n++)
        assert_int_equal(time_sub(t->seen[n].at, t->seen[0].at).ns, 210000000ll * ((1 << n) - 1));
    cut_at = (struct sim_time){INT64_MAX};
    run_for(&b, dur_s(30));
    got_pattern(b.b, 901);
    bench_end(&b);
}

/* Dead after `expected_ns` counted from the sending of the message. */
static void check_giveup(const struct setting *a, int64_t expected_ns)
{
    struct bench_options o = {.link = RTT_14600US, .a = {a[0], a[1]}};
    struct bench b = open_bench(&o);
    tap_of(&b)->judge = judge_cut;
    cut_at = TIME_ZERO;
    struct sim_time sent = sim_now(b.sim);
    send_pattern(b.a, 0, 901, 0);
    run_for(&b, dur_s(2000));
    assert_int_equal(user_of(b.a)->ended, 1);
    assert_int_equal(user_of(b.a)->why, TCP_END_TIMEOUT);
    assert_int_equal(time_sub(user_of(b.a)->ended_at, sent).ns, expected_ns);
    for (uint32_t i = 0; i < tap_of(&b)->count; i++)
        assert_false(tap_of(&b)->seen[i].seg.flags & TCP_RST); /* the peer is not told */
    assert_int_equal(user_of(b.b)->ended, 0);
    bench_end(&b);
}

static void giving_up(void **state)
{
    (void)state;
    const struct setting by_time[] = {SET("tcp_giveup", "22s"), {{0}, {0}}};
    check_giveup(by_time, 22000000000);
    /* base 10 + 190 ms: sum of min(0.2·2^i, 120) for i = 0 … 15 */
    const struct setting by_count[] = {SET("tcp_giveup", "0s"), SET("tcp_rto_min", "190ms")};
    check_giveup(by_count, 924600000000);
}

/* The span counts from the first transmission of what is oldest now, not of what was acknowledged.
 */
static void giving_up_starts_anew(void **state)
{
    (void)state;
    struct bench b = script_open((struct setting)SET("tcp_giveup", "22s"), NO_SETTING);
    send_pattern(b.a, 0, 100, 0);
    run_for(&b, dur_s(10));
    struct sim_time second = sim_now(b.sim);
    send_pattern(b.a, 100, 100, 0);
    run_for(&b, dur_s(10));
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 1101);
    run_for(&b, dur_s(30));
    assert_int_equal(user_of(b.a)->why, TCP_END_TIMEOUT);
    assert_int_equal(time_sub(user_of(b.a)->ended_at, second).ns, 22000000000);
    bench_end(&b);
}

/* --- why a retransmission was late ------------------------------------------------------------ */

struct link_seen {
    uint64_t record, of;
    enum because_role role;
};

static struct link_seen links[64];
static uint32_t link_count;
static uint64_t drops[16], notes[16], drop_count, note_count, all_notes;

static void on_record(struct sink *k, const struct rec *r)
{
    (void)k;
    if (r->kind == REC_DROP && drop_count < 16)
        drops[drop_count++] = (uint64_t)r->id;
    else if (r->kind == REC_NOTE && strcmp(r->note.topic, "tcp.rto") == 0 &&
             strstr(r->note.line.fmt, "no ACK within") && note_count < 16)
        notes[note_count++] = (uint64_t)r->id;
    all_notes += r->kind == REC_NOTE;
}

static void on_because(struct sink *k, uint64_t record, uint64_t of, enum because_role role)
{
    (void)k;
    if (link_count < 64)
        links[link_count++] = (struct link_seen){record, of, role};
}

static bool linked(uint64_t record, uint64_t of, enum because_role role)
{
    for (uint32_t i = 0; i < link_count; i++) {
        if (links[i].record == record && links[i].of == of && links[i].role == role)
            return true;
    }
    return false;
}

/* Each timeout awaited the frame that was dropped, and acted on the RTO that the timeout before
 * wrote. */
static void timeouts_name_their_causes(void **state)
{
    (void)state;
    static struct sink sink = {.name = "why",
                               .mask = REC_BIT(REC_DROP) | REC_BIT(REC_NOTE),
                               .on = on_record,
                               .because = on_because};
    struct bench_options o = {.link = RTT_14600US, .sink = &sink};
    struct bench b = open_bench(&o);
    drop_count = note_count = link_count = 0;
    uint64_t before = tcp_rto_record(user_of(b.a)->conn);
    assert_true(before > 0); /* the sample of the handshake */
    for (int k = 0; k < 3; k++) {
        repeated_after_us(&b, true);
        assert_int_equal(note_count, k + 1);
        assert_true(linked(notes[k], drops[k], BECAUSE_AWAITED));
        assert_true(linked(notes[k], before, BECAUSE_STATE));
        before = notes[k];
        assert_int_equal(tcp_rto_record(user_of(b.a)->conn), before);
    }
    repeated_after_us(&b, false);
    all_notes = 0;
    repeated_after_us(&b, false); /* a sample that changes nothing is not told */
    assert_int_equal(all_notes, 0);
    bench_end(&b);
}

static int64_t rto_min_of(const char *profile, const char *given)
{
    struct bench_options o = {.raw = true, .a = {{STR("tcp_rto_profile"), str_of(profile)}}};
    if (given)
        o.a[1] = (struct setting){STR("tcp_rto_min"), str_of(given)};
    struct bench b = bench_new(&o);
    struct param_value v = node_param(b.a, "tcp_rto_min"); /* what reports show */
    assert_true(v.given);
    assert_int_equal(v.i, host_of(b.a)->tcp_config.rto_min.ns);
    int64_t ns = host_of(b.a)->tcp_config.rto.floor.ns;
    bench_end(&b);
    return ns;
}

static void rto_min_has_the_profile_s_default(void **state)
{
    (void)state;
    assert_int_equal(rto_min_of("linux", NULL), 200000000);
    assert_int_equal(rto_min_of("rfc6298", NULL), 1000000000);
    assert_int_equal(rto_min_of("rfc6298", "300ms"), 300000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_off_outlives_the_message),
        cmocka_unit_test(another_path_another_base),
        cmocka_unit_test(profile_rfc6298),
        cmocka_unit_test(timestamps_end_the_back_off),
        cmocka_unit_test(one_message_many_times),
        cmocka_unit_test(giving_up),
        cmocka_unit_test(giving_up_starts_anew),
        cmocka_unit_test(timeouts_name_their_causes),
        cmocka_unit_test(rto_min_has_the_profile_s_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
