/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_value.c: header values: numbers, addresses and their parameters (RFC 3261 20, 25.1). A
 * separator inside quotes or angle brackets separates nothing; a folded value's line ends count as
 * blanks. */
#include "models/wire/sip.h"

#include "models/wire/header.h"

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

/* Where the first `stop` or `end` outside quotes and angle brackets stands; s.n without one. */
static size_t plain_find(struct str s, char stop, char end)
{
    static const bool marks[256] = {
        ['"'] = true, ['\\'] = true, ['<'] = true, ['>'] = true,
        [';'] = true, [','] = true, ['='] = true, /* every stop and end there is */
    };
    bool quoted = false, angled = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!marks[(uint8_t)c])
            continue;
        if (quoted) {
            i += c == '\\'; /* the next one is escaped */
            quoted = c != '"';
        } else if (angled) {
            angled = c != '>';
        } else if (c == stop || c == end) {
            return i;
        } else {
            quoted = c == '"';
            angled = c == '<';
        }
    }
    return s.n;
}

/* What stands before the first plain `stop` or `end`; *rest keeps what follows it: nothing after an `end`. */
static struct str plain_cut(struct str *rest, char stop, char end)
{
    size_t n = plain_find(*rest, stop, end);
    struct str one = {rest->p, n};
    size_t used = n == rest->n ? n : rest->p[n] == stop ? n + 1 : rest->n;
    if (used) {
        rest->p += used;
        rest->n -= used;
    }
    return trim(one);
}

static struct str comma_cut(struct str *rest)
{
    return plain_cut(rest, ',', ',');
}

/* The next ;name=value of the first element of a list, quotes removed. *rest is what follows the address. */
static bool next_param(struct str *rest, struct str *name, struct str *value)
{
    if (rest->n == 0)
        return false;
    struct str v = plain_cut(rest, ';', ',');
    *name = plain_cut(&v, '=', '=');
    v = trim(v);
    if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
        v = (struct str){v.p + 1, v.n - 2};
    *value = v;
    return true;
}

static bool find_param(struct str value, struct str name, struct str *out)
{
    struct str key, v;
    plain_cut(&value, ';', ','); /* the address itself */
    while (next_param(&value, &key, &v)) {
        if (!str_eq_nocase(key, name))
            continue;
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

struct str sip_tag(struct str value)
{
    struct str tag = sip_param(value, STR("tag"));
    return header_is_token(tag) ? tag : STR_NONE;
}

/* Neither a fold nor a quote can be part of it: what is taken for a URI may be written into a start line. */
struct str sip_uri_of(struct str value)
{
    size_t open = plain_find(value, '<', ',');
    if (open == value.n || value.p[open] == ',') {
        struct str uri = plain_cut(&value, ';', ',');
        bool some = str_find(uri, STR(":")) >= 0 || str_eq(uri, STR("*"));
        return some && sip_is_uri(uri) ? uri : STR_NONE;
    }
    struct str inside = {value.p + open + 1, value.n - open - 1};
    if (str_find(inside, STR(">")) < 0)
        return STR_NONE;
    struct str uri = str_cut(&inside, '>');
    return sip_is_uri(uri) ? uri : STR_NONE;
}

struct sip_list sip_list_of(const struct sip_msg *m, enum sip_header_id id)
{
    return (struct sip_list){.m = m, .id = id, .next = m->first[id] ? m->first[id] - 1u : m->header_count};
}

bool sip_list_next(struct sip_list *l, struct str *element)
{
    for (;;) {
        while (l->rest.n) {
            *element = comma_cut(&l->rest);
            if (element->n)
                return true;
        }
        while (l->next < l->m->header_count && !sip_header_is(l->m->headers[l->next].name, l->id))
            l->next++;
        if (l->next == l->m->header_count)
            return false;
        l->rest = l->m->headers[l->next++].value;
    }
}

bool sip_list_has(const struct sip_msg *m, enum sip_header_id id, struct str word)
{
    struct str one;
    for (struct sip_list l = sip_list_of(m, id); sip_list_next(&l, &one);) {
        if (id == SIP_ALLOW ? str_eq(one, word) : str_eq_nocase(one, word))
            return true;
    }
    return false;
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
    if (!str_u64(number, 0x7fffffff, &n) || !header_is_token(method)) /* RFC 3261 8.1.1.5: below 2^31 */
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

bool sip_seconds(const struct sip_msg *m, enum sip_header_id id, uint32_t *out)
{
    struct str v = sip_header(m, id);
    uint64_t n;
    if (!str_u64(plain_cut(&v, ';', ';'), UINT32_MAX, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

bool sip_has_sdp(const struct sip_msg *m)
{
    struct str sub = sip_header(m, SIP_CONTENT_TYPE), type = plain_cut(&sub, ';', ';');
    sub = type;
    type = trim(str_cut(&sub, '/'));
    return m->body.n && str_eq_nocase(type, STR("application")) && str_eq_nocase(trim(sub), STR("sdp"));
}

bool sip_via(const struct sip_msg *m, struct sip_via *out)
{
    struct str list = sip_header(m, SIP_VIA);
    return sip_via_get(comma_cut(&list), out);
}

/* The protocol's next part; blanks may stand around the slashes (25.1: SLASH). */
static struct str via_part(struct str *rest)
{
    return trim(str_cut(rest, '/'));
}

bool sip_via_get(struct str v, struct sip_via *out)
{
    struct str params = v, rest = plain_cut(&params, ';', ',');
    bool known = str_eq_nocase(via_part(&rest), STR("SIP")) && str_eq(via_part(&rest), STR("2.0"));
    struct str sent_by = trim(rest), transport = {sent_by.p, 0};
    if (!known || sent_by.n == 0)
        return false;
    while (transport.n < sent_by.n && !is_blank(sent_by.p[transport.n]))
        transport.n++;
    sent_by = (struct str){sent_by.p + transport.n, sent_by.n - transport.n};
    *out = (struct sip_via){.transport = transport,
                            .sent_by = trim(sent_by),
                            .branch = sip_param(v, STR("branch")),
                            .rport = sip_has_param(v, STR("rport"))};
    return out->sent_by.n > 0;
}

/* A parameter of interest, and where its first value goes. */
struct wanted {
    struct str name;
    struct str value;
    bool found;
};

enum { INSTANCE, DEVICE, DEVICE_CIPC, MODEL, KEEP_ALIVE, EXPIRES, WANTED_COUNT };

static void take_params(struct str value, struct wanted *w)
{
    struct str name, v;
    plain_cut(&value, ';', ','); /* the address itself */
    while (next_param(&value, &name, &v)) {
        for (int i = 0; i < WANTED_COUNT; i++) {
            if (w[i].found || name.n != w[i].name.n || !str_eq_nocase(name, w[i].name))
                continue;
            w[i].value = v;
            w[i].found = true;
            break;
        }
    }
}

bool sip_contact(const struct sip_msg *m, struct sip_contact *out)
{
    struct str v = sip_header(m, SIP_CONTACT);
    struct wanted w[WANTED_COUNT] = {
        [INSTANCE] = {.name = STR("+sip.instance")},
        [DEVICE] = {.name = STR("+u.sip!devicename.ccm.cisco.com")},
        [DEVICE_CIPC] = {.name = STR("+u.sip!devicename.ccm.features.cisco.com")}, /* seed 004 */
        [MODEL] = {.name = STR("+u.sip!model.ccm.cisco.com")},
        [KEEP_ALIVE] = {.name = STR("cisco-keep-alive")},
        [EXPIRES] = {.name = STR("expires")},
    };
    uint64_t n;
    if (v.n == 0)
        return false;
    take_params(v, w);
    *out = (struct sip_contact){
        .uri = sip_uri_of(v),
        .instance = w[INSTANCE].value,
        .device = w[DEVICE].value.n ? w[DEVICE].value : w[DEVICE_CIPC].value,
        .model = w[MODEL].value,
        .keep_alive = w[KEEP_ALIVE].found,
    };
    if (str_u64(w[EXPIRES].value, UINT32_MAX, &n)) {
        out->has_expires = true;
        out->expires = (uint32_t)n;
    }
    return true;
}
