/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registrar.c: see registrar.h. */
#include "models/proto/registrar.h"

#include "sim/base/hash.h"

enum { UNREGISTERED, REGISTERED, STATE_COUNT };
enum {
    E_REGISTER,
    E_UNREGISTER,
    E_LINE_TIMEOUT,
    E_KEEPALIVE_TIMEOUT,
    E_RESET,
    E_CONNECTION_LOST,
    E_POWER_OFF,
    EVENT_COUNT
};

static const char *const event_names[EVENT_COUNT] = {
    "register",        "unregister", "SIPStationDPrimaryLineTimeout", "StationKeepAliveTimeout", "reset",
    "connection-lost", "power-off",
};

/* What the registrar heard last, as the alarm names it. StationKeepAliveTimeout is our word: no source shows
 * the alarm of an SCCP phone that fell silent. */
static const struct {
    const char *name, *register_signal, *unregister_signal;
    int timeout;
} protocols[DEVICE_PROTOCOL_COUNT] = {
    [DEVICE_SIP] = {"SIP", "SIPRegisterInd", "SIPRegisterInd", E_LINE_TIMEOUT},
    [DEVICE_SCCP] = {"SCCP", "StationRegister", "StationUnregister", E_KEEPALIVE_TIMEOUT},
};

/* The alarm in CUCM's own words (seed 002); the log adds what syslog puts in front. */
static uint64_t raise_alarm(struct binding *b, enum unregister_reason reason, const char *last_signal)
{
    struct registrar *r = b->registrar;
    struct rec a = {.kind = REC_ALARM, .node = r->node->id};
    a.alarm = (struct rec_alarm){"EndPointUnregistered", reason, b->device, last_signal};
    uint64_t alarm = bus_publish(r->node->sim, &a);
    struct val v[] = {V_TEXT(b->device),      V_IP4(b->addr.v), V_TEXT(protocols[b->protocol].name),
                      V_TEXT(b->model),       V_TEXT(b->description), V_U64(reason),
                      V_TEXT(last_signal),    V_TEXT(r->cluster_id),  V_TEXT(r->node_id)};
    struct rec log = {.kind = REC_LOG, .node = r->node->id};
    log.log.facility = "EventViewer";
    log.log.severity = 3;
    log.log.line = (struct rec_args){
        "%UC_CALLMANAGER-3-EndPointUnregistered: %[DeviceName={}][IPAddress={}][Protocol={}]"
        "[DeviceType={}][Description={}][Reason={}][IPAddrAttributes=0][LastSignalReceived={}]"
        "[AppID=Cisco CallManager][ClusterID={}][NodeID={}]: An endpoint has unregistered",
        v, sizeof v / sizeof v[0]};
    bus_publish(r->node->sim, &log);
    return alarm;
}

/* Not an alarm of ours, for nothing is wrong; a line in the log all the same. */
static void tell_registered(const struct binding *b)
{
    const struct registrar *r = b->registrar;
    struct val v[] = {V_TEXT(b->device),      V_IP4(b->addr.v),       V_TEXT(protocols[b->protocol].name),
                      V_TEXT(b->model),       V_TEXT(b->description), V_TEXT(r->cluster_id), V_TEXT(r->node_id)};
    struct rec log = {.kind = REC_LOG, .node = r->node->id};
    log.log = (struct rec_log){"EventViewer", 6,
                               {"%UC_CALLMANAGER-6-EndPointRegistered: %[DeviceName={}][IPAddress={}][Protocol={}]"
                                "[DeviceType={}][Description={}][IPAddrAttributes=0][AppID=Cisco CallManager]"
                                "[ClusterID={}][NodeID={}]: Endpoint registered",
                                v, sizeof v / sizeof v[0]}};
    bus_publish(r->node->sim, &log);
}

static void begin(void *self, const void *msg)
{
    struct binding *b = self;
    (void)msg;
    b->registrar->count[b->protocol]++;
}

static void move_line(const struct binding *b, struct binding_line *l, const char *event, bool registered)
{
    char key[72];
    struct txtbuf t = txtbuf_of(key, sizeof key);
    if (l->registered == registered)
        return;
    l->registered = registered;
    txtbuf_add(&t, "%s/%s", b->device, l->dn);
    struct rec r = {.kind = REC_STATE, .node = b->registrar->node->id};
    r.state = (struct rec_state){"line", key, registered ? "unregistered" : "registered", event,
                                 registered ? "registered" : "unregistered"};
    bus_publish(b->registrar->node->sim, &r);
}

/* After the device: its end is not explained by theirs. */
static void drop_lines(void *self)
{
    const struct binding *b = self;
    for (struct binding_line *l = b->lines; l; l = l->next)
        move_line(b, l, "device-unregistered", false);
}

static void stop(void *self, const void *msg)
{
    struct binding *b = self;
    (void)msg;
    tmr_disarm(&b->timer);
    b->late = b->orphaned = false;
    b->registrar->count[b->protocol]--;
}

/* clang-format off */
static const struct fsm_row rows[] = {
    {UNREGISTERED, E_REGISTER,          NULL, begin, REGISTERED},
    {UNREGISTERED, E_UNREGISTER,        NULL, NULL,  UNREGISTERED},
    {UNREGISTERED, E_CONNECTION_LOST,   NULL, NULL,  UNREGISTERED},
    {UNREGISTERED, E_POWER_OFF,         NULL, NULL,  UNREGISTERED},
    {UNREGISTERED, E_RESET,             NULL, NULL,  UNREGISTERED},
    {REGISTERED,   E_REGISTER,          NULL, NULL,  REGISTERED},
    {REGISTERED,   E_UNREGISTER,        NULL, stop,  UNREGISTERED},
    {REGISTERED,   E_LINE_TIMEOUT,      NULL, stop,  UNREGISTERED},
    {REGISTERED,   E_KEEPALIVE_TIMEOUT, NULL, stop,  UNREGISTERED},
    {REGISTERED,   E_RESET,             NULL, stop,  UNREGISTERED},
    {REGISTERED,   E_CONNECTION_LOST,   NULL, stop,  UNREGISTERED},
    {REGISTERED,   E_POWER_OFF,         NULL, stop,  UNREGISTERED},
};

/* A binding's timer has the name of its protocol's. */
static const struct fsm_state states[DEVICE_PROTOCOL_COUNT][STATE_COUNT] = {
    [DEVICE_SIP] = {
        [UNREGISTERED] = {"unregistered", drop_lines, "forever"},
        [REGISTERED]   = {"registered",   NULL, "cucm.line_timer"},
    },
    [DEVICE_SCCP] = {
        [UNREGISTERED] = {"unregistered", drop_lines, "forever"},
        [REGISTERED]   = {"registered",   NULL, "cucm.keepalive_timer"},
    },
};

#define TABLE(protocol) \
    {.machine = "registrar", .states = states[protocol], .events = event_names, .rows = rows, \
     .state_count = STATE_COUNT, .event_count = EVENT_COUNT, .row_count = sizeof rows / sizeof rows[0]}
static const struct fsm_table tables[DEVICE_PROTOCOL_COUNT] = {
    [DEVICE_SIP] = TABLE(DEVICE_SIP), [DEVICE_SCCP] = TABLE(DEVICE_SCCP),
};
/* clang-format on */

static const struct {
    const char *label, *limits[2];
} timers[DEVICE_PROTOCOL_COUNT] = {
    [DEVICE_SIP] = {"cucm.line_timer", {"sip_station_keepalive_interval", "cucm_register_grace"}},
    [DEVICE_SCCP] = {"cucm.keepalive_timer", {"sccp_keepalive_primary", "sccp_keepalives_missed"}},
};

static void on_timer(void *owner)
{
    struct binding *b = owner;
    struct registrar *r = b->registrar;
    b->late = r->frozen;
    if (b->late)
        return;
    int timeout = protocols[b->protocol].timeout;
    fsm_step(&b->fsm, timeout, NULL);
    for (int i = 0; i < 2; i++)
        bus_because(r->node->sim, b->fsm.record, node_limit(r->node, timers[b->protocol].limits[i]), BECAUSE_LIMIT);
    raise_alarm(b, REASON_KEEPALIVE_TIMEOUT, event_names[timeout]);
    r->on_timeout(r->arg, b);
}

void registrar_init(struct registrar *r, struct node *n)
{
    r->node = n;
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
    b->protocol = q->protocol;
    struct txtbuf t = txtbuf_of(b->device, sizeof b->device);
    txtbuf_str(&t, q->device);
    fsm_init(&b->fsm, &tables[q->protocol], n, b->device, b, UNREGISTERED);
    tmr_init(&b->timer, n->sim, n->id, timers[q->protocol].label, b, on_timer);
    map_put(&r->bindings, hash_bytes(0, b->device, txtbuf_view(&t).n), b);
    return b;
}

static struct binding_line *find_line(const struct binding *b, struct str dn)
{
    for (struct binding_line *l = b->lines; l; l = l->next) {
        if (str_eq(dn, str_of(l->dn)))
            return l;
    }
    return NULL;
}

bool registrar_is_other_line(const struct registrar *r, const struct registration *q)
{
    const struct binding *b = find(r, q->device);
    return b && b->fsm.state == REGISTERED && b->conn == q->conn && !str_eq(q->dn, str_of(b->description));
}

void registrar_bind_line(struct registrar *r, const struct registration *q)
{
    struct binding *b = find(r, q->device);
    struct binding_line *l = find_line(b, q->dn), **last = &b->lines;
    if (!l) {
        l = ARENA_NEW(sim_arena(r->node->sim), struct binding_line);
        str_keep(l->dn, sizeof l->dn, q->dn);
        while (*last)
            last = &(*last)->next;
        *last = l;
    }
    move_line(b, l, "register", true);
    l->call_id_hash = hash_bytes(0, q->call_id.p, q->call_id.n);
    l->cseq = q->cseq;
}

uint32_t registrar_lines(const struct binding *b)
{
    uint32_t n = b->fsm.state == REGISTERED;
    for (const struct binding_line *l = b->lines; l; l = l->next)
        n += l->registered;
    return n;
}

bool registrar_accepts(const struct registrar *r, const struct registration *q)
{
    const struct binding *b = find(r, q->device);
    const struct binding_line *l = b ? find_line(b, q->dn) : NULL;
    if (l && registrar_is_other_line(r, q))
        return l->call_id_hash != hash_bytes(0, q->call_id.p, q->call_id.n) || q->cseq > l->cseq;
    return !b || b->call_id_hash != hash_bytes(0, q->call_id.p, q->call_id.n) || q->cseq > b->cseq;
}

static void remember(struct binding *b, const struct registration *q)
{
    b->addr = q->addr;
    b->conn = q->conn;
    b->orphaned = false;
    b->call_id_hash = hash_bytes(0, q->call_id.p, q->call_id.n);
    b->cseq = q->cseq;
    b->heard = sim_now(b->registrar->node->sim);
    struct txtbuf t = txtbuf_of(b->model, sizeof b->model);
    txtbuf_str(&t, q->model);
    t = txtbuf_of(b->description, sizeof b->description);
    txtbuf_str(&t, q->dn);
}

/* A device keeps its name when it comes back with the other protocol, as an administrator may have set. */
static void take_protocol(struct binding *b, enum device_protocol protocol)
{
    struct node *n = b->registrar->node;
    if (b->protocol == protocol)
        return;
    fsm_step(&b->fsm, E_RESET, NULL);
    b->protocol = protocol;
    fsm_init(&b->fsm, &tables[protocol], n, b->device, b, UNREGISTERED);
    tmr_init(&b->timer, n->sim, n->id, timers[protocol].label, b, on_timer);
}

static void arm(struct binding *b, struct sim_dur life, uint64_t awaited)
{
    b->late = false;
    tmr_arm(&b->timer, life);
    tmr_await(&b->timer, awaited, 0);
}

struct binding *registrar_bind(struct registrar *r, const struct registration *q, struct sim_dur life,
                               uint64_t awaited)
{
    struct binding *b = find_or_make(r, q);
    take_protocol(b, q->protocol);
    if (b->fsm.state == REGISTERED && !ip4_eq(b->addr, q->addr))
        registrar_end(b, REASON_DUPLICATE_REGISTRATION); /* another phone has its name */
    bool news = b->fsm.state != REGISTERED && !q->before;
    remember(b, q);
    fsm_step(&b->fsm, E_REGISTER, NULL);
    if (news)
        tell_registered(b);
    arm(b, life, awaited);
    return b;
}

void registrar_hear(struct binding *b, struct sim_dur life, uint64_t awaited)
{
    b->heard = sim_now(b->registrar->node->sim);
    arm(b, life, awaited);
}

void registrar_unbind(struct registrar *r, const struct registration *q, enum unregister_reason reason)
{
    struct binding *b = find_or_make(r, q);
    bool bound = b->fsm.state == REGISTERED;
    remember(b, q);
    fsm_step(&b->fsm, E_UNREGISTER, NULL);
    if (bound)
        raise_alarm(b, reason, protocols[b->protocol].unregister_signal);
}

uint64_t registrar_end(struct binding *b, enum unregister_reason reason)
{
    bool bound = b->fsm.state == REGISTERED;
    fsm_step(&b->fsm, E_RESET, NULL);
    return bound ? raise_alarm(b, reason, protocols[b->protocol].register_signal) : 0;
}

static void lose_connection(struct binding *b)
{
    bool bound = b->fsm.state == REGISTERED;
    b->orphaned = false;
    fsm_step(&b->fsm, E_CONNECTION_LOST, NULL);
    if (bound)
        raise_alarm(b, REASON_CONNECTIVITY_ERROR, "TCPConnectionClosed");
}

void registrar_connection_lost(struct registrar *r, struct tcp_conn *c)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);) {
        struct binding *b = slot->value;
        if (b->conn != c)
            continue;
        b->conn = NULL;
        b->orphaned = r->frozen;
        if (!r->frozen)
            lose_connection(b);
    }
}

void registrar_freeze(struct registrar *r)
{
    r->frozen = true;
}

void registrar_thaw(struct registrar *r)
{
    struct map_slot *slot;
    r->frozen = false;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);) {
        struct binding *b = slot->value;
        if (b->orphaned)
            lose_connection(b);
        if (b->late)
            on_timer(b);
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

bool registrar_is_bound(const struct binding *b)
{
    return b->fsm.state == REGISTERED;
}

static bool has_number(const struct binding *b, struct str dn)
{
    const struct binding_line *l = find_line(b, dn);
    return str_eq(dn, str_of(b->description)) || (l && l->registered == registrar_is_bound(b));
}

struct binding *registrar_of_number(const struct registrar *r, struct str dn)
{
    struct map_slot *slot;
    struct binding *was = NULL;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);) {
        struct binding *b = slot->value;
        if (!has_number(b, dn))
            continue;
        if (registrar_is_bound(b))
            return b;
        was = was ? was : b;
    }
    return was;
}

bool registrar_has_addr(const struct registrar *r, struct ip4 addr)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&r->bindings, &i, &slot);) {
        const struct binding *b = slot->value;
        if (b->protocol == DEVICE_SIP && registrar_is_bound(b) && ip4_eq(b->addr, addr))
            return true;
    }
    return false;
}

const char *registrar_protocol(const struct binding *b)
{
    return protocols[b->protocol].name;
}

uint32_t registrar_count(const struct registrar *r)
{
    return r->count[DEVICE_SIP] + r->count[DEVICE_SCCP];
}
