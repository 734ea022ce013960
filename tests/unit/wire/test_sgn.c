/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sgn.c: signed files: what was signed comes out, whatever was changed does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "models/wire/sgn.h"

#define TFTP STR("tftp")
#define NAME STR("SEP0004F2000001.cnf.xml")
#define BODY STR("<device>\n  <deviceProtocol>SIP</deviceProtocol>\n</device>\n")

static uint8_t file[1024];

static struct str wrap(struct str signer, struct str name, struct str body)
{
    struct wr w = wr_of(file, sizeof file);
    sgn_wrap(&w, signer, name, body);
    assert_true(wr_ok(&w) && wr_len(&w) <= body.n + SGN_HEADER_MAX);
    return str_of_bytes(file, wr_len(&w));
}

/* From a block of exactly its size. */
static void assert_refused(struct str bytes, const char *want)
{
    static const struct sgn none;
    struct sgn s;
    struct err e = {0};
    char *block = malloc(bytes.n ? bytes.n : 1);
    if (bytes.n)
        memcpy(block, bytes.p, bytes.n);
    bool got = sgn_unwrap((struct str){block, bytes.n}, &s, &e);
    free(block);
    assert_false(got);
    if (want)
        assert_string_equal(e.msg, want);
    assert_true(e.msg[0]);
    assert_memory_equal(&s, &none, sizeof s);
}

static struct sgn unwrap(struct str bytes)
{
    struct sgn s;
    struct err e = {0};
    if (!sgn_unwrap(bytes, &s, &e))
        fail_msg("refused: %s", e.msg);
    return s;
}

static void test_signed(void **state)
{
    (void)state;
    struct sgn s = unwrap(wrap(TFTP, NAME, BODY));
    assert_true(str_eq(s.body, BODY) && str_eq(s.signer, TFTP) && str_eq(s.file_name, NAME));
    assert_int_equal(unwrap(wrap(TFTP, NAME, STR_NONE)).body.n, 0);
    char name[300];
    memset(name, 'x', sizeof name);
    s = unwrap(wrap((struct str){name, 300}, (struct str){name, 255}, BODY));
    assert_true(s.signer.n == 255 && s.file_name.n == 255 && str_eq(s.body, BODY));
}

/* The layout of sgn.h, byte by byte up to the signature. */
static void test_layout(void **state)
{
    (void)state;
    static const char want[] = "SGN1\x04\x00\x04tftp\x0e\x00\x17SEP0004F2000001.cnf.xml\x0c\x00\x08";
    struct str f = wrap(TFTP, NAME, BODY);
    assert_memory_equal(f.p, want, sizeof want - 1);
    assert_int_equal(f.n, sizeof want - 1 + 8 + BODY.n);
    assert_memory_equal(f.p + f.n - BODY.n, BODY.p, BODY.n);
}

static void test_refused(void **state)
{
    (void)state;
    struct str own = wrap(STR("tftp"), NAME, BODY);
    memcpy(file + 7, "evil", 4); /* another signer over the same digest */
    assert_refused(own, "the signature is wrong");
    own = wrap(TFTP, NAME, BODY);
    file[own.n - BODY.n + 1]++;
    assert_refused(own, "the signature is wrong");
    assert_refused(wrap(STR_NONE, NAME, BODY), "a name of no or too many bytes in the signature's header");
    assert_refused(BODY, "no signature");
    assert_refused(STR_NONE, "truncated");
    assert_refused(STR("SGN1\x0c\x00\x07" "1234567"), "a digest of a wrong size");
    assert_refused(STR("SGN1\x0c\x00\x08" "12345678"),
                   "the signature's header lacks the signer or the file's name");
    assert_refused(STR("SGN1\x04\x00\x01" "a\x04\x00\x01" "b"), "a name twice in the signature's header");
    assert_refused(STR("SGN1\x04\x00\x00\x0c\x00\x08" "12345678"),
                   "a name of no or too many bytes in the signature's header");
}

static void test_every_bit_and_length(void **state)
{
    (void)state;
    struct str f = wrap(TFTP, NAME, BODY);
    for (size_t i = 0; i < f.n * 8; i++) {
        file[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_refused(f, NULL);
        file[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t n = 0; n < f.n; n++)
        assert_refused((struct str){f.p, n}, NULL);
    file[f.n] = '\n';
    assert_refused((struct str){f.p, f.n + 1}, "the signature is wrong");
}

/* A later version's field is no reason to refuse. */
static void test_unknown_field(void **state)
{
    (void)state;
    struct str f = wrap(TFTP, NAME, BODY);
    uint8_t longer[1024];
    struct wr w = wr_of(longer, sizeof longer);
    wr_str(&w, (struct str){f.p, 4});
    wr_str(&w, STR("\x0f\x00\x04time"));
    wr_str(&w, (struct str){f.p + 4, f.n - 4});
    assert_true(str_eq(unwrap(str_of_bytes(longer, wr_len(&w))).body, BODY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_bit_and_length),
        cmocka_unit_test(test_unknown_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
