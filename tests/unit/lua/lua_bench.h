/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lua_bench.h: scenario files written on the spot, and two probe models to build them from. */
#ifndef TESTS_UNIT_LUA_LUA_BENCH_H
#define TESTS_UNIT_LUA_LUA_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lua/bind/scenario.h"
#include "models/net/frame.h"
#include "models/net/link.h"
#include "sim/kernel/tmr.h"

#define LIB_DIR DT_SOURCE_DIR "/lua/dialtone"

/* --- probe: one port, speaks every `talk_interval`, raises an alarm every third time --- */

struct probe {
    const char *label;
    struct sim_dur interval, floor;
    int64_t segment;
    int profile;
    bool down;
    uint32_t heard, spoken;
    struct tmr talk;
    struct node *node;
};

/* clang-format off */
static const struct param_def probe_params[] = {
    {"label", PARAM_TEXT, "plain", NULL, NULL, NULL, "name of its own", offsetof(struct probe, label), true},
    {"talk_interval", PARAM_DUR, "10s", "1s", "1h", NULL, "between frames", offsetof(struct probe, interval), false},
    {"talk_floor", PARAM_DUR, "", "1ms", "1min", NULL, "filled in by profile", offsetof(struct probe, floor), false},
    {"segment_size", PARAM_BYTES, "1460B", "64B", "9000B", NULL, "segment size", offsetof(struct probe, segment), false},
    {"talk_profile", PARAM_ENUM, "linux", NULL, NULL, "linux|rfc6298", "profile", offsetof(struct probe, profile), false},
    {0},
};
/* clang-format on */

static void talk(void *owner)
{
    struct probe *p = owner;
    struct frame *f = frame_new(p->node->net, 100);
    memset(f->bytes, 0, 100);
    f->bytes[0] = (uint8_t)++p->spoken;
    port_send(p->node->ports[0], frame_seal(p->node->net, f, 100));
    if (p->spoken % 3 == 0) {
        struct rec r = {.kind = REC_ALARM, .node = p->node->id};
        r.alarm = (struct rec_alarm){"Silence", 13, p->label, "third frame"};
        bus_publish(p->node->sim, &r);
        measure_add(p->node->sim, MEASURE_UNREGISTER_COUNT, 1);
        if (!measure_get(p->node->sim, MEASURE_FIRST_UNREGISTER).given)
            measure_set(p->node->sim, MEASURE_FIRST_UNREGISTER, sim_now(p->node->sim).ns);
    }
    if (!p->down)
        tmr_arm(&p->talk, p->interval);
}

static bool probe_init(struct node *n, struct err *e)
{
    struct probe *p = n->state;
    struct port *port;
    p->node = n;
    tmr_init(&p->talk, n->sim, n->id, "probe.talk", p, talk);
    for (size_t i = 0; n->model->params[i].name; i++) {
        if (strcmp(n->model->params[i].name, "talk_floor") == 0)
            node_fill_default(n, "talk_floor", p->profile ? dur_s(1) : dur_ms(200), &p->floor);
    }
    return node_port(n, STR("eth0"), NULL, 0, &port, e);
}

static void probe_start(struct node *n)
{
    struct probe *p = n->state;
    tmr_arm(&p->talk, p->interval);
}

static void probe_hear(struct node *n, struct port *in, const struct frame *f)
{
    (void)in;
    (void)f;
    ((struct probe *)n->state)->heard++;
}

static bool probe_stop(struct node *n, struct err *e)
{
    struct probe *p = n->state;
    if (p->down)
        return err_set(e, "node '%s' is down already", n->name);
    p->down = true;
    tmr_disarm(&p->talk);
    return true;
}

static const struct model_op probe_ops[] = {{"stop", "falls silent", probe_stop}, {0}};
static const struct model probe_model = {
    .name = "probe",
    .doc = "speaks now and then",
    .state_size = sizeof(struct probe),
    .params = probe_params,
    .ops = probe_ops,
    .init = probe_init,
    .start = probe_start,
    .on_frame = probe_hear,
};

/* --- hub: ports on demand, with a configuration; swallows everything --- */

struct hub_port {
    int64_t vlan, speed;
};

/* clang-format off */
static const struct param_def hub_params[] = {{0}};
static const struct param_def hub_port_params[] = {
    {"vlan", PARAM_INT, "1", "1", "4094", NULL, "of the port", offsetof(struct hub_port, vlan), true},
    {"hub_speed", PARAM_RATE, "1Gbps", "1bps", "10Gbps", NULL, "of each port", offsetof(struct hub_port, speed), false},
    {0},
};
/* clang-format on */

static void hub_hear(struct node *n, struct port *in, const struct frame *f)
{
    (void)n;
    frame_drop(in, f, DROP_MALFORMED);
}

static const struct model hub_model = {
    .name = "hub",
    .doc = "swallows frames",
    .params = hub_params,
    .port_params = hub_port_params,
    .port_config_size = sizeof(struct hub_port),
    .on_frame = hub_hear,
};

static const struct model *const bench_models[] = {&probe_model, &hub_model};

/* --- one scenario and its simulation --- */

struct bench {
    char path[64];
    struct scenario *sc;
    struct sim *sim;
    struct net *net;
    struct err e;
};

static inline void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

/* Writes the text to a file of its own and loads it; sc is NULL and e is set when refused. */
static inline struct bench load_text(const char *text)
{
    struct bench b = {0};
    snprintf(b.path, sizeof b.path, "scenario_%ld.lua", (long)getpid());
    write_text(b.path, text);
    b.sc = scenario_load(b.path, LIB_DIR, &b.e);
    unlink(b.path);
    return b;
}

/* The part after "scenario_N.lua", which every sentence about the file starts with. */
static inline const char *after_path(const struct bench *b)
{
    size_t n = strlen(b->path);
    if (strncmp(b->e.msg, b->path, n) != 0)
        fail_msg("not about the file: %s", b->e.msg);
    return b->e.msg + n;
}

static inline bool build(struct bench *b)
{
    struct sim_config c = {.seed = 3, .epoch_ns = scenario_info(b->sc)->epoch_ns};
    b->sim = sim_new(&c);
    b->net = net_new(b->sim, bench_models, 2);
    return scenario_build(b->sc, b->net, &b->e);
}

static inline void run_for(struct bench *b, struct sim_dur d)
{
    if (!scenario_start(b->sc, &b->e) || !net_start(b->net, &b->e) ||
        sim_run_until(b->sim, time_add(TIME_ZERO, d), &b->e) != SIM_COMPLETE)
        fail_msg("%s", b->e.msg);
}

static inline void tear_down(struct bench *b)
{
    scenario_free(b->sc);
    sim_free(b->sim);
}

/* A scenario of two linked probes; `more` goes into the table, `net` into network(). */
static inline const char *two_probes(char *to, size_t cap, const char *net, const char *more)
{
    snprintf(
        to, cap,
        "return { title = 'two probes', duration = '1min',\n"
        "network = function(net, p)\n"
        "  local a = net:add('probe', 'a') local b = net:add('probe', 'b', {label = 'second'})\n"
        "  local l = net:link(a, b)\n"
        "  %s\n"
        "end,\n%s }\n",
        net, more);
    return to;
}

#endif
