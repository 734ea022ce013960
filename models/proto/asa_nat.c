/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_nat.c: see asa_nat.h. */
#include "models/proto/asa_nat.h"

#define ANY STR("any")

static struct str word(struct str *rest)
{
    *rest = str_trim(*rest);
    return str_cut(rest, ' ');
}

static struct ip4 range_end(struct ip4 a, uint8_t prefix_len)
{
    return (struct ip4){prefix_len == 32 ? a.v : a.v | ~0u >> prefix_len};
}

static bool parse_range(struct str text, struct asa_range *out)
{
    uint8_t len;
    struct str rest = text;
    *out = (struct asa_range){.any = str_eq(text, ANY)};
    if (out->any)
        return true;
    if (ip4_parse_prefix(text, &out->first, &len)) {
        out->last = range_end(out->first, len);
        return ip4_in(out->first, (struct ip4){out->first.v}, len) && len > 0;
    }
    struct str first = str_cut(&rest, '-');
    if (!ip4_parse(first, &out->first))
        return false;
    out->last = out->first;
    return !rest.n || (ip4_parse(rest, &out->last) && out->first.v <= out->last.v);
}

static bool same_range(const struct asa_range *a, const struct asa_range *b)
{
    return a->any == b->any && ip4_eq(a->first, b->first) && ip4_eq(a->last, b->last);
}

static bool parse_interfaces(struct str text, struct asa_rule *r)
{
    if (text.n < 5 || text.p[0] != '(' || text.p[text.n - 1] != ')')
        return false;
    struct str rest = {text.p + 1, text.n - 2};
    r->real_if = str_trim(str_cut(&rest, ','));
    r->mapped_if = str_trim(rest);
    return r->real_if.n && r->mapped_if.n;
}

static bool parse_source(struct str *rest, struct asa_rule *r)
{
    struct str source = word(rest), kind = word(rest), real = word(rest), mapped = word(rest);
    if (!str_eq(source, STR("source")) || !str_eq(kind, STR("static")))
        return false;
    if (!parse_range(real, &r->real) || !parse_range(mapped, &r->mapped))
        return false;
    r->identity = same_range(&r->real, &r->mapped);
    return r->real.any == r->mapped.any;
}

static bool parse_rest(struct str rest, struct asa_rule *r)
{
    struct asa_range ignored;
    for (struct str w = word(&rest); w.n; w = word(&rest)) {
        if (str_eq(w, STR("no-proxy-arp"))) {
            r->no_proxy_arp = true;
        } else if (str_eq(w, STR("destination"))) {
            struct str kind = word(&rest), mapped = word(&rest), real = word(&rest);
            if (!str_eq(kind, STR("static")) || !parse_range(mapped, &ignored) || !parse_range(real, &ignored))
                return false;
        } else if (!str_eq(w, STR("route-lookup"))) {
            return false;
        }
    }
    return true;
}

bool asa_nat_parse(struct arena *a, struct str text, struct asa_rule **first, struct err *e)
{
    struct asa_rule **last = first;
    uint32_t count = 0;
    *first = NULL;
    for (struct str rest = text; rest.n;) {
        struct str whole = str_trim(str_cut(&rest, ';')), at = whole;
        struct asa_rule *r = ARENA_NEW(a, struct asa_rule);
        r->number = ++count;
        struct str interfaces = str_cut(&at, ')');
        interfaces.n += at.p != interfaces.p + interfaces.n; /* with the bracket, if there was one */
        if (!parse_interfaces(interfaces, r) || !parse_source(&at, r) || !parse_rest(at, r))
            return err_set(e, "parameter 'nat': '%.*s' is not '(REAL_IF,MAPPED_IF) source static REAL MAPPED' with any, "
                              "an address, ADDRESS/LENGTH or FIRST-LAST, and then no-proxy-arp",
                           STR_ARG(whole));
        *last = r;
        last = &r->next;
    }
    return true;
}

static bool is_on(struct str rule_if, struct str nameif)
{
    return str_eq(rule_if, ANY) || str_eq(rule_if, nameif);
}

static bool holds(const struct asa_range *r, struct ip4 a)
{
    return r->any || (a.v >= r->first.v && a.v <= r->last.v);
}

const struct asa_rule *asa_nat_answers(const struct asa_rule *first, struct str nameif, struct ip4 addr)
{
    for (const struct asa_rule *r = first; r; r = r->next) {
        if (!r->no_proxy_arp && is_on(r->mapped_if, nameif) && holds(&r->mapped, addr))
            return r;
    }
    return NULL;
}

const struct asa_rule *asa_nat_translates(const struct asa_rule *first, struct str nameif, struct ip4 addr)
{
    for (const struct asa_rule *r = first; r; r = r->next) {
        if (!r->identity && is_on(r->mapped_if, nameif) && holds(&r->mapped, addr))
            return r;
    }
    return NULL;
}
