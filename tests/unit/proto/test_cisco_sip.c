/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REGISTER and its answers against the messages printed in seeds 000, 002 and 004, byte for byte, and the
 * packet sizes of case study 2 that follow from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "models/proto/cisco_sip.h"

static char fixture[4096];

static size_t load(const char *name)
{
    char path[512];
    struct txtbuf t = txtbuf_of(path, sizeof path);
    txtbuf_add(&t, "%s/tests/seed/%s", DT_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(fixture, 1, sizeof fixture, f);
    fclose(f);
    return n;
}

static void same(const struct wr *w, const char *name, size_t bytes)
{
    size_t n = load(name);
    assert_int_equal(n, bytes);
    assert_int_equal(wr_len(w), n);
    assert_memory_equal(w->base, fixture, n);
}

#define DATE_2015 1436964176ll /* Wed, 15 Jul 2015 12:42:56 GMT */
#define DATE_2016 1461135516ll /* Wed, 20 Apr 2016 06:58:36 GMT */

static struct cisco_register register_7975(void)
{
    return (struct cisco_register){
        .model = cisco_phone_model(0),
        .host = STR("10.106.114.161"),
        .dn = STR("5678"),
        .local_ip = STR("10.106.114.185"),
        .local_port = 53006,
        .branch = 0xd451a4fa,
        .from_tag = STR("0024142ddf242c6644b6e5d2-f01c795a"),
        .call_id = STR("0024142d-df24000a-44da4e09-0de51424@10.106.114.185"),
        .load = STR("9.3.1"),
        .contact_uuid = STR("9e9e1ffb-0206-4ea1-6d77-ba04a72017f7"),
        .mac = 0x0024142ddf24,
        .cseq = 11435,
        .expires = 3600,
        .date_ns = DATE_2015 * 1000000000,
    };
}

static struct cisco_register register_8861(bool standby)
{
    return (struct cisco_register){
        .model = cisco_phone_model(1),
        .host = standby ? STR("cucm105s") : STR("cucm105p"),
        .dn = STR("2018"),
        .local_ip = STR("192.168.1.35"),
        .local_port = standby ? 52315 : 51159,
        .branch = standby ? 0x4c34423c : 0x6e6f6fe3,
        .from_tag = standby ? STR("2834a282656d0005091fea82-71a6cf28")
                            : STR("2834a282656d000a314ac88b-3fd595b0"),
        .call_id = standby ? STR("2834a282-656d0002-1022babf-3c13ec1a@192.168.1.35")
                           : STR("2834a282-656d0003-20cd5c72-1d84c175@192.168.1.35"),
        .load = STR("10.3.1"),
        .contact_uuid = STR("81ffc505-8e18-46a6-a556-9ba34fa1b7d6"),
        .mac = 0x2834a282656d,
        .cseq = 105,
        .expires = standby ? 0 : 3600,
        .standby = standby,
        .date_ns = (DATE_2016 + (standby ? 20 : 0)) * 1000000000,
    };
}

/* The first one of a soft phone, after an outage and before it knows the time. Its load says 7.0.1, its User-Agent
 * does not. */
static struct cisco_register register_cipc(void)
{
    return (struct cisco_register){
        .model = cisco_phone_model(4),
        .host = STR("10.10.210.10"),
        .dn = STR("5005"),
        .local_ip = STR("10.10.210.200"),
        .local_port = 3311,
        .branch = 0x3855,
        .from_tag = STR("005056a1033d000200002720-0000571e"),
        .call_id = STR("005056a1-033d0003-000024a7-0000539c@10.10.210.200"),
        .load = STR("CIPC-7-0-1-0"),
        .contact_uuid = STR("9a9a2695-653d-b663-4961-0e780177d09a"),
        .mac = 0x005056a1033d,
        .cseq = 101,
        .expires = 3600,
        .date_ns = -1,
        .reason = STR("cisco-alarm:12 Name=SEP005056A1033D Load=CIPC-7-0-1-0 Last=cm-reset-tcp"),
    };
}

/* What an answer mirrors, taken from the request's own bytes. */
static struct cisco_request mirror(const struct wr *w)
{
    static const char *const names[] = {"Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: ", "Contact: "};
    struct str values[6], all = str_of_bytes(w->base, wr_len(w));
    for (int i = 0; i < 6; i++) {
        ptrdiff_t at = str_find(all, str_of(names[i]));
        assert_true(at > 0);
        size_t skip = (size_t)at + strlen(names[i]);
        struct str rest = {all.p + skip, all.n - skip};
        values[i] = str_cut(&rest, '\r');
    }
    return (struct cisco_request){values[0], values[1], values[2], values[3], values[4], values[5]};
}

static void seed_002_is_written_to_the_byte(void **state)
{
    (void)state;
    char a[2048], b[2048], c[2048];
    struct wr reg = wr_of(a, sizeof a), trying = wr_of(b, sizeof b), ok = wr_of(c, sizeof c);
    struct cisco_register r = register_7975();
    cisco_register_put(&reg, &r);
    same(&reg, "002-7975-register.sip", 890);
    struct cisco_request q = mirror(&reg);
    int64_t later = (DATE_2015 + 3) * 1000000000;
    cisco_trying_put(&trying, &q, later);
    same(&trying, "002-7975-trying.sip", 325);
    struct cisco_ok answer = {.date_ns = later, .to_tag = 1708299782, .expires = 120, .bound = true,
                              .supported = STR("X-cisco-srtp-fallback,X-cisco-sis-6.0.0")};
    cisco_ok_put(&ok, &q, &answer);
    same(&ok, "002-7975-ok.sip", 637);
}

static void seed_000_is_written_to_the_byte(void **state)
{
    (void)state;
    for (int standby = 0; standby < 2; standby++) {
        char a[2048], b[2048];
        struct wr reg = wr_of(a, sizeof a), ok = wr_of(b, sizeof b);
        struct cisco_register r = register_8861(standby);
        cisco_register_put(&reg, &r);
        same(&reg, standby ? "000-8861-standby-register.sip" : "000-8861-register.sip",
             standby ? 870 : 846);
        struct cisco_request q = mirror(&reg);
        struct cisco_ok answer = {.date_ns = r.date_ns, .to_tag = standby ? 527648547 : 1202250155,
                                  .expires = standby ? 0 : 120, .bound = !standby,
                                  .server = STR("Cisco-CUCM10.5"),
                                  .supported = STR("X-cisco-srtp-fallback,X-cisco-sis-7.1.1")};
        cisco_ok_put(&ok, &q, &answer);
        same(&ok, standby ? "000-8861-standby-ok.sip" : "000-8861-ok.sip", standby ? 329 : 641);
    }
}

static void seed_004_is_written_to_the_byte(void **state)
{
    (void)state;
    char a[2048];
    struct wr reg = wr_of(a, sizeof a);
    struct cisco_register r = register_cipc();
    cisco_register_put(&reg, &r);
    same(&reg, "004-cipc-register.sip", 973);
}

/* A soft phone's device may have any name; a standby Contact ends as a desk phone's does. */
static void the_contact_names_the_device(void **state)
{
    (void)state;
    char a[2048];
    struct wr w = wr_of(a, sizeof a);
    struct cisco_register r = register_cipc();
    r.device = STR("ipctest5");
    r.standby = true;
    cisco_register_put(&w, &r);
    assert_true(str_find(str_of_bytes(w.base, wr_len(&w)),
                         STR(";+u.sip!model.ccm.cisco.com=\"30016\";+u.sip!devicename.ccm.features.cisco.com="
                             "\"ipctest5\";expires=0;cisco-keep-alive\r\n")) > 0);
}

/* What the choice of a parameter says is the model of that index. */
static void choices_are_the_models(void **state)
{
    (void)state;
    struct str rest = STR(CISCO_PHONE_MODELS);
    int n = 0;
    for (; rest.n; n++) {
        struct str name = str_cut(&rest, '|');
        const struct cisco_phone_model *m = cisco_phone_model(n);
        assert_true(str_eq(name, str_of(m->name)));
        assert_int_equal(m->soft, strcmp(m->name, "CIPC") == 0);
        assert_true(m->device_param && m->locale_jar && m->product && m->load_prefix);
    }
    assert_int_equal(n, cisco_phone_model_count());
}

/* Sequence numbers of case study 2: 901 bytes a keepalive, 337 and 647 to 649 back. */
static void sizes_of_the_8961_follow(void **state)
{
    (void)state;
    static const struct {
        uint32_t tag;
        size_t bytes;
    } tags[] = {{12345678, 647}, {123456789, 648}, {1234567890, 649}};
    struct cisco_register r = register_7975();
    r.model = cisco_phone_model(2);
    r.host = STR("178.215.139.22");
    r.local_ip = STR("10.147.230.189");
    r.local_port = 50708;
    r.dn = STR("4155550142");
    r.call_id = STR("0024142d-df24000a-44da4e09-0de51424@10.147.230.189");
    char a[2048], b[2048];
    struct wr reg = wr_of(a, sizeof a), trying = wr_of(b, sizeof b);
    cisco_register_put(&reg, &r);
    assert_int_equal(wr_len(&reg), 901);
    struct cisco_request q = mirror(&reg);
    cisco_trying_put(&trying, &q, r.date_ns);
    assert_int_equal(wr_len(&trying), 337);
    for (size_t i = 0; i < 3; i++) {
        struct wr ok = wr_of(b, sizeof b);
        struct cisco_ok answer = {.date_ns = r.date_ns, .to_tag = tags[i].tag, .expires = 120,
                                  .bound = true,
                                  .supported = STR("X-cisco-srtp-fallback,X-cisco-sis-6.0.0")};
        cisco_ok_put(&ok, &q, &answer);
        assert_int_equal(wr_len(&ok), tags[i].bytes);
    }
}

/* Every day from 1970 to 2262 at some time of day, against the C library's calendar. */
static void dates_follow_the_calendar(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 106000; day++) {
        char got[40], want[40];
        struct txtbuf t = txtbuf_of(got, sizeof got);
        time_t at = (time_t)(day * 86400 + day * 7919 % 86400);
        struct tm tm;
        gmtime_r(&at, &tm);
        strftime(want, sizeof want, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        cisco_date(&t, (int64_t)at * 1000000000 + 999999999);
        assert_string_equal(got, want);
    }
    char before[40];
    struct txtbuf t = txtbuf_of(before, sizeof before);
    cisco_date(&t, -1);
    assert_string_equal(before, "Sun, 00 Jan 1900 00:00:00 GMT"); /* seed 004 */
}

static void an_outage_is_told_in_a_reason_header(void **state)
{
    (void)state;
    char a[2048];
    struct wr w = wr_of(a, sizeof a);
    struct cisco_register r = register_7975();
    r.reason = STR("cisco-alarm:14 Name=SEP0024142DDF24 Load=9.3.1 Last=cm-closed-tcp");
    r.date_ns = -1;
    cisco_register_put(&w, &r);
    struct str all = str_of_bytes(w.base, wr_len(&w));
    /* seed 004: between Content-Length and Expires; and its date before the clock is set */
    assert_true(str_find(all, STR("Content-Length: 0\r\nReason: SIP;cause=200;text=\"cisco-alarm:14 "
                                  "Name=SEP0024142DDF24 Load=9.3.1 Last=cm-closed-tcp\"\r\n"
                                  "Expires: 3600\r\n\r\n")) > 0);
    assert_true(str_find(all, STR("Date: Sun, 00 Jan 1900 00:00:00 GMT\r\n")) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seed_002_is_written_to_the_byte),
        cmocka_unit_test(seed_000_is_written_to_the_byte),
        cmocka_unit_test(seed_004_is_written_to_the_byte),
        cmocka_unit_test(the_contact_names_the_device),
        cmocka_unit_test(choices_are_the_models),
        cmocka_unit_test(sizes_of_the_8961_follow),
        cmocka_unit_test(dates_follow_the_calendar),
        cmocka_unit_test(an_outage_is_told_in_a_reason_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
