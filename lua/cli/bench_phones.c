/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_phones.c: an hour of N registered phones, with the models of every scenario.
 *
 *   phone --100 Mbps, 1 ms-- access switch (48 ports) --1 Gbps, 10 us-- core switch --the same-- CUCM
 *
 * Phone i is powered at 115 s * i / N, connects, and registers; from then on a REGISTER of 890 bytes
 * every 115 s, answered by 325 bytes at once and by 637 bytes 5 ms later (634 and more, by the digits of
 * the To-tag). A bare ACK waits 200 ms, the retransmission timer at least 1 s. Both ends know each other's hardware address, so that no ARP
 * request floods the network; the switches learn. Nothing is recorded.
 *
 * Every row is a process of its own; its time is the median of the rounds. */
#include "lua/cli/bench_phones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/cli/bench_rig.h"
#include "lua/cli/cli.h"
#include "models/net/ip.h"
#include "models/registry.h"
#include "sim/kernel/measure.h"

#define ROUNDS 3
#define PORTS 48
#define SECOND_NS 1000000000
#define PERIOD_NS (115ll * SECOND_NS)
#define HOUR_S 3600
#define MAC_CUCM "00:50:56:00:00:01"
#define CUCM_ADDRESS "172.16.10.10"

struct result {
    int64_t run_ns, set_up_ns;
    int64_t keepalives, events, frames, dropped; /* keepalives: every REGISTER */
    int64_t bytes;              /* memory the simulation took */
    long rss_kib;
};

/* --- the network ------------------------------------------------------------------------------------ */

/* Three digits a byte, so that all messages have one length (up to 150 * 150 * 16 phones). */
static struct ip4 address_of(uint32_t i)
{
    return (struct ip4){172u << 24 | (16 + i / 22500) << 16 | (100 + i / 150 % 150) << 8 | (100 + i % 150)};
}

static struct mac mac_of(uint32_t i)
{
    return mac_of_u64(0x001b54000000u + i);
}

static struct node *add_phone(struct net *n, uint32_t i, uint32_t count)
{
    char name[16], mac[20], address[20], power_on[32], dn[16];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    txtbuf_add(&t, "phone%u", i);
    t = txtbuf_of(mac, sizeof mac);
    mac_text(&t, mac_of(i));
    t = txtbuf_of(address, sizeof address);
    ip4_text(&t, address_of(i));
    t = txtbuf_of(power_on, sizeof power_on);
    txtbuf_add(&t, "%lldns", (long long)(PERIOD_NS * i / count));
    t = txtbuf_of(dn, sizeof dn);
    txtbuf_add(&t, "41555%05u", i);
    struct setting s[] = {
        {STR("mac"), str_of(mac)},
        {STR("address"), str_of(address)},
        {STR("prefix_len"), STR("12")},
        {STR("cucm_group"), STR("cucm-main=" CUCM_ADDRESS)}, /* this and the load make the lengths */
        {STR("load"), STR("9.3.1ES22-1")},
        {STR("dn"), str_of(dn)},
        {STR("starts"), STR("configured")},
        {STR("power_on_at"), str_of(power_on)},
        {STR("gratuitous_arp"), STR("off")},
        {STR("tcp_rto_profile"), STR("rfc6298")},
        {STR("tcp_ack_delay"), STR("200ms")},
    };
    return rig_node(n, "sip-phone", name, s, sizeof s / sizeof s[0]);
}

static struct node *add_cucm(struct net *n)
{
    static const struct setting s[] = {
        {STR("mac"), STR(MAC_CUCM)},
        {STR("address"), STR(CUCM_ADDRESS)},
        {STR("prefix_len"), STR("12")},
        {STR("cucm_trying_time"), STR("0s")},
        {STR("cucm_answer_time"), STR("5ms")},
        {STR("tcp_rto_profile"), STR("rfc6298")},
        {STR("cucm_tcp_ack_delay"), STR("200ms")},
    };
    return rig_node(n, "cucm", "cucm", s, sizeof s / sizeof s[0]);
}

/* Nobody speaks CDP: the same traffic as in the programs that this is compared with. */
static struct node *add_switch(struct net *n, const char *name)
{
    struct setting cdp = {STR("cdp"), STR("off")};
    return rig_node(n, "switch", name, &cdp, 1);
}

static struct node *add_access(struct net *n, struct node *core, uint32_t index)
{
    char name[16];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    txtbuf_add(&t, "access%u", index);
    struct node *access = add_switch(n, name);
    rig_cable(rig_port(core, name, NULL, 0), rig_port(access, "core", NULL, 0), "1Gbps", "10us");
    return access;
}

static void build(struct net *n, uint32_t phones)
{
    struct node *cucm = add_cucm(n), *core = add_switch(n, "core"), *access = NULL;
    struct err e;
    struct ip4 server;
    struct mac server_mac;
    bool ok = ip4_parse(STR(CUCM_ADDRESS), &server) && mac_parse(STR(MAC_CUCM), &server_mac);
    ASSERT(ok);
    rig_cable(rig_port(core, "cucm", NULL, 0), rig_port(cucm, "eth0", NULL, 0), "1Gbps", "10us");
    for (uint32_t i = 0; i < phones; i++) {
        if (i % PORTS == 0)
            access = add_access(n, core, i / PORTS);
        struct node *phone = add_phone(n, i, phones);
        rig_cable(rig_port(access, phone->name, NULL, 0), rig_port(phone, "net", NULL, 0), "100Mbps", "1ms");
        ip_learn(phone->ip, server, server_mac);
        ip_learn(cucm->ip, address_of(i), mac_of(i));
    }
    ok = net_start(n, &e);
    ASSERT(ok);
}

/* --- one round, in a process of its own ------------------------------------------------------------ */

static void measure(uint32_t phones, void *out)
{
    struct sim_config c = {.seed = 1, .epoch_ns = 1436914461ll * SECOND_NS};
    struct result r = {0};
    struct err e;
    int64_t before = rig_own_bytes();
    int64_t start = rig_wall_ns();
    struct sim *s = sim_new(&c);
    struct net *n = net_new(s, registry_models, registry_model_count);
    build(n, phones);
    int64_t built = rig_wall_ns();
    enum sim_end end = sim_run_until(s, time_add(TIME_ZERO, dur_s(HOUR_S)), &e);
    ASSERT(end == SIM_COMPLETE);
    r.run_ns = rig_wall_ns() - built;
    r.set_up_ns = built - start;
    r.keepalives = (int64_t)phones + measure_get(s, MEASURE_KEEPALIVES_SENT).v;
    r.events = (int64_t)sim_events(s);
    r.rss_kib = rig_rss_kib();
    r.bytes = rig_own_bytes() - before; /* an arena only grows */
    net_balance(n);
    r.frames = measure_get(s, MEASURE_FRAMES_SENT).v;
    r.dropped = measure_get(s, MEASURE_FRAMES_DROPPED).v;
    sim_free(s);
    memcpy(out, &r, sizeof r);
}

static int by_run_time(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    return (x->run_ns > y->run_ns) - (x->run_ns < y->run_ns);
}

static bool median_of_rounds(uint32_t phones, struct result *out, struct err *e)
{
    struct result r[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        if (!rig_measure_apart(measure, phones, &r[i], sizeof r[i]))
            return err_machine(e, "phones at %u: the measuring process failed", phones);
    }
    qsort(r, ROUNDS, sizeof r[0], by_run_time);
    *out = r[ROUNDS / 2];
    return true;
}

/* --- the table -------------------------------------------------------------------------------------- */

static void print_head(bool json)
{
    if (json)
        printf("{\"bench\": [");
    else
        printf("  %9s %13s %13s %12s %12s %11s %10s\n", "phones", "keepalives", "ns each",
               "per second", "events each", "B a phone", "RSS KiB");
}

static void print_row(bool json, bool first, uint32_t n, const struct result *r)
{
    int64_t per_s = (int64_t)((__int128)r->keepalives * SECOND_NS / r->run_ns);
    int64_t ns10 = r->run_ns * 10 / r->keepalives, events10 = r->events * 10 / r->keepalives;
    int64_t bytes = r->bytes / n;
    if (json)
        printf("%s\n  {\"name\": \"phones\", \"n\": %u, \"ns\": %lld.%lld, \"per_s\": %lld, "
               "\"rss_kib\": %ld, \"keepalives\": %lld, \"events\": %lld, \"frames\": %lld, \"dropped\": %lld, "
               "\"bytes_per_phone\": %lld, \"set_up_ns\": %lld}",
               first ? "" : ",", n, (long long)ns10 / 10, (long long)ns10 % 10, (long long)per_s,
               r->rss_kib, (long long)r->keepalives, (long long)r->events,
               (long long)r->frames, (long long)r->dropped, (long long)bytes, (long long)r->set_up_ns);
    else
        printf("  %9u %13lld %11lld.%lld %12lld %10lld.%lld %11lld %10ld\n", n,
               (long long)r->keepalives, (long long)ns10 / 10, (long long)ns10 % 10, (long long)per_s,
               (long long)events10 / 10, (long long)events10 % 10, (long long)bytes, r->rss_kib);
    fflush(stdout);
}

static bool print_rows(bool json, const uint32_t *sizes, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        struct result r;
        if (!median_of_rounds(sizes[i], &r, e))
            return false;
        print_row(json, i == 0, sizes[i], &r);
    }
    return true;
}

int bench_phones(int argc, char **argv)
{
    static const uint32_t usual[] = {100, 1000, 10000};
    uint32_t sizes[RIG_SIZES_MAX];
    size_t count = 0;
    struct cli_options o;
    struct err e = {0};
    if (!rig_take_sizes(&argc, argv, "phones", RIG_PHONES_MAX, sizes, &count, &e) || !cli_parse(argc, argv, CLI_JSON, NULL, &o, &e))
        return cli_fail(&e);
    if (o.help)
        return cmd_print_help("bench");
    print_head(o.json);
    if (!print_rows(o.json, count ? sizes : usual, count ? count : 3, &e))
        return cli_fail(&e);
    if (o.json)
        printf("\n]}\n");
    return CMD_OK;
}
