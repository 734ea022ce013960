/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_media_silence.c: who should hear the other side and does not says so once, and the time counts; the same as a
 * count and packet by packet. Truth: the last packet before an instant, on a grid of 20 ms, and its way. */
#include "tests/unit/device/relay_kit.h"

static uint32_t told(const struct chain *l, int node, const char *text)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->note_count; i++)
        n += l->note[i].node == l->node[node]->id && strstr(l->note[i].text, text) != NULL;
    return n;
}

static int64_t silence(const struct chain *l)
{
    return value_of(l, MEASURE_RTP_SILENCE);
}

/* Two cables of 2 ms and 3 ms; on each 214 bytes, and 24 of what Ethernet has around a frame, at 1 Gbit/s. */
#define WAY (5 * MS + 2 * 1904)

static void a_silence_is_told_once(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(2, rtp, 1);
        agree_all(l, true, true);
        line_run(l, 301 * 1000 * MS + 10 * MS);
        assert_int_equal(l->note_count, 0);
        crash(l, 0);
        line_run(l, 306 * 1000 * MS + WAY - 1);
        assert_int_equal(told(l, 1, "heard nothing"), 0);
        line_run(l, 306 * 1000 * MS + WAY);
        assert_int_equal(told(l, 1, "heard nothing from 10.0.0.1:16384 since 301.0 s"), 1);
        line_run(l, 401 * 1000 * MS);
        assert_int_equal(told(l, 1, "heard nothing"), 1);
        assert_int_equal(silence(l), 0); /* it lasts */
        media_flow_close(facing(l, 1, 0));
        assert_int_equal(silence(l), 100 * 1000 * MS - WAY);
        line_close(l);
    }
}

/* From the packet before a cut to the one after it. */
static void five_seconds_are_a_silence(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        for (int lasts = 4945; lasts <= 5045; lasts += 100) {
            char text[32];
            struct txtbuf t = txtbuf_of(text, sizeof text);
            struct chain *l = line_open(2, rtp, 1);
            txtbuf_add(&t, "at=10010ms lasts=%dms", lasts);
            fault(l, 0, LINK_FAULT_CUT, text);
            agree_all(l, true, false);
            line_run(l, 20 * 1000 * MS);
            assert_int_equal(told(l, 1, "heard nothing"), lasts > 5000);
            assert_int_equal(silence(l), lasts > 5000 ? 5060 * MS : 0);
            line_close(l);
        }
    }
}

/* A call that lasts to the end of the run, and two silences of one end. */
static void each_silence_counts(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(2, rtp, 1);
        fault(l, 0, LINK_FAULT_CUT, "at=10010ms lasts=7s");
        fault(l, 1, LINK_FAULT_CUT, "at=30010ms");
        agree_all(l, true, false);
        line_run(l, 50 * 1000 * MS);
        assert_int_equal(told(l, 1, "heard nothing"), 2);
        assert_int_equal(told(l, 1, "since 10.0 s"), 1);
        net_balance(l->net);
        assert_int_equal(silence(l), 7020 * MS + (20 * 1000 * MS - WAY));
        sim_free(l->sim);
    }
}

static void on_hold_nothing_should_come(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(2, rtp, 1);
        agree_all(l, true, true);
        line_run(l, 10 * 1000 * MS);
        agree_all(l, false, true);
        line_run(l, 30 * 1000 * MS);
        agree_all(l, false, false);
        line_run(l, 50 * 1000 * MS);
        agree_all(l, true, true);
        line_run(l, 70 * 1000 * MS);
        assert_int_equal(told(l, 0, "heard nothing") + told(l, 1, "heard nothing"), 0);
        hang_up(l);
        assert_int_equal(silence(l), 0);
        line_close(l);
    }
}

/* It was agreed on, and nothing ever came. */
static void who_never_spoke_is_missed(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(2, rtp, 1);
        fault(l, 0, LINK_FAULT_CUT, "at=1500ms");
        line_run(l, 2000 * MS);
        agree_all(l, true, false);
        line_run(l, 20 * 1000 * MS);
        assert_int_equal(told(l, 1, "heard nothing from 10.0.0.1:16384 since 2.0 s"), 1);
        media_flow_close(facing(l, 1, 0));
        assert_int_equal(silence(l), 18 * 1000 * MS);
        line_close(l);
    }
}

/* A box tells, too, but its time is not that of an end; and the end's silence is explained by the box's. */
static void ends_count(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(4, rtp, 1);
        uint64_t last = 0;
        agree_all(l, true, false);
        line_run(l, 10 * 1000 * MS + 5 * MS);
        crash(l, 0);
        l->note_count = 0;
        line_run(l, 40 * 1000 * MS);
        assert_int_equal(l->note_count, 3);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(l->note[i].node, l->node[i + 1]->id);
            assert_non_null(strstr(l->note[i].text, "since 10.0 s"));
            assert_int_equal(l->note[i].because, last);
            last = l->note[i].id;
        }
        hang_up(l);
        assert_in_range(silence(l), 29970 * MS, 30000 * MS);
        line_close(l);
    }
}

/* Who hears cannot tell a pause from a loss. */
static void a_long_pause_is_a_silence(void **state)
{
    (void)state;
    for (int rtp = MEDIA_AS_FLOW; rtp <= MEDIA_AS_PACKETS; rtp++) {
        struct chain *l = line_open(3, rtp, 1);
        stop_at(l, 0)->config.talk_spurt = dist_const(dur_s(1));
        stop_at(l, 0)->config.silence = dist_const(dur_s(8));
        agree_all(l, true, false);
        line_run(l, 28 * 1000 * MS + 500 * MS); /* spurts at 1 s, 10 s, 19 s and 28 s */
        assert_int_equal(told(l, 2, "heard nothing"), 3);
        assert_int_equal(silence(l), 3 * 8020 * MS);
        line_close(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silence_is_told_once),
        cmocka_unit_test(five_seconds_are_a_silence),
        cmocka_unit_test(each_silence_counts),
        cmocka_unit_test(on_hold_nothing_should_come),
        cmocka_unit_test(who_never_spoke_is_missed),
        cmocka_unit_test(ends_count),
        cmocka_unit_test(a_long_pause_is_a_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
