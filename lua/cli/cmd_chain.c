/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_chain.c: dialtone chain. Each row is a run of scenario one-way-loss in a process of a worker; what was
 * counted comes back through memory that the processes share. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lua/cli/chain.h"
#include "lua/cli/cli.h"
#include "lua/cli/interrupt.h"
#include "lua/cli/trial_play.h"
#include "sim/study/workers.h"

#define SCENARIO "one-way-loss"
#define PHONES_USUAL 1000
#define TEXT_MAX 32

struct shared {
    struct chain_counts counts[CHAIN_ROWS_MAX];
};

struct command {
    struct cli_options o;
    uint64_t phones;
    struct shared *shared;
    size_t handed_out;
    bool failed;
};

/* --- a row's run ------------------------------------------------------------------------------------ */

/* What a row sets itself. */
struct settings {
    struct cli_options o;
    char text[CHAIN_SETS_MAX][TEXT_MAX];
    size_t count;
};

static const char *const own[] = {"phones", "protocol", "link_loss", "tcp_rto_profile", "timer_register_delta",
                                  "cucm_register_grace", "failover_wait_floor", "failover_wait_factor", "duration", "burst_every",
                                  "burst_lasts", "router_arp_timeout"};

static struct txtbuf set(struct settings *s, const char *name)
{
    ASSERT(s->count < CHAIN_SETS_MAX && s->o.set_count < CLI_SETS_MAX);
    char *text = s->text[s->count++];
    s->o.sets[s->o.set_count++] = (struct cli_set){str_of(name), {text, 0}};
    return txtbuf_of(text, TEXT_MAX);
}

static void done_setting(struct settings *s)
{
    struct cli_set *last = &s->o.sets[s->o.set_count - 1];
    last->value = str_of(s->text[s->count - 1]);
}

static void set_text(struct settings *s, const char *name, const char *value)
{
    struct txtbuf t = set(s, name);
    txtbuf_cstr(&t, value);
    done_setting(s);
}

static void set_law(struct settings *s, const char *name, struct sim_dur mean)
{
    struct txtbuf t = set(s, name);
    txtbuf_add(&t, "exp(%lldms)", (long long)(mean.ns / 1000000));
    done_setting(s);
}

static void set_number(struct settings *s, const char *name, int64_t value, const char *unit)
{
    struct txtbuf t = set(s, name);
    txtbuf_add(&t, "%lld%s", (long long)value, unit);
    done_setting(s);
}

static void settings_of(struct settings *s, const struct command *c, const struct chain_row *r)
{
    s->o = c->o;
    s->o.subject = SCENARIO;
    set_number(s, "phones", chain_phones(r, (uint32_t)c->phones), "");
    set_text(s, "protocol", r->protocol);
    set_text(s, "tcp_rto_profile", r->profile);
    set_number(s, "link_loss", r->loss_percent, "%");
    if (r->good_s) {
        set_law(s, "burst_every", dur_s(r->good_s));
        set_law(s, "burst_lasts", dur_ms(r->burst_ms));
        set_text(s, "router_arp_timeout", "30d"); /* no ARP into a burst */
    }
    set_number(s, "duration", chain_until(r).ns, "ns");
    if (strcmp(r->protocol, "sccp") == 0) {
        set_number(s, "failover_wait_floor", r->floor_ms, "ms");
        set_number(s, "failover_wait_factor", r->factor, "");
        return;
    }
    set_number(s, "timer_register_delta", r->delta_ms, "ms");
    set_number(s, "cucm_register_grace", r->grace_ms, "ms");
}

static struct sink *watch(void *arg, struct arena *a, const struct trial *t)
{
    struct command *c = arg;
    return chain_watch_new(a, &chain_rows[t->point - 1], &c->shared->counts[t->point - 1]);
}

static void play(void *arg, const struct trial *t, struct trial_result *out)
{
    static struct settings s; /* large */
    struct command *c = arg;
    struct grid nothing_varied = {0};
    struct trial_plan plan = {.options = &s.o, .grid = &nothing_varied, .watch = watch, .watch_arg = c};
    s = (struct settings){0};
    settings_of(&s, c, &chain_rows[t->point - 1]);
    trial_play(&plan, t, out);
}

/* --- all rows --------------------------------------------------------------------------------------- */

static bool next(void *arg, struct trial *out)
{
    struct command *c = arg;
    if (c->handed_out == chain_row_count())
        return false;
    *out = (struct trial){(uint32_t)++c->handed_out, 1, c->o.seed};
    return true;
}

static bool done(void *arg, const struct trial_result *r, struct err *e)
{
    struct command *c = arg;
    struct chain_counts *n = &c->shared->counts[r->trial.point - 1];
    if (!r->complete)
        return err_set(e, "%s", r->message);
    n->played = true;
    n->unregistered = r->measure[MEASURE_UNREGISTER_COUNT].v;
    return true;
}

static void tick(void *arg)
{
    (void)arg;
}

static enum workers_end work(struct command *c, struct err *e)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = c->o.jobs ? c->o.jobs : cores > 0 ? (uint64_t)cores : 1;
    struct workers_job job = {.count = (uint32_t)(jobs > WORKERS_MAX ? WORKERS_MAX : jobs),
                              .play = play,
                              .play_arg = c,
                              .next = next,
                              .done = done,
                              .tick = tick,
                              .arg = c,
                              .interrupted = &cli_interrupted};
    fflush(stdout);
    return workers_run(&job, e);
}

/* --- the command ------------------------------------------------------------------------------------ */

static bool parse(int argc, char **argv, struct command *c, struct err *e)
{
    struct cli_own options[] = {{.name = "--phones", .number = &c->phones}};
    c->phones = PHONES_USUAL;
    if (!cli_parse_own(argc, argv, CLI_SET | CLI_SEED | CLI_JOBS | CLI_JSON | CLI_QUIET, NULL, options, 1, &c->o, e))
        return false;
    if (c->phones == 0 || c->phones > 1248)
        return err_set(e, "--phones %llu is not a number from 1 to 1248", (unsigned long long)c->phones);
    for (size_t i = 0; i < c->o.set_count; i++) {
        for (size_t j = 0; j < sizeof own / sizeof own[0]; j++) {
            if (str_eq(c->o.sets[i].name, str_of(own[j])))
                return err_set(e, "--set %s: each row has its own", own[j]);
        }
    }
    return true;
}

static uint32_t print(const struct command *c, uint32_t *tests)
{
    uint32_t failed = 0;
    for (size_t i = 0; i < chain_row_count(); i++) {
        const struct chain_row *r = &chain_rows[i];
        struct chain_verdict v;
        chain_judge(r, &c->shared->counts[i], &v);
        failed += chain_failed(r, &v);
        *tests += chain_tests(r);
        if (c->o.json)
            chain_json_row(stdout, i == 0, r, &v, &c->shared->counts[i]);
        else if (!c->o.quiet)
            chain_print_row(stdout, i == 0 || r->kind != r[-1].kind, r, &v, &c->shared->counts[i]);
    }
    return failed;
}

static int report(const struct command *c)
{
    uint32_t tests = 0;
    if (c->o.json)
        printf("{\"phones\": %llu, \"seed\": %llu, \"rows\": [", (unsigned long long)c->phones,
               (unsigned long long)c->o.seed);
    uint32_t failed = print(c, &tests);
    if (c->o.json)
        printf("],\n \"tests\": %u, \"failed\": %u}\n", tests, failed);
    else if (!c->o.quiet)
        printf("\n%u tests, p below 0.01 in %u: %s\n", tests, failed,
               failed ? "chain and simulation disagree" : "chain and simulation agree");
    return failed ? CMD_FAILED : CMD_OK;
}

int cmd_chain(int argc, char **argv)
{
    static struct command c; /* large */
    struct err e = {0};
    if (!parse(argc, argv, &c, &e))
        return cli_fail(&e);
    if (c.o.help)
        return cmd_print_help(argv[0]);
    ASSERT(chain_row_count() <= CHAIN_ROWS_MAX);
    c.shared = mmap(NULL, sizeof *c.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c.shared == MAP_FAILED) {
        err_machine(&e, "no memory to share with the workers");
        return cli_fail(&e);
    }
    cli_catch_interrupts();
    enum workers_end end = work(&c, &e);
    int status = end == WORKERS_FAILED        ? cli_fail(&e)
                 : end == WORKERS_INTERRUPTED ? CMD_INTERRUPTED
                                              : report(&c);
    munmap(c.shared, sizeof *c.shared);
    return status;
}
