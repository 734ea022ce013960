/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_calls.c: N calls at a time, for an hour each, and one for a day, through a CUBE, with the models of every
 * scenario.
 *
 *   provider --1 Gbps, 5 ms-- CUBE --1 Gbps, 100 us-- PBX (the far end of another trunk)
 *
 * The provider begins N calls within 100 s, and hangs each up an hour (a day) after its answer. Each call is two dialogs with
 * a session timer each (refreshed every 15 minutes), and four streams of voice of 50 packets a second, which are
 * counted, not sent. Nothing is recorded.
 *
 * Every row is a process of its own. */
#include "lua/cli/bench_calls.h"

#include <stdio.h>

#include "lua/cli/bench_rig.h"
#include "lua/cli/cli.h"
#include "models/registry.h"
#include "sim/kernel/measure.h"
#include "sim/observe/sink.h"

#define SPREAD_S 100
#define HOUR_S 3600
#define REST_S 60 /* for the last BYE and its answer, and transactions that linger */
#define CALLS_MAX 4000 /* each takes two of the 8192 ports that a CUBE has for voice */

static int64_t talk_s = HOUR_S; /* of the round that is measured */

struct result {
    int64_t run_ns, set_up_ns, events, frames, bytes;
    int64_t answered, dropped, refreshes, packets, lost;
    long rss_kib;
};

/* --- the network ------------------------------------------------------------------------------------ */

static struct node *add_provider(struct net *n, uint32_t calls)
{
    char count[16];
    struct txtbuf t = txtbuf_of(count, sizeof count);
    txtbuf_add(&t, "%u", calls);
    char talk[24];
    struct txtbuf u = txtbuf_of(talk, sizeof talk);
    txtbuf_add(&u, "%llds", (long long)talk_s);
    struct setting s[] = {{STR("mac"), STR("00:50:56:00:00:01")}, {STR("address"), STR("192.0.2.2")},
                          {STR("gateway"), STR("192.0.2.1")},     {STR("sip_peer"), STR("192.0.2.1")},
                          {STR("number"), STR("49301234567")},    {STR("calls_to"), STR("5001")},
                          {STR("calls"), str_of(count)},          {STR("call_spread"), STR("100s")},
                          {STR("talk_time"), str_of(talk)}};
    return rig_node(n, "sip-provider", "provider", s, sizeof s / sizeof s[0]);
}

static struct node *add_pbx(struct net *n)
{
    static const struct setting s[] = {{STR("mac"), STR("00:50:56:00:00:02")}, {STR("address"), STR("10.0.0.2")},
                                       {STR("gateway"), STR("10.0.0.1")},      {STR("sip_peer"), STR("10.0.0.1")},
                                       {STR("number"), STR("5001")},           {STR("calls_at_once"), STR("100000")}};
    return rig_node(n, "sip-provider", "pbx", s, sizeof s / sizeof s[0]);
}

static struct node *build(struct net *n, uint32_t calls)
{
    struct setting peers = {STR("dial_peers"), STR("100 destination-pattern 5... session-target 10.0.0.2 session-refresh; "
                                                   "200 destination-pattern 49T session-target 192.0.2.2")};
    struct setting outside = {STR("address"), STR("192.0.2.1/24")}, inside = {STR("address"), STR("10.0.0.1/24")};
    struct node *provider = add_provider(n, calls), *pbx = add_pbx(n), *cube = rig_node(n, "cube", "cube", &peers, 1);
    struct err e;
    rig_cable(rig_port(provider, "eth0", NULL, 0), rig_port(cube, "outside", &outside, 1), "1Gbps", "5ms");
    rig_cable(rig_port(cube, "inside", &inside, 1), rig_port(pbx, "eth0", NULL, 0), "1Gbps", "100us");
    bool ok = net_start(n, &e);
    ASSERT(ok);
    return provider;
}

/* --- one round, in a process of its own ------------------------------------------------------------ */

static void begin_calls(struct node *provider)
{
    struct err e;
    const struct model_op *o = provider->model->ops;
    while (!str_eq(str_of(o->name), STR("call")))
        o++;
    bool ok = o->run(provider, &e);
    ASSERT(ok);
}

static void run_to(struct sim *s, int64_t at_s)
{
    struct err e;
    enum sim_end end = sim_run_until(s, time_add(TIME_ZERO, dur_s(at_s)), &e);
    ASSERT(end == SIM_COMPLETE);
}

static void take_measures(struct sim *s, struct result *r)
{
    r->answered = measure_get(s, MEASURE_CALL_COUNT).v;
    r->dropped = measure_get(s, MEASURE_CALL_DROP_COUNT).v;
    r->refreshes = measure_get(s, MEASURE_REFRESH_COUNT).v;
    r->packets = measure_get(s, MEASURE_RTP_PACKETS_SENT).v;
    r->lost = measure_get(s, MEASURE_RTP_PACKETS_LOST).v;
    r->frames = measure_get(s, MEASURE_FRAMES_SENT).v;
}

static void measure(uint32_t calls, void *out)
{
    struct result *r = out;
    struct sim_config c = {.seed = 1, .epoch_ns = 1436914461ll * 1000000000};
    *r = (struct result){0};
    int64_t before = rig_own_bytes(), start = rig_wall_ns();
    struct sim *s = sim_new(&c);
    struct net *n = net_new(s, registry_models, registry_model_count);
    struct node *provider = build(n, calls);
    struct sink *judge = calls_new(sim_arena(s));
    bus_attach(s, judge);
    int64_t built = rig_wall_ns();
    run_to(s, 1);
    begin_calls(provider);
    run_to(s, 1 + SPREAD_S + talk_s + REST_S);
    r->run_ns = rig_wall_ns() - built;
    r->set_up_ns = built - start;
    r->events = (int64_t)sim_events(s);
    r->rss_kib = rig_rss_kib();
    r->bytes = rig_own_bytes() - before; /* an arena only grows */
    calls_finish(judge, s);
    net_balance(n);
    take_measures(s, r);
    sim_free(s);
}

/* --- the table -------------------------------------------------------------------------------------- */

static void print_head(bool json)
{
    if (json)
        printf("{\"bench\": [");
    else
        printf("  %9s %5s %9s %8s %10s %12s %8s %8s %10s %12s %10s %10s\n", "calls", "hours", "answered", "dropped", "refreshes",
               "RTP packets", "lost", "wall ms", "events", "events/s", "B a call", "RSS KiB");
}

static void print_row(bool json, bool first, uint32_t n, const struct result *r)
{
    long long per_s = (long long)((__int128)r->events * 1000000000 / r->run_ns);
    if (json)
        printf("%s\n  {\"name\": \"calls\", \"n\": %u, \"talk_s\": %lld, \"ns\": %lld, \"per_s\": %lld, \"rss_kib\": %ld, "
               "\"answered\": %lld, \"dropped\": %lld, \"refreshes\": %lld, \"rtp_packets_sent\": %lld, "
               "\"rtp_packets_lost\": %lld, \"events\": %lld, \"frames\": %lld, \"bytes_per_call\": %lld, "
               "\"set_up_ns\": %lld}",
               first ? "" : ",", n, (long long)talk_s, (long long)r->run_ns, per_s, r->rss_kib, (long long)r->answered,
               (long long)r->dropped, (long long)r->refreshes, (long long)r->packets, (long long)r->lost,
               (long long)r->events, (long long)r->frames, (long long)(r->bytes / n), (long long)r->set_up_ns);
    else
        printf("  %9u %5lld %9lld %8lld %10lld %12lld %8lld %6lld.%lld %10lld %12lld %10lld %10ld\n", n,
               (long long)(talk_s / HOUR_S), (long long)r->answered,
               (long long)r->dropped, (long long)r->refreshes, (long long)r->packets, (long long)r->lost,
               (long long)(r->run_ns / 1000000), (long long)(r->run_ns / 100000 % 10), (long long)r->events, per_s, (long long)(r->bytes / n), r->rss_kib);
    fflush(stdout);
}

int bench_calls(int argc, char **argv)
{
    static const struct {
        uint32_t calls;
        int64_t talk_s;
    } usual[] = {{1, 24 * HOUR_S}, {100, HOUR_S}, {1000, HOUR_S}};
    uint32_t sizes[RIG_SIZES_MAX];
    size_t count = 0;
    struct cli_options o;
    struct err e = {0};
    if (!rig_take_sizes(&argc, argv, "calls", CALLS_MAX, sizes, &count, &e) ||
        !cli_parse(argc, argv, CLI_JSON, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help("bench");
    print_head(o.json);
    for (size_t i = 0; i < (count ? count : sizeof usual / sizeof usual[0]); i++) {
        uint32_t n = count ? sizes[i] : usual[i].calls;
        talk_s = count ? HOUR_S : usual[i].talk_s;
        struct result r;
        if (!rig_measure_apart(measure, n, &r, sizeof r)) {
            err_machine(&e, "calls at %u: the measuring process failed", n);
            return cli_fail(&e);
        }
        print_row(o.json, i == 0, n, &r);
    }
    if (o.json)
        printf("\n]}\n");
    return CMD_OK;
}
