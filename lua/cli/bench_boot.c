/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_boot.c: the power is back: N phones boot at once, with the models of every scenario.
 *
 *   phone -- access switch (48 ports, a voice VLAN and net of its own) -- distribution router (15 of them)
 *         -- core switch -- core router -- server switch -- DHCP, CUCM publisher (TFTP) and subscriber
 *
 * One DHCP server with 1 ms a message and one TFTP service with 2 ms a file work for all of them; what waits,
 * waits in their queues. Every phone gets power, voice VLAN, address, files, and registers. Nothing is recorded.
 *
 * Every row is a process of its own. */
#include "lua/cli/bench_boot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/cli/bench_rig.h"
#include "lua/cli/cli.h"
#include "models/registry.h"
#include "sim/kernel/measure.h"

#define PORTS 48
#define SWITCHES_A_ROUTER 15 /* a router has 16 ports, one of them to the core */
#define ROUTERS_MAX 200
#define LIMIT_S 7200
#define TEXT 64

struct result {
    int64_t run_ns, set_up_ns, events, frames, dropped, bytes;
    int64_t registered, last_ns; /* how many phones, and when the last of them was */
    long rss_kib;
};

/* --- the network ------------------------------------------------------------------------------------ */

static const char *text(char out[TEXT], const char *fmt, ...) PRINTF_LIKE(2, 3);
static const char *text(char out[TEXT], const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(out, TEXT, fmt, ap);
    va_end(ap);
    return out;
}

/* Net k is 10.A.B.0/24. */
static const char *net_text(char out[TEXT], uint32_t k, int host)
{
    return text(out, "10.%u.%u.%d", 1 + k / 250, k % 250, host);
}

/* A list as long as the network is large; freed with the process. */
struct list_text {
    char *p;
    size_t n, cap;
};

static void append(struct list_text *t, const char *s)
{
    size_t n = strlen(s);
    if (t->n + n + 1 > t->cap) {
        t->cap = 2 * (t->cap + n + 1);
        t->p = realloc(t->p, t->cap);
        ASSERT(t->p);
    }
    memcpy(t->p + t->n, s, n + 1);
    t->n += n;
}

static void add_servers(struct net *n, struct node *servers, uint32_t phones, uint32_t nets)
{
    struct list_text pools = {0}, devices = {0};
    char a[TEXT], b[TEXT], one[4 * TEXT];
    for (uint32_t k = 0; k < nets; k++) {
        snprintf(one, sizeof one, "net%u %s/24 router=%s exclude=%s option150=10.0.0.11; ", k, net_text(a, k, 0),
                 net_text(b, k, 1), b);
        append(&pools, one);
    }
    for (uint32_t i = 0; i < phones; i++) {
        snprintf(one, sizeof one, "SEP%012llX dn=%u,", 0x001b54000000ull + i, 10000 + i);
        append(&devices, one);
    }
    struct setting dhcp[] = {{STR("mac"), STR("00:50:56:00:00:05")}, {STR("address"), STR("10.0.0.5")},
                             {STR("gateway"), STR("10.0.0.1")}, {STR("dhcp_pools"), {pools.p, pools.n}},
                             {STR("dhcp_queue"), STR("100000")}};
    rig_cable(rig_port(servers, "dhcp", NULL, 0), rig_port(rig_node(n, "dhcp-server", "dhcp", dhcp, 5), "eth0", NULL, 0),
              "1Gbps", "10us");
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "cucm-sub" : "cucm-pub";
        struct setting s[] = {{STR("mac"), i ? STR("00:50:56:00:00:12") : STR("00:50:56:00:00:11")},
                              {STR("address"), i ? STR("10.0.0.12") : STR("10.0.0.11")},
                              {STR("gateway"), STR("10.0.0.1")},
                              {STR("cucm_group"), STR("10.0.0.11,10.0.0.12")},
                              {STR("devices"), {devices.p, devices.n}},
                              {STR("tftp"), i ? STR("off") : STR("on")}};
        rig_cable(rig_port(servers, name, NULL, 0), rig_port(rig_node(n, "cucm", name, s, 6), "eth0", NULL, 0), "1Gbps",
                  "10us");
    }
}

static struct node *add_router(struct net *n, struct node *core, uint32_t r)
{
    char name[TEXT], address[TEXT];
    struct setting route = {STR("routes"), STR("0.0.0.0/0 via 10.255.0.1")};
    struct node *router = rig_node(n, "router", text(name, "distribution%u", r), &route, 1);
    struct setting s = {STR("address"), str_of(text(address, "10.255.0.%u/24", r + 2))};
    rig_cable(rig_port(router, "core", &s, 1), rig_port(core, name, NULL, 0), "10Gbps", "10us");
    return router;
}

static struct node *add_access(struct net *n, struct node *router, uint32_t k)
{
    char name[TEXT], address[TEXT], port[TEXT];
    struct setting poe = {STR("power_budget"), STR("1440000")}; /* 48 phones of class 4 */
    struct node *access = rig_node(n, "switch", text(name, "access%u", k), &poe, 1);
    char prefix[TEXT];
    struct setting s[] = {{STR("address"), str_of(text(prefix, "%s/24", net_text(address, k, 1)))},
                          {STR("vlan"), STR("100")},
                          {STR("helper_address"), STR("10.0.0.5")}};
    struct setting trunk = {STR("mode"), STR("trunk")};
    rig_cable(rig_port(access, "up", &trunk, 1),
              rig_port(router, text(port, "down%u", k % SWITCHES_A_ROUTER), s, 3), "1Gbps", "10us");
    return access;
}

static void add_phone(struct net *n, struct node *access, uint32_t i)
{
    char name[TEXT], mac[TEXT], port[TEXT];
    struct setting s[] = {{STR("mac"), str_of(text(mac, "001b54%06x", i))}};
    struct setting voice[] = {{STR("vlan"), STR("10")}, {STR("voice_vlan"), STR("100")}};
    struct node *phone = rig_node(n, "sip-phone", text(name, "phone%u", i), s, 1);
    rig_cable(rig_port(access, text(port, "p%u", i % PORTS), voice, 2), rig_port(phone, "net", NULL, 0), "100Mbps", "1us");
}

static void build(struct net *n, uint32_t phones)
{
    uint32_t nets = (phones + PORTS - 1) / PORTS, routers = (nets + SWITCHES_A_ROUTER - 1) / SWITCHES_A_ROUTER;
    struct node *core = rig_node(n, "switch", "core", NULL, 0), *servers = rig_node(n, "switch", "servers", NULL, 0);
    struct list_text routes = {0};
    char a[TEXT], one[2 * TEXT];
    struct err e;
    for (uint32_t k = 0; k < nets; k++) {
        snprintf(one, sizeof one, "%s%s/24 via 10.255.0.%u", k ? "," : "", net_text(a, k, 0), k / SWITCHES_A_ROUTER + 2);
        append(&routes, one);
    }
    struct setting all = {STR("routes"), {routes.p, routes.n}};
    struct node *gate = rig_node(n, "router", "gate", &all, 1);
    struct setting inside = {STR("address"), STR("10.0.0.1/24")}, outside = {STR("address"), STR("10.255.0.1/24")};
    rig_cable(rig_port(gate, "servers", &inside, 1), rig_port(servers, "up", NULL, 0), "10Gbps", "10us");
    rig_cable(rig_port(gate, "core", &outside, 1), rig_port(core, "up", NULL, 0), "10Gbps", "10us");
    add_servers(n, servers, phones, nets);
    struct node *router = NULL, *access = NULL;
    ASSERT(routers <= ROUTERS_MAX);
    for (uint32_t i = 0; i < phones; i++) {
        uint32_t k = i / PORTS;
        if (i % (PORTS * SWITCHES_A_ROUTER) == 0)
            router = add_router(n, core, k / SWITCHES_A_ROUTER);
        if (i % PORTS == 0)
            access = add_access(n, router, k);
        add_phone(n, access, i);
    }
    bool ok = net_start(n, &e);
    ASSERT(ok);
}

/* --- one round, in a process of its own ------------------------------------------------------------ */

/* Counts the phones that have registered, each once: none leaves in this benchmark. */
struct counter {
    struct sink sink;
    struct result *result;
};

static void on_state(struct sink *k, const struct rec *r)
{
    struct result *out = ((struct counter *)(void *)((char *)k - offsetof(struct counter, sink)))->result;
    if (strcmp(r->state.machine, "registration") != 0 || strcmp(r->state.to, "registered") != 0)
        return;
    out->registered++;
    out->last_ns = r->at.ns;
}

static void measure(uint32_t phones, void *out)
{
    struct result *r = out;
    struct sim_config c = {.seed = 1, .epoch_ns = 1436914461ll * 1000000000};
    struct err e;
    *r = (struct result){0};
    struct counter k = {.sink = {.name = "registered", .mask = REC_BIT(REC_STATE), .on = on_state}, .result = r};
    int64_t before = rig_own_bytes(), start = rig_wall_ns();
    struct sim *s = sim_new(&c);
    struct net *n = net_new(s, registry_models, registry_model_count);
    build(n, phones);
    bus_attach(s, &k.sink);
    int64_t built = rig_wall_ns();
    for (int64_t t = 1; r->registered < (int64_t)phones && t <= LIMIT_S; t++) {
        enum sim_end end = sim_run_until(s, time_add(TIME_ZERO, dur_s(t)), &e);
        ASSERT(end == SIM_COMPLETE);
    }
    r->run_ns = rig_wall_ns() - built;
    r->set_up_ns = built - start;
    r->events = (int64_t)sim_events(s);
    r->rss_kib = rig_rss_kib();
    r->bytes = rig_own_bytes() - before; /* an arena only grows */
    net_balance(n);
    r->frames = measure_get(s, MEASURE_FRAMES_SENT).v;
    r->dropped = measure_get(s, MEASURE_FRAMES_DROPPED).v;
    sim_free(s);
}

/* --- the table -------------------------------------------------------------------------------------- */

static void print_head(bool json)
{
    if (json)
        printf("{\"bench\": [");
    else
        printf("  %9s %10s %13s %10s %12s %12s %10s %10s\n", "phones", "registered", "simulated s", "wall ms", "events",
               "events/s", "B a phone", "RSS KiB");
}

static void print_row(bool json, bool first, uint32_t n, const struct result *r)
{
    long long per_s = (long long)((__int128)r->events * 1000000000 / r->run_ns), ms = r->last_ns / 1000000;
    if (json)
        printf("%s\n  {\"name\": \"boot\", \"n\": %u, \"ns\": %lld, \"per_s\": %lld, \"rss_kib\": %ld, "
               "\"registered\": %lld, \"last_registered_s\": %lld.%03lld, \"events\": %lld, \"frames\": %lld, "
               "\"dropped\": %lld, \"bytes_per_phone\": %lld, \"set_up_ns\": %lld}",
               first ? "" : ",", n, (long long)r->run_ns, per_s, r->rss_kib, (long long)r->registered, ms / 1000, ms % 1000,
               (long long)r->events, (long long)r->frames, (long long)r->dropped, (long long)(r->bytes / n),
               (long long)r->set_up_ns);
    else
        printf("  %9u %10lld %9lld.%03lld %10lld %12lld %12lld %10lld %10ld\n", n, (long long)r->registered, ms / 1000,
               ms % 1000, (long long)(r->run_ns / 1000000), (long long)r->events, per_s, (long long)(r->bytes / n),
               r->rss_kib);
    fflush(stdout);
}

int bench_boot(int argc, char **argv)
{
    static const uint32_t usual[] = {100, 1000};
    uint32_t sizes[RIG_SIZES_MAX];
    size_t count = 0;
    struct cli_options o;
    struct err e = {0};
    if (!rig_take_sizes(&argc, argv, "phones", RIG_PHONES_MAX, sizes, &count, &e) || !cli_parse(argc, argv, CLI_JSON, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help("bench");
    print_head(o.json);
    for (size_t i = 0; i < (count ? count : 2); i++) {
        uint32_t n = count ? sizes[i] : usual[i];
        struct result r;
        if (!rig_measure_apart(measure, n, &r, sizeof r)) {
            err_machine(&e, "boot at %u: the measuring process failed", n);
            return cli_fail(&e);
        }
        print_row(o.json, i == 0, n, &r);
    }
    if (o.json)
        printf("\n]}\n");
    return CMD_OK;
}
