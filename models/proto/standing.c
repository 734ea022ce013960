/* SPDX-License-Identifier: GPL-3.0-or-later */
/* standing.c: see standing.h. One table says which keys there are and who needs them. */
#include "models/proto/standing.h"

#include <stddef.h>

#include "sim/kernel/dist.h"

enum kind { TEXT, NUMBER, PORT, HEX, SPAN, PEER };

#define PHONE_MAY 1u
#define PHONE_MUST 3u
#define CUCM_MAY 4u
#define CUCM_MUST 12u
#define DIALOG_MAY 16u
#define AT(field) offsetof(struct standing, field)

/* clang-format off */
static const struct key {
    const char *name;
    enum kind kind;
    size_t offset;
    unsigned use;
} keys[] = {
    {"port",       PORT,   AT(port),       PHONE_MUST},
    {"peer",       PEER,   AT(peer),       CUCM_MUST},
    {"seq",        NUMBER, AT(seq),        PHONE_MUST | CUCM_MUST},
    {"ack",        NUMBER, AT(ack),        PHONE_MUST | CUCM_MUST},
    {"device",     TEXT,   AT(device),     CUCM_MUST},
    {"model",      TEXT,   AT(model),      CUCM_MAY},
    {"dn",         TEXT,   AT(dn),         CUCM_MAY},
    {"call_id",    TEXT,   AT(call_id),    PHONE_MUST | CUCM_MUST | DIALOG_MAY},
    {"from_tag",   TEXT,   AT(from_tag),   PHONE_MUST | DIALOG_MAY},
    {"cseq",       NUMBER, AT(cseq),       CUCM_MUST},
    {"refresh_in", SPAN,   AT(refresh_in), PHONE_MUST},
    {"expires_in", SPAN,   AT(expires_in), CUCM_MUST},
    {"branch",     HEX,    AT(branch),     PHONE_MAY | DIALOG_MAY},
    {"to_tag",     NUMBER, AT(to_tag),     CUCM_MAY},
};
/* clang-format on */
#define KEY_COUNT (sizeof keys / sizeof keys[0])

static const struct {
    unsigned may, must; /* must 0: nothing */
} sides[] = {
    [STANDING_PHONE] = {PHONE_MAY, PHONE_MUST},
    [STANDING_CUCM] = {CUCM_MAY, CUCM_MUST},
    [STANDING_DIALOG] = {DIALOG_MAY, 0},
};

static bool find_key(enum standing_side side, struct str name, size_t *out, struct err *e)
{
    const char *names[KEY_COUNT];
    size_t n = 0;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (!(keys[i].use & sides[side].may))
            continue;
        names[n++] = keys[i].name;
        if (str_eq(name, str_of(keys[i].name))) {
            *out = i;
            return true;
        }
    }
    const char *near = str_nearest(name, names, n);
    return err_set(e, "there is no key '%.*s'%s%s%s", STR_ARG(name), near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

static bool parse_hex(struct str s, uint32_t *out)
{
    uint32_t v = 0;
    if (s.n != 8)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *out = v;
    return true;
}

static bool parse_port(struct str s, uint16_t *out)
{
    uint64_t v;
    if (!str_u64(s, 65535, &v) || v == 0)
        return false;
    *out = (uint16_t)v;
    return true;
}

static bool parse_number(struct str s, uint32_t *out)
{
    uint64_t v;
    if (!str_u64(s, UINT32_MAX, &v))
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool parse_peer(struct str s, struct standing *out)
{
    struct str addr = str_cut(&s, ':');
    return ip4_parse(addr, &out->peer) && parse_port(s, &out->port);
}

static bool parse_value(const struct key *k, struct str s, struct standing *out, struct err *e)
{
    static const char *const wanted[] = {
        [TEXT] = "text",           [NUMBER] = "a number 0..4294967295", [PORT] = "a port 1..65535",
        [HEX] = "8 hex digits",    [SPAN] = "a span such as 15s",       [PEER] = "address:port",
    };
    void *field = (char *)out + k->offset;
    bool ok = false;
    switch (k->kind) {
    case TEXT:
        *(struct str *)field = s;
        ok = s.n > 0;
        break;
    case NUMBER:
        ok = parse_number(s, field);
        break;
    case PORT:
        ok = parse_port(s, field);
        break;
    case HEX:
        ok = parse_hex(s, field);
        break;
    case SPAN:
        ok = dur_parse(s, field, e);
        break;
    case PEER:
        ok = parse_peer(s, out);
        break;
    }
    return ok || err_set(e, "'%s' is '%.*s', not %s", k->name, STR_ARG(s), wanted[k->kind]);
}

bool standing_parse(enum standing_side side, struct str text, struct standing *out, struct err *e)
{
    unsigned seen = 0;
    *out = (struct standing){0};
    while (text.n) {
        struct str value = str_trim(str_cut(&text, ',')), name = value;
        size_t k = 0;
        if (str_find(value, STR("=")) >= 0)
            name = str_trim(str_cut(&value, '='));
        if (!find_key(side, name, &k, e))
            return false;
        if (seen & 1u << k)
            return err_set(e, "'%s' is given twice", keys[k].name);
        seen |= 1u << k;
        if (!parse_value(&keys[k], str_trim(value), out, e))
            return false;
        out->branch_given |= keys[k].offset == AT(branch);
        out->to_tag_given |= keys[k].offset == AT(to_tag);
    }
    if (out->from_tag.n > STANDING_TAG_MAX || out->call_id.n > STANDING_CALL_ID_MAX)
        return err_set(e, "'%s' is longer than %d characters",
                       out->from_tag.n > STANDING_TAG_MAX ? "from_tag" : "call_id",
                       out->from_tag.n > STANDING_TAG_MAX ? STANDING_TAG_MAX : STANDING_CALL_ID_MAX);
    unsigned must = sides[side].must;
    for (size_t k = 0; must && k < KEY_COUNT; k++) {
        if ((keys[k].use & must) == must && !(seen & 1u << k))
            return err_set(e, "'%s' is missing", keys[k].name);
    }
    return true;
}
