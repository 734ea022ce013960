/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ladder_lines.c: who has a lifeline when not all fit, what is lost when a switch floods, and what is left of an
 * arrow's label when there is little room. */
#include "tests/unit/view/view_kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/view/ladder.h"

#define HOSTS 11
#define SWITCH (HOSTS + 1)

static void set_up(struct kit *k)
{
    static struct view_node nodes[] = {{"scenario", "scenario"}, {"h1", "phone"}, {"h2", "phone"}, {"h3", "phone"},
                                       {"h4", "phone"}, {"h5", "phone"}, {"h6", "phone"}, {"h7", "phone"},
                                       {"h8", "phone"}, {"h9", "phone"}, {"h10", "phone"}, {"h11", "phone"},
                                       {"access", "switch"}};
    kit_init(k, 1024);
    k->run.nodes = nodes;
    k->run.node_count = HOSTS + 2;
}

static int64_t say(struct kit *k, int from, int to, int64_t flow, const char *message)
{
    k->flow = flow;
    k->now_ns += 5 * MS;
    return kit_add(k, "FRAME_TX", from, 0,
                   arena_printf(k->run.arena, "10.1.1.%d:5060 > 10.1.1.%d:5060 UDP Len=400 %s", from, to, message),
                   "{\"frame\":1,\"port\":\"net\",\"copy\":0}");
}

/* Through the switch, which sends it to `node`, too; returns its arrival there. */
static int64_t arrive(struct kit *k, int64_t sent, int node)
{
    const char *text = kit_at(k, sent)->text, *fields = "{\"frame\":1,\"port\":\"net\",\"copy\":0}";
    int64_t in = kit_add(k, "FRAME_RX", SWITCH, sent, text, fields);
    int64_t out = kit_add(k, "FRAME_TX", SWITCH, in, text, fields);
    return kit_add(k, "FRAME_RX", node, out, text, fields);
}

static void discard(struct kit *k, int64_t cause, int node, const char *reason)
{
    const char *fields = arena_printf(k->run.arena, "{\"frame\":1,\"port\":\"net\",\"reason\":\"%s\",\"len\":1}", reason);
    kit_add(k, "DROP", node, cause, arena_printf(k->run.arena, "%s: a frame", reason), fields);
}

static char *drawn(struct kit *k, struct ladder_options o)
{
    struct err e = {0};
    char *text = NULL;
    size_t n = 0;
    o.ascii = true;
    o.columns = o.columns ? o.columns : 100;
    FILE *f = open_memstream(&text, &n);
    if (!ladder_print(&k->run, &o, f, &e))
        fail_msg("%s", e.msg);
    fclose(f);
    if (getenv("SHOW"))
        puts(text);
    return text;
}

static void lacks(const char *text, const char *word)
{
    if (strstr(text, word))
        fail_msg("'%s' is there:\n%s", word, text);
}

static void has(const char *text, const char *word)
{
    if (!strstr(text, word))
        fail_msg("'%s' is not there:\n%s", word, text);
}

/* All sides have spoken, so that it is known whose address is whose. */
static void speak(struct kit *k, int hosts)
{
    for (int i = 1; i <= hosts; i++)
        say(k, i, i % hosts + 1, 0, "OPTIONS CSeq 1");
}

static void test_a_bystander_loses_nothing(void **state)
{
    (void)state;
    struct kit k;
    set_up(&k);
    speak(&k, 3);
    int64_t sent = say(&k, 1, 2, 7, "INVITE CSeq 102");
    discard(&k, arrive(&k, sent, 3), 3, "node-down");
    arrive(&k, sent, 2);
    char *text = drawn(&k, (struct ladder_options){0});
    lacks(text, "lost at");
    free(text);
    /* Lost on its way: that is told, and not what the bystander did. */
    sent = say(&k, 1, 2, 8, "INVITE CSeq 103");
    discard(&k, sent, SWITCH, "link-loss");
    discard(&k, arrive(&k, sent, 3), 3, "node-down");
    text = drawn(&k, (struct ladder_options){0});
    has(text, "lost at access net: link-loss");
    lacks(text, "node-down");
    free(text);
    /* It came, but the host that it was meant for did not take it. */
    sent = say(&k, 1, 2, 9, "INVITE CSeq 104");
    discard(&k, arrive(&k, sent, 3), 3, "other");
    discard(&k, arrive(&k, sent, 2), 2, "node-down");
    text = drawn(&k, (struct ladder_options){0});
    has(text, "lost at h2 net: node-down");
    lacks(text, "other");
    free(text);
    kit_free(&k);
}

static void fault(struct kit *k, const char *target)
{
    kit_add(k, "FAULT", 0, 0, arena_printf(k->run.arena, "crash %s: x.lua:1", target),
            arena_printf(k->run.arena, "{\"what\":\"crash\",\"target\":\"%s\",\"line\":\"x.lua:1\"}", target));
}

static void test_one_call_of_many(void **state)
{
    (void)state;
    struct kit k;
    set_up(&k);
    speak(&k, HOSTS);
    say(&k, 5, 9, 20, "INVITE CSeq 101"); /* the first call: 5, 9 and 11 */
    say(&k, 1, 2, 21, "INVITE CSeq 101");
    say(&k, 9, 11, 22, "INVITE CSeq 101");
    fault(&k, "h1");
    fault(&k, "h11");
    char *text = drawn(&k, (struct ladder_options){0});
    has(text, "h5");
    assert_true(strstr(text, "h5") < strstr(text, "h9") && strstr(text, "h9") < strstr(text, "h11"));
    has(text, "crash h11");
    lacks(text, "crash h1:");
    has(text, "not drawn: h1, h2 and 6 more (--nodes NAME,NAME draws others)");
    free(text);
    /* As the scenario says, or whoever asks. */
    k.run.ladder = "h2, h1";
    text = drawn(&k, (struct ladder_options){0});
    assert_true(strstr(text, "h2") < strstr(text, "h1"));
    lacks(text, "h9  ");
    has(text, "and 7 more");
    free(text);
    text = drawn(&k, (struct ladder_options){.nodes = "h3,h4"});
    has(text, "h3");
    lacks(text, "not drawn");
    free(text);
    kit_free(&k);
}

/* Nobody calls: the first eight that speak, as ever, and how many more there are. */
static void test_many_without_a_call(void **state)
{
    (void)state;
    struct kit k;
    set_up(&k);
    speak(&k, HOSTS);
    char *text = drawn(&k, (struct ladder_options){0});
    has(text, "h8");
    has(text, "not drawn: h9, h10 and 1 more");
    free(text);
    kit_free(&k);
}

static void test_little_room(void **state)
{
    (void)state;
    struct kit k;
    set_up(&k);
    speak(&k, 8);
    int64_t sent = say(&k, 1, 2, 20, "INVITE CSeq 101");
    discard(&k, sent, SWITCH, "link-loss");
    say(&k, 1, 2, 20, "INVITE CSeq 101");
    say(&k, 7, 8, 21, "REGISTER CSeq 7");
    say(&k, 8, 7, 21, "200 OK CSeq 7");
    for (int columns = 60; columns <= 100; columns += 20) {
        char *text = drawn(&k, (struct ladder_options){.columns = columns});
        has(text, "again: INVITE");
        has(text, "X");
        has(text, "REGISTER");
        has(text, "OPTIONS");
        has(text, "200");
        for (const char *line = text; *line; line = strchr(line, '\n') + 1)
            assert_true(strncmp(line, "not drawn", 9) == 0 || strcspn(line, "\n") <= (size_t)columns);
        free(text);
    }
    kit_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bystander_loses_nothing),
        cmocka_unit_test(test_one_call_of_many),
        cmocka_unit_test(test_many_without_a_call),
        cmocka_unit_test(test_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
