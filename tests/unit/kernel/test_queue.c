/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event queue against a sorted array under a million random operations, and what shaking may
 * change. */
#include "tests/unit/base/base_kit.h"

#include "sim/base/hash.h"
#include "sim/kernel/queue.h"

#define EVENTS 700u

static uint64_t dice_state;

static uint64_t dice(uint64_t n)
{
    dice_state += 0x9e3779b97f4a7c15u;
    return hash_mix(dice_state) % n;
}

static bool goes_before(const struct event *a, const struct event *b)
{
    if (a->at.ns != b->at.ns)
        return a->at.ns < b->at.ns;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return a->id < b->id;
}

struct model {
    struct event *sorted[EVENTS];
    uint32_t n;
};

static void model_insert(struct model *m, struct event *ev)
{
    uint32_t i = m->n++;
    for (; i > 0 && goes_before(ev, m->sorted[i - 1]); i--)
        m->sorted[i] = m->sorted[i - 1];
    m->sorted[i] = ev;
}

static void model_remove(struct model *m, const struct event *ev)
{
    uint32_t i = 0;
    while (m->sorted[i] != ev)
        i++;
    m->n--;
    memmove(&m->sorted[i], &m->sorted[i + 1], (m->n - i) * sizeof m->sorted[0]);
}

static void give_time(struct event *ev, uint64_t *ids)
{
    ev->at.ns = (int64_t)dice(200); /* many ties */
    ev->id = ++*ids;
    ev->rank = (uint8_t)dice(4);
}

static void same_as_a_sorted_array(void **state)
{
    (void)state;
    static struct event events[EVENTS];
    static struct model m;
    struct queue *q = queue_new(0);
    uint64_t ids = 0;
    for (int step = 0; step < 1000000; step++) {
        struct event *ev = &events[dice(EVENTS)];
        if (!event_pending(ev)) {
            give_time(ev, &ids);
            queue_push(q, ev);
            model_insert(&m, ev);
        } else if (dice(3) == 0) {
            uint8_t rank = ev->rank;
            model_remove(&m, ev);
            give_time(ev, &ids);
            ev->rank = rank; /* a timer stays a timer */
            queue_move(q, ev);
            model_insert(&m, ev);
        } else {
            ev = dice(2) ? ev : queue_first(q);
            queue_remove(q, ev);
            model_remove(&m, ev);
            assert_false(event_pending(ev));
        }
        assert_ptr_equal(queue_first(q), m.n ? m.sorted[0] : NULL);
        assert_int_equal(queue_count(q), m.n);
    }
    for (uint32_t i = 0; i < m.n; i++) {
        assert_ptr_equal(queue_first(q), m.sorted[i]);
        queue_remove(q, m.sorted[i]);
    }
    assert_null(queue_first(q));
    queue_free(q);
}

#define TIED 60u

/* TIED events in 3 instants and 2 ranks; writes the ids in the order in which they come out. */
static void drain(uint64_t shake, uint64_t order[TIED])
{
    struct event events[TIED] = {0};
    struct queue *q = queue_new(shake);
    for (uint32_t i = 0; i < TIED; i++) {
        events[i].at.ns = i % 3;
        events[i].rank = i / 3 % 2 ? EV_TIMER : EV_WIRE;
        events[i].id = i + 1;
        queue_push(q, &events[i]);
    }
    const struct event *last = NULL;
    for (uint32_t i = 0; i < TIED; i++) {
        struct event *ev = queue_first(q);
        order[i] = ev->id;
        bool in_order = !last || last->at.ns < ev->at.ns ||
                        (last->at.ns == ev->at.ns && last->rank <= ev->rank);
        assert_true(in_order); /* shaking moves nothing but ties */
        queue_remove(q, ev);
        last = ev;
    }
    queue_free(q);
}

static void shaking_changes_ties_only(void **state)
{
    (void)state;
    uint64_t plain[TIED], one[TIED], again[TIED], two[TIED];
    drain(0, plain);
    drain(1, one);
    drain(1, again);
    drain(2, two);
    for (uint32_t i = 1; i < TIED; i++) {
        bool tied = plain[i] % 6 == plain[i - 1] % 6; /* same instant and rank */
        assert_true(!tied || plain[i] > plain[i - 1]);
    }
    assert_memory_equal(one, again, sizeof one);
    assert_memory_not_equal(one, plain, sizeof one);
    assert_memory_not_equal(one, two, sizeof one);
}

static void push_twice(void *arg)
{
    struct event ev = {.rank = EV_WIRE};
    (void)arg;
    struct queue *q = queue_new(0);
    queue_push(q, &ev);
    queue_push(q, &ev);
}

static void remove_idle(void *arg)
{
    struct event ev = {.rank = EV_WIRE};
    (void)arg;
    queue_remove(queue_new(0), &ev);
}

static void misuse_is_a_fault(void **state)
{
    (void)state;
    assert_true(kit_dies(push_twice, NULL, "event_pending"));
    assert_true(kit_dies(remove_idle, NULL, "slot > 0"));
    queue_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_a_sorted_array),
        cmocka_unit_test(shaking_changes_ties_only),
        cmocka_unit_test(misuse_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
