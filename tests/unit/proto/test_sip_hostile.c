/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nobody should send, over UDP and TCP: it is answered or discarded by name, and what comes after it is taken as
 * if nothing had been. Independent truth: RFC 3261 7, 8.1.1, 8.2, 18.3, 21.4.1, 21.5.6, 25.1; RFC 4475. */
#include "tests/unit/proto/sip_hand.h"

#include <stdlib.h>

#define LINE "OPTIONS sip:100@10.1.1.1 SIP/2.0\r\n"
#define V "Via: SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx\r\n"
#define F "From: <sip:200@10.1.1.2>;tag=t-of-b\r\n"
#define T "To: <sip:100@10.1.1.1>\r\n"
#define I "Call-ID: call-2@10.1.1.2\r\n"
#define C "CSeq: 7 OPTIONS\r\n"
#define M "Max-Forwards: 70\r\n"
#define L0 "Content-Length: 0\r\n"
#define END "\r\n"
#define GOOD LINE V F T I C M L0 END
#define OK "SIP/2.0 200 OK\r\n"
#define OURS "Via: SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKx\r\n"

enum after { GOES_ON, ABORTED, WAITS }; /* the stream: in step, reset, in the midst of a message */

struct want {
    uint32_t status; /* of the answer; 0: none */
    const char *why; /* of the discard; NULL: there is none */
    bool taken;      /* its user sees it */
    enum after after;
};

#define TAKEN {.taken = true}
#define SILENT {0}
#define DISCARDED(name) {.why = name}
#define REFUSED(code, name) {.status = code, .why = name}
#define CUT(name) {.why = name, .after = ABORTED}
#define OPEN_END {.after = WAITS}
#define MALFORMED DISCARDED("sip-malformed"), CUT("sip-malformed")
#define BOTH(x) x, x

struct row {
    const char *name, *bytes;
    struct want udp, tcp;
};

/* clang-format off */
static const struct row rows[] = {
    {"sound", GOOD, BOTH(TAKEN)},
    {"compact names", LINE "v: SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>\r\ni: x\r\n" C "l: 0\r\n\r\n", BOTH(TAKEN)},
    {"names in other case", LINE "VIA: SIP/2.0/UDP 10.1.1.2:5061;branch=z9hG4bKx\r\nFROM: <sip:a@b>;tag=1\r\ntO: <sip:c@d>\r\nCALL-id: x\r\ncSEQ: 7 OPTIONS\r\n" L0 END, BOTH(TAKEN)},
    {"folded", LINE V "From:\r\n <sip:200@10.1.1.2>\r\n\t;tag=t\r\n" T I "CSeq: 7\r\n  OPTIONS\r\n" L0 END, BOTH(TAKEN)},
    {"version in small letters", "OPTIONS sip:100@10.1.1.1 sip/2.0\r\n" V F T I C L0 END, BOTH(TAKEN)},
    {"unknown method", "NEWMETHOD sip:100@10.1.1.1 SIP/2.0\r\n" V F T I "CSeq: 7 NEWMETHOD\r\n" L0 END, BOTH(TAKEN)},
    {"unknown scheme", "OPTIONS nobody:knows SIP/2.0\r\n" V F T I C L0 END, BOTH(TAKEN)},
    {"no Max-Forwards", LINE V F T I C L0 END, BOTH(TAKEN)},
    {"empty lines before it", "\r\n\r\n" GOOD, BOTH(TAKEN)},
    {"keepalive", "\r\n\r\n", BOTH(SILENT)},
    {"keepalive's answer", "\r\n", BOTH(SILENT)},
    {"garbage", "what is this\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"garbage without end", "what is this", DISCARDED("sip-malformed"), OPEN_END},
    {"bytes", "\x16\x03\x01\x02\x80\xff\xfe", DISCARDED("sip-malformed"), OPEN_END},
    {"HTTP", "GET / HTTP/1.1\r\nHost: 10.1.1.1\r\n" L0 END, MALFORMED},
    {"no version", "OPTIONS sip:100@10.1.1.1\r\n" V F T I C L0 END, MALFORMED},
    {"two blanks", "OPTIONS  sip:100@10.1.1.1 SIP/2.0\r\n" V F T I C L0 END, MALFORMED},
    {"blank in front", " " GOOD, MALFORMED},
    {"blank behind", "OPTIONS sip:100@10.1.1.1 SIP/2.0 \r\n" V F T I C L0 END, MALFORMED},
    {"no URI", "OPTIONS  SIP/2.0\r\n" V F T I C L0 END, MALFORMED},
    {"no token as method", "OPT@IONS sip:100@10.1.1.1 SIP/2.0\r\n" V F T I "CSeq: 7 OPT@IONS\r\n" L0 END, MALFORMED},
    {"SIP/3.0", "OPTIONS sip:100@10.1.1.1 SIP/3.0\r\n" V F T I C L0 END, BOTH(REFUSED(505, "sip-version"))},
    {"SIP/7.0, unknown method", "NEW sip:a SIP/7.0\r\n" V F T I "CSeq: 7 NEW\r\n" L0 END, BOTH(REFUSED(505, "sip-version"))},
    {"SIP/20.10 with a body", "OPTIONS sip:a SIP/20.10\r\n" V F T I C "Content-Length: 3\r\n\r\nabc", BOTH(REFUSED(505, "sip-version"))},
    {"SIP/3.0, no Via", "OPTIONS sip:a SIP/3.0\r\n" F T I C L0 END, BOTH(DISCARDED("sip-version"))},
    {"ACK of SIP/3.0", "ACK sip:a SIP/3.0\r\n" V F T I "CSeq: 7 ACK\r\n" L0 END, BOTH(DISCARDED("sip-version"))},
    {"SIP/two", "OPTIONS sip:a SIP/two\r\n" V F T I C L0 END, MALFORMED},
    {"response of SIP/3.0", "SIP/3.0 200 OK\r\n" OURS F T I C L0 END, MALFORMED},
    {"no Via", LINE F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via without a host", LINE "Via: SIP/2.0/UDP\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via of HTTP", LINE "Via: 1.1 proxy\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via with port 0", LINE "Via: SIP/2.0/UDP 10.1.1.2:0\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via with port 70000", LINE "Via: SIP/2.0/UDP 10.1.1.2:70000\r\n" F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"Via with a quote that never ends", LINE "Via: SIP/2.0/UDP 10.1.1.2:5061;branch=\"z9hG4bKx\r\n" F T I C L0 END, BOTH(TAKEN)},
    {"rport beyond all ports", LINE "Via: SIP/2.0/UDP 10.1.1.2:5061;rport=99999999999;branch=z9hG4bKx\r\n" F T I C L0 END, BOTH(TAKEN)},
    {"no From", LINE V T I C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"no To", LINE V F I C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"no Call-ID", LINE V F T C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"empty Call-ID", LINE V F T "Call-ID: \r\n" C L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"no CSeq", LINE V F T I L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"nothing but Via", LINE V L0 END, BOTH(REFUSED(400, "sip-header-missing"))},
    {"two From", LINE V F F T I C L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"two To, one compact", LINE V F T "t: <sip:x@y>\r\n" I C L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"two Call-ID", LINE V F T I "i: other\r\n" C L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"two CSeq", LINE V F T I C "CSeq: 8 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-header-twice"))},
    {"CSeq of another method", LINE V F T I "CSeq: 7 INVITE\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq without a number", LINE V F T I "CSeq: OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq without a method", LINE V F T I "CSeq: 7\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq below 0", LINE V F T I "CSeq: -7 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq of 2^31", LINE V F T I "CSeq: 2147483648 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"CSeq of 36893488147419103232", LINE V F T I "CSeq: 36893488147419103232 OPTIONS\r\n" L0 END, BOTH(REFUSED(400, "sip-bad-cseq"))},
    {"ACK without From", "ACK sip:a SIP/2.0\r\n" V T I "CSeq: 7 ACK\r\n" L0 END, BOTH(DISCARDED("sip-header-missing"))},
    {"ACK with CSeq of INVITE", "ACK sip:a SIP/2.0\r\n" V F T I "CSeq: 7 INVITE\r\n" L0 END, BOTH(DISCARDED("sip-bad-cseq"))},
    {"line without a colon", LINE V F T I C "what is this\r\n" L0 END, MALFORMED},
    {"name with a blank", LINE V F T I C "What is: this\r\n" L0 END, MALFORMED},
    {"name with a comma", LINE V F T I C "What,is: this\r\n" L0 END, MALFORMED},
    {"empty name", LINE V F T I C ": this\r\n" L0 END, MALFORMED},
    {"control character", LINE V F T I C "Subject: \x01\r\n" L0 END, MALFORMED},
    {"CR alone", LINE V F T I C "Subject: a\rb\r\n" L0 END, MALFORMED},
    {"LF alone", LINE V F T I C "Subject: a\nb: c\r\n" L0 END, DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"lines that end in LF", "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP 10.1.1.2:5061\n\n", DISCARDED("sip-malformed"), OPEN_END},
    {"first line folded", "OPTIONS sip:a SIP/2.0\r\n folded\r\n" V F T I C L0 END, MALFORMED},
    {"start line alone", "OPTIONS sip:a SIP/2.0\r\n", DISCARDED("sip-malformed"), OPEN_END},
    {"head without end", LINE V F T I C L0, DISCARDED("sip-malformed"), OPEN_END},
    {"no Content-Length", LINE V F T I C END, TAKEN, CUT("sip-framing")},
    {"Content-Length of words", LINE V F T I C "Content-Length: many\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"Content-Length below 0", LINE V F T I C "Content-Length: -1\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"Content-Length of 10 GB", LINE V F T I C "Content-Length: 10000000000\r\n\r\n", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"two Content-Lengths", LINE V F T I C L0 "l: 4\r\n\r\nbody", DISCARDED("sip-malformed"), CUT("sip-framing")},
    {"body too short", LINE V F T I C "Content-Length: 20\r\n\r\nbody", REFUSED(400, "sip-short-body"), OPEN_END},
    {"body too short, no Via", LINE F T I C "Content-Length: 20\r\n\r\nbody", DISCARDED("sip-short-body"), OPEN_END},
    {"body of an ACK too short", "ACK sip:a SIP/2.0\r\n" V F T I "CSeq: 7 ACK\r\nContent-Length: 20\r\n\r\n", DISCARDED("sip-short-body"), OPEN_END},
    {"body of a response too short", OK OURS F T I C "Content-Length: 20\r\n\r\nbody", DISCARDED("sip-short-body"), OPEN_END},
    {"bytes after the body", LINE V F T I C "Content-Length: 4\r\n\r\nbodyguard", TAKEN, {.taken = true, .after = WAITS}},
    {"body of zeros", LINE V F T I C "Content-Length: 4\r\n\r\n\r\n\r\n", BOTH(TAKEN)},
    {"sound response", OK OURS F T I C L0 END, BOTH(TAKEN)},
    {"response 99", "SIP/2.0 099 Low\r\n" OURS F T I C L0 END, MALFORMED},
    {"response 700", "SIP/2.0 700 High\r\n" OURS F T I C L0 END, MALFORMED},
    {"response 2000", "SIP/2.0 2000 OK\r\n" OURS F T I C L0 END, MALFORMED},
    {"response without a phrase's blank", "SIP/2.0 200\r\n" OURS F T I C L0 END, MALFORMED},
    {"response without Via", OK F T I C L0 END, BOTH(DISCARDED("sip-no-via"))},
    {"response without CSeq", OK OURS F T I L0 END, BOTH(DISCARDED("sip-header-missing"))},
    {"response with two CSeq", OK OURS F T I C C L0 END, BOTH(DISCARDED("sip-header-twice"))},
    {"response with two Vias", OK OURS V F T I C L0 END, BOTH(DISCARDED("sip-many-vias"))},
    {"response of somebody else", OK V F T I C L0 END, BOTH(DISCARDED("sip-not-ours"))},
};
/* clang-format on */

/* Of SIP: segments of a connection that was reset are discarded, too. */
static uint32_t discards(const struct bench *b)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->w->fact_count; i++)
        n += strncmp(b->w->facts[i].text, "segment-discarded sip-", 22) == 0;
    return n;
}

static uint32_t status_of(const struct hand *h)
{
    unsigned status = 0;
    if (strncmp(h->heard, "SIP/2.0 ", 8) == 0)
        status = (unsigned)atoi(h->heard + 8);
    return status;
}

/* An answer says to whom it is: Via, Call-ID and CSeq of its request, and a tag of ours. */
static void check_answer(const struct hand *h, const char *name)
{
    struct sip_msg m;
    struct rd r = rd_of(h->heard, h->n);
    if (!sip_get(&r, &m) || sip_header(&m, SIP_VIA).n == 0)
        fail_msg("%s: bad answer '%s'", name, h->heard);
    if (sip_header(&m, SIP_TO).n && !sip_has_param(sip_header(&m, SIP_TO), STR("tag")))
        fail_msg("%s: no tag in '%s'", name, h->heard);
}

static void forget_all(struct bench *b)
{
    b->w->fact_count = b->w->tie_count = 0;
    b->a->told_count = 0;
    tap_of(b)->count = 0;
}

static void check(struct hand *h, const char *name, struct str bytes, const struct want *want, enum sip_over over)
{
    struct bench *b = h->b;
    char why[64];
    struct txtbuf t = txtbuf_of(why, sizeof why);
    txtbuf_add(&t, "segment-discarded %s", want->why ? want->why : "");
    uint32_t told_before = b->a->told_count, before = discards(b), named = facts(b->w, why);
    hand_say(h, over, bytes);
    run_for(b->w, dur_ms(200));
    if (status_of(h) != want->status)
        fail_msg("%s (%d): answered '%.60s'", name, over, h->heard);
    if (want->status)
        check_answer(h, name);
    if (discards(b) - before != (want->why != NULL) || facts(b->w, why) - named != (want->why != NULL))
        fail_msg("%s (%d): %u discards, last fact '%s'", name, over, discards(b) - before,
                 b->w->facts[b->w->fact_count - 1].text);
    uint32_t messages = 0;
    for (uint32_t i = told_before; i < b->a->told_count; i++)
        messages += b->a->told[i].kind != TOLD_LOST;
    if (messages != want->taken)
        fail_msg("%s (%d): %u messages taken", name, over, messages);
    if (over == SIP_OVER_TCP && h->ended != (want->after == ABORTED))
        fail_msg("%s: the connection has %s", name, h->ended ? "ended" : "not ended");
    forget_all(b);
}

/* Whatever was said, what is sound is taken. */
static void check_good(struct hand *h, const char *name, enum sip_over over)
{
    static const struct want taken = TAKEN;
    check(h, name, STR(GOOD), &taken, over);
}

static void over_udp(void **state)
{
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(h, rows[i].name, str_of(rows[i].bytes), &rows[i].udp, SIP_OVER_UDP);
        check_good(h, rows[i].name, SIP_OVER_UDP);
    }
    hand_close(h);
}

static void say_by_tcp(struct hand *h, const char *name, struct str bytes, const struct want *want)
{
    if (!h->conn)
        hand_connect(h);
    check(h, name, bytes, want, SIP_OVER_TCP);
    if (want->after == GOES_ON)
        check_good(h, name, SIP_OVER_TCP);
    if (want->after == WAITS) {
        tcp_abort(h->conn);
        run_for(h->b->w, dur_ms(1));
    }
    h->b->a->told_count = 0;
}

static void over_tcp(void **state)
{
    (void)state;
    struct hand *h = hand_of(open_bench());
    h->b->a->bare = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        say_by_tcp(h, rows[i].name, str_of(rows[i].bytes), &rows[i].tcp);
    hand_close(h);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_udp),
        cmocka_unit_test(over_tcp),
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(giants),
        cmocka_unit_test(empty_lines_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
