/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversations at random: two hosts over a wire that loses, doubles, damages and reorders. Whatever the
 * settings, the numbers and the order of their users' calls: both streams arrive whole and in order, both
 * ends end, once, orderly, and no frame is left. */
#include "tests/unit/net/tcp_bench.h"

#define SEEDS 500
#define LIMIT_S 20000

static uint64_t dice;

/* SplitMix64. */
static uint32_t throw(uint32_t below)
{
    uint64_t z = dice += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

static bool coin(void)
{
    return throw(2) == 1;
}

static enum verdict judge(const struct seen *s)
{
    (void)s;
    uint32_t d = throw(100);
    return d < 8 ? LOSE : d < 11 ? SPOIL : d < 19 ? TWICE : d < 30 ? KEEP : PASS;
}

struct side {
    struct node *node;
    uint32_t left, total;
    bool shut;
};

static void pick_settings(struct setting *s)
{
    static const struct setting choices[][3] = {
        {{STR("tcp_timestamps"), STR("on")}, {STR("tcp_timestamps"), STR("off")}},
        {{STR("tcp_nagle"), STR("on")}, {STR("tcp_nagle"), STR("off")}},
        {{STR("tcp_reset_exact"), STR("on")}, {STR("tcp_reset_exact"), STR("off")}},
        {{STR("tcp_rto_profile"), STR("rfc6298")}, {STR("tcp_rto_profile"), STR("linux")}},
        {{STR("tcp_ack_delay"), STR("40ms")}, {STR("tcp_ack_delay"), STR("0s")}},
        {{STR("tcp_mss"), STR("536B")}, {STR("tcp_mss"), STR("1460B")}},
        {{STR("tcp_window"), STR("2000B")}, {STR("tcp_window"), STR("17940B")}},
    };
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        s[i] = choices[i][throw(2)];
}

/* Some begin just before the numbers wrap. */
static uint32_t pick_isn(void)
{
    return coin() ? UINT32_MAX - throw(3000) : throw(UINT32_MAX);
}

static void open_from(struct node *n, uint32_t peer, uint16_t from, uint16_t to)
{
    struct tcp_open o = {
        .dst = {peer}, .dst_port = to, .local_port = from, .isn_given = true, .isn = pick_isn()};
    struct user *u = user_of(n);
    u->conn = tcp_connect(host_of(n)->tcp, &o, &user_events, u);
    assert_non_null(u->conn);
}

static void open_both(struct bench *b, bool at_once)
{
    if (at_once)
        open_from(b->b, 0x0a000001, PORT_B, PORT_A);
    else
        listen_on(b->b, pick_isn());
    open_from(b->a, 0x0a000002, PORT_A, PORT_B);
}

/* A user sends a piece, or shuts when he has said all. */
static void act(struct side *s)
{
    struct user *u = user_of(s->node);
    if (!u->conn || s->shut || coin())
        return;
    if (s->left == 0) {
        if (coin() && u->opened) {
            s->shut = true;
            tcp_shutdown(u->conn);
        }
        return;
    }
    uint32_t n = 1 + throw(3000);
    n = n < s->left ? n : s->left;
    send_pattern(s->node, s->total - s->left, n, 0);
    s->left -= n;
}

static void converse(struct bench *b, struct side *sides)
{
    struct user *ua = user_of(b->a), *ub = user_of(b->b);
    for (uint32_t i = 0; i < LIMIT_S / 5 + 400 && !(ua->ended && ub->ended); i++) {
        act(&sides[0]);
        act(&sides[1]);
        run_for(b, i < 400 ? dur_ms(throw(60)) : dur_s(5));
        tap_of(b)->count = 0;
    }
}

static void check_side(struct side *s, const struct side *other, uint64_t seed)
{
    const struct user *u = user_of(s->node);
    if (u->ended != 1 || u->why != TCP_END_CLOSED || u->got_len != other->total || u->fins != 1)
        fail_msg("seed %llu, %s: ended %u times, why %d, has %u of %u bytes, %u FINs",
                 (unsigned long long)seed, s->node->name, u->ended, (int)u->why, u->got_len,
                 other->total, u->fins);
    got_pattern(s->node, other->total);
}

static void one_conversation(uint64_t seed)
{
    dice = seed;
    struct bench_options o = {.seed = seed,
                              .link = {{STR("link_delay"), STR("3ms")},
                                       {STR("link_jitter"), STR("uniform(0ms,4ms)")}}};
    pick_settings(o.a);
    pick_settings(o.b);
    struct bench b = bench_new(&o);
    tap_of(&b)->judge = judge;
    struct side sides[2] = {{.node = b.a}, {.node = b.b}};
    for (int i = 0; i < 2; i++)
        sides[i].left = sides[i].total = throw(30000);
    open_both(&b, throw(4) == 0);
    converse(&b, sides);
    check_side(&sides[0], &sides[1], seed);
    check_side(&sides[1], &sides[0], seed);
    run_for(&b, dur_s(1));
    bench_end(&b);
}

static void streams_arrive_and_both_ends_close(void **state)
{
    (void)state;
    const char *only = getenv("TCP_FUZZ_SEED"); /* one of them, to look into it */
    if (only) {
        one_conversation(strtoull(only, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        one_conversation(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(streams_arrive_and_both_ends_close)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
