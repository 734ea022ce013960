/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_text.c: what an administrator writes into a parameter: devices, hosts, a group of nodes, registrations that stand,
 * rules of an ASA, routes of a SIP proxy. The first byte chooses. It is taken, or a mistake of the user is named; and what was taken is found
 * again. */
#include "tests/fuzz/fuzz.h"

#include "models/proto/asa_nat.h"
#include "models/proto/cucm_group.h"
#include "models/proto/device_db.h"
#include "models/proto/dns_hosts.h"
#include "models/proto/proxy_route.h"
#include "models/proto/standing.h"

static void check(bool taken, const struct err *e)
{
    ASSERT(taken == (e->msg[0] == 0));
    ASSERT(taken || e->kind == ERR_USER);
}

static void try_devices(struct str text, struct arena *a)
{
    struct device_db d;
    struct err e = {0};
    device_db_init(&d, a);
    bool taken = device_db_add(&d, "devices", text, &e);
    check(taken, &e);
    for (const struct cucm_device *x = d.first; taken && x; x = x->next)
        ASSERT(x->name.n && device_db_find(&d, x->name) == x);
}

static void try_hosts(struct arena *a, const char *text)
{
    struct dns_hosts s;
    struct err e = {0};
    bool taken = dns_hosts_read(&s, a, "example.com", text, &e);
    check(taken, &e);
    for (const struct dns_host *h = s.first; taken && h; h = h->next)
        ASSERT(h->address_count && dns_hosts_find(&s, &h->name) == h);
}

static void try_group(struct str text, struct arena *a)
{
    struct cucm_member m[CUCM_GROUP_MAX];
    int64_t count = 0;
    struct err e = {0};
    bool taken = cucm_group_parse(a, "cucm", text, m, &count, &e);
    check(taken, &e);
    ASSERT(!taken || (count >= 0 && count <= CUCM_GROUP_MAX));
}

static void try_standing(enum standing_side side, struct str text)
{
    struct standing s;
    struct err e = {0};
    bool taken = standing_parse(side, text, &s, &e);
    check(taken, &e);
    ASSERT(!taken || (s.call_id.n <= STANDING_CALL_ID_MAX && s.from_tag.n <= STANDING_TAG_MAX));
}

static void try_rules(struct str text, struct arena *a)
{
    struct asa_rule *first = NULL;
    struct err e = {0};
    bool taken = asa_nat_parse(a, text, &first, &e);
    check(taken, &e);
    for (const struct asa_rule *r = first; taken && r; r = r->next) {
        ASSERT(r->real.any || r->real.first.v <= r->real.last.v);
        ASSERT(r->mapped.any || r->mapped.first.v <= r->mapped.last.v);
    }
}

static void try_routes(struct arena *a, const char *text)
{
    struct proxy_route *first = NULL;
    struct err e = {0};
    bool taken = proxy_routes_read(&first, a, text, &e);
    check(taken, &e);
    for (const struct proxy_route *r = first; taken && r; r = r->next) {
        ASSERT(r->hop.port && (!r->next || r->prefix.n >= r->next->prefix.n));
        ASSERT(proxy_route_for(first, r->prefix));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0 || n > 1000 || memchr(data, 0, n)) /* text of a scenario holds no NUL */
        return 0;
    struct arena *a = arena_new("fuzz", 16u << 20);
    char *block = (char *)fuzz_exact(data, n); /* its first byte goes, and it ends with a NUL */
    memmove(block, block + 1, n - 1);
    block[n - 1] = 0;
    struct str text = {block, n - 1};
    switch (data[0] % 8) {
    case 0:
        try_devices(text, a);
        break;
    case 1:
        try_hosts(a, block);
        break;
    case 2:
        try_group(text, a);
        break;
    case 3:
        try_rules(text, a);
        break;
    case 7:
        try_routes(a, block);
        break;
    default:
        try_standing((enum standing_side)(data[0] % 8 - 4), text);
        break;
    }
    free(block);
    arena_free(a);
    return 0;
}
