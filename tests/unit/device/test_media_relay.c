/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_media_relay.c: voice over one box and over two that send on what they hear, as a count and packet by packet:
 * both say the same when links are sound or cut and when somebody dies, and the same law when links lose at random. */
#include "tests/unit/device/relay_kit.h"

struct trial {
    int nodes, link;
    enum link_fault_kind kind;
    const char *fault; /* NULL: none */
    int dies;          /* node; -1: none */
    int64_t dies_us, stop_ms;
    bool both, spurts;
};

struct outcome {
    int64_t sent, lost, silence_ns;
};

static struct outcome play(const struct trial *t, int rtp)
{
    struct chain *l = line_open(t->nodes, rtp, 3);
    struct err e = {0};
    for (int i = 0; t->spurts && i < t->nodes; i++) {
        assert_true(dist_parse(STR("exp(1s)"), &stop_at(l, i)->config.talk_spurt, &e));
        assert_true(dist_parse(STR("exp(1s)"), &stop_at(l, i)->config.silence, &e));
    }
    if (t->fault)
        fault(l, t->link, t->kind, t->fault);
    if (t->spurts)
        l->sink.on = NULL, l->sink.mask = 0;
    agree_all(l, true, t->both);
    if (t->dies >= 0) {
        line_run(l, t->dies_us * 1000);
        crash(l, t->dies);
    }
    line_run(l, t->stop_ms * MS);
    for (int i = 0; i < t->nodes; i += t->nodes - 1) { /* the ends are silent first: what is under way arrives */
        struct media m = {.direction = SDP_INACTIVE};
        if (facing(l, i, 0)->port)
            media_flow_talk(facing(l, i, 0), &m, &m);
    }
    line_run(l, (t->stop_ms + 100) * MS);
    hang_up(l);
    struct outcome o = {value_of(l, MEASURE_RTP_PACKETS_SENT), value_of(l, MEASURE_RTP_PACKETS_LOST),
                        value_of(l, MEASURE_RTP_SILENCE)};
    line_close(l);
    return o;
}

static struct outcome agreed(const struct trial *t)
{
    struct outcome flow = play(t, MEDIA_AS_FLOW), packets = play(t, MEDIA_AS_PACKETS);
    if (flow.sent != packets.sent || flow.lost != packets.lost || flow.silence_ns != packets.silence_ns)
        fail_msg("%d nodes, link %d %s, %d dies at %lld us: flow %lld of %lld, %lld ns; packets %lld of %lld, %lld ns", t->nodes,
                 t->link, t->fault ? t->fault : "-", t->dies, (long long)t->dies_us, (long long)flow.lost, (long long)flow.sent,
                 (long long)flow.silence_ns, (long long)packets.lost, (long long)packets.sent,
                 (long long)packets.silence_ns);
    return flow;
}

/* Each leg has each packet. */
static void a_relay_sends_what_it_hears(void **state)
{
    (void)state;
    for (int nodes = 2; nodes <= 4; nodes++) {
        for (int both = 0; both < 2; both++) {
            struct outcome o = agreed(&(struct trial){.nodes = nodes, .dies = -1, .stop_ms = 31007, .both = both});
            assert_int_equal(o.sent, (1 + both) * (nodes - 1) * 1501);
            assert_int_equal(o.lost, 0);
            assert_int_equal(o.silence_ns, 0);
        }
    }
}

/* Cuts of any length at any time on each link, one way or both; a cut on the first leg takes as many from all. */
static void cut_lines_agree(void **state)
{
    int64_t most = 0;
    int partly = 0, silent = 0;
    (void)state;
    for (int i = 0; i < 120; i++) {
        char text[64];
        struct txtbuf x = txtbuf_of(text, sizeof text);
        int nodes = 3 + i % 2, us = 2000000 + i * 57331, lasts = i % 3 ? 300 + i * 97 : 400000 + i * 61713;
        txtbuf_add(&x, "at=%dus lasts=%dus%s", us, lasts, i % 7 == 4 ? " from=sw" : "");
        struct trial t = {.nodes = nodes, .link = i % nodes, .kind = LINK_FAULT_CUT, .fault = text, .dies = -1,
                          .stop_ms = 20007};
        struct outcome o = agreed(&t);
        assert_true(o.sent + (nodes - 1) * o.lost >= (nodes - 1) * 951); /* none is lost twice */
        most = o.lost > most ? o.lost : most;
        partly += o.lost > 0 && lasts < 20000;
        silent += o.silence_ns > 0;
    }
    assert_true(most > 300);
    assert_true(partly > 3);
    assert_true(silent > 3);
}

/* Flaps on the inner legs; pauses in between shift the packets' instants. */
static void flaps_and_spurts_agree(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        struct trial t = {.nodes = 3 + i % 2, .link = i / 2 % (3 + i % 2), .kind = LINK_FAULT_FLAP, .dies = -1,
                          .spurts = i >= 8, .fault = "at=2s period=333ms duty=37% lasts=15s", .stop_ms = 25007};
        struct outcome o = agreed(&t);
        assert_true(o.lost > 100);
    }
}

/* Who speaks dies: each leg ends with the last packet that he sent, at any instant. */
static void the_death_of_the_speaker_is_heard_down_the_line(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        struct trial t = {.nodes = 2 + i % 3, .dies_us = 5000001 + i * 1713, .stop_ms = 25007};
        struct outcome o = agreed(&t);
        int64_t packets = (t.dies_us - 1000000) / 20000 + 1;
        assert_int_equal(o.sent, (t.nodes - 1) * packets);
        assert_int_equal(o.lost, 0);
        assert_true(o.silence_ns > (25007 - 5000 - 100) * MS && o.silence_ns < (25007 - 5000 + 20) * MS);
    }
}

/* A box dies: what has come to it is sent on, the rest is lost where it should have come in. Nobody counts those packet
 * by packet, for there is no gap, so only what is sent is the same in both. */
static void the_death_of_a_box_ends_what_it_sent(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        struct trial t = {.nodes = 3 + i % 2, .dies = 1 + i % (1 + i % 2), .dies_us = 5000001 + i * 1713, .stop_ms = 25007};
        struct outcome flow = play(&t, MEDIA_AS_FLOW), packets = play(&t, MEDIA_AS_PACKETS);
        assert_int_equal(flow.sent, packets.sent);
        assert_int_equal(flow.silence_ns, packets.silence_ns);
        int64_t all = 1201, whole = t.dies; /* legs that are sound */
        assert_int_equal(flow.sent, whole * all + (t.nodes - 1 - whole) * (all - flow.lost));
        assert_in_range(flow.lost, 998, 1002);
    }
}

/* The run ends in the middle of the call: a packet counts on the legs that it has come to. */
static void the_end_of_the_run_counts(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        int64_t sent[2];
        for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
            struct chain *l = line_open(4, rtp, 1);
            agree_all(l, true, i % 2);
            line_run(l, 5000 * MS + i * 1000003);
            net_balance(l->net);
            sent[rtp] = value_of(l, MEASURE_RTP_PACKETS_SENT);
            assert_int_equal(value_of(l, MEASURE_RTP_PACKETS_LOST), 0);
            sim_free(l->sim);
        }
        assert_int_equal(sent[MEDIA_AS_FLOW], sent[MEDIA_AS_PACKETS]);
        assert_in_range(sent[0], (1 + i % 2) * 3 * 200, (1 + i % 2) * 3 * 202);
    }
}

/* Four standard deviations. */
static void close_to(int64_t lost, int64_t sent, double p)
{
    double sd = 1, mean = p * (double)sent, var = mean * (1 - p);
    while (sd * sd < var)
        sd += 1;
    if ((double)lost < mean - 4 * sd || (double)lost > mean + 4 * sd)
        fail_msg("%lld of %lld lost, not %g", (long long)lost, (long long)sent, p);
}

/* 5 % on the cable of the only box: it takes them from both legs, so a packet meets it twice. */
static void random_loss_agrees(void **state)
{
    struct trial t = {.nodes = 3, .link = 1, .kind = LINK_FAULT_LOSS, .fault = "rate=5%", .dies = -1, .stop_ms = 201007};
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct outcome o = play(&t, rtp);
        close_to(o.sent - 10001, 10001, 0.95); /* of the second leg: those that the first one let pass */
        close_to(o.lost, 10001, 0.05 + 0.95 * 0.05);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relay_sends_what_it_hears),
        cmocka_unit_test(cut_lines_agree),
        cmocka_unit_test(flaps_and_spurts_agree),
        cmocka_unit_test(the_death_of_the_speaker_is_heard_down_the_line),
        cmocka_unit_test(the_death_of_a_box_ends_what_it_sent),
        cmocka_unit_test(the_end_of_the_run_counts),
        cmocka_unit_test(random_loss_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
