/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sgn.c: see sgn.h. */
#include "models/wire/sgn.h"

#include "sim/base/hash.h"

enum { SIGNER = 4, DIGEST = 12, FILE_NAME = 14 };

#define MAGIC 0x53474e31u /* "SGN1" */
#define DIGEST_BYTES 8

static struct str cut(struct str s)
{
    return (struct str){s.p, s.n < SGN_NAME_MAX ? s.n : SGN_NAME_MAX};
}

/* Lengths are part of hash_bytes, so bytes cannot move from one field to the next unseen. */
static uint64_t digest(struct str signer, struct str file_name, struct str body)
{
    uint64_t h = hash_bytes(MAGIC, signer.p, signer.n);
    h = hash_bytes(h, file_name.p, file_name.n);
    return hash_bytes(h, body.p, body.n);
}

static void put_text(struct wr *w, uint8_t type, struct str s)
{
    wr_u8(w, type);
    wr_u16(w, (uint32_t)s.n);
    wr_str(w, s);
}

void sgn_wrap(struct wr *w, struct str signer, struct str file_name, struct str body)
{
    wr_u32(w, MAGIC);
    put_text(w, SIGNER, cut(signer));
    put_text(w, FILE_NAME, cut(file_name));
    wr_u8(w, DIGEST);
    wr_u16(w, DIGEST_BYTES);
    wr_u64(w, digest(cut(signer), cut(file_name), body));
    wr_str(w, body);
}

static void get_name(struct rd *r, struct str value, struct str *out)
{
    if (out->p)
        rd_fail(r, "a name twice in the signature's header");
    else if (value.n == 0 || value.n > SGN_NAME_MAX)
        rd_fail(r, "a name of no or too many bytes in the signature's header");
    else
        *out = value;
}

static void get_header(struct rd *r, struct sgn *s)
{
    bool ended = false;
    if (rd_u32(r) != MAGIC && rd_ok(r))
        rd_fail(r, "no signature");
    while (rd_ok(r) && !ended) {
        uint8_t type = rd_u8(r);
        struct rd value = rd_sub(r, rd_u16(r));
        ended = type == DIGEST;
        if (!rd_ok(r))
            return; /* cut */
        if (type == SIGNER)
            get_name(r, rd_bytes(&value, rd_left(&value)), &s->signer);
        else if (type == FILE_NAME)
            get_name(r, rd_bytes(&value, rd_left(&value)), &s->file_name);
        else if (ended && rd_left(&value) != DIGEST_BYTES)
            rd_fail(r, "a digest of a wrong size");
        else if (ended)
            s->digest = rd_u64(&value);
    }
}

static const char *check(const struct sgn *s)
{
    if (!s->signer.p || !s->file_name.p)
        return "the signature's header lacks the signer or the file's name";
    if (s->digest != digest(s->signer, s->file_name, s->body))
        return "the signature is wrong";
    return NULL;
}

bool sgn_unwrap(struct str file, struct sgn *out, struct err *e)
{
    struct rd r = rd_of(file.p, file.n);
    struct sgn s = {0};
    get_header(&r, &s);
    s.body = rd_bytes(&r, rd_left(&r));
    const char *why = rd_ok(&r) ? check(&s) : r.why;
    *out = why ? (struct sgn){0} : s;
    return !why || err_set(e, "%s", why);
}
