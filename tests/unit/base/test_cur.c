/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte cursors: network order, failures that stick, writers that never pass their end. */
#include "tests/unit/base/base_kit.h"

#include "sim/base/cur.h"

static const uint8_t bytes[18] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};

static void reads_are_in_network_order(void **state)
{
    (void)state;
    struct rd r = rd_of(bytes, sizeof bytes);
    assert_int_equal(rd_u8(&r), 0x01);
    assert_int_equal(rd_u16(&r), 0x0203);
    assert_int_equal(rd_u24(&r), 0x040506);
    assert_int_equal(rd_u32(&r), 0x0708090a);
    assert_int_equal(rd_u64(&r), 0x0b0c0d0e0f101112u);
    assert_true(rd_done(&r));
    assert_int_equal(rd_at(&r), 18);
}

static void the_first_failure_sticks(void **state)
{
    (void)state;
    struct rd r = rd_of(bytes, 3);
    assert_int_equal(rd_u16(&r), 0x0102);
    assert_int_equal(rd_u32(&r), 0);
    assert_false(rd_ok(&r));
    assert_string_equal(r.why, "truncated");
    assert_int_equal(rd_u8(&r), 0); /* one byte is there, but nothing moves any more */
    assert_int_equal(rd_at(&r), 2);
    assert_int_equal(rd_left(&r), 0);
    assert_int_equal(rd_bytes(&r, 1).n, 0);
    rd_fail(&r, "later");
    assert_string_equal(r.why, "truncated");
    uint8_t copy[2] = {9, 9};
    rd_copy(&r, copy, 2);
    assert_int_equal(copy[0] | copy[1], 0);
}

static void meaning_may_fail_too(void **state)
{
    (void)state;
    struct rd r = rd_of(bytes, 3);
    rd_fail(&r, "option 53 has length 0");
    assert_false(rd_done(&r));
    assert_string_equal(r.why, "option 53 has length 0");
}

static void a_child_is_bounded(void **state)
{
    (void)state;
    struct rd r = rd_of(bytes, 6);
    struct rd child = rd_sub(&r, 4);
    assert_int_equal(rd_left(&r), 2);
    assert_int_equal(rd_u32(&child), 0x01020304);
    assert_true(rd_done(&child));
    rd_u8(&child);
    assert_false(rd_ok(&child));
    assert_true(rd_ok(&r)); /* what fails inside leaves the parent whole */
    struct rd none = rd_sub(&r, 3);
    assert_false(rd_ok(&none));
    assert_false(rd_ok(&r)); /* a short parent fails both */
    struct rd empty = rd_of(NULL, 0);
    assert_true(rd_done(&empty));
}

static void writes_come_back(void **state)
{
    (void)state;
    uint8_t out[32];
    struct wr w = wr_of(out, sizeof out);
    wr_u8(&w, 0x01);
    wr_u16(&w, 0x0203);
    wr_u24(&w, 0x040506);
    wr_u32(&w, 0x0708090a);
    wr_u64(&w, 0x0b0c0d0e0f101112u);
    assert_int_equal(wr_len(&w), 18);
    assert_memory_equal(out, bytes, 18);
    wr_str(&w, STR("ab"));
    wr_zeros(&w, 2);
    assert_memory_equal(out + 18, "ab\0\0", 4);
    assert_true(wr_ok(&w));
}

static void a_full_writer_stays_full(void **state)
{
    (void)state;
    uint8_t out[4] = {0, 0, 0, 0x77};
    struct wr w = wr_of(out, 3);
    wr_u16(&w, 0xabcd);
    wr_u16(&w, 0xffff); /* does not fit: not even in part */
    assert_false(wr_ok(&w));
    assert_int_equal(wr_len(&w), 2);
    wr_u8(&w, 1); /* would fit */
    assert_int_equal(wr_len(&w), 2);
    assert_int_equal(out[2], 0);
    assert_int_equal(out[3], 0x77);
}

static void lengths_are_filled_in_later(void **state)
{
    (void)state;
    uint8_t out[8];
    struct wr w = wr_of(out, sizeof out);
    wr_u8(&w, 0xaa);
    struct wr_hole h = wr_hole16(&w);
    wr_str(&w, STR("xyz"));
    wr_fill_len(&w, h);
    assert_memory_equal(out, "\xaa\x00\x03xyz", 6);
    wr_fill16(&w, h, 0x1234);
    assert_memory_equal(out + 1, "\x12\x34", 2);
    wr_zeros(&w, 100);
    wr_fill_len(&w, wr_hole16(&w)); /* no place: nothing happens */
    assert_false(wr_ok(&w));
}

static void too_large_for_its_field(void *arg)
{
    uint8_t out[8];
    struct wr w = wr_of(out, sizeof out);
    if (arg)
        wr_u24(&w, 0x1000000);
    else
        wr_u16(&w, 0x10000);
}

static void values_are_never_cut(void **state)
{
    (void)state;
    int x;
    assert_true(kit_dies(too_large_for_its_field, NULL, "0xffff"));
    assert_true(kit_dies(too_large_for_its_field, &x, "0xffffff"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_are_in_network_order),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(meaning_may_fail_too),
        cmocka_unit_test(a_child_is_bounded),
        cmocka_unit_test(writes_come_back),
        cmocka_unit_test(a_full_writer_stays_full),
        cmocka_unit_test(lengths_are_filled_in_later),
        cmocka_unit_test(values_are_never_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
