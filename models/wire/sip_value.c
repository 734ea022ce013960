/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_value.c: header values: numbers, addresses and their parameters. Quotes and angle brackets are
 * respected: a semicolon inside them separates nothing. */
#include "models/wire/sip.h"

bool sip_cseq(const struct sip_msg *m, struct sip_cseq *out)
{
    struct str v = sip_header(m, SIP_CSEQ), number = str_cut(&v, ' ');
    uint64_t n;
    if (!str_u64(number, 0x7fffffff, &n) || str_trim(v).n == 0) /* RFC 3261 8.1.1.5: below 2^31 */
        return false;
    *out = (struct sip_cseq){(uint32_t)n, str_trim(v)};
    return true;
}

bool sip_expires(const struct sip_msg *m, uint32_t *out)
{
    uint64_t n;
    if (!str_u64(sip_header(m, SIP_EXPIRES), UINT32_MAX, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

struct str sip_uri_of(struct str v)
{
    ptrdiff_t open = str_find(v, STR("<"));
    if (open < 0) {
        struct str rest = v;
        return str_trim(str_cut(&rest, ';'));
    }
    struct str rest = {v.p + open + 1, v.n - (size_t)open - 1};
    return str_cut(&rest, '>');
}

struct str sip_uri_user(struct str name_addr)
{
    struct str uri = sip_uri_of(name_addr);
    if (str_find(uri, STR("@")) < 0)
        return STR_NONE;
    str_cut(&uri, ':');
    return str_cut(&uri, '@');
}

/* Cuts the next ;parameter off *rest; empty at the end. */
static struct str next_param(struct str *rest)
{
    bool quoted = false;
    int depth = 0;
    size_t n = 0;
    for (; n < rest->n; n++) {
        char c = rest->p[n];
        if (c == '"' && (n == 0 || rest->p[n - 1] != '\\'))
            quoted = !quoted;
        else if (!quoted && c == '<')
            depth++;
        else if (!quoted && c == '>')
            depth--;
        else if (!quoted && depth == 0 && c == ';')
            break;
    }
    struct str one = {rest->p, n};
    size_t used = n < rest->n ? n + 1 : n;
    rest->p += used;
    rest->n -= used;
    return str_trim(one);
}

static bool find_param(struct str value, struct str name, struct str *out)
{
    struct str rest = value;
    next_param(&rest); /* the address itself */
    while (rest.n) {
        struct str v = next_param(&rest), key = str_trim(str_cut(&v, '='));
        if (!str_eq_nocase(key, name))
            continue;
        v = str_trim(v);
        if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
            v = (struct str){v.p + 1, v.n - 2};
        *out = v;
        return true;
    }
    return false;
}

struct str sip_param(struct str value, struct str name)
{
    struct str v = STR_NONE;
    find_param(value, name, &v);
    return v;
}

bool sip_has_param(struct str value, struct str name)
{
    struct str v;
    return find_param(value, name, &v);
}

bool sip_via(const struct sip_msg *m, struct sip_via *out)
{
    struct str v = sip_header(m, SIP_VIA);
    if (!str_starts_nocase(v, STR("SIP/2.0/")))
        return false;
    struct str rest = v, first = next_param(&rest);
    str_cut(&first, ' ');
    *out = (struct sip_via){.sent_by = str_trim(first),
                            .branch = sip_param(v, STR("branch")),
                            .rport = sip_has_param(v, STR("rport"))};
    return out->sent_by.n > 0;
}

bool sip_contact(const struct sip_msg *m, struct sip_contact *out)
{
    struct str v = sip_header(m, SIP_CONTACT), expires;
    if (v.n == 0)
        return false;
    *out = (struct sip_contact){
        .uri = sip_uri_of(v),
        .instance = sip_param(v, STR("+sip.instance")),
        .device = sip_param(v, STR("+u.sip!devicename.ccm.cisco.com")),
        .model = sip_param(v, STR("+u.sip!model.ccm.cisco.com")),
        .keep_alive = sip_has_param(v, STR("cisco-keep-alive")),
    };
    uint64_t n;
    if (find_param(v, STR("expires"), &expires) && str_u64(expires, UINT32_MAX, &n)) {
        out->has_expires = true;
        out->expires = (uint32_t)n;
    }
    return true;
}
