/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_value.c: header values: numbers, addresses and their parameters (RFC 3261 20, 25.1). A
 * separator inside quotes or angle brackets separates nothing; a folded value's line ends count as
 * blanks. */
#include "models/wire/sip.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str trim(struct str s)
{
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Where the first `stop` outside quotes and angle brackets stands; s.n without one. */
static size_t plain_find(struct str s, char stop)
{
    bool quoted = false, angled = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quoted) {
            i += c == '\\'; /* the next one is escaped */
            quoted = c != '"';
        } else if (angled) {
            angled = c != '>';
        } else if (c == stop) {
            return i;
        } else {
            quoted = c == '"';
            angled = c == '<';
        }
    }
    return s.n;
}

/* What stands before the first plain `stop`; *rest keeps what follows it. */
static struct str plain_cut(struct str *rest, char stop)
{
    size_t n = plain_find(*rest, stop), used = n < rest->n ? n + 1 : n;
    struct str one = {rest->p, n};
    if (used) {
        rest->p += used;
        rest->n -= used;
    }
    return trim(one);
}

static bool find_param(struct str value, struct str name, struct str *out)
{
    struct str rest = plain_cut(&value, ',');
    plain_cut(&rest, ';'); /* the address itself */
    while (rest.n) {
        struct str v = plain_cut(&rest, ';'), key = plain_cut(&v, '=');
        if (!str_eq_nocase(key, name))
            continue;
        v = trim(v);
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

struct str sip_uri_of(struct str value)
{
    struct str v = plain_cut(&value, ',');
    size_t open = plain_find(v, '<');
    if (open == v.n)
        return plain_cut(&v, ';');
    struct str inside = {v.p + open + 1, v.n - open - 1};
    if (str_find(inside, STR(">")) < 0)
        return STR_NONE;
    return str_cut(&inside, '>');
}

struct str sip_uri_user(struct str value)
{
    struct str uri = sip_uri_of(value);
    str_cut(&uri, ':');
    if (str_find(uri, STR("@")) < 0)
        return STR_NONE;
    struct str user = str_cut(&uri, '@');
    return str_cut(&user, ':'); /* without a password */
}

bool sip_cseq(const struct sip_msg *m, struct sip_cseq *out)
{
    struct str v = trim(sip_header(m, SIP_CSEQ)), number = {v.p, 0};
    if (v.n == 0)
        return false;
    while (number.n < v.n && !is_blank(v.p[number.n]))
        number.n++;
    struct str method = trim((struct str){v.p + number.n, v.n - number.n});
    uint64_t n;
    if (!str_u64(number, 0x7fffffff, &n) || method.n == 0) /* RFC 3261 8.1.1.5: below 2^31 */
        return false;
    if (!m->is_response && !str_eq(method, m->method))
        return false;
    *out = (struct sip_cseq){(uint32_t)n, method};
    return true;
}

bool sip_expires(const struct sip_msg *m, uint32_t *out)
{
    uint64_t n;
    if (!str_u64(trim(sip_header(m, SIP_EXPIRES)), UINT32_MAX, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

bool sip_via(const struct sip_msg *m, struct sip_via *out)
{
    struct str list = sip_header(m, SIP_VIA), v = plain_cut(&list, ','), rest = v;
    struct str sent_by = plain_cut(&rest, ';'), protocol = sent_by;
    if (!str_starts_nocase(v, STR("SIP/2.0/")))
        return false;
    while (sent_by.n && !is_blank(sent_by.p[0])) {
        sent_by.p++;
        sent_by.n--;
    }
    protocol.n -= sent_by.n;
    *out = (struct sip_via){.transport = {protocol.p + 8, protocol.n - 8},
                            .sent_by = trim(sent_by),
                            .branch = sip_param(v, STR("branch")),
                            .rport = sip_has_param(v, STR("rport"))};
    return out->sent_by.n > 0 && out->transport.n > 0;
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
    if (out->device.n == 0) /* as the soft phone of seed 004 names it */
        out->device = sip_param(v, STR("+u.sip!devicename.ccm.features.cisco.com"));
    uint64_t n;
    if (find_param(v, STR("expires"), &expires) && str_u64(expires, UINT32_MAX, &n)) {
        out->has_expires = true;
        out->expires = (uint32_t)n;
    }
    return true;
}
