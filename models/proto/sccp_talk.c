/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_talk.c: see sccp_talk.h. One table has the steps; each is a message, what is waited for before it is sent,
 * and the answer without which the next one does not come. */
#include "models/proto/sccp_talk.h"

#define RTP_PORT 16384

#define CAPABILITIES_STEP 7

enum wait { AT_ONCE, ALARM_WAIT, IP_PORT_WAIT, REQUEST_WAIT, STEP_WAIT };

static const struct step {
    enum skinny_id id;
    enum wait before;
    uint32_t answer; /* 0: none is waited for */
    bool of_lines;   /* only of a phone that has lines */
} steps[] = {
    {SKINNY_ALARM, AT_ONCE, 0, false},
    {SKINNY_REGISTER, ALARM_WAIT, SKINNY_REGISTER_ACK, false},
    {SKINNY_IP_PORT, IP_PORT_WAIT, 0, false},
    {SKINNY_BUTTON_TEMPLATE_REQ, REQUEST_WAIT, SKINNY_BUTTON_TEMPLATE, false},
    {SKINNY_SOFTKEY_TEMPLATE_REQ, STEP_WAIT, SKINNY_SOFTKEY_TEMPLATE_RES, false},
    {SKINNY_SOFTKEY_SET_REQ, STEP_WAIT, SKINNY_SOFTKEY_SET_RES, false},
    {SKINNY_CONFIG_STAT_REQ, STEP_WAIT, SKINNY_CONFIG_STAT, false},
    [CAPABILITIES_STEP] = {SKINNY_CAPABILITIES_RES, STEP_WAIT, SKINNY_DISPLAY_PROMPT, false},
    {SKINNY_LINE_STAT_REQ, STEP_WAIT, SKINNY_LINE_STAT, true},
    {SKINNY_FORWARD_STAT_REQ, STEP_WAIT, SKINNY_FORWARD_STAT, true},
    {SKINNY_TIME_DATE_REQ, STEP_WAIT, SKINNY_DEFINE_TIME_DATE, false},
    {SKINNY_REGISTER_AVAILABLE_LINES, STEP_WAIT, 0, true},
};
#define STEP_COUNT (sizeof steps / sizeof steps[0])

/* --- messages ----------------------------------------------------------------------------------------- */

static void write_alarm(const struct sccp_talk *t, struct txtbuf *text, struct skinny_alarm *a)
{
    enum out_of_service last = t->last == OOS_NONE ? OOS_INITIALIZED : t->last;
    txtbuf_add(text, "%u: Name=%s Load= %s Last=%s", oos_code(last), t->config->device, t->config->phone->load,
               oos_name(last));
    *a = (struct skinny_alarm){.severity = SKINNY_INFORMATIONAL, .text = txtbuf_view(text)};
}

static void write_register(const struct sccp_talk *t, struct txtbuf *mac, struct skinny *m)
{
    const struct sccp_phone_model *k = t->config->model;
    uint64_t type = 0;
    bool ok = str_u64(str_of(k->kind.number), UINT32_MAX, &type);
    ASSERT(ok);
    txtbuf_add(mac, "%012llX", (unsigned long long)t->config->mac);
    m->body_n = k->register_body;
    m->reg = (struct skinny_register){.device = str_of(t->config->device),
                                      .instance = 1,
                                      .addr = tcp_local(t->leg->conn),
                                      .device_type = (uint32_t)type,
                                      .max_streams = k->max_streams,
                                      .protocol = k->protocol,
                                      .max_conferences = k->max_conferences,
                                      .mac = txtbuf_view(mac),
                                      .max_lines = 1,
                                      .load = str_of(t->config->phone->load)};
}

static void send(struct sccp_talk *t, enum skinny_id id)
{
    char text[81];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    struct skinny m = {.id = id};
    if (id == SKINNY_ALARM)
        write_alarm(t, &b, &m.alarm);
    else if (id == SKINNY_REGISTER)
        write_register(t, &b, &m);
    else if (id == SKINNY_CAPABILITIES_RES)
        sccp_capabilities(&m.capabilities);
    else if (id == SKINNY_IP_PORT)
        m.number = RTP_PORT;
    else if (id == SKINNY_LINE_STAT_REQ || id == SKINNY_FORWARD_STAT_REQ)
        m.number = 1;
    else if (id == SKINNY_REGISTER_AVAILABLE_LINES)
        m.number = t->lines;
    sccp_leg_send(t->leg, &m);
}

/* --- steps -------------------------------------------------------------------------------------------- */

/* What comes after the prompt may stay unanswered: the phone works. */
static bool is_registered(const struct sccp_talk *t)
{
    return t->step > CAPABILITIES_STEP;
}

static struct sim_dur wait_before(struct sccp_talk *t, const struct step *s)
{
    const struct sccp_talk_config *c = t->config;
    switch (s->before) {
    case AT_ONCE:
        return DUR_ZERO;
    case ALARM_WAIT:
        return c->alarm_wait;
    case IP_PORT_WAIT:
        return c->ip_port_wait;
    case REQUEST_WAIT:
        return c->request_wait;
    case STEP_WAIT:
        return dist_draw(&c->step_wait, t->times);
    }
    UNREACHABLE();
}

static void prepare(struct sccp_talk *t)
{
    t->awaiting = false;
    tmr_disarm(&t->answer);
    while (t->step < STEP_COUNT && steps[t->step].of_lines && !t->lines)
        t->step++;
    if (t->step < STEP_COUNT)
        tmr_arm(&t->wait, wait_before(t, &steps[t->step]));
}

static void on_wait(void *owner)
{
    struct sccp_talk *t = owner;
    const struct step *s = &steps[t->step];
    send(t, s->id);
    t->awaiting = s->answer != 0;
    if (!t->awaiting) {
        t->step++;
        prepare(t);
    } else if (!is_registered(t)) {
        tmr_arm(&t->answer, t->config->answer_timeout);
        tmr_await(&t->answer, t->leg->flow, 0);
    }
}

static void on_no_answer(void *owner)
{
    struct sccp_talk *t = owner;
    BUS_NOTE(t->node->sim, t->node->id, "sccp", "no answer to {}", V_TEXT(skinny_name(steps[t->step].id)));
    t->user->on_failed(t->arg, false);
}

/* CUCM asks for the capabilities along with RegisterAck; they are sent when their turn comes. */
static void take(struct sccp_talk *t, const struct skinny *m)
{
    if (m->id == SKINNY_REGISTER_ACK)
        t->user->on_acknowledged(t->arg, &m->register_ack);
    else if (m->id == SKINNY_CONFIG_STAT)
        t->lines = m->config_stat.lines;
    else if (m->id == SKINNY_LINE_STAT)
        t->user->on_line(t->arg, m->line_stat.number);
}

void sccp_talk_hear(struct sccp_talk *t, const struct sccp_leg *l, const struct skinny *m)
{
    if (t->leg != l || !t->awaiting)
        return;
    if (m->id == SKINNY_REGISTER_REJECT && steps[t->step].id == SKINNY_REGISTER) {
        char text[40];
        str_keep(text, sizeof text, m->text);
        BUS_NOTE(t->node->sim, t->node->id, "sccp", "RegisterReject: {}", V_TEXT(text));
        t->user->on_failed(t->arg, true);
        return;
    }
    if (m->id != steps[t->step].answer)
        return;
    take(t, m);
    bool done = t->step == CAPABILITIES_STEP;
    t->step++;
    prepare(t);
    if (done)
        t->user->on_registered(t->arg);
}

/* --- life --------------------------------------------------------------------------------------------- */

void sccp_talk_init(struct sccp_talk *t, struct node *n, const struct sccp_talk_config *c,
                    const struct sccp_talk_user *user, void *arg)
{
    *t = (struct sccp_talk){.node = n, .config = c, .user = user, .arg = arg};
    t->times = node_stream(n, "sccp/step");
    tmr_init(&t->wait, n->sim, n->id, "sccp.step", t, on_wait);
    tmr_init(&t->answer, n->sim, n->id, "sccp.answer", t, on_no_answer);
}

void sccp_talk_begin(struct sccp_talk *t, struct sccp_leg *l, enum out_of_service last)
{
    t->leg = l;
    t->last = last;
    t->step = 0;
    t->lines = 0;
    prepare(t);
}

void sccp_talk_end(struct sccp_talk *t)
{
    t->leg = NULL;
    t->awaiting = false;
    tmr_disarm(&t->wait);
    tmr_disarm(&t->answer);
}
