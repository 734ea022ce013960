/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each kind of fault does what it says, when it says, in the direction it says; the books balance and every
 * loss names its fault. Truth: counted frames, and the closed form of when a frame lands. */
#include "tests/unit/net/fault_bench.h"

#define SECOND INT64_C(1000000000)

static void a_cut_begins_and_ends_by_itself(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_CUT, "at=10s lasts=5s");
    assert_int_equal(b->fault_count, 0); /* nothing is done yet */
    send_every(b, 0, 20, SECOND);        /* at 0 … 19 s: the script acts at 10 s before the frame is sent */
    run(b, 60 * SECOND);
    assert_int_equal(heard(b, 1)->count, 15);
    assert_int_equal(b->drops[DROP_LINK_CUT], 5);
    assert_int_equal(b->explained, 5);
    assert_int_equal(b->fault_count, 2);
    assert_string_equal(b->fault[0].text, "link-cut case.lua:5: lasts=5s");
    assert_int_equal(b->fault[0].at_ns, 10 * SECOND);
    assert_string_equal(b->fault[1].text, "link-heal case.lua:5: cut is over");
    assert_int_equal(b->fault[1].at_ns, 15 * SECOND);
    tear_down(b);
}

static void a_link_cut_one_way_is_up(void **state)
{
    (void)state;
    struct bench *b = set_up();
    send_frame(b, 0, FRAME_BYTES);
    send_frame(b, 1, FRAME_BYTES);
    struct link_fault *f = order(b, LINK_FAULT_CUT, "from=b");
    assert_true(port_is_up(b->node[0]->ports[0]));
    send_every(b, 0, 3, SECOND);
    send_every(b, 1, 3, SECOND);
    assert_int_equal(heard(b, 1)->count, 4);
    assert_int_equal(heard(b, 0)->count, 0); /* the one in flight is lost, too */
    struct link_fault *g = order(b, LINK_FAULT_CUT, "from=a:eth0");
    assert_false(port_is_up(b->node[0]->ports[0])); /* both ways: down */
    link_fault_heal(f, "case.lua:6");
    link_fault_heal(g, "case.lua:7");
    link_fault_heal(g, "case.lua:8"); /* it is over already: no record */
    assert_string_equal(b->fault[b->fault_count - 1].text, "link-heal case.lua:7: cut is over");
    assert_true(port_is_up(b->node[0]->ports[0]));
    send_every(b, 1, 1, SECOND);
    assert_int_equal(heard(b, 0)->count, 1);
    assert_int_equal(b->explained, 4);
    tear_down(b);
}

/* The link is whole when the last cut is over; healing it ends whatever is in force, not what is to come. */
static void cuts_overlap(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_CUT, "lasts=10s");
    order(b, LINK_FAULT_CUT, "at=5s lasts=10s");
    order(b, LINK_FAULT_CUT, "at=30s lasts=1s");
    run(b, 12 * SECOND);
    assert_true(link_is_cut(b->link));
    send_frame(b, 0, FRAME_BYTES);
    assert_int_equal(b->explained, 1);
    run(b, 14 * SECOND);
    link_heal(b->link);
    assert_false(link_is_cut(b->link));
    run(b, 30 * SECOND + 1);
    assert_true(link_is_cut(b->link));
    run(b, 31 * SECOND);
    assert_false(link_is_cut(b->link));
    tear_down(b);
}

/* 3 s of 10 s down, from the beginning, for three periods and a half. */
static void a_flap_has_period_and_duty(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_FLAP, "period=10s duty=30% lasts=35s");
    run(b, SECOND / 2);
    send_every(b, 0, 40, SECOND); /* at 0.5, 1.5 … 39.5 s: three lost of each ten, all well from 35 s on */
    run(b, 60 * SECOND);
    assert_int_equal(b->drops[DROP_LINK_CUT], 12);
    assert_int_equal(b->explained, 12);
    static const int at_s[] = {0, 3, 10, 13, 20, 23, 30, 33, 35};
    assert_int_equal(b->fault_count, 9);
    for (uint32_t i = 0; i < 9; i++)
        assert_int_equal(b->fault[i].at_ns, at_s[i] * SECOND);
    tear_down(b);
}

static void a_mask_is_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t lost[8];
        uint32_t n;
    } cases[] = {{"frames=3,5-6", {3, 5, 6}, 3}, {"frames=7-", {7, 8, 9, 10}, 4}, {"frames=11,1", {1}, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench *b = set_up();
        order(b, LINK_FAULT_MASK, cases[i].text);
        send_every(b, 0, 10, SECOND);
        assert_int_equal(heard(b, 1)->count, 10 - cases[i].n);
        assert_int_equal(b->drops[DROP_LINK_MASK], cases[i].n);
        assert_int_equal(b->explained, cases[i].n);
        for (uint32_t k = 0; k < heard(b, 1)->count; k++) {
            for (uint32_t m = 0; m < cases[i].n; m++)
                assert_int_not_equal(heard(b, 1)->number[k] + 1, cases[i].lost[m]);
        }
        tear_down(b);
    }
}

/* Delay and jitter keep order: a frame waits for the one in front. A delay that ends lets nobody overtake. */
static void delay_and_jitter_keep_order(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_DELAY, "by=70ms at=1s lasts=1s from=a");
    send_every(b, 0, 300, SECOND / 100);
    run(b, 10 * SECOND);
    for (uint32_t i = 0; i < 300; i++) {
        int64_t at = i * (SECOND / 100) + TX_NS + DELAY_NS;
        if (i >= 100 && i < 200)
            at += 70000000;
        else if (i >= 200 && i < 207)
            at = 199 * (SECOND / 100) + TX_NS + DELAY_NS + 70000000; /* behind the last of the slow */
        assert_int_equal(heard(b, 1)->at_ns[i], at);
        assert_int_equal(heard(b, 1)->number[i], i);
    }
    order(b, LINK_FAULT_JITTER, "by=choice(0s,25ms)");
    send_every(b, 1, 300, SECOND / 100);
    run(b, 20 * SECOND);
    uint32_t late = 0;
    for (uint32_t i = 0; i < 300; i++) {
        int64_t took = heard(b, 0)->at_ns[i] - (10 * SECOND + i * (SECOND / 100)) - TX_NS - DELAY_NS;
        assert_int_equal(heard(b, 0)->number[i], 300 + i);
        assert_true(took == 0 || took == 5000000 || took == 15000000 || took == 25000000);
        late += took == 25000000;
    }
    assert_in_range(late, 110, 190); /* half of 300, ±40: 4.6 standard deviations */
    tear_down(b);
}

static void reordered_frames_are_overtaken(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_REORDER, "rate=25% by=15ms");
    send_every(b, 0, 1000, SECOND / 100);
    run(b, 20 * SECOND);
    uint32_t held = 0, overtaken = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        int64_t took = heard(b, 1)->at_ns[i] - heard(b, 1)->number[i] * (SECOND / 100) - TX_NS - DELAY_NS;
        assert_true(took == 0 || took == 15000000);
        held += took != 0;
        overtaken += i > 0 && heard(b, 1)->number[i] < heard(b, 1)->number[i - 1];
    }
    assert_in_range(held, 196, 304); /* 250 ± 54: four standard deviations */
    assert_in_range(overtaken, 1, held);
    assert_int_equal(balanced(b).dropped, 0);
    tear_down(b);
}

static void a_copy_is_a_transmission_more(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_DUPLICATE, "rate=100%");
    order(b, LINK_FAULT_DUPLICATE, "rate=100%"); /* a copy is not copied: three, not four */
    order(b, LINK_FAULT_MASK, "frames=2");       /* meets the copies: the first copy is lost */
    send_frame(b, 0, FRAME_BYTES);
    send_frame(b, 0, FRAME_BYTES);
    run(b, SECOND);
    struct net_books k = balanced(b);
    assert_int_equal(k.sent, 6);
    assert_int_equal(k.delivered, 5);
    assert_int_equal(heard(b, 1)->number[1], 0); /* the second copy */
    assert_int_equal(heard(b, 1)->at_ns[1], 2 * TX_NS + DELAY_NS); /* what is lost takes no time on the line */
    tear_down(b);
}

/* One copy by the first, one of every second frame by the second: 2.5 transmissions a frame, ± 4 standard deviations of
 * 0.5; were copies copied, it were 2.75. */
static void copies_are_not_copied(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_DUPLICATE, "rate=100%");
    order(b, LINK_FAULT_DUPLICATE, "rate=50%");
    send_every(b, 0, 1000, SECOND / 100);
    run(b, 20 * SECOND);
    assert_in_range(balanced(b).sent, 2437, 2563);
    tear_down(b);
}

static void a_corrupted_frame_fails_its_check_at_the_receiver(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_CORRUPT, "rate=100% lasts=1s");
    send_frame(b, 0, FRAME_BYTES);
    assert_int_equal(balanced(b).in_flight, 1); /* it flies */
    run(b, 2 * SECOND);
    assert_int_equal(b->drops[DROP_FCS_ERROR], 1);
    assert_int_equal(b->explained, 1);
    assert_int_equal(heard(b, 1)->count, 0);
    send_every(b, 0, 1, SECOND);
    assert_int_equal(heard(b, 1)->count, 1);
    tear_down(b);
}

static void one_loss_ends_the_way(void **state)
{
    (void)state;
    struct bench *b = set_up();
    order(b, LINK_FAULT_MASK, "frames=1,3");
    order(b, LINK_FAULT_MASK, "frames=2"); /* counts what the one before it lets through: the 2nd and the 4th */
    send_every(b, 0, 6, SECOND);
    static const uint32_t left[] = {1, 4, 5};
    assert_int_equal(heard(b, 1)->count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(heard(b, 1)->number[i], left[i]);
    tear_down(b);
}

static void mistakes_are_sentences(void **state)
{
    (void)state;
    static const struct {
        enum link_fault_kind kind;
        const char *text, *says;
    } bad[] = {
        {LINK_FAULT_LOSS, "", "loss of a:eth0 - b:eth0 needs a value for 'rate'"},
        {LINK_FAULT_LOSS, "rate=120%", "'120%'"},
        {LINK_FAULT_LOSS, "rat=10%", "has no parameter 'rat'; did you mean 'rate'?"},
        {LINK_FAULT_LOSS, "rate=10% protocol=spi", "did you mean 'sip'"},
        {LINK_FAULT_CUT, "from=c", "'from' is 'c', must be one of the link's ends, 'a:eth0' or 'b:eth0'"},
        {LINK_FAULT_CUT, "from=a:eth1", "must be one of the link's ends"},
        {LINK_FAULT_CUT, "at=1s", "'at' is 1s, which is past already: it is 2s"},
        {LINK_FAULT_CUT, "lasts=0s", "1ns"},
        {LINK_FAULT_FLAP, "period=10s duty=100%", "99%"},
        {LINK_FAULT_MASK, "frames=0", "'frames' has '0', must be numbers from 1 on"},
        {LINK_FAULT_MASK, "frames=6-5", "'frames' has '6-5'"},
        {LINK_FAULT_MASK, "frames=1,", "'frames' has ''"},
    };
    struct bench *b = set_up();
    run(b, 2 * SECOND);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct link_fault *f;
        struct err e = {0};
        assert_false(try_order(b, bad[i].kind, bad[i].text, &f, &e));
        if (!strstr(e.msg, bad[i].says))
            fail_msg("'%s' does not say '%s'", e.msg, bad[i].says);
    }
    enum link_fault_kind k;
    struct err e = {0};
    assert_false(link_fault_find(STR("los"), &k, &e));
    assert_non_null(strstr(e.msg, "did you mean 'loss'?"));
    assert_int_equal(b->fault_count, 0);
    tear_down(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_begins_and_ends_by_itself),
        cmocka_unit_test(a_link_cut_one_way_is_up),
        cmocka_unit_test(cuts_overlap),
        cmocka_unit_test(a_flap_has_period_and_duty),
        cmocka_unit_test(a_mask_is_exact),
        cmocka_unit_test(delay_and_jitter_keep_order),
        cmocka_unit_test(reordered_frames_are_overtaken),
        cmocka_unit_test(a_copy_is_a_transmission_more),
        cmocka_unit_test(copies_are_not_copied),
        cmocka_unit_test(a_corrupted_frame_fails_its_check_at_the_receiver),
        cmocka_unit_test(one_loss_ends_the_way),
        cmocka_unit_test(mistakes_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
