/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_script.h: host a against a script, in the manner of packetdrill. Segments are written as
 * "FLAGS SEQ[+LEN] [ack N] [mss N]": "S 1000 mss 1460", "PA 1001+100 ack 5001". Host a's ISN is
 * 1000, the script's 5000. */
#ifndef TESTS_UNIT_NET_TCP_SCRIPT_H
#define TESTS_UNIT_NET_TCP_SCRIPT_H

#include "tests/unit/net/tcp_bench.h"

static inline void segment_text(struct txtbuf *t, const struct seen *s)
{
    static const struct {
        uint8_t flag;
        char letter;
    } letters[] = {{TCP_SYN, 'S'}, {TCP_FIN, 'F'}, {TCP_RST, 'R'}, {TCP_PSH, 'P'}, {TCP_ACK, 'A'}};
    for (size_t i = 0; i < 5; i++) {
        if (s->seg.flags & letters[i].flag)
            txtbuf_char(t, letters[i].letter);
    }
    txtbuf_add(t, " %u", s->seg.seq);
    if (s->len)
        txtbuf_add(t, "+%u", s->len);
    if (s->seg.flags & TCP_ACK)
        txtbuf_add(t, " ack %u", s->seg.ack);
    if (s->seg.mss)
        txtbuf_add(t, " mss %u", s->seg.mss);
    if (s->seg.has_ts)
        txtbuf_cstr(t, " ts");
}

/* The next segment that reached the script. */
#define EXPECT(b, want) expect_at((b), (want), __LINE__)
static inline void expect_at(struct bench *b, const char *want, int line)
{
    struct host *o = host_of(b->b);
    char text[96];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (o->expected < o->heard_count)
        segment_text(&t, &o->heard[o->expected++]);
    else
        txtbuf_cstr(&t, "nothing");
    if (strcmp(text, want) != 0)
        fail_msg("line %d: expected %s, heard %s", line, want, text);
}

static inline const struct seen *last_heard(struct bench *b)
{
    return &host_of(b->b)->heard[host_of(b->b)->expected - 1];
}

/* The script says `s` (addresses and ports are filled in) with `len` bytes of the pattern from
 * `from`. Then everything that it causes at once happens. */
static inline void say(struct bench *b, struct tcp_seg s, uint32_t from, uint32_t len)
{
    struct host *o = host_of(b->b);
    uint8_t data[4096] = {0};
    struct wr w;
    for (uint32_t i = 0; i < len; i++)
        data[i] = pattern(from + i);
    s.src = (struct ip4){o->address};
    s.dst = (struct ip4){host_of(b->a)->address};
    s.src_port = s.src_port ? s.src_port : PORT_B;
    s.dst_port = s.dst_port ? s.dst_port : PORT_A;
    s.payload = str_of_bytes(data, len);
    size_t n = tcp_seg_header_bytes(&s) + len;
    struct frame *f = ip_begin(o->ip, s.dst, n, &w);
    tcp_seg_put(&w, &s);
    ip_send(o->ip, f, s.dst, IP4_TCP, 0, n);
    run_for(b, dur_ms(1));
}

#define SAY_WINDOW(b, letters, wnd, ...)                                                           \
    say((b), (struct tcp_seg){.flags = (letters), .window = (wnd), __VA_ARGS__}, 0, 0)
#define SAY(b, letters, ...) SAY_WINDOW(b, letters, 65535, __VA_ARGS__)
#define SAY_DATA(b, from, len, ...)                                                                \
    say((b),                                                                                       \
        (struct tcp_seg){                                                                          \
            .flags = TCP_ACK | TCP_PSH, .window = 65535, .seq = 5001 + (from), __VA_ARGS__},       \
        (from), (len))

/* a connects to the script, whose SYN,ACK carries this MSS (0: none) and window. */
static inline void script_accepts(struct bench *b, uint16_t mss, uint16_t window)
{
    connect_a(b);
    run_for(b, dur_ms(1));
    EXPECT(b, "S 1000 mss 1460");
    say(b,
        (struct tcp_seg){
            .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .mss = mss, .window = window},
        0, 0);
    EXPECT(b, "A 1001 ack 5001");
    assert_int_equal(user_of(b->a)->opened, 1);
}

static inline struct bench script_bench(struct setting one, struct setting two)
{
    struct bench_options o = {.raw = true, .a = {one, two}};
    return bench_new(&o);
}

#define NO_SETTING ((struct setting){{0}, {0}})

/* A bench whose connection stands; 17940 is a's window. */
static inline struct bench script_open(struct setting one, struct setting two)
{
    struct bench b = script_bench(one, two);
    script_accepts(&b, 1460, 65535);
    return b;
}

#endif
