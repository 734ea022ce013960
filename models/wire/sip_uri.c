/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_uri.c: the parts of a URI (RFC 3261 19.1.1): sip:user:password@host:port;name=value?headers. The user may
 * hold a ; or a ? of its own (25.1), but nothing in a URI holds a second @. */
#include "models/wire/sip.h"

struct parts {
    struct str user, host, port, params;
    bool has_port;
};

bool sip_is_uri(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c <= ' ' || c > '~' || c == '"' || c == '<' || c == '>')
            return false;
    }
    return s.n > 0;
}

static size_t find_any(struct str s, const char *stops)
{
    for (size_t i = 0; i < s.n; i++) {
        for (const char *c = stops; *c; c++) {
            if (s.p[i] == *c)
                return i;
        }
    }
    return s.n;
}

/* What stands in <>, or the text up to a blank or a quote, which no URI holds. */
static struct str bare(struct str uri)
{
    if (str_find(uri, STR("<")) >= 0)
        return sip_uri_of(uri);
    uri = str_trim(uri);
    uri.n = find_any(uri, " \t\r\n\"");
    return sip_is_uri(uri) ? uri : STR_NONE;
}

/* All is empty when it is of another scheme, or ambiguous. */
static struct parts split(struct str uri)
{
    struct parts u = {0};
    struct str rest = bare(uri), scheme = str_cut(&rest, ':');
    if (!str_eq_nocase(scheme, STR("sip")) && !str_eq_nocase(scheme, STR("sips")))
        return u;
    if (str_find(rest, STR("@")) >= 0)
        u.user = str_cut(&rest, '@');
    if (str_find(rest, STR("@")) >= 0) /* two: who can say which of them ends the user */
        return (struct parts){0};
    size_t n = find_any(rest, ";?");
    u.host = (struct str){rest.p, n};
    if (n < rest.n && rest.p[n] == ';') {
        rest = (struct str){rest.p + n + 1, rest.n - n - 1};
        u.params = str_cut(&rest, '?');
    }
    if (u.host.n && u.host.p[0] == '[') /* an IPv6 address: what it is, no one here needs to know */
        return u;
    u.has_port = str_find(u.host, STR(":")) >= 0;
    u.port = u.host;
    u.host = str_cut(&u.port, ':');
    return u;
}

static bool find_param(struct str uri, struct str name, struct str *value)
{
    for (struct str rest = split(uri).params; rest.n;) {
        struct str v = str_cut(&rest, ';'), key = str_cut(&v, '=');
        if (!str_eq_nocase(key, name))
            continue;
        *value = v;
        return true;
    }
    return false;
}

struct str sip_uri_param(struct str uri, struct str name)
{
    struct str v = STR_NONE;
    find_param(uri, name, &v);
    return v;
}

bool sip_uri_has_param(struct str uri, struct str name)
{
    struct str v;
    return find_param(uri, name, &v);
}

struct str sip_uri_host(struct str uri)
{
    return split(uri).host;
}

static bool get_port(const struct parts *u, uint16_t *port)
{
    uint64_t n;
    if (!u->has_port || !str_u64(u->port, UINT16_MAX, &n) || n == 0)
        return false;
    *port = (uint16_t)n;
    return true;
}

uint16_t sip_uri_port(struct str uri)
{
    struct parts u = split(uri);
    uint16_t port = 0;
    get_port(&u, &port);
    return port;
}

bool sip_uri_addr(struct str uri, struct ip4 *addr, uint16_t *port)
{
    struct parts u = split(uri);
    uint16_t p = 0;
    struct ip4 a;
    if (!ip4_parse(u.host, &a) || (u.has_port && !get_port(&u, &p)))
        return false;
    *addr = a;
    *port = p;
    return true;
}

struct str sip_uri_user(struct str value)
{
    struct str user = split(value).user;
    return str_cut(&user, ':'); /* without a password */
}
