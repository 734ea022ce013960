/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_cnf_xml.c: files that a phone fetches. The first byte chooses: its configuration, XMLDefault, a signed file,
 * the small ones, a list of those to trust. What is accepted is written, read again and written again as the same bytes; what is refused has
 * a sentence in printable characters. */
#include "tests/fuzz/fuzz.h"

#include "models/wire/cnf_xml.h"
#include "models/wire/phone_files.h"
#include "models/wire/sgn.h"
#include "models/wire/trust_list.h"

#define OUT_MAX (4u << 20) /* a byte may become six, and is indented */

static uint8_t once[OUT_MAX], twice[OUT_MAX];

static void check_sentence(const struct err *e)
{
    ASSERT(e->kind == ERR_USER && strncmp(e->msg, "line ", 5) == 0);
    for (const char *p = e->msg; *p; p++)
        ASSERT(*p >= ' ' && *p <= '~');
}

static void same(const struct wr *a, const struct wr *b)
{
    ASSERT(wr_ok(a) && wr_ok(b) && wr_len(a) == wr_len(b) && memcmp(once, twice, wr_len(a)) == 0);
}

static void try_cnf(struct str xml, struct arena *arena)
{
    struct err e = {0};
    struct cnf c;
    struct wr a = wr_of(once, OUT_MAX), b = wr_of(twice, OUT_MAX);
    if (!cnf_read(xml, arena, &c, &e)) {
        check_sentence(&e);
        return;
    }
    cnf_write(&a, &c);
    bool again = cnf_read(str_of_bytes(once, wr_len(&a)), arena, &c, &e);
    ASSERT(again);
    cnf_write(&b, &c);
    same(&a, &b);
}

static void try_default(struct str xml, struct arena *arena)
{
    struct err e = {0};
    struct xml_default d;
    struct wr a = wr_of(once, OUT_MAX), b = wr_of(twice, OUT_MAX);
    if (!xml_default_read(xml, arena, &d, &e)) {
        check_sentence(&e);
        return;
    }
    xml_default_write(&a, &d);
    bool again = xml_default_read(str_of_bytes(once, wr_len(&a)), arena, &d, &e);
    ASSERT(again);
    xml_default_write(&b, &d);
    same(&a, &b);
}

static void try_signed(struct str file)
{
    struct sgn s;
    struct err e = {0};
    if (sgn_unwrap(file, &s, &e))
        ASSERT(s.body.n < file.n && s.signer.n && s.file_name.n);
    else
        ASSERT(e.kind == ERR_USER && !s.body.p);
    struct wr w = wr_of(once, OUT_MAX);
    sgn_wrap(&w, STR("tftp"), STR("x.cnf.xml"), file);
    bool got = sgn_unwrap(str_of_bytes(once, wr_len(&w)), &s, &e);
    ASSERT(got && str_eq(s.body, file));
}

static void try_small(struct str xml)
{
    for (enum phone_file k = 0; k < PHONE_FILE_COUNT; k++) {
        struct err e = {0};
        if (!phone_file_usable(k, xml, &e))
            check_sentence(&e);
    }
}

/* Whoever is written into one is found there; nobody is in one that cannot be used. */
static void try_trust_list(struct str file)
{
    struct str signers[2] = {STR("tftp"), {file.p, file.n < 200 ? file.n : 200}};
    struct wr w = wr_of(once, OUT_MAX);
    bool usable = trust_list_usable(file), has = trust_list_has(file, STR("tftp"));
    ASSERT(usable || !has);
    trust_list_put(&w, signers, signers[1].n ? 2 : 1);
    struct str own = str_of_bytes(once, wr_len(&w));
    ASSERT(trust_list_usable(own) && trust_list_has(own, signers[0]));
    ASSERT(signers[1].n == 0 || trust_list_has(own, signers[1]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0 || n > 65536)
        return 0;
    struct arena *arena = arena_new("fuzz", 64u << 20);
    uint8_t *block = fuzz_exact(data + 1, n - 1);
    struct str file = str_of_bytes(block, n - 1);
    if (data[0] % 5 == 0)
        try_cnf(file, arena);
    else if (data[0] % 5 == 1)
        try_default(file, arena);
    else if (data[0] % 5 == 2)
        try_signed(file);
    else if (data[0] % 5 == 3)
        try_small(file);
    else
        try_trust_list(file);
    free(block);
    arena_free(arena);
    return 0;
}
