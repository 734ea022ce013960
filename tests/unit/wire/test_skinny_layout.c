/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_skinny_layout.c: where every field of every message stands, written from chan-sccp's sccp_protocol.h and
 * Wireshark's dissector. Each field alone is written between zeros and read back, whole and cut to pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/wire/skinny.h"

#define HEAD 12
#define BODY_MAX 1024

enum kind { END, NUM, IP, TXT, RAW };

struct place {
    enum kind kind;
    size_t at, size, member;
};

struct layout {
    uint32_t id, size; /* of the body */
    const char *name;
    struct place place[20];
};

#define M(member) offsetof(struct skinny, member)
#define NUMBER {NUM, 0, 4, M(number)}

static const struct layout layouts[] = {
    {0x0000, 0, "KeepAlive", {{0}}},
    {0x0001, 124, "Register",
     {{TXT, 0, 16, M(reg.device)}, {NUM, 16, 4, M(reg.user_id)}, {NUM, 20, 4, M(reg.instance)}, {IP, 24, 4, M(reg.addr)},
      {NUM, 28, 4, M(reg.device_type)}, {NUM, 32, 4, M(reg.max_streams)}, {NUM, 36, 4, M(reg.active_streams)},
      {NUM, 40, 4, M(reg.protocol)}, {NUM, 44, 4, M(reg.max_conferences)}, {NUM, 48, 4, M(reg.active_conferences)},
      {TXT, 52, 12, M(reg.mac)}, {NUM, 64, 4, M(reg.ip4_scope)}, {NUM, 68, 4, M(reg.max_lines)},
      {RAW, 72, 16, M(reg.ip6)}, {NUM, 88, 4, M(reg.ip6_scope)}, {TXT, 92, 32, M(reg.load)}}},
    {0x0002, 4, "IpPort", {NUMBER}},
    {0x0009, 4, "ForwardStatReq", {NUMBER}},
    {0x000a, 4, "SpeedDialStatReq", {NUMBER}},
    {0x000b, 4, "LineStatReq", {NUMBER}},
    {0x000c, 0, "ConfigStatReq", {{0}}},
    {0x000d, 0, "TimeDateReq", {{0}}},
    {0x000e, 0, "ButtonTemplateReq", {{0}}},
    {0x000f, 0, "VersionReq", {{0}}},
    {0x0012, 0, "ServerReq", {{0}}},
    {0x0020, 92, "Alarm",
     {{NUM, 0, 4, M(alarm.severity)}, {TXT, 4, 80, M(alarm.text)}, {NUM, 84, 4, M(alarm.parm1)},
      {NUM, 88, 4, M(alarm.parm2)}}},
    {0x0025, 0, "SoftKeySetReq", {{0}}},
    {0x0027, 4, "Unregister", {NUMBER}},
    {0x0028, 0, "SoftKeyTemplateReq", {{0}}},
    {0x0029, 52, "RegisterTokenReq",
     {{TXT, 0, 16, M(token.device)}, {NUM, 16, 4, M(token.user_id)}, {NUM, 20, 4, M(token.instance)},
      {IP, 24, 4, M(token.addr)}, {NUM, 28, 4, M(token.device_type)}, {RAW, 32, 16, M(token.ip6)},
      {NUM, 48, 4, M(token.flags)}}},
    {0x002d, 4, "RegisterAvailableLines", {NUMBER}},
    {0x0081, 20, "RegisterAck",
     {{NUM, 0, 4, M(register_ack.keepalive_s)}, {TXT, 4, 6, M(register_ack.date_template)},
      {NUM, 12, 4, M(register_ack.backup_keepalive_s)}, {NUM, 16, 4, M(register_ack.protocol)}}},
    {0x0090, 92, "ForwardStat",
     {{NUM, 0, 4, M(forward_stat.active)}, {NUM, 4, 4, M(forward_stat.line)},
      {NUM, 8, 4, M(forward_stat.all.active)}, {TXT, 12, 24, M(forward_stat.all.number)},
      {NUM, 36, 4, M(forward_stat.busy.active)}, {TXT, 40, 24, M(forward_stat.busy.number)},
      {NUM, 64, 4, M(forward_stat.no_answer.active)}, {TXT, 68, 24, M(forward_stat.no_answer.number)}}},
    {0x0091, 68, "SpeedDialStat",
     {{NUM, 0, 4, M(speed_dial.number)}, {TXT, 4, 24, M(speed_dial.dn)}, {TXT, 28, 40, M(speed_dial.name)}}},
    {0x0092, 112, "LineStat",
     {{NUM, 0, 4, M(line_stat.line)}, {TXT, 4, 24, M(line_stat.number)}, {TXT, 28, 40, M(line_stat.name)},
      {TXT, 68, 40, M(line_stat.display)}, {NUM, 108, 4, M(line_stat.options)}}},
    {0x0093, 112, "ConfigStat",
     {{TXT, 0, 16, M(config_stat.device)}, {NUM, 16, 4, M(config_stat.user_id)}, {NUM, 20, 4, M(config_stat.instance)},
      {TXT, 24, 40, M(config_stat.user)}, {TXT, 64, 40, M(config_stat.server)}, {NUM, 104, 4, M(config_stat.lines)},
      {NUM, 108, 4, M(config_stat.speed_dials)}}},
    {0x0094, 36, "DefineTimeDate",
     {{NUM, 0, 4, M(time_date.year)}, {NUM, 4, 4, M(time_date.month)}, {NUM, 8, 4, M(time_date.weekday)},
      {NUM, 12, 4, M(time_date.day)}, {NUM, 16, 4, M(time_date.hour)}, {NUM, 20, 4, M(time_date.minute)},
      {NUM, 24, 4, M(time_date.second)}, {NUM, 28, 4, M(time_date.ms)}, {NUM, 32, 4, M(time_date.system_time_s)}}},
    {0x0098, 16, "Version", {{TXT, 0, 16, M(text)}}},
    {0x0099, 32, "DisplayText", {{TXT, 0, 32, M(text)}}},
    {0x009a, 4, "ClearDisplay", {{0}}},
    {0x009b, 0, "CapabilitiesReq", {{0}}},
    {0x009d, 32, "RegisterReject", {{TXT, 0, 32, M(text)}}},
    {0x009e, 280, "ServerRes",
     {{TXT, 0, 48, M(servers.name[0])}, {TXT, 48, 48, M(servers.name[1])}, {TXT, 192, 48, M(servers.name[4])},
      {NUM, 240, 4, M(servers.port[0])}, {NUM, 244, 4, M(servers.port[1])}, {NUM, 256, 4, M(servers.port[4])},
      {IP, 260, 4, M(servers.addr[0])}, {IP, 264, 4, M(servers.addr[1])}, {IP, 276, 4, M(servers.addr[4])}}},
    {0x009f, 4, "Reset", {NUMBER}},
    {0x0100, 0, "KeepAliveAck", {{0}}},
    {0x0110, 16, "SelectSoftKeys",
     {{NUM, 0, 4, M(softkey_choice.line)}, {NUM, 4, 4, M(softkey_choice.call)}, {NUM, 8, 4, M(softkey_choice.set)},
      {NUM, 12, 4, M(softkey_choice.mask)}}},
    {0x0112, 44, "DisplayPromptStatus",
     {{NUM, 0, 4, M(prompt.timeout_s)}, {TXT, 4, 32, M(prompt.text)}, {NUM, 36, 4, M(prompt.line)},
      {NUM, 40, 4, M(prompt.call)}}},
    {0x0118, 4, "UnregisterAck", {NUMBER}},
    {0x011a, 0, "RegisterTokenAck", {{0}}},
    {0x011b, 4, "RegisterTokenReject", {NUMBER}},
};

#define LAYOUTS (sizeof layouts / sizeof layouts[0])

/* The bytes that a field full of marks has on the wire, in order 0xa1, 0xa2, ... */
static void marks(const struct place *p, uint8_t *out)
{
    for (size_t i = 0; i < p->size; i++)
        out[i] = (uint8_t)(0xa1 + i);
}

static void set(struct skinny *m, const struct place *p, const uint8_t *marked)
{
    const uint32_t number = 0xa4a3a2a1;          /* little-endian on the wire */
    const struct ip4 addr = {0xa1a2a3a4};        /* network order */
    const struct str text = {(const char *)marked, p->size};
    char *to = (char *)m + p->member;
    if (p->kind == NUM)
        memcpy(to, &number, sizeof number);
    else if (p->kind == IP)
        memcpy(to, &addr, sizeof addr);
    else if (p->kind == TXT)
        memcpy(to, &text, sizeof text);
    else
        memcpy(to, marked, p->size);
}

static bool same(const struct skinny *a, const struct skinny *b, const struct place *p)
{
    const char *x = (const char *)a + p->member, *y = (const char *)b + p->member;
    struct str s, t;
    if (p->kind != TXT)
        return memcmp(x, y, p->size) == 0;
    memcpy(&s, x, sizeof s);
    memcpy(&t, y, sizeof t);
    return str_eq(s, t);
}

static void expect_head(const uint8_t *b, uint32_t id, size_t body)
{
    const uint8_t want[HEAD] = {(uint8_t)(body + 4), (uint8_t)((body + 4) >> 8), 0, 0, 0, 0, 0, 0,
                                (uint8_t)id, (uint8_t)(id >> 8)};
    assert_memory_equal(b, want, HEAD);
}

static void check_place(const struct layout *l, const struct place *p)
{
    uint8_t b[HEAD + BODY_MAX], want[BODY_MAX] = {0}, marked[80];
    struct skinny m = {.id = l->id}, again;
    marks(p, marked);
    memcpy(want + p->at, marked, p->size);
    set(&m, p, marked);
    struct wr w = wr_of(b, sizeof b);
    skinny_put(&w, &m);
    assert_int_equal(wr_len(&w), HEAD + l->size);
    expect_head(b, l->id, l->size);
    if (memcmp(b + HEAD, want, l->size) != 0)
        fail_msg("%s: the field at %zu stands elsewhere", l->name, p->at);
    struct rd r = rd_of(b, wr_len(&w));
    assert_true(skinny_get(&r, &again));
    if (!same(&m, &again, p))
        fail_msg("%s: the field at %zu is read from elsewhere", l->name, p->at);
}

static void test_fields(void **state)
{
    (void)state;
    for (const struct layout *l = layouts; l < layouts + LAYOUTS; l++) {
        for (const struct place *p = l->place; p->kind != END; p++)
            check_place(l, p);
    }
}

/* Without a field set: zeros of the full size. And what a trace of CUCM calls "defined". */
static void test_sizes(void **state)
{
    (void)state;
    static const uint8_t zeros[BODY_MAX];
    for (const struct layout *l = layouts; l < layouts + LAYOUTS; l++) {
        uint8_t b[HEAD + BODY_MAX];
        const struct skinny m = {.id = l->id};
        struct wr w = wr_of(b, sizeof b);
        skinny_put(&w, &m);
        assert_int_equal(wr_len(&w), HEAD + l->size);
        expect_head(b, l->id, l->size);
        assert_memory_equal(b + HEAD, zeros, l->size);
        assert_int_equal(skinny_defined_length(l->id), l->size + 4);
        assert_string_equal(skinny_name(l->id), l->name);
    }
}

/* Every message cut at every byte: what is left of a field is read, what is gone is zero; or it is refused. */
static void test_cut(void **state)
{
    (void)state;
    for (const struct layout *l = layouts; l < layouts + LAYOUTS; l++) {
        uint8_t b[HEAD + BODY_MAX] = {0}, back[HEAD + BODY_MAX];
        struct skinny m;
        for (size_t i = 0; i < l->size; i++)
            b[HEAD + i] = 0x5a;
        bool whole_before = false;
        for (uint32_t n = 0; n <= l->size; n++) {
            b[0] = (uint8_t)(n + 4);
            b[1] = (uint8_t)((n + 4) >> 8);
            b[8] = (uint8_t)l->id;
            b[9] = (uint8_t)(l->id >> 8);
            struct rd r = rd_of(b, HEAD + n);
            bool got = skinny_get(&r, &m);
            assert_true(got || !whole_before); /* more of it is no worse */
            whole_before = got;
            for (const struct place *p = l->place; got && p->kind == NUM; p++) {
                uint32_t v, left = p->at >= n ? 0 : n - (uint32_t)p->at;
                memcpy(&v, (char *)&m + p->member, sizeof v);
                assert_int_equal(v, left >= 4 ? 0x5a5a5a5a : 0x5a5a5a5au & ((1u << 8 * left) - 1));
            }
            if (!got || n == 0)
                continue;
            struct wr w = wr_of(back, sizeof back);
            skinny_put(&w, &m);
            assert_int_equal(wr_len(&w), HEAD + n);
        }
        assert_true(whole_before);
    }
}

/* The ids of the header, no others, have names. */
static void test_ids(void **state)
{
    (void)state;
    static const uint32_t lists[] = {SKINNY_CAPABILITIES_RES, SKINNY_BUTTON_TEMPLATE, SKINNY_SOFTKEY_TEMPLATE_RES,
                                     SKINNY_SOFTKEY_SET_RES};
    size_t named = 0;
    for (uint32_t id = 0; id <= 0x20000; id++)
        named += skinny_name(id) != NULL;
    assert_int_equal(named, LAYOUTS + sizeof lists / sizeof lists[0]);
    assert_null(skinny_name(UINT32_MAX));
    assert_int_equal(skinny_defined_length(0x82), 0);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        assert_non_null(skinny_name(lists[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
