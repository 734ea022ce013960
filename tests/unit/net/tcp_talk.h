/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_talk.h: conversations of host a with a peer that is a script, one table row each, read like a
 * packetdrill script. A line is what the peer says, what must be heard next, or what a's user does:
 *
 *   < FLAGS SEQ[+LEN] [ack N] [win N] [mss N] [ts VALUE ECHO] [urg N] [from PORT]   the peer; win 65535
 *   > FLAGS SEQ[+LEN] [ack N] [mss N] [ts]     the next segment of a (*: any number); "silence": none
 *   isn N, listen, unlisten, connect, send N, send N fails, close, shutdown, abort
 *   skip N                                     as if a had sent N bytes more, all acknowledged
 *   wait 200ms                                 a line beginning with < takes 1 ms
 *   state NAME, opened N, got N, fins N, end WHY, alive, discards N, drained N
 *
 * a's first ISN is 1000; connecting, a is port 40000 and the peer 5060, listening the other way round.
 * Data both ways is the pattern of tcp_bench.h. Text behind "; " is a comment. */
#ifndef TESTS_UNIT_NET_TCP_TALK_H
#define TESTS_UNIT_NET_TCP_TALK_H

#include "models/net/tcp_state.h"
#include "tests/unit/net/tcp_script.h"

#define TALK_LINES 60

/* The beginnings of most conversations. */
#define CONNECTED                                                                                  \
    "connect", "> S 1000 mss 1460", "< SA 5000 ack 1001 mss 1460", "> A 1001 ack 5001"
#define ACCEPTED                                                                                   \
    "listen", "< S 5000 mss 1460", "> SA 1000 ack 5001 mss 1460", "< A 5001 ack 1001"

struct talk {
    const char *name, *set; /* set: "tcp_giveup=22s tcp_nagle=on" */
    const char *lines[TALK_LINES];
};

struct talker {
    const struct talk *t;
    struct bench b;
    const char *line;
    uint32_t isn, sent;
    uint32_t their_first; /* sequence number of the peer's first byte */
    bool listens, spoke;
};

#define WRONG(k, ...)                                                                              \
    do {                                                                                           \
        char why_[200];                                                                            \
        snprintf(why_, sizeof why_, __VA_ARGS__);                                                  \
        fail_msg("%s: \"%s\": %s", (k)->t->name, (k)->line, why_);                                 \
    } while (0)

static uint32_t talk_drained;

static inline void talk_on_drained(void *arg)
{
    (void)arg;
    talk_drained++;
}

static const struct tcp_events talk_events = {.on_open = user_open,
                                              .on_data = user_data,
                                              .on_drained = talk_on_drained,
                                              .on_peer_close = user_fin,
                                              .on_end = user_end,
                                              .on_retransmit = user_retransmit};

static inline void talk_accept(void *arg, struct tcp_conn *c)
{
    user_accept(arg, c);
    tcp_use(c, &talk_events, arg);
}

/* --- words ------------------------------------------------------------------------------------ */

static inline bool talk_word(const char **p, char *word, size_t cap)
{
    size_t n = 0;
    while (**p == ' ')
        ++*p;
    while (**p && **p != ' ' && **p != ';' && n + 1 < cap)
        word[n++] = *(*p)++;
    word[n] = 0;
    return n > 0;
}

static inline uint32_t talk_number(struct talker *k, const char **p)
{
    char w[32], *end;
    if (!talk_word(p, w, sizeof w))
        WRONG(k, "a number is missing");
    unsigned long n = strtoul(w, &end, 10);
    if (*end)
        WRONG(k, "%s is no number", w);
    return (uint32_t)n;
}

static inline struct sim_dur talk_time(struct talker *k, const char **p)
{
    char w[32], *unit;
    talk_word(p, w, sizeof w);
    int64_t n = (int64_t)strtoul(w, &unit, 10);
    if (strcmp(unit, "us") == 0)
        return dur_us(n);
    if (strcmp(unit, "ms") == 0)
        return dur_ms(n);
    if (strcmp(unit, "s") != 0)
        WRONG(k, "%s is no time", w);
    return dur_s(n);
}

static inline uint8_t talk_flags(struct talker *k, const char *w)
{
    static const char letters[] = "FSRPAU";
    uint8_t flags = 0;
    for (; *w; w++) {
        const char *at = strchr(letters, *w);
        if (!at && *w != '.')
            WRONG(k, "%c is no flag", *w);
        else if (at)
            flags |= (uint8_t)(1u << (at - letters));
    }
    return flags;
}

/* --- the peer --------------------------------------------------------------------------------- */

static inline void talk_option(struct talker *k, const char *w, const char **p, struct tcp_seg *s)
{
    uint32_t n = talk_number(k, p);
    if (strcmp(w, "ack") == 0) {
        s->ack = n;
    } else if (strcmp(w, "win") == 0) {
        s->window = (uint16_t)n;
    } else if (strcmp(w, "mss") == 0) {
        s->mss = (uint16_t)n;
    } else if (strcmp(w, "urg") == 0) {
        s->urgent = (uint16_t)n;
    } else if (strcmp(w, "from") == 0) {
        s->src_port = (uint16_t)n;
    } else if (strcmp(w, "ts") == 0) {
        s->has_ts = true;
        s->ts_val = n;
        s->ts_ecr = talk_number(k, p);
    } else {
        WRONG(k, "what is %s?", w);
    }
}

static inline void talk_say(struct talker *k, const char *p)
{
    char w[32];
    struct tcp_seg s = {.window = 65535,
                        .src_port = k->listens ? PORT_A : PORT_B,
                        .dst_port = k->listens ? PORT_B : PORT_A};
    talk_word(&p, w, sizeof w);
    s.flags = talk_flags(k, w);
    talk_word(&p, w, sizeof w);
    char *plus = strchr(w, '+');
    s.seq = (uint32_t)strtoul(w, NULL, 10);
    uint32_t len = plus ? (uint32_t)strtoul(plus + 1, NULL, 10) : 0;
    while (talk_word(&p, w, sizeof w))
        talk_option(k, w, &p, &s);
    if (!k->spoke && s.flags & TCP_SYN) {
        k->spoke = true;
        k->their_first = s.seq + 1;
    }
    say(&k->b, s, s.seq + (s.flags & TCP_SYN ? 1 : 0) - k->their_first, len);
}

static inline bool talk_alike(const char *want, const char *is)
{
    for (; *want; want++) {
        if (*want == '*')
            is += strspn(is, "0123456789");
        else if (*want != *is++)
            return false;
    }
    return *is == 0;
}

static inline void talk_expect(struct talker *k, const char *want)
{
    struct host *o = host_of(k->b.b);
    char text[96], trimmed[96];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    size_t n = strcspn(want, ";");
    while (n && want[n - 1] == ' ')
        n--;
    snprintf(trimmed, sizeof trimmed, "%.*s", (int)n, want);
    if (o->expected < o->heard_count)
        segment_text(&t, &o->heard[o->expected++]);
    else
        txtbuf_cstr(&t, "silence");
    if (!talk_alike(trimmed, text))
        WRONG(k, "heard %s", text);
}

/* --- the user and what he knows --------------------------------------------------------------- */

static inline void talk_connect(struct talker *k)
{
    struct user *u = user_of(k->b.a);
    struct tcp_open o = {.dst = {0x0a000002},
                         .dst_port = PORT_B,
                         .local_port = PORT_A,
                         .isn_given = true,
                         .isn = k->isn};
    u->conn = tcp_connect(host_of(k->b.a)->tcp, &o, &talk_events, u);
    if (!u->conn)
        WRONG(k, "it may not");
}

static inline void talk_listen(struct talker *k)
{
    k->listens = true;
    struct node *n = k->b.a;
    assert_true(tcp_listen(host_of(n)->tcp, PORT_B, true, k->isn, 0, talk_accept, user_of(n)));
}

static inline void talk_send(struct talker *k, const char *p)
{
    uint8_t data[8192];
    char w[8];
    uint32_t n = talk_number(k, &p);
    bool fails = talk_word(&p, w, sizeof w) && strcmp(w, "fails") == 0;
    for (uint32_t i = 0; i < n; i++)
        data[i] = pattern(k->sent + i);
    struct tcp_conn *c = user_of(k->b.a)->conn;
    if (!c || tcp_send(c, str_of_bytes(data, n), 0) == fails)
        WRONG(k, fails ? "it may" : "it may not");
    k->sent += fails ? 0 : n;
}

static inline void talk_skip(struct tcp_conn *c, uint32_t n)
{
    assert_int_equal(tcp_outstanding(c), 0);
    c->snd_una += n;
    c->snd_nxt += n;
    c->snd_max += n;
    c->snd_wl2 += n;
}

static inline void talk_state(struct talker *k, const char *p)
{
    char w[32];
    talk_word(&p, w, sizeof w);
    uint64_t key = k->listens ? tcp_key(PORT_B, (struct ip4){0x0a000002}, PORT_A)
                              : tcp_key(PORT_A, (struct ip4){0x0a000002}, PORT_B);
    const struct tcp_conn *c = map_get(&host_of(k->b.a)->tcp->conns, key);
    const char *is = c ? tcp_state_name(c->state) : "CLOSED";
    if (strcmp(is, w) != 0)
        WRONG(k, "it is %s", is);
}

static inline void talk_count(struct talker *k, const char *p, uint64_t is)
{
    if (talk_number(k, &p) != is)
        WRONG(k, "it is %llu", (unsigned long long)is);
}

static inline void talk_end(struct talker *k, const char *p)
{
    static const char *const names[] = {"closed", "reset", "refused", "timeout", "aborted"};
    const struct user *u = user_of(k->b.a);
    char w[32];
    talk_word(&p, w, sizeof w);
    if (u->ended != 1 || strcmp(names[u->why], w) != 0)
        WRONG(k, "ended %u times, %s", u->ended, names[u->why]);
}

static inline void talk_got(struct talker *k, const char *p)
{
    const struct user *u = user_of(k->b.a);
    talk_count(k, p, u->got_len);
    for (uint32_t i = 0; i < u->got_len; i++) {
        if (u->got[i] != pattern(i))
            WRONG(k, "byte %u is not what was sent", i);
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

static inline bool talk_user(struct talker *k, const char *verb, const char *p)
{
    struct user *u = user_of(k->b.a);
    if (strcmp(verb, "isn") == 0)
        k->isn = talk_number(k, &p);
    else if (strcmp(verb, "connect") == 0)
        talk_connect(k);
    else if (strcmp(verb, "listen") == 0)
        talk_listen(k);
    else if (strcmp(verb, "unlisten") == 0)
        tcp_unlisten(host_of(k->b.a)->tcp, PORT_B);
    else if (strcmp(verb, "send") == 0)
        talk_send(k, p);
    else if (strcmp(verb, "close") == 0)
        tcp_close(u->conn);
    else if (strcmp(verb, "shutdown") == 0)
        tcp_shutdown(u->conn);
    else if (strcmp(verb, "abort") == 0)
        tcp_abort(u->conn);
    else if (strcmp(verb, "skip") == 0)
        talk_skip(u->conn, talk_number(k, &p));
    else if (strcmp(verb, "wait") == 0)
        run_for(&k->b, talk_time(k, &p));
    else
        return false;
    return true;
}

static inline bool talk_check(struct talker *k, const char *verb, const char *p)
{
    const struct user *u = user_of(k->b.a);
    if (strcmp(verb, "state") == 0)
        talk_state(k, p);
    else if (strcmp(verb, "opened") == 0)
        talk_count(k, p, u->opened);
    else if (strcmp(verb, "fins") == 0)
        talk_count(k, p, u->fins);
    else if (strcmp(verb, "drained") == 0)
        talk_count(k, p, talk_drained);
    else if (strcmp(verb, "got") == 0)
        talk_got(k, p);
    else if (strcmp(verb, "end") == 0)
        talk_end(k, p);
    else if (strcmp(verb, "alive") == 0 && u->ended)
        WRONG(k, "it has ended");
    else if (strcmp(verb, "discards") == 0)
        talk_count(k, p, (uint64_t)measure_get(k->b.sim, MEASURE_SEGMENTS_DISCARDED).v);
    else
        return strcmp(verb, "alive") == 0;
    return true;
}

static inline void talk_line(struct talker *k)
{
    const char *p = k->line;
    char verb[16];
    if (*p == '<') {
        talk_say(k, p + 1);
        return;
    }
    run_for(&k->b, dur_us(100)); /* what the user did reaches the peer */
    if (*p == '>') {
        talk_expect(k, p + 2);
        return;
    }
    if (strncmp(p, "silence", 7) == 0) {
        talk_expect(k, p);
        return;
    }
    talk_word(&p, verb, sizeof verb);
    if (!talk_user(k, verb, p) && !talk_check(k, verb, p))
        WRONG(k, "what is that?");
}

static inline void talk_settings(const char *p, struct setting *out, char (*texts)[2][32])
{
    char w[64];
    for (size_t i = 0; i < 7 && talk_word(&p, w, sizeof w); i++) {
        char *is = strchr(w, '=');
        snprintf(texts[i][0], 32, "%.*s", (int)(is - w), w);
        snprintf(texts[i][1], 32, "%s", is + 1);
        out[i] = (struct setting){str_of(texts[i][0]), str_of(texts[i][1])};
    }
}

/* At the end the connection is let go without a word: nothing may be left of it. */
static inline void talk_play(void **state)
{
    static char texts[8][2][32];
    struct talker k = {.t = *state, .isn = 1000, .line = ""};
    struct bench_options o = {.raw = true};
    talk_settings(k.t->set ? k.t->set : "", o.a, texts);
    k.b = bench_new(&o);
    talk_drained = 0;
    for (size_t i = 0; i < TALK_LINES && k.t->lines[i]; i++) {
        k.line = k.t->lines[i];
        talk_line(&k);
    }
    k.line = "(end)";
    run_for(&k.b, dur_ms(1));
    talk_expect(&k, "silence");
    tcp_power_off(host_of(k.b.a)->tcp);
    run_for(&k.b, dur_ms(1));
    bench_end(&k.b);
}

static inline int talk_all(const struct talk *talks, size_t count)
{
    static struct CMUnitTest tests[64];
    assert_true(count <= 64);
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){talks[i].name, talk_play, NULL, NULL, (void *)(uintptr_t)&talks[i]};
    return _cmocka_run_group_tests("conversations", tests, count, NULL, NULL);
}

#define TALK_MAIN(talks)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        return talk_all(talks, sizeof talks / sizeof *talks);                                      \
    }

#endif
