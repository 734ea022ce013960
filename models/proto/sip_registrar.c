/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_registrar.c: see sip_registrar.h. */
#include "models/proto/sip_registrar.h"

#include "sim/base/hash.h"

enum { UNREGISTERED, REGISTERED, STATE_COUNT };
enum { E_REGISTER, E_UNREGISTER, E_LINE_TIMEOUT, E_CONNECTION_LOST, E_POWER_OFF, EVENT_COUNT };

static const char *const event_names[EVENT_COUNT] = {
    "register",
    "unregister",
    "SIPStationDPrimaryLineTimeout",
    "connection-lost",
    "power-off",
};

/* The alarm in CUCM's own words (seed 002); the log adds what syslog puts in front. */
static void raise_alarm(struct binding *b, enum unregister_reason reason, const char *last_signal)
{
    struct registrar *r = b->registrar;
    struct rec a = {.kind = REC_ALARM, .node = r->node->id};
    a.alarm = (struct rec_alarm){"EndPointUnregistered", reason, b->device, last_signal};
    bus_publish(r->node->sim, &a);
    struct val v[] = {V_TEXT(b->device),      V_IP4(b->addr.v),      V_TEXT(b->model),
                      V_TEXT(b->description), V_U64(reason),         V_TEXT(last_signal),
                      V_TEXT(r->cluster_id),  V_TEXT(r->node_id)};
    struct rec log = {.kind = REC_LOG, .node = r->node->id};
    log.log.facility = "EventViewer";
    log.log.severity = 3;
    log.log.line = (struct rec_args){
        "%UC_CALLMANAGER-3-EndPointUnregistered: %[DeviceName={}][IPAddress={}][Protocol=SIP]"
        "[DeviceType={}][Description={}][Reason={}][IPAddrAttributes=0][LastSignalReceived={}]"
        "[AppID=Cisco CallManager][ClusterID={}][NodeID={}]: An endpoint has unregistered",
        v, sizeof v / sizeof v[0]};
    bus_publish(r->node->sim, &log);
}


static void stop(void *self, const void *msg)
{
    struct binding *b = self;
    (void)msg;
    tmr_disarm(&b->line_timer);
}

/* clang-format off */
static const struct fsm_row rows[] = {
    {UNREGISTERED, E_REGISTER,        NULL, NULL,      REGISTERED},
    {UNREGISTERED, E_UNREGISTER,      NULL, NULL,      UNREGISTERED},
    {UNREGISTERED, E_CONNECTION_LOST, NULL, NULL,      UNREGISTERED},
    {UNREGISTERED, E_POWER_OFF,       NULL, NULL,      UNREGISTERED},
    {REGISTERED,   E_REGISTER,        NULL, NULL,      REGISTERED},
    {REGISTERED,   E_UNREGISTER,      NULL, stop,      UNREGISTERED},
    {REGISTERED,   E_LINE_TIMEOUT,    NULL, NULL,      UNREGISTERED},
    {REGISTERED,   E_CONNECTION_LOST, NULL, stop,      UNREGISTERED},
    {REGISTERED,   E_POWER_OFF,       NULL, stop,      UNREGISTERED},
};

static const struct fsm_state states[STATE_COUNT] = {
    [UNREGISTERED] = {"unregistered", NULL, "forever"},
    [REGISTERED]   = {"registered",   NULL, "cucm.line_timer"},
};
/* clang-format on */

static const struct fsm_table table = {
    .machine = "registrar",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
};

static void on_line_timer(void *owner)
{
    struct binding *b = owner;
    struct registrar *r = b->registrar;
    fsm_step(&b->fsm, E_LINE_TIMEOUT, NULL);
    bus_because(r->node->sim, b->fsm.record, node_limit(r->node, "sip_station_keepalive_interval"),
                BECAUSE_LIMIT);
    bus_because(r->node->sim, b->fsm.record, node_limit(r->node, "cucm_register_grace"), BECAUSE_LIMIT);
    raise_alarm(b, REASON_KEEPALIVE_TIMEOUT, event_names[E_LINE_TIMEOUT]);
    r->on_timeout(r->arg, b);
}

void registrar_init(struct registrar *r, struct node *n, struct sim_dur grace)
{
    r->node = n;
    r->grace = grace;
    map_init(&r->bindings, sim_arena(n->sim));
}

static struct binding *find(const struct registrar *r, struct str device)
{
    struct binding *b = map_get(&r->bindings, hash_bytes(0, device.p, device.n));
    return b && str_eq(device, str_of(b->device)) ? b : NULL;
}

static struct binding *find_or_make(struct registrar *r, const struct registration *q)
{
    struct binding *b = find(r, q->device);
    if (b)
        return b;
    struct node *n = r->node;
    b = ARENA_NEW(sim_arena(n->sim), struct binding);
    b->registrar = r;
    struct txtbuf t = txtbuf_of(b->device, sizeof b->device);
    txtbuf_str(&t, q->device);
    fsm_init(&b->fsm, &table, n, b->device, b, UNREGISTERED);
    tmr_init(&b->line_timer, n->sim, n->id, "cucm.line_timer", b, on_line_timer);
    map_put(&r->bindings, hash_bytes(0, b->device, txtbuf_view(&t).n), b);
    return b;
}

bool registrar_accepts(const struct registrar *r, const struct registration *q)
{
    const struct binding *b = find(r, q->device);
    return !b || b->call_id_hash != hash_bytes(0, q->call_id.p, q->call_id.n) || q->cseq > b->cseq;
}

static void remember(struct binding *b, const struct registration *q)
{
    b->addr = q->addr;
    b->conn = q->conn;
    b->call_id_hash = hash_bytes(0, q->call_id.p, q->call_id.n);
    b->cseq = q->cseq;
    b->heard = sim_now(b->registrar->node->sim);
    struct txtbuf t = txtbuf_of(b->model, sizeof b->model);
    txtbuf_str(&t, q->model);
    t = txtbuf_of(b->description, sizeof b->description);
    txtbuf_str(&t, q->dn);
}

static void bind(struct registrar *r, const struct registration *q, struct sim_dur left)
{
    struct binding *b = find_or_make(r, q);
    remember(b, q);
    fsm_step(&b->fsm, E_REGISTER, NULL);
    tmr_arm(&b->line_timer, left);
    /* What would have stopped the timer is the next REGISTER of this dialog. */
    tmr_await(&b->line_timer, bus_flow(r->node->sim, "sip", q->call_id, (uint64_t)q->cseq + 1), 0);
}

void registrar_bind(struct registrar *r, const struct registration *q, struct sim_dur granted)
{
    bind(r, q, dur_add(granted, r->grace));
}

void registrar_resume(struct registrar *r, const struct registration *q, struct sim_dur left)
{
    bind(r, q, left);
}

void registrar_unbind(struct registrar *r, const struct registration *q)
{
    struct binding *b = find_or_make(r, q);
    bool bound = b->fsm.state == REGISTERED;
    remember(b, q);
    fsm_step(&b->fsm, E_UNREGISTER, NULL);
    if (bound)
        raise_alarm(b, REASON_DEVICE_UNREGISTERED, "SIPRegisterInd");
}

void registrar_connection_lost(struct registrar *r, struct tcp_conn *c)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);) {
        struct binding *b = slot->value;
        if (b->conn != c)
            continue;
        b->conn = NULL;
        bool bound = b->fsm.state == REGISTERED;
        fsm_step(&b->fsm, E_CONNECTION_LOST, NULL);
        if (bound)
            raise_alarm(b, REASON_CONNECTIVITY_ERROR, "TCPConnectionClosed");
    }
}

void registrar_power_off(struct registrar *r)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);) {
        struct binding *b = slot->value;
        b->conn = NULL;
        b->call_id_hash = 0; /* a database in memory: after a restart no CSeq is too old */
        fsm_step(&b->fsm, E_POWER_OFF, NULL);
    }
}

bool registrar_has(const struct registrar *r, struct str device)
{
    const struct binding *b = find(r, device);
    return b && b->fsm.state == REGISTERED;
}

uint32_t registrar_count(const struct registrar *r)
{
    struct map_slot *slot;
    uint32_t n = 0;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);)
        n += ((const struct binding *)slot->value)->fsm.state == REGISTERED;
    return n;
}
