/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cucm_group.c: see cucm_group.h. */
#include "models/proto/cucm_group.h"

#define SIP_PORT 5060
#define SCCP_PORT 2000

/* "a.b.c.d" or "name=a.b.c.d": the name is what stands in the Request-URI. */
static bool parse_member(struct arena *a, const char *param, struct str text, struct cucm_member *out,
                         struct err *e)
{
    struct str addr = str_trim(text), name = addr;
    if (str_find(addr, STR("=")) >= 0)
        name = str_trim(str_cut(&addr, '='));
    addr = str_trim(addr);
    if (!ip4_parse(addr, &out->addr))
        return err_set(e, "parameter '%s': '%.*s' is not an IPv4 address", param, STR_ARG(addr));
    out->name = str_of(arena_strdup(a, name));
    out->sip_port = SIP_PORT;
    out->sccp_port = SCCP_PORT;
    return true;
}

bool cucm_is_srst(const struct cucm_member *m)
{
    return str_eq(m->name, STR("srst"));
}

bool cucm_group_parse(struct arena *a, const char *param, struct str text,
                      struct cucm_member out[CUCM_GROUP_MAX], int64_t *count, struct err *e)
{
    struct str rest = text;
    *count = 0;
    while (rest.n) {
        struct str one = str_cut(&rest, ',');
        struct cucm_member m;
        if (!parse_member(a, param, one, &m, e))
            return false;
        if (*count && cucm_is_srst(&out[*count - 1]))
            return err_set(e, "parameter '%s': '%.*s' has a node after its SRST reference", param, STR_ARG(text));
        if (*count == CUCM_NODES_MAX && !cucm_is_srst(&m))
            return err_set(e, "parameter '%s': '%.*s' has more than %d nodes", param, STR_ARG(text), CUCM_NODES_MAX);
        out[(*count)++] = m;
    }
    return true;
}
