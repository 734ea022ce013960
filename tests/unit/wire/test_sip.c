/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sip.c: the messages printed in the case studies (tests/seed): their sizes on the wire, get
 * and put without a byte of difference, and what their headers say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "models/wire/sip.h"

static struct str read_seed(const char *name)
{
    static char text[2048];
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/seed/%s.sip", DT_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return (struct str){text, n};
}

static struct sip_msg decode(struct str text)
{
    struct sip_msg m;
    struct rd r = rd_of(text.p, text.n);
    if (!sip_get(&r, &m))
        fail_msg("refused: %s", r.why);
    return m;
}

/* Sizes: TCP sequence numbers of seeds 000 and 002, "with 973 bytes" in seed 004's trace. */
static void test_seeds_to_the_byte(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t bytes;
    } seeds[] = {
        {"000-8861-register", 846},
        {"000-8861-ok", 641},
        {"000-8861-standby-register", 870},
        {"000-8861-standby-ok", 329},
        {"002-7975-register", 890},
        {"002-7975-trying", 325},
        {"002-7975-ok", 637},
        {"002-3905-standby-register", 609},
        {"004-cipc-register", 973},
    };
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct str s = read_seed(seeds[i].name);
        assert_int_equal(s.n, seeds[i].bytes);
        size_t len = 0;
        assert_int_equal(sip_frame(s, &len), SIP_FRAME_WHOLE);
        assert_int_equal(len, s.n);
        struct sip_msg m = decode(s);
        uint8_t out[2048];
        struct wr w = wr_of(out, sizeof out);
        sip_put(&w, &m);
        assert_int_equal(wr_len(&w), s.n);
        assert_memory_equal(out, s.p, s.n);
    }
}

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        fail_msg("got '%.*s', want '%s'", STR_ARG(got), want);
}

static void test_register(void **state)
{
    (void)state;
    struct sip_msg m = decode(read_seed("002-7975-register"));
    assert_false(m.is_response);
    assert_str(m.method, "REGISTER");
    assert_str(m.uri, "sip:10.106.114.161");
    assert_int_equal(m.header_count, 12);
    assert_str(m.headers[0].name, "Via");
    assert_str(m.headers[11].name, "Expires");
    assert_str(sip_header(&m, SIP_CALL_ID), "0024142d-df24000a-44da4e09-0de51424@10.106.114.185");
    assert_str(sip_header(&m, SIP_MAX_FORWARDS), "70");
    assert_str(sip_header(&m, SIP_DATE), "Wed, 15 Jul 2015 12:42:56 GMT");
    assert_str(sip_header(&m, SIP_SERVER), "");
    assert_str(sip_param(sip_header(&m, SIP_FROM), STR("tag")),
               "0024142ddf242c6644b6e5d2-f01c795a");
    assert_false(sip_has_param(sip_header(&m, SIP_TO), STR("tag")));
    assert_str(sip_uri_user(sip_header(&m, SIP_TO)), "5678");
    struct sip_cseq cseq;
    assert_true(sip_cseq(&m, &cseq) && cseq.number == 11435);
    uint32_t expires;
    assert_true(sip_expires(&m, &expires) && expires == 3600);
    struct sip_via via;
    assert_true(sip_via(&m, &via) && !via.rport);
    assert_str(via.transport, "TCP");
    assert_str(via.sent_by, "10.106.114.185:53006");
    assert_str(via.branch, "z9hG4bKd451a4fa");
}

static void test_contact(void **state)
{
    (void)state;
    struct sip_contact c;
    struct sip_msg m = decode(read_seed("000-8861-standby-register"));
    assert_true(sip_contact(&m, &c));
    assert_str(c.uri, "sip:81ffc505-8e18-46a6-a556-9ba34fa1b7d6@192.168.1.35:52315;transport=tcp");
    assert_str(c.instance, "<urn:uuid:00000000-0000-0000-0000-2834a282656d>");
    assert_str(c.device, "SEP2834A282656D");
    assert_str(c.model, "685");
    assert_true(c.has_expires && c.expires == 0 && c.keep_alive);
    m = decode(read_seed("000-8861-register"));
    assert_true(sip_contact(&m, &c) && !c.has_expires && !c.keep_alive);
    m = decode(read_seed("004-cipc-register")); /* names the device in its own way */
    assert_true(sip_contact(&m, &c));
    assert_str(c.device, "SEP005056A1033D");
    assert_str(c.model, "30016");
    m = decode(read_seed("000-8861-standby-ok"));
    assert_false(sip_contact(&m, &c));
}

static void test_answers(void **state)
{
    (void)state;
    struct sip_msg m = decode(read_seed("000-8861-ok"));
    assert_true(m.is_response && m.status == 200);
    assert_str(m.phrase, "OK");
    assert_str(sip_param(sip_header(&m, SIP_TO), STR("tag")), "1202250155");
    assert_str(sip_header(&m, SIP_SERVER), "Cisco-CUCM10.5");
    uint32_t expires;
    assert_true(sip_expires(&m, &expires) && expires == 120);
    m = decode(read_seed("002-7975-trying"));
    assert_true(m.is_response && m.status == 100);
    assert_false(sip_expires(&m, &expires));
}

static void test_second_phone(void **state)
{
    (void)state;
    struct sip_msg m = decode(read_seed("002-3905-standby-register"));
    struct sip_via via;
    assert_str(m.uri, "sip:10.60.1.12:5060;transport=tcp");
    assert_true(sip_via(&m, &via) && via.rport);
    assert_str(via.branch, "z9hG4bKPjdcJ819aZtTCTmvr0VBheV6p0uL8aC.pG");
}

static void test_lines(void **state)
{
    (void)state;
    char text[128];
    struct sip_msg m = decode(read_seed("002-7975-register"));
    struct txtbuf t = txtbuf_of(text, sizeof text);
    sip_line(&t, &m);
    assert_string_equal(text, "REGISTER sip:10.106.114.161 CSeq 11435");
    t = txtbuf_of(text, sizeof text);
    sip_brief(&t, &m);
    assert_string_equal(text, "REGISTER CSeq 11435");
    m = decode(read_seed("002-7975-trying"));
    t = txtbuf_of(text, sizeof text);
    sip_brief(&t, &m);
    assert_string_equal(text, "100 Trying CSeq 11435");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeds_to_the_byte), cmocka_unit_test(test_register),
        cmocka_unit_test(test_contact),           cmocka_unit_test(test_answers),
        cmocka_unit_test(test_second_phone),      cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
