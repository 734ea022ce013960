/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_frame_filter.c: RTP and TFTP both pass between ports that nobody knows beforehand; a filter tells them apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/net/frame_filter.h"
#include "models/wire/wire_any.h"

#define AUDIO STR("\x80\x00\x00\x01\x00\x00\x00\xa0\xde\xad\xbe\xef\xff\xff")
#define BLOCK STR("\0\3\0\1hello")

static int protocol(const char *name)
{
    struct str all = STR(FRAME_PROTOCOLS);
    for (int i = 0; all.n; i++) {
        if (str_eq(str_cut(&all, '|'), str_of(name)))
            return i;
    }
    fail_msg("no protocol %s", name);
    return -1;
}

static bool takes(const char *name, uint16_t from, uint16_t to, struct str payload)
{
    static union {
        struct frame f;
        uint8_t room[sizeof(struct frame) + 200];
    } made;
    struct wr w = wr_of(made.f.bytes, 200);
    struct ip4 a = {0x0a010102}, b = {0x0a010101};
    struct udp u = {.src = a, .dst = b, .src_port = from, .dst_port = to, .payload = payload};
    struct eth e = {.dst = {{2, 0, 0, 0, 0, 1}}, .src = {{2, 0, 0, 0, 0, 2}}, .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = (uint16_t)(UDP_HEADER_BYTES + payload.n), .ttl = 64, .proto = IP4_UDP, .src = a,
                        .dst = b};
    eth_put(&w, &e);
    ip4_put(&w, &h);
    udp_put(&w, &u);
    assert_true(wr_ok(&w));
    made.f.len = (uint16_t)wr_len(&w);
    struct frame_filter filter = {.protocol = protocol(name)};
    return frame_filter_takes(&filter, &made.f);
}

static void test_rtp(void **state)
{
    (void)state;
    assert_true(takes("rtp", 16384, 20002, AUDIO));
    assert_true(takes("rtp", 16385, 32766, AUDIO));
    assert_false(takes("rtp", 16385, 32768, AUDIO)); /* no even port of the range */
    assert_false(takes("rtp", 16384, 20002, BLOCK)); /* no version 2 */
    assert_true(takes("udp", 16384, 20002, AUDIO));
    assert_false(takes("sip", 16384, 20002, AUDIO));
}

static void test_tftp(void **state)
{
    (void)state;
    assert_true(takes("tftp", 16384, 20002, BLOCK));
    assert_false(takes("tftp", 16384, 20002, AUDIO));
    assert_true(takes("tftp", 50000, 69, STR("\0\1f\0octet\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rtp), cmocka_unit_test(test_tftp)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
