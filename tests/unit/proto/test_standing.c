/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A registration that stood before the run, as text: what each side is told, and what is refused. */
#include "models/proto/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PHONE "port=53006, seq=2991995217, ack=1953872619, call_id=a@b, from_tag=t, refresh_in=1.5s"
#define CUCM                                                                                          \
    "device=SEP0024142DDF24, peer=10.106.114.185:53006, seq=1953872619, ack=2991995217, call_id=a@b," \
    "cseq=11434, expires_in=16s"

static void reads_the_phones_half(void **state)
{
    struct standing s;
    struct err e;
    (void)state;
    assert_true(standing_parse(STANDING_PHONE, STR(PHONE ", branch=d451a4fa"), &s, &e));
    assert_int_equal(s.port, 53006);
    assert_true(s.seq == 2991995217u && s.ack == 1953872619u);
    assert_true(str_eq(s.call_id, STR("a@b")) && str_eq(s.from_tag, STR("t")));
    assert_true(s.refresh_in.ns == 1500000000);
    assert_true(s.branch_given && s.branch == 0xd451a4fau && !s.to_tag_given);
}

static void reads_cucms_half(void **state)
{
    struct standing s;
    struct err e;
    (void)state;
    assert_true(standing_parse(STANDING_CUCM, STR(CUCM ", to_tag=1708299782, dn=5678, model=437"), &s, &e));
    assert_true(s.peer.v == (10u << 24 | 106u << 16 | 114u << 8 | 185u));
    assert_int_equal(s.port, 53006);
    assert_int_equal(s.cseq, 11434);
    assert_true(s.expires_in.ns == 16000000000);
    assert_true(str_eq(s.device, STR("SEP0024142DDF24")) && str_eq(s.dn, STR("5678")));
    assert_true(s.to_tag_given && s.to_tag == 1708299782u && !s.branch_given);
}

static void names_what_is_wrong(void **state)
{
    static const struct {
        enum standing_side side;
        const char *text, *says;
    } bad[] = {
        {STANDING_PHONE, "port=1", "'seq' is missing"},
        {STANDING_PHONE, PHONE ", seq=1", "'seq' is given twice"},
        {STANDING_PHONE, PHONE ", brunch=d451a4fa", "did you mean 'branch'?"},
        {STANDING_PHONE, PHONE ", cseq=1", "there is no key 'cseq'"}, /* the other side's */
        {STANDING_PHONE, PHONE ", branch=xyz", "'branch' is 'xyz', not 8 hex digits"},
        {STANDING_PHONE, PHONE ", ", "there is no key ''"},
        {STANDING_PHONE, "port=0", "'port' is '0', not a port 1..65535"},
        {STANDING_PHONE, "seq=4294967296", "'seq' is '4294967296', not a number 0..4294967295"},
        {STANDING_PHONE, "call_id=", "'call_id' is '', not text"},
        {STANDING_PHONE, "refresh_in=5", "'refresh_in' is '5', not a span such as 15s"},
        {STANDING_CUCM, "peer=10.1.1.1", "'peer' is '10.1.1.1', not address:port"},
        {STANDING_CUCM, "peer=10.1.1.300:5060", "'peer' is '10.1.1.300:5060', not address:port"},
        {STANDING_PHONE, "from_tag=0123456789012345678901234567890123", "'from_tag' is longer than 33"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct standing s;
        struct err e = {0};
        assert_false(standing_parse(bad[i].side, str_of(bad[i].text), &s, &e));
        if (!strstr(e.msg, bad[i].says))
            fail_msg("'%s': %s", bad[i].text, e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_phones_half),
        cmocka_unit_test(reads_cucms_half),
        cmocka_unit_test(names_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
