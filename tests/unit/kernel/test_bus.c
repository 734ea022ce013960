/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, causes, flows and what a timer awaited; and that watching a run changes nothing in it.
 */
#include "tests/unit/kernel/kernel_kit.h"

#include <stdlib.h>

struct bench {
    struct sim *sim;
    struct ear ear;
    struct call call[4];
    struct tmr timer;
    uint64_t flow, before;
};

static struct bench *set_up(bool timers)
{
    struct sim_config c = {.seed = 1, .record_timers = timers};
    struct bench *b = calloc(1, sizeof *b);
    b->sim = sim_new(&c);
    sim_node_add(b->sim, "phone", "sip-phone");
    sim_node_add(b->sim, "cucm", "cucm");
    ear_attach(&b->ear, b->sim, REC_ALL);
    return b;
}

static void tear_down(struct bench *b)
{
    sim_free(b->sim);
    free(b);
}

static void later(void *arg)
{
    struct bench *b = arg;
    kit_state(b->sim, 2, "later");
}

static void three_facts(void *arg)
{
    struct bench *b = arg;
    kit_state(b->sim, 1, "a");
    kit_state(b->sim, 1, "b");
    call_at(&b->call[1], b->sim, 20, later, b);
    kit_state(b->sim, 2, "c");
}

static void the_first_fact_is_the_cause_of_what_follows(void **state)
{
    (void)state;
    struct bench *b = set_up(false);
    call_at(&b->call[0], b->sim, 10, three_facts, b);
    kit_run(b->sim, 100);
    static const struct heard expected[] = {{1, 10, 0, 0, REC_STATE, 1},
                                            {2, 10, 1, 0, REC_STATE, 1},
                                            {3, 10, 1, 0, REC_STATE, 2},
                                            {4, 20, 1, 0, REC_STATE, 2}};
    assert_int_equal(b->ear.n, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(b->ear.rec[i].id, expected[i].id);
        assert_int_equal(b->ear.rec[i].at_ns, expected[i].at_ns);
        assert_int_equal(b->ear.rec[i].cause, expected[i].cause);
        assert_int_equal(b->ear.rec[i].node, expected[i].node);
    }
    tear_down(b);
}

static void silent(void *arg)
{
    struct bench *b = arg;
    call_at(&b->call[1], b->sim, 20, later, b);
}

static void first_then_silent(void *arg)
{
    struct bench *b = arg;
    kit_state(b->sim, 1, "first");
    call_at(&b->call[2], b->sim, 15, silent, b);
}

static void a_silent_event_passes_its_cause_on(void **state)
{
    (void)state;
    struct bench *b = set_up(false);
    call_at(&b->call[0], b->sim, 10, first_then_silent, b);
    kit_run(b->sim, 100);
    assert_int_equal(b->ear.n, 2);
    assert_int_equal(b->ear.rec[1].cause, 1); /* from 10 through 15 to 20 */
    tear_down(b);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void outside_a_run_all_are_roots(void **state)
{
    (void)state;
    struct bench *b = set_up(false);
    kit_state(b->sim, 1, "setting up");
    kit_state(b->sim, 2, "setting up");
    call_at(&b->call[0], b->sim, 10, silent, b);
    call_at(&b->call[2], b->sim, 30, nothing, NULL); /* the last one publishes nothing */
    kit_run(b->sim, 100);
    kit_state(b->sim, 1, "afterwards");
    kit_state(b->sim, 1, "afterwards");
    assert_int_equal(b->ear.n, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(b->ear.rec[i].cause, 0);
    tear_down(b);
}

static void sends(void *arg)
{
    struct bench *b = arg;
    uint64_t sent = kit_state(b->sim, 1, "first");
    kit_state(b->sim, 1, "second");
    struct rec note = {.kind = REC_NOTE, .node = 1, .note = {"parameter", {"x", NULL, 0}}};
    assert_int_equal(bus_publish_root(b->sim, &note), 3);
    assert_int_equal(bus_cause(b->sim), sent);
    b->before = bus_swap_cause(b->sim, 2);
    call_at(&b->call[1], b->sim, 20, later, b);
    bus_swap_cause(b->sim, b->before);
    kit_state(b->sim, 1, "third");
}

static void roots_and_swapped_causes(void **state)
{
    (void)state;
    struct bench *b = set_up(false);
    call_at(&b->call[0], b->sim, 10, sends, b);
    kit_run(b->sim, 100);
    assert_int_equal(b->before, 1);
    assert_int_equal(b->ear.rec[2].cause, 0); /* the parameter */
    assert_int_equal(b->ear.rec[3].cause, 1); /* after it was swapped back */
    assert_int_equal(b->ear.rec[4].cause, 2); /* what flew under the swapped cause */
    tear_down(b);
}

static void flows_have_names(void **state)
{
    (void)state;
    struct bench *b = set_up(false);
    uint64_t a = bus_flow(b->sim, "sip", STR("call-1"), 101);
    assert_true(a != 0);
    assert_int_equal(bus_flow(b->sim, "sip", STR("call-1"), 101), a);
    assert_true(bus_flow(b->sim, "sip", STR("call-1"), 102) != a);
    assert_true(bus_flow(b->sim, "sip", STR("call-2"), 101) != a);
    assert_true(bus_flow(b->sim, "dhcp", STR("call-1"), 101) != a);
    tear_down(b);
}

static void flow_inside(void *arg)
{
    struct bench *b = arg;
    bus_set_flow(b->sim, 7);
    kit_state(b->sim, 1, "in flow 7");
    call_at(&b->call[1], b->sim, 20, later, b);
    bus_set_flow(b->sim, 0);
    struct rec r = {.kind = REC_STATE, .node = 1, .flow = 9};
    r.state = (struct rec_state){"m", "k", "a", "e", "b"};
    bus_publish(b->sim, &r);
}

static void flows_are_inherited(void **state)
{
    (void)state;
    struct bench *b = set_up(false);
    call_at(&b->call[0], b->sim, 10, flow_inside, b);
    kit_run(b->sim, 100);
    assert_int_equal(b->ear.rec[0].flow, 7);
    assert_int_equal(b->ear.rec[1].flow, 9); /* its own wins */
    assert_int_equal(b->ear.rec[2].flow, 7); /* through the schedule */
    tear_down(b);
}

/* Only so many flows are remembered: old names get new numbers, young ones keep theirs. */
static void old_flows_are_forgotten(void **state)
{
    (void)state;
    struct sim_config c = {.seed = 1, .limits = {.flows = 4}};
    struct sim *s = sim_new(&c);
    uint64_t first = bus_flow(s, "x", STR("n"), 1);
    for (uint64_t i = 2; i <= 4; i++)
        bus_flow(s, "x", STR("n"), i);
    assert_int_equal(bus_flow(s, "x", STR("n"), 1), first);
    uint64_t fifth = bus_flow(s, "x", STR("n"), 5); /* takes the first one's place */
    assert_true(bus_flow(s, "x", STR("n"), 1) != first);
    assert_int_equal(bus_flow(s, "x", STR("n"), 5), fifth);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(bus_flow(s, "y", STR("n"), i), fifth + 2 + i);
    sim_free(s);
}

static void templates_are_rendered(void **state)
{
    (void)state;
    char p[200];
    struct txtbuf t = txtbuf_of(p, sizeof p);
    struct val v[] = {V_U64(13),         V_DUR(dur_ms(210)),    V_TEXT("x"),
                      V_IP4(0x0a93e6bd), V_MAC(0xf029290a3c71), V_WALL(((struct sim_time){1})),
                      V_WALL(TIME_ZERO)};
    struct rec_args a = {"{}|{}|{}|{}|{}|{}|{}.", v, 7};
    rec_args_text(&t, &a,
                  INT64_C(951825599999999999)); /* one ns before the 29th of February 2000, noon */
    assert_string_equal(p, "13|210ms|x|10.147.230.189|f0:29:29:0a:3c:71|2000-02-29 12:00:00.000|"
                           "2000-02-29 11:59:59.999.");
}

static void too_few_values(void *arg)
{
    char p[20];
    struct txtbuf t = txtbuf_of(p, sizeof p);
    struct val v[] = {V_U64(1)};
    struct rec_args a = {arg ? "{} {}" : "none", v, 1};
    rec_args_text(&t, &a, 0);
}

static void templates_and_values_agree(void **state)
{
    (void)state;
    int x;
    assert_true(kit_dies(too_few_values, &x, "next < a->n"));
    assert_true(kit_dies(too_few_values, NULL, "next == a->n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_fact_is_the_cause_of_what_follows),
        cmocka_unit_test(a_silent_event_passes_its_cause_on),
        cmocka_unit_test(outside_a_run_all_are_roots),
        cmocka_unit_test(roots_and_swapped_causes),
        cmocka_unit_test(flows_have_names),
        cmocka_unit_test(flows_are_inherited),
        cmocka_unit_test(old_flows_are_forgotten),
        cmocka_unit_test(templates_are_rendered),
        cmocka_unit_test(templates_and_values_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
