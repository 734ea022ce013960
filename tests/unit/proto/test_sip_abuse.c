/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Too long, too short, too often and at random, over UDP and TCP. Independent truth: RFC 3261 7.5, 18.3, 21.5.7; RFC 5626
 * 3.5.1. */
#include "tests/unit/proto/sip_abuse.h"

/* Every byte in a segment of its own. */
static void byte_by_byte(void **state)
{
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    hand_connect(h);
    struct str all = STR("\r\n\r\n" GOOD "\r\n" LINE V T I C L0 END GOOD);
    for (size_t i = 0; i < all.n; i++) {
        tcp_send(h->conn, (struct str){all.p + i, 1}, 0);
        run_for(h->b->w, dur_ms(1));
        tap_of(h->b)->count = h->b->w->fact_count = h->b->w->tie_count = 0;
    }
    run_for(h->b->w, dur_ms(100));
    assert_int_equal(told_count(h->b->a, TOLD_REQUEST), 2);
    assert_int_equal(status_of(h), 400);
    hand_close(h);
}

static size_t repeat(char *to, size_t cap, const char *head, const char *line, uint32_t times, const char *tail)
{
    struct txtbuf t = txtbuf_of(to, cap);
    txtbuf_cstr(&t, head);
    for (uint32_t i = 0; i < times; i++)
        txtbuf_cstr(&t, line);
    txtbuf_cstr(&t, tail);
    assert_false(t.full);
    return t.n;
}

/* What is too long for anything. */
static void giants(void **state)
{
    static const struct {
        const char *name, *head, *line;
        uint32_t times;
        const char *tail;
        struct want udp, tcp;
        bool tcp_only;
    } giants[] = {
        {"64 headers", LINE V F T I C, "X: y\r\n", 58, L0 END, BOTH(TAKEN), false},
        {"66 headers", LINE V F T I C, "X: y\r\n", 60, L0 END, MALFORMED, false},
        {"600 headers", LINE V F T I C, "X: y\r\n", 600, L0 END, MALFORMED, false},
        {"a line of 8200", LINE V F T I C "X: ", "0123456789", 820, "\r\n" L0 END, DISCARDED("sip-malformed"),
         CUT("sip-framing"), false},
        {"8 KiB and more", LINE V F T I C "X: ", "0123456789", 800, "\r\nY: 0123456789\r\n" L0 END,
         BOTH(REFUSED(513, "sip-too-large")), false},
        {"a body of 8 KiB", LINE V F T I C "Content-Length: 8200\r\n\r\n", "0123456789", 820, "",
         BOTH(REFUSED(513, "sip-too-large")), false},
        {"an ACK of 8 KiB", "ACK sip:a SIP/2.0\r\n" V F T I "CSeq: 7 ACK\r\nContent-Length: 8200\r\n\r\n", "0123456789",
         820, "", BOTH(DISCARDED("sip-too-large")), false},
        {"a body of 60000", LINE V F T I C "Content-Length: 60000\r\n\r\n", "0123456789", 6000, "", SILENT,
         REFUSED(513, "sip-too-large"), true},
        {"a head of 70000", LINE V F T I C, "Subject: 0123456789012345678901234567890123456789\r\n", 1400, L0 END, SILENT,
         CUT("sip-framing"), true},
        {"a head without end", LINE V F T I C, "Subject: 0123456789012345678901234567890123456789\r\n", 1400, "", SILENT,
         CUT("sip-framing"), true},
        {"a line without end", "", "0123456789", 7000, "", SILENT, CUT("sip-framing"), true},
        {"blanks without end", "OPTIONS", "          ", 7000, "", SILENT, CUT("sip-framing"), true},
        {"Vias of 5000 bytes, no From", LINE V, "Via: SIP/2.0/UDP 10.1.1.9:5061;branch=z9hG4bK0123456789012345678901234567890"
         "12345678901234567890\r\n", 50, T I C L0 END, BOTH(REFUSED(400, "sip-header-missing")), false},
    };
    static char text[80000];
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    for (size_t i = 0; i < sizeof giants / sizeof giants[0]; i++) {
        size_t n = repeat(text, sizeof text, giants[i].head, giants[i].line, giants[i].times, giants[i].tail);
        if (!giants[i].tcp_only) {
            check(h, giants[i].name, (struct str){text, n}, &giants[i].udp, SIP_OVER_UDP);
            check_good(h, giants[i].name, SIP_OVER_UDP);
        }
        say_by_tcp(h, giants[i].name, (struct str){text, n}, &giants[i].tcp);
    }
    hand_close(h);
}

/* A day of keepalives, cut anywhere: they are no message that grows. */
static void empty_lines_for_ever(void **state)
{
    static char lines[1402];
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    hand_connect(h);
    for (size_t i = 0; i < sizeof lines; i++)
        lines[i] = i % 2 ? '\n' : '\r';
    for (size_t i = 0; i < 100; i++) {
        hand_say(h, SIP_OVER_TCP, (struct str){lines + i % 2, 1401});
        forget_all(h->b);
    }
    assert_false(h->ended);
    check_good(h, "keepalives", SIP_OVER_TCP);
    hand_close(h);
}

/* A sound message in which some bytes were changed, left out or doubled: whatever it says now, nobody falls over it. */
static size_t spoil(struct rng *r, struct str sound, char *to, size_t cap)
{
    static const char odd[] = "\r\n :;,<>\"\\=@/%\0\t\x7f\xff-09aZ";
    size_t n = 0, changes = 1 + (size_t)rng_below(r, 6);
    for (size_t i = 0; i < sound.n && n + 2 < cap; i++) {
        bool here = rng_below(r, sound.n) < changes;
        uint64_t how = here ? rng_below(r, 4) : 3;
        if (here && how == 0)
            continue;
        to[n++] = here && how == 1 ? odd[rng_below(r, sizeof odd)] : sound.p[i];
        if (here && how == 2)
            to[n++] = odd[rng_below(r, sizeof odd)];
    }
    return n;
}

static void noise(void **state)
{
    static const char *const sound[] = {
        GOOD, OK OURS F T I C L0 END, "INVITE sip:100@10.1.1.1 SIP/2.0\r\n" V F T I "CSeq: 7 INVITE\r\nContent-Length: 4\r\n\r\nbody",
        "ACK sip:100@10.1.1.1 SIP/2.0\r\nVia: SIP/2.0/TCP b.example;rport, SIP/2.0/UDP c\r\n" F T I "CSeq: 7 ACK\r\n" L0 END};
    (void)state;
    struct hand *h = hand_of(open_bench());
    struct rng *r = sim_stream(h->b->w->sim, "noise");
    for (uint32_t i = 0; i < 4000; i++) {
        char bytes[1024];
        struct str s = str_of(sound[i % 4]);
        size_t n = spoil(r, s, bytes, sizeof bytes);
        enum sip_over over = i / 4 % 2 ? SIP_OVER_TCP : SIP_OVER_UDP;
        if (over == SIP_OVER_TCP && !h->conn)
            hand_connect(h);
        hand_say(h, over, (struct str){bytes, n});
        forget_all(h->b);
    }
    if (h->conn)
        tcp_abort(h->conn); /* it may be in the midst of something */
    run_for(h->b->w, dur_ms(1));
    hand_connect(h);
    h->b->a->bare = true;
    forget_all(h->b);
    check_good(h, "after noise", SIP_OVER_UDP);
    check_good(h, "after noise", SIP_OVER_TCP);
    sip_txns_power_off(&h->b->a->txns); /* calls that nobody answers */
    hand_close(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(giants),
        cmocka_unit_test(empty_lines_for_ever),
        cmocka_unit_test(noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
