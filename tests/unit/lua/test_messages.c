/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run:messages on segments and datagrams made by hand: how a stream is put together and cut, what is a copy, and what
 * of a message a check can ask for. Two probes send a frame every 10 s; the k-th is decoded as row k of a script. */
#include "tests/unit/lua/lua_bench.h"

#define HEAD "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP 10.0.0.1\r\nCSeq: 7 INVITE\r\ni: a@b\r\n"
#define ANSWER HEAD "l: 4\r\n\r\nbody"
#define REQUEST                                                                                             \
    "INVITE sip:5001@10.0.0.2 SIP/2.0\r\nVia: one\r\nVIA : two\r\nSubject: folded\r\n \t over lines  \r\n" \
    "CSeq: 101 INVITE\r\nCall-ID: c@d\r\nx: 1800;refresher=uac\r\nContent-Length: 0\r\n\r\n"

struct packet {
    const char *text;
    uint32_t seq;
    bool datagram, syn;
};

static const struct packet *script;
static size_t script_length;

static bool decode(const void *bytes, size_t n, struct segment_row *out)
{
    size_t k = ((const uint8_t *)bytes)[0];
    (void)n;
    if (k == 0 || k > script_length)
        return false;
    const struct packet *l = &script[k - 1];
    *out = (struct segment_row){.src = 0x0a000001, .dst = 0x0a000002, .src_port = 5060, .dst_port = 5060,
                                .datagram = l->datagram, .seq = l->seq, .len = (uint32_t)strlen(l->text),
                                .payload = str_of(l->text)};
    strcpy(out->flags, l->syn ? "SYN" : "PSH,ACK");
    return true;
}

/* What `code`, the body of a function of the messages that b received, makes of a script. */
static void expect(const struct packet *lines, size_t count, const char *code, const char *want)
{
    char text[4096], more[2048];
    const struct observable *all;
    size_t n;
    script = lines;
    script_length = count;
    snprintf(more, sizeof more,
             "documented = { { name = 'x', documented = '', value = function(run) local m = run:messages { port = 'b', "
             "sent = false } %s end } }",
             code);
    struct bench b = load_text(two_probes(text, sizeof text, "net:capture('b', 'its port')", more));
    if (!b.sc || !build(&b))
        fail_msg("%s", b.e.msg);
    bus_attach(b.sim, scenario_trace(b.sc, decode));
    run_for(&b, dur_s(10 * (int64_t)count + 5));
    if (!scenario_judge(b.sc, b.sim, sim_now(b.sim), &all, &n, &b.e))
        fail_msg("%s", b.e.msg);
    assert_string_equal(all[0].simulated, want);
    tear_down(&b);
}

#define EXPECT(lines, code, want) expect(lines, sizeof(lines) / sizeof(lines)[0], code, want)
#define LIST(what)                                                                       \
    "local s = {} for i, g in ipairs(m) do s[i] = " what " end return table.concat(s, ', ')"
#define STARTS LIST("('%s %.0f'):format(g.method or g.status, g.t)")

static void a_datagram_is_a_message(void **state)
{
    static const struct packet lines[] = {
        {.text = REQUEST, .datagram = true},
        {.text = REQUEST, .datagram = true},
        {.text = "\r\n\r\n", .datagram = true}, /* a keepalive of RFC 5626 */
        {.text = ANSWER "and what is too much", .datagram = true},
        {.text = HEAD "\r\nall of it", .datagram = true},
        {.text = "\x80not SIP", .datagram = true},
        {.text = REQUEST, .datagram = true},
    };
    (void)state;
    EXPECT(lines, STARTS, "INVITE 10, INVITE 20, 200 40, 200 50, INVITE 70");
    EXPECT(lines, LIST("g.copy"), "0, 1, 0, 0, 2");
    EXPECT(lines, LIST("g.over .. ' ' .. g.body"), "udp , udp , udp body, udp all of it, udp ");
}

static void headers_by_any_of_their_names(void **state)
{
    static const struct packet lines[] = {{.text = REQUEST, .datagram = true}, {.text = ANSWER, .datagram = true}};
    (void)state;
    EXPECT(lines, "return m[1].uri .. ' ' .. m[1].cseq .. m[1].cseq_method .. ' ' .. m[1].call_id",
           "sip:5001@10.0.0.2 101INVITE c@d");
    EXPECT(lines, "return m[1]:header('Session-Expires') .. '|' .. m[1]:header('subject') .. '|' .. m[1]:header('v')",
           "1800;refresher=uac|folded over lines|one");
    EXPECT(lines, "return table.concat(m[1]:all('via'), '+') .. #m[1]:all('Route') .. tostring(m[1]:header('Route'))",
           "one+two0nil");
    EXPECT(lines, "return m[2].phrase .. m[2]:header('Call-ID') .. m[2]:header('Via') .. m[2].peer .. m[2].node",
           "OKa@bSIP/2.0/UDP 10.0.0.110.0.0.1b");
}

/* Two messages in three segments, in a wrong order, one of them twice, one with more than was missing; the sequence
 * number wraps. Each message is there with its last byte. */
static void a_stream_is_put_together(void **state)
{
    static const char first[] = "\r\n" ANSWER;
    enum { CUT = 30, BEGIN = 0xffffffe0 };
    char a[CUT + 1], tail[sizeof first - CUT], overlap[sizeof first];
    uint32_t last = BEGIN + (uint32_t)(sizeof first - 1);
    (void)state;
    memcpy(a, first, CUT);
    a[CUT] = 0;
    strcpy(tail, first + CUT);
    strcpy(overlap, first + CUT - 5);
    const struct packet lines[] = {
        {.text = "", .seq = BEGIN - 1, .syn = true},
        {.text = a, .seq = BEGIN},
        {.text = REQUEST, .seq = last}, /* too early */
        {.text = a, .seq = BEGIN},      /* a copy */
        {.text = overlap, .seq = BEGIN + CUT - 5},
        {.text = tail, .seq = BEGIN + CUT}, /* a copy */
        {.text = ANSWER ANSWER, .seq = last + (uint32_t)strlen(REQUEST)},
    };
    EXPECT(lines, STARTS, "200 50, INVITE 50, 200 70, 200 70");
    EXPECT(lines, LIST("g.over .. g.copy .. g.body"), "tcp0body, tcp0, tcp0body, tcp0body");
}

/* Another protocol, and a message without Content-Length, end what is read of a stream; a new connection begins anew. */
static void what_is_no_sip_is_left(void **state)
{
    static const struct packet lines[] = {
        {.text = "HTTP/1.1 200 OK\r\n\r\n", .seq = 1},
        {.text = ANSWER, .seq = 20},
        {.text = "", .seq = 500, .syn = true},
        {.text = ANSWER, .seq = 501},
        {.text = HEAD "\r\n", .seq = 501 + (uint32_t)sizeof ANSWER - 1},
        {.text = ANSWER, .seq = 501 + (uint32_t)sizeof ANSWER - 1 + (uint32_t)sizeof HEAD + 1},
    };
    (void)state;
    EXPECT(lines, STARTS, "200 40");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_is_a_message),
        cmocka_unit_test(headers_by_any_of_their_names),
        cmocka_unit_test(a_stream_is_put_together),
        cmocka_unit_test(what_is_no_sip_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
