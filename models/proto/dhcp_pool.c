/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_pool.c: see dhcp_pool.h. */
#include "models/proto/dhcp_pool.h"

#include "sim/kernel/param.h"

/* --- questions ------------------------------------------------------------------------------------ */

bool dhcp_pool_has(const struct dhcp_pool *p, struct ip4 a)
{
    return ip4_in(a, p->net, p->prefix_len);
}

uint32_t dhcp_pool_size(const struct dhcp_pool *p)
{
    return (UINT32_MAX >> p->prefix_len) - 1; /* all but the net's own and its broadcast address */
}

bool dhcp_pool_may_give(const struct dhcp_pool *p, struct ip4 a)
{
    uint32_t host = a.v & (UINT32_MAX >> p->prefix_len);
    if (!dhcp_pool_has(p, a) || host == 0 || host == UINT32_MAX >> p->prefix_len)
        return false;
    for (size_t i = 0; i < p->excluded_count; i++) {
        if (a.v >= p->excluded[i].first.v && a.v <= p->excluded[i].last.v)
            return false;
    }
    return true;
}

/* --- reading -------------------------------------------------------------------------------------- */

static bool bad(struct err *e, const struct dhcp_pool *p, struct str key, struct str value,
                const char *what)
{
    return err_set(e, "pool '%s': %.*s='%.*s' is not %s", p->name, STR_ARG(key),
                   STR_ARG(value), what);
}

static bool parse_addresses(struct dhcp_pool *p, struct dhcp_addresses *out, struct str key,
                            struct str value, struct err *e)
{
    struct str rest = value;
    struct wr w = wr_of(out->bytes, sizeof out->bytes);
    while (rest.n) {
        struct ip4 a;
        if (out->count == DHCP_POOL_ADDRESSES_MAX)
            return bad(e, p, key, value, "a list of at most 8 addresses");
        if (!ip4_parse(str_trim(str_cut(&rest, ',')), &a))
            return bad(e, p, key, value, "a list of addresses, a.b.c.d,e.f.g.h");
        wr_u32(&w, a.v);
        out->count++;
    }
    return out->count > 0 || bad(e, p, key, value, "an address");
}

static bool parse_exclusions(struct dhcp_pool *p, struct str key, struct str value, struct err *e)
{
    struct str rest = value;
    while (rest.n) {
        struct str last = str_cut(&rest, ','), first = str_cut(&last, '-');
        struct dhcp_range r;
        if (p->excluded_count == DHCP_EXCLUSIONS_MAX)
            return bad(e, p, key, value, "a list of at most 16 ranges");
        if (!ip4_parse(first, &r.first) || !ip4_parse(last.n ? last : first, &r.last) ||
            r.last.v < r.first.v)
            return bad(e, p, key, value, "a list of addresses and ranges, a.b.c.d-a.b.c.e");
        p->excluded[p->excluded_count++] = r;
    }
    return true;
}

static bool parse_arp_timeout(struct dhcp_pool *p, struct str key, struct str value, struct err *e)
{
    int64_t ns;
    struct err why = {0};
    if (!unit_parse(UNIT_TIME, value, &ns, &why) || ns < 1000000000 || ns % 1000000000)
        return bad(e, p, key, value, "a number of whole seconds, like 60s");
    p->has_arp_timeout = true;
    p->arp_timeout_s = (uint32_t)(ns / 1000000000);
    return true;
}

static bool parse_option(struct dhcp_pool *p, struct arena *a, struct str key, struct str value,
                         struct err *e)
{
    static const char *const keys[] = {"router",    "dns",      "domain",  "exclude",
                                       "option150", "option66", "option35"};
    if (value.n == 0)
        return bad(e, p, key, value, "a value");
    if (str_eq(key, STR("router")))
        return parse_addresses(p, &p->routers, key, value, e);
    if (str_eq(key, STR("dns")))
        return parse_addresses(p, &p->dns, key, value, e);
    if (str_eq(key, STR("option150")))
        return parse_addresses(p, &p->tftp, key, value, e);
    if (str_eq(key, STR("exclude")))
        return parse_exclusions(p, key, value, e);
    if (str_eq(key, STR("option35")))
        return parse_arp_timeout(p, key, value, e);
    if (value.n > 63)
        return bad(e, p, key, value, "a name of at most 63 characters");
    if (str_eq(key, STR("option66"))) {
        p->tftp_name = arena_strdup(a, value);
        return str_find(value, STR(",")) < 0 ||
               bad(e, p, key, value, "exactly one host or address");
    }
    if (str_eq(key, STR("domain"))) {
        p->domain = arena_strdup(a, value);
        return true;
    }
    const char *near = str_nearest(key, keys, sizeof keys / sizeof keys[0]);
    return err_set(e, "pool '%s' has no '%.*s'%s%s%s", p->name, STR_ARG(key),
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static struct str next_word(struct str *rest)
{
    *rest = str_trim(*rest);
    return str_cut(rest, ' ');
}

static bool parse_pool(struct dhcp_pool *p, struct arena *a, struct str text, struct err *e)
{
    struct str name = next_word(&text), net = next_word(&text);
    p->name = arena_strdup(a, name);
    if (!ip4_parse_prefix(net, &p->net, &p->prefix_len) || p->prefix_len < 8 || p->prefix_len > 30)
        return err_set(e, "'%.*s %.*s' is not 'NAME NET/LEN' with a length of 8..30",
                       STR_ARG(name), STR_ARG(net));
    p->net.v &= ~(UINT32_MAX >> p->prefix_len);
    while (str_trim(text).n) {
        struct str value = next_word(&text), key = str_cut(&value, '=');
        if (!parse_option(p, a, key, value, e))
            return false;
    }
    return true;
}

static bool may_join(const struct dhcp_server *s, const struct dhcp_pool *p, struct err *e)
{
    for (const struct dhcp_pool *q = s->pools; q; q = q->next) {
        if (str_eq(str_of(q->name), str_of(p->name)))
            return err_set(e, "pool '%s' stands there twice", p->name);
        if (dhcp_pool_has(q, p->net) || dhcp_pool_has(p, q->net))
            return err_set(e, "pools '%s' and '%s' overlap", q->name, p->name);
    }
    return true;
}

bool dhcp_pools_parse(struct dhcp_server *s, const char *param, struct str text, struct err *e)
{
    struct arena *a = sim_arena(s->node->sim);
    while (str_trim(text).n) {
        struct str one = str_trim(str_cut(&text, ';'));
        if (one.n == 0)
            continue;
        struct dhcp_pool *p = ARENA_NEW(a, struct dhcp_pool);
        if (!parse_pool(p, a, one, e) || !may_join(s, p, e))
            return err_wrap(e, "parameter '%s'", param);
        *s->last_pool = p;
        s->last_pool = &p->next;
    }
    return true;
}

/* Where the search stood belongs to the pool, not to its text. */
static void replace(struct dhcp_pool *p, const struct dhcp_pool *by)
{
    struct dhcp_pool old = *p;
    *p = *by;
    p->next = old.next;
    p->cursor = old.cursor;
}

static struct dhcp_pool *same_pool(const struct dhcp_server *s, const struct dhcp_pool *as)
{
    struct dhcp_pool *p = s->pools;
    while (p && !str_eq(str_of(p->name), str_of(as->name)))
        p = p->next;
    return p && p->net.v == as->net.v && p->prefix_len == as->prefix_len ? p : NULL;
}

bool dhcp_pools_replace(struct dhcp_server *s, const char *param, struct str text, bool only_check,
                        struct err *e)
{
    struct dhcp_server later = {.node = s->node};
    later.last_pool = &later.pools;
    if (!dhcp_pools_parse(&later, param, text, e))
        return false;
    for (const struct dhcp_pool *by = later.pools; by; by = by->next) {
        if (!same_pool(s, by))
            return err_set(e, "parameter '%s': there is no pool '%s' of that net", param, by->name);
    }
    for (const struct dhcp_pool *by = later.pools; by && !only_check; by = by->next)
        replace(same_pool(s, by), by);
    return true;
}
