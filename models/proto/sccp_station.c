/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_station.c: see sccp_station.h. Top to bottom: sending, registration, what phones ask for, the table of
 * messages, the jobs of a connection, connections, life. The lines of the trace are sccp_trace.h's. */
#include "models/proto/sccp_station.h"

#include "models/proto/sccp_line.h"
#include "sim/base/civil.h"

#define JOBS_MAX 1000000
#define THROTTLE_WINDOW_S 5

struct job {
    struct list_link in_line;
    const struct work *work;
    uint64_t flow, cause;
    uint32_t number; /* of the message, such as the line asked about */
    uint8_t step;
};

static struct sim *sim_of(const struct sccp_line *l)
{
    return l->station->manager->node->sim;
}

/* --- sending ------------------------------------------------------------------------------------------ */

static void send(struct sccp_line *l, const struct skinny *m)
{
    uint8_t bytes[SKINNY_LENGTH_MAX];
    struct wr w = wr_of(bytes, sizeof bytes);
    skinny_put(&w, m);
    ASSERT(wr_ok(&w));
    tcp_send(l->conn, str_of_bytes(bytes, wr_len(&w)), bus_current_flow(sim_of(l)));
}

static void send_id(struct sccp_line *l, enum skinny_id id, uint32_t number)
{
    struct skinny m = {.id = id, .number = number};
    send(l, &m);
}

/* Is the device registered over this very connection? */
static bool is_home(const struct sccp_line *l)
{
    return l->binding && l->binding->conn == l->conn && registrar_is_bound(l->binding);
}

/* --- registration ------------------------------------------------------------------------------------- */

static const struct cucm_device *device_of(const struct sccp_line *l)
{
    return device_db_find(&l->station->manager->db, str_of(l->device));
}

static void describe(struct sccp_line *l)
{
    const struct cucm_device *d = device_of(l);
    str_keep(l->dn, sizeof l->dn, d ? d->dn : STR_NONE);
    l->entry = d;
}

static void reject(struct sccp_line *l, const char *text)
{
    struct skinny m = {.id = SKINNY_REGISTER_REJECT, .text = str_of(text)};
    l->device[0] = 0;
    send(l, &m);
}

static void check(struct sccp_line *l, struct job *j)
{
    (void)j;
    l->handle = ++l->station->handles;
    sccp_trace_check(l);
}

static struct sim_dur life_of(const struct sccp_line *l)
{
    const struct sccp_station_config *c = l->station->config;
    return (struct sim_dur){c->keepalive_primary.ns * c->keepalives_missed};
}

static uint64_t next_flow(const struct sccp_line *l)
{
    return skinny_flow(sim_of(l), tcp_peer(l->conn), tcp_peer_port(l->conn), l->received + 1);
}

static void acknowledge(struct sccp_line *l)
{
    const struct sccp_station_config *c = l->station->config;
    struct skinny m = {.id = SKINNY_REGISTER_ACK,
                       .register_ack = {.keepalive_s = dur_whole_s(c->keepalive_primary),
                                        .date_template = str_of(c->date_template),
                                        .backup_keepalive_s = dur_whole_s(c->keepalive_secondary),
                                        .protocol = l->protocol}};
    l->acknowledged = true;
    sccp_trace_acknowledge(l);
    send(l, &m);
    send_id(l, SKINNY_CAPABILITIES_REQ, 0);
}

/* The service takes none yet: it says nothing, and the phone asks again. */
static void answer_register(struct sccp_line *l, struct job *j)
{
    const struct call_manager *m = l->station->manager;
    (void)j;
    if (ccm_is_initializing(m)) {
        l->device[0] = 0;
        return;
    }
    if (!l->device[0] || ccm_verdict(m, str_of(l->device)) != CCM_ADMITTED)
        reject(l, "Registration Rejected");
    else if (ccm_wait(m, str_of(l->device)).ns > 0)
        reject(l, "Error: Max Phones Exceeded");
    else {
        describe(l);
        acknowledge(l);
    }
}

static struct registration registration_of(const struct sccp_line *l, char type[12])
{
    struct txtbuf t = txtbuf_of(type, 12);
    txtbuf_add(&t, "%u", l->device_type);
    return (struct registration){.protocol = DEVICE_SCCP,
                                 .device = str_of(l->device),
                                 .model = txtbuf_view(&t),
                                 .dn = str_of(l->dn),
                                 .addr = tcp_peer(l->conn),
                                 .conn = l->conn};
}

static void register_device(struct sccp_line *l, struct job *j)
{
    char type[12];
    (void)j;
    if (!l->acknowledged)
        return; /* capabilities that nobody asked for */
    struct registration q = registration_of(l, type);
    l->binding = registrar_bind(&l->station->manager->registrar, &q, life_of(l), next_flow(l));
    sccp_trace_registered(l);
}

/* 0x80 and a number stand for a text of the phone's own language: 0x15 is "Your current options". */
static void prompt(struct sccp_line *l, struct job *j)
{
    struct skinny m = {.id = SKINNY_DISPLAY_PROMPT, .prompt = {.text = STR("\x80\x15")}};
    (void)j;
    if (!l->binding)
        return;
    sccp_trace_prompt(l);
    l->controlled = true;
    send(l, &m);
}

static void unregister(struct sccp_line *l, struct job *j)
{
    char type[12];
    bool reset = j->number == SKINNY_UNREGISTER_RESET;
    if (l->binding && l->binding->conn == l->conn) {
        struct registration q = registration_of(l, type);
        registrar_unbind(&l->station->manager->registrar, &q,
                         reset ? REASON_DEVICE_INITIATED_RESET : REASON_DEVICE_UNREGISTERED);
    }
    l->binding = NULL;
    l->acknowledged = false;
    send_id(l, SKINNY_UNREGISTER_ACK, 0);
}

static void answer_token(struct sccp_line *l, struct job *j)
{
    struct sim_dur wait = ccm_wait(l->station->manager, str_of(l->device));
    (void)j;
    if (wait.ns > 0)
        send_id(l, SKINNY_TOKEN_REJECT, (uint32_t)((wait.ns + 999999999) / 1000000000));
    else
        send_id(l, SKINNY_TOKEN_ACK, 0);
}

/* --- what phones ask for ------------------------------------------------------------------------------ */

static bool has_line(const struct sccp_line *l, uint32_t number)
{
    return number == 1 && l->dn[0];
}

static void answer_keepalive(struct sccp_line *l, struct job *j)
{
    (void)j;
    if (is_home(l))
        send_id(l, SKINNY_KEEPALIVE_ACK, 0);
}

#define BUTTON_LINE 9
#define BUTTON_NONE 255

static void answer_buttons(struct sccp_line *l, struct job *j)
{
    struct skinny m = {.id = SKINNY_BUTTON_TEMPLATE, .buttons = {.count = 1, .total = 1}};
    (void)j;
    m.buttons.one[0] = l->dn[0] ? (struct skinny_button){1, BUTTON_LINE} : (struct skinny_button){0, BUTTON_NONE};
    send(l, &m);
}

/* Labels are texts of the phone's own language; an event is what the key does. */
static void answer_softkeys(struct sccp_line *l, struct job *j)
{
    static const char labels[][3] = {"\x80\x01", "\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05", "\x80\x06",
                                     "\x80\x07", "\x80\x08", "\x80\x09", "\x80\x0a", "\x80\x0b", "\x80\x0c",
                                     "\x80\x0d", "\x80\x0e", "\x80\x0f", "\x80\x10", "\x80\x11", "\x80\x12"};
    uint32_t n = sizeof labels / sizeof labels[0];
    struct skinny m = {.id = SKINNY_SOFTKEY_TEMPLATE_RES, .softkeys = {.count = n, .total = n}};
    (void)j;
    for (uint32_t i = 0; i < n; i++)
        m.softkeys.one[i] = (struct skinny_softkey){str_of(labels[i]), i + 1};
    send(l, &m);
}

/* By the state of a call, on hook first; a key is its place in the template, from 1. */
static void answer_softkey_sets(struct sccp_line *l, struct job *j)
{
    static const uint8_t keys[][6] = {{1, 2, 5, 17}, {3, 9, 4, 14}, {10, 2}, {11, 9}, {1, 9, 17}, {3, 9, 4, 13},
                                      {8, 9},        {3, 9, 15},    {9},     {1, 9}, {1, 2}};
    uint32_t n = sizeof keys / sizeof keys[0];
    struct skinny m = {.id = SKINNY_SOFTKEY_SET_RES, .softkey_sets = {.count = n, .total = n}};
    (void)j;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < 6; k++) {
            m.softkey_sets.one[i].key[k] = keys[i][k];
            m.softkey_sets.one[i].info[k] = keys[i][k] ? (uint16_t)(300 + keys[i][k]) : 0;
        }
    }
    send(l, &m);
}

static void answer_config(struct sccp_line *l, struct job *j)
{
    struct skinny m = {.id = SKINNY_CONFIG_STAT,
                       .config_stat = {.device = str_of(l->device), .server = str_of(l->station->manager->node_id),
                                       .lines = l->dn[0] != 0}};
    (void)j;
    send(l, &m);
}

static void answer_line(struct sccp_line *l, struct job *j)
{
    struct str dn = has_line(l, j->number) ? str_of(l->dn) : STR_NONE;
    struct skinny m = {.id = SKINNY_LINE_STAT,
                       .line_stat = {.line = j->number, .number = dn, .name = dn, .display = dn}};
    send(l, &m);
}

static void answer_forward(struct sccp_line *l, struct job *j)
{
    struct skinny m = {.id = SKINNY_FORWARD_STAT, .forward_stat = {.line = j->number}};
    send(l, &m);
}

static void answer_speed_dial(struct sccp_line *l, struct job *j)
{
    struct skinny m = {.id = SKINNY_SPEED_DIAL_STAT, .speed_dial = {.number = j->number}};
    send(l, &m);
}

static void answer_time(struct sccp_line *l, struct job *j)
{
    int64_t ns = sim_epoch_ns(sim_of(l)) + sim_now(sim_of(l)).ns;
    struct civil c = civil_of(ns);
    struct skinny m = {.id = SKINNY_DEFINE_TIME_DATE,
                       .time_date = {.year = (uint32_t)c.year, .month = (uint32_t)c.month,
                                     .weekday = (uint32_t)c.weekday, .day = (uint32_t)c.day,
                                     .hour = (uint32_t)c.hour, .minute = (uint32_t)c.minute,
                                     .second = (uint32_t)c.second, .ms = (uint32_t)c.ms,
                                     .system_time_s = (uint32_t)(ns / 1000000000)}};
    (void)j;
    send(l, &m);
}

/* --- the messages ------------------------------------------------------------------------------------- */

struct work {
    enum skinny_id id;
    struct {
        void (*act)(struct sccp_line *l, struct job *j);
        size_t time; /* which of the configuration's laws it takes before */
    } step[2];
};

#define TIME(field) offsetof(struct sccp_station_config, field)
#define ANSWER(id, act) {id, {{act, TIME(answer_time)}, {NULL, 0}}}
static const struct work works[] = {
    {SKINNY_REGISTER, {{check, TIME(check_time)}, {answer_register, TIME(ack_time)}}},
    {SKINNY_CAPABILITIES_RES, {{register_device, TIME(register_time)}, {prompt, TIME(prompt_time)}}},
    ANSWER(SKINNY_KEEPALIVE, answer_keepalive),
    ANSWER(SKINNY_BUTTON_TEMPLATE_REQ, answer_buttons),
    ANSWER(SKINNY_SOFTKEY_TEMPLATE_REQ, answer_softkeys),
    ANSWER(SKINNY_SOFTKEY_SET_REQ, answer_softkey_sets),
    ANSWER(SKINNY_CONFIG_STAT_REQ, answer_config),
    ANSWER(SKINNY_LINE_STAT_REQ, answer_line),
    ANSWER(SKINNY_FORWARD_STAT_REQ, answer_forward),
    ANSWER(SKINNY_SPEED_DIAL_STAT_REQ, answer_speed_dial),
    ANSWER(SKINNY_TIME_DATE_REQ, answer_time),
    ANSWER(SKINNY_UNREGISTER, unregister),
    ANSWER(SKINNY_TOKEN_REQ, answer_token),
};

static const struct work *work_of(uint32_t id)
{
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        if (works[i].id == id)
            return &works[i];
    }
    return NULL;
}

/* --- the jobs of a connection ------------------------------------------------------------------------- */

static struct job *first_job(struct sccp_line *l)
{
    return list_empty(&l->jobs) ? NULL : LIST_ENTRY(l->jobs.next, struct job, in_line);
}

static void arm_job(struct sccp_line *l)
{
    struct job *j = first_job(l);
    if (!j)
        return;
    const struct sccp_station *s = l->station;
    const struct dist *law = (const void *)((const char *)s->config + j->work->step[j->step].time);
    uint64_t was = bus_swap_cause(sim_of(l), j->cause);
    bus_set_flow(sim_of(l), j->flow);
    tmr_arm(&l->timer, ccm_takes(s->manager, law, s->times));
    bus_swap_cause(sim_of(l), was);
}

static void end_job(struct sccp_line *l, struct job *j)
{
    list_remove(&j->in_line);
    pool_put(&l->station->jobs, j);
}

static void end_jobs(struct sccp_line *l)
{
    while (first_job(l))
        end_job(l, first_job(l));
    tmr_disarm(&l->timer);
}

static void on_job(void *owner)
{
    struct sccp_line *l = owner;
    struct job *j = first_job(l);
    if (l->station->manager->hung)
        return; /* begun again when it goes on */
    bus_set_flow(sim_of(l), j->flow);
    j->work->step[j->step++].act(l, j);
    if (j->step == 2 || !j->work->step[j->step].act)
        end_job(l, j);
    arm_job(l);
}

static void keep_names(struct sccp_line *l, const struct skinny *m)
{
    if (m->id == SKINNY_REGISTER) {
        str_keep(l->device, sizeof l->device, m->reg.device);
        str_keep(l->mac, sizeof l->mac, m->reg.mac);
        l->device_type = m->reg.device_type;
        l->protocol = m->reg.protocol;
    } else if (m->id == SKINNY_TOKEN_REQ) {
        str_keep(l->device, sizeof l->device, m->token.device);
    }
}

static bool has_number(uint32_t id)
{
    return id == SKINNY_LINE_STAT_REQ || id == SKINNY_FORWARD_STAT_REQ || id == SKINNY_SPEED_DIAL_STAT_REQ ||
           id == SKINNY_UNREGISTER;
}

/* A phone that floods its node is put out (reason 12): so many messages within five seconds. */
static bool is_flooding(struct sccp_line *l)
{
    struct sim_time now = sim_now(sim_of(l));
    if (!time_before(now, time_add(l->window, dur_s(THROTTLE_WINDOW_S)))) {
        l->window = now;
        l->in_window = 0;
    }
    return ++l->in_window > l->station->config->throttle_events;
}

static void throttle(struct sccp_line *l)
{
    BUS_NOTE(sim_of(l), l->station->manager->node->id, "sccp", "{} is throttled: more than {} messages within {} s",
             V_TEXT(l->device), V_U64((uint64_t)l->station->config->throttle_events), V_U64(THROTTLE_WINDOW_S));
    if (is_home(l)) {
        struct node *n = l->station->manager->node;
        uint64_t alarm = registrar_end(l->binding, REASON_SCCP_DEVICE_THROTTLING);
        bus_because(n->sim, alarm, node_limit(n, "sccp_throttle_events"), BECAUSE_LIMIT);
    }
    tcp_abort(l->conn);
}

static void on_message(void *arg, const struct skinny *m)
{
    struct sccp_line *l = arg;
    const struct work *work = work_of(m->id);
    l->received++;
    if (is_flooding(l)) {
        throttle(l);
        return;
    }
    if (!bus_current_flow(sim_of(l)))
        bus_set_flow(sim_of(l), skinny_flow(sim_of(l), tcp_peer(l->conn), tcp_peer_port(l->conn), l->received));
    keep_names(l, m);
    sccp_trace_message(l, m);
    if (is_home(l))
        registrar_hear(l->binding, life_of(l), next_flow(l));
    if (!work)
        return;
    struct job *j = pool_get_raw(&l->station->jobs);
    *j = (struct job){.work = work,
                      .flow = bus_current_flow(sim_of(l)),
                      .cause = bus_cause(sim_of(l)),
                      .number = has_number(m->id) ? m->number : 0};
    bool idle = list_empty(&l->jobs);
    list_append(&l->jobs, &j->in_line);
    if (idle)
        arm_job(l);
}

/* --- connections -------------------------------------------------------------------------------------- */

static void on_bad_stream(void *arg, const char *why)
{
    struct sccp_line *l = arg;
    ip_discard(l->station->manager->node, why);
    tcp_abort(l->conn);
}

static void on_data(void *arg, struct str data)
{
    struct sccp_line *l = arg;
    if (!l->station->manager->hung)
        skinny_stream_feed(&l->stream, data, on_message, on_bad_stream, l);
    else if (!msg_stream_hold(&l->stream, data))
        on_bad_stream(l, "hung-window");
}

static void on_peer_close(void *arg)
{
    struct sccp_line *l = arg;
    l->peer_closed = true;
    if (!l->station->manager->hung)
        tcp_close(l->conn);
}

static void on_end(void *arg, enum tcp_end why)
{
    struct sccp_line *l = arg;
    (void)why;
    end_jobs(l);
    msg_stream_reset(&l->stream);
    registrar_connection_lost(&l->station->manager->registrar, l->conn);
    l->conn = NULL;
    list_remove(&l->in_station);
    pool_put(&l->station->lines, l);
}

static const struct tcp_events line_events = {.on_data = on_data, .on_peer_close = on_peer_close, .on_end = on_end};

static void on_accept(void *arg, struct tcp_conn *conn)
{
    struct sccp_station *s = arg;
    struct node *n = s->manager->node;
    struct sccp_line *l = pool_get(&s->lines);
    l->station = s;
    l->conn = conn;
    list_append(&s->up, &l->in_station);
    list_init(&l->jobs);
    skinny_stream_init(&l->stream, sim_arena(n->sim));
    tmr_init(&l->timer, n->sim, n->id, "cucm.station", l, on_job);
    tcp_use(conn, &line_events, l);
}

/* --- life --------------------------------------------------------------------------------------------- */

void sccp_station_init(struct sccp_station *s, struct call_manager *m, const struct sccp_station_config *c)
{
    struct node *n = m->node;
    *s = (struct sccp_station){.config = c, .manager = m};
    list_init(&s->up);
    s->times = node_stream(n, "sccp/answer-time");
    pool_init(&s->jobs, sim_arena(n->sim), "SCCP messages in work", sizeof(struct job), JOBS_MAX);
    pool_init(&s->lines, sim_arena(n->sim), "SCCP connections", sizeof(struct sccp_line), JOBS_MAX);
}

bool sccp_station_open(struct sccp_station *s)
{
    return tcp_listen(s->manager->tcp, SKINNY_PORT, false, 0, DSCP_CS3, on_accept, s);
}

/* The exchanges of what was held are found by their names. */
void sccp_station_go_on(struct sccp_station *s)
{
    for (struct list_link *i = s->up.next, *next; i != &s->up; i = next) {
        struct sccp_line *l = LIST_ENTRY(i, struct sccp_line, in_station);
        next = i->next;
        bus_set_flow(sim_of(l), 0);
        if (!tmr_armed(&l->timer))
            arm_job(l);
        if (l->peer_closed)
            tcp_close(l->conn);
        else
            skinny_stream_feed(&l->stream, STR_NONE, on_message, on_bad_stream, l);
    }
}

void sccp_station_close(struct sccp_station *s)
{
    tcp_unlisten(s->manager->tcp, SKINNY_PORT);
    for (struct list_link *l = s->up.next, *next; l != &s->up; l = next) {
        struct sccp_line *line = LIST_ENTRY(l, struct sccp_line, in_station);
        next = l->next;
        end_jobs(line); /* what it was about to do stays undone */
        tcp_close(line->conn);
    }
}

void sccp_station_power_off(struct sccp_station *s)
{
    tcp_unlisten(s->manager->tcp, SKINNY_PORT);
}

bool sccp_station_reset(struct sccp_station *s, enum skinny_reset how)
{
    bool any = false;
    for (struct list_link *i = s->up.next; i != &s->up; i = i->next) {
        struct sccp_line *l = LIST_ENTRY(i, struct sccp_line, in_station);
        if (!is_home(l))
            continue;
        any = true;
        bus_set_flow(sim_of(l), 0);
        registrar_end(l->binding, REASON_CALLMANAGER_RESET);
        l->binding = NULL;
        l->acknowledged = false;
        send_id(l, SKINNY_RESET, how);
    }
    return any;
}
