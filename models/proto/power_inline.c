/* SPDX-License-Identifier: GPL-3.0-or-later */
/* power_inline.c: see power_inline.h. */
#include "models/proto/power_inline.h"

#include <string.h>

#include "models/net/link.h"
#include "models/proto/ios_log.h"

enum { OFF, DETECTING, ON, DENIED, STATE_COUNT };
enum { E_DEVICE, E_GONE, E_DETECTED, E_FAIL, EVENT_COUNT };

static const char *const events[EVENT_COUNT] = {"device-found", "device-gone", "detected", "power-fail"};

uint32_t power_of_class(uint8_t pd_class)
{
    static const uint32_t mw[] = {15400, 4000, 7000, 15400, 30000};
    ASSERT(pd_class < sizeof mw / sizeof mw[0]);
    return mw[pd_class];
}

static void give(struct power_port *p, uint32_t mw)
{
    p->budget->used_mw += (int64_t)mw - (int64_t)p->allocated_mw;
    p->allocated_mw = mw;
}

static bool has_room(const void *self, const void *msg)
{
    const struct power_port *p = self;
    (void)msg;
    return p->budget->used_mw + (int64_t)power_of_class(p->pd_class) <= p->budget->total_mw;
}

static void detect(void *self, const void *msg)
{
    struct power_port *p = self;
    (void)msg;
    p->pd_class = port_line(p->port).pd_class;
    tmr_arm(&p->detection, p->budget->detection);
}

/* IOS says so when detection and classification are over. */
static void log_detected(const struct power_port *p)
{
    IOS_LOG(p->port->node, 7, "%ILPOWER-7-DETECT: Interface {}: Power Device detected: IEEE PD",
            V_TEXT(p->port->name));
}

static void grant(void *self, const void *msg)
{
    struct power_port *p = self;
    (void)msg;
    log_detected(p);
    IOS_LOG(p->port->node, 5, "%ILPOWER-5-POWER_GRANTED: Interface {}: Power granted",
            V_TEXT(p->port->name));
}

static void disconnect(void *self, const void *msg)
{
    struct power_port *p = self;
    (void)msg;
    IOS_LOG(p->port->node, 5, "%ILPOWER-5-IEEE_DISCONNECT: Interface {}: PD removed",
            V_TEXT(p->port->name));
}

static void deny(void *self, const void *msg)
{
    struct power_port *p = self;
    struct node *n = p->port->node;
    (void)msg;
    log_detected(p);
    IOS_LOG(n, 5, "%ILPOWER-5-ILPOWER_POWER_DENY: Interface {}: inline power denied",
            V_TEXT(p->port->name));
    BUS_NOTE(n->sim, n->id, "power", "{} gets none: its class needs {} mW, {} mW are left",
             V_TEXT(p->port->name), V_U64(power_of_class(p->pd_class)),
             V_U64((uint64_t)(p->budget->total_mw - p->budget->used_mw)));
}

static void enter_off(void *self)
{
    struct power_port *p = self;
    tmr_disarm(&p->detection);
    give(p, 0);
    port_offer(p->port, (struct line){0});
}

static void enter_on(void *self)
{
    struct power_port *p = self;
    give(p, power_of_class(p->pd_class));
    port_offer(p->port, (struct line){.supply_mw = p->allocated_mw});
}

static const struct fsm_state states[STATE_COUNT] = {
    [OFF] = {"off", enter_off, "forever"},
    [DETECTING] = {"detecting", NULL, "power.detection"},
    [ON] = {"on", enter_on, "forever"},
    [DENIED] = {"power-deny", NULL, "forever"},
};

static const struct fsm_row rows[] = {
    {OFF, E_DEVICE, NULL, detect, DETECTING},
    {DETECTING, E_DETECTED, has_room, grant, ON},
    {DETECTING, E_DETECTED, NULL, deny, DENIED},
    {DETECTING, E_GONE, NULL, NULL, OFF},
    {ON, E_GONE, NULL, disconnect, OFF},
    {DENIED, E_GONE, NULL, NULL, OFF},
    {DETECTING, E_FAIL, NULL, NULL, OFF},
    {ON, E_FAIL, NULL, NULL, OFF},
    {DENIED, E_FAIL, NULL, NULL, OFF},
};

static const struct fsm_table table = {
    .machine = "power-inline",
    .states = states,
    .events = events,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
};

static void on_detection(void *owner)
{
    struct power_port *p = owner;
    fsm_step(&p->fsm, E_DETECTED, NULL);
}

void power_port_init(struct power_port *p, struct power_budget *b, struct port *port, bool never)
{
    *p = (struct power_port){.budget = b, .port = port, .never = never};
    fsm_init(&p->fsm, &table, port->node, port->name, p, OFF);
    tmr_init(&p->detection, port->node->sim, port->node->id, "power.detection", p, on_detection);
}

void power_port_on_line(struct power_port *p)
{
    bool shown = !p->never && port_line(p->port).powered_device;
    if (shown && p->fsm.state == OFF)
        fsm_step(&p->fsm, E_DEVICE, NULL);
    else if (!shown && p->fsm.state != OFF)
        fsm_step(&p->fsm, E_GONE, NULL);
}

void power_port_fail(struct power_port *p)
{
    if (p->fsm.state != OFF)
        fsm_step(&p->fsm, E_FAIL, NULL);
}

uint32_t power_port_negotiate(struct power_port *p, uint32_t asked_mw)
{
    if (p->fsm.state != ON)
        return 0;
    uint32_t most = power_of_class(p->pd_class);
    int64_t room = p->budget->total_mw - p->budget->used_mw + (int64_t)p->allocated_mw;
    uint32_t granted = asked_mw < most ? asked_mw : most;
    if ((int64_t)granted > room)
        granted = (uint32_t)room;
    give(p, granted);
    return granted;
}

/* --- show power inline ------------------------------------------------------------------------------ */

enum { PW_PORT, PW_ADMIN, PW_OPER, PW_POWER, PW_DEVICE, PW_CLASS, PW_MAX };
static const char *const columns[] = {"port",   "admin", "oper",   "power_mw",
                                      "device", "class", "max_mw", NULL};

void power_row(const struct power_port *p, const char *device, struct table *t)
{
    table_text(t, p->port->name);
    table_text(t, p->never ? "off" : "auto");
    table_text(t, p->fsm.state == DETECTING ? "off" : fsm_state_name(&p->fsm));
    table_int(t, p->allocated_mw);
    table_text(t, p->fsm.state == ON ? device ? device : "Ieee PD" : "n/a");
    if (p->fsm.state == ON)
        table_int(t, p->pd_class);
    else
        table_none(t);
    table_int(t, p->never ? 0 : 30000);
}

static void watts(struct txtbuf *t, const struct cell *mw)
{
    txtbuf_add(t, "%lld.%lld", (long long)(mw->i / 1000), (long long)(mw->i % 1000 / 100));
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    char power[16], most[16];
    struct txtbuf p = txtbuf_of(power, sizeof power), m = txtbuf_of(most, sizeof most);
    watts(&p, table_cell(t, row, PW_POWER));
    watts(&m, table_cell(t, row, PW_MAX));
    txtbuf_add(out, "%-9s %-6s %-10s %-7s %-19s %-5s %s\n", table_plain(t, row, PW_PORT, ""),
               table_plain(t, row, PW_ADMIN, ""), table_plain(t, row, PW_OPER, ""), power,
               table_plain(t, row, PW_DEVICE, ""), table_plain(t, row, PW_CLASS, "n/a"), most);
}

const struct table_look show_power_inline = {
    .columns = columns,
    .head = "Interface Admin  Oper       Power   Device              Class Max\n"
            "                            (Watts)\n"
            "--------- ------ ---------- ------- ------------------- ----- ----\n",
    .line = line,
};
