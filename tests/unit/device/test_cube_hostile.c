/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITEs to a CUBE that no phone would write: what it cannot use it refuses, and what it passes on is its own words. */
#include "tests/unit/device/cube_kit.h"

#define BY_B "dial_peers=100 destination-pattern 5..." TO_B
#define DIGITS "5001234567890123456789012345678901234567890123456789012345678901234567890"

#define VIA "Via: SIP/2.0/UDP h\r\n"
#define VIAS_8 VIA VIA VIA VIA VIA VIA VIA VIA
#define VIAS_40 VIAS_8 VIAS_8 VIAS_8 VIAS_8 VIAS_8

static const char *const plain[] = {BY_B, NULL};

struct odd {
    const char *user; /* of From */
    int digits, padding, call_id; /* of the number; of the display name; of the Call-ID */
    const char *extra;
    uint32_t answer;
};

/* As its bytes stand, from a's port 5999. */
static void say(struct bench *k, const struct odd *o)
{
    static char text[6000], pad[4000];
    memset(pad, 'x', sizeof pad - 1);
    snprintf(text, sizeof text,
             "INVITE sip:%.*s@10.0.1.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.2:5999;branch=z9hG4bKa\r\n"
             "From: \"%.*s\" <sip:%s@10.0.1.2>;tag=77\r\nTo: <sip:%.*s@10.0.1.1>\r\nCall-ID: %.*s\r\nCSeq: 7 INVITE\r\n"
             "Max-Forwards: 70\r\nContact: <sip:1@10.0.1.2>\r\n%sContent-Length: 0\r\n\r\n",
             o->digits, DIGITS, o->padding, pad, o->user, o->digits, DIGITS, o->call_id, pad, o->extra);
    struct udp u = {.dst = {0x0a000101}, .src_port = 5999, .dst_port = SIP_PORT, .payload = str_of(text)};
    assert_true(ip_send_udp(k->a->ip, &u, 0));
    run_to(k, S / 4);
}

static void odd_ones(void **state)
{
    static const struct odd rows[] = {
        {"1001", 4, 10, 10, "", 200},
        {"a b", 4, 10, 10, "", 200},
        {"", 4, 10, 10, "", 200},
        {"1001", 60, 10, 10, "", 200},
        {"1001", 70, 10, 10, "", 414},
        {DIGITS, 4, 10, 10, "", 414},
        {"1001", 4, 1500, 10, "", 200},
        {"1001", 4, 2000, 10, "", 513}, /* more than its answer could repeat (RFC 3261 21.5.7) */
        {"1001", 4, 3900, 10, "", 513},
        {"1001", 4, 10, 10, VIAS_40, 513},
        {"1001", 4, 1500, 10, "Record-Route: <sip:10.0.1.9;lr>\r\n", 200},
        {"1001", 4, 10, 94, "", 200},
        {"1001", 4, 10, 96, "", 400},
        {"1001", 4, 10, 10, "Supported: timer\r\nSession-Expires: 4294967295\r\n", 200},
        {"1001", 4, 10, 10, "Supported: timer\r\nSession-Expires: 4294967296\r\n", 400},
        {"1001", 4, 10, 10, "Supported: timer\r\nSession-Expires: -1\r\n", 400},
        {"1001", 4, 10, 10, "Require: magic\r\n", 420},
    };
    char answer[32];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench *k = bench_open(plain);
        say(k, &rows[i]);
        snprintf(answer, sizeof answer, "a<%u INVITE 7", rows[i].answer);
        if (!seen(k, answer, 0))
            fail_msg("row %zu: no %u", i, rows[i].answer);
        assert_int_equal(count(k, "b<INVITE"), rows[i].answer == 200);
        bench_close(k);
    }
}

/* What cannot stand in a URI of its own it does not pass on. */
static void nobody(void **state)
{
    static const char *const users[] = {"a b", "", "a\"b", "a<b"};
    (void)state;
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
        struct bench *k = bench_open(plain);
        say(k, &(struct odd){users[i], 4, 10, 10, "", 200});
        assert_true(says(k, "b<INVITE", "From: <sip:anonymous@10.0.2.1>"));
        bench_close(k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_ones),
        cmocka_unit_test(nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
