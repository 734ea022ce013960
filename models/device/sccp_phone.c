/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_phone.c: a Cisco SCCP ("Skinny") phone. It boots as every phone does (models/proto/phone.h), and then
 * registers as its configuration says (models/proto/sccp_group.h). */
#include "models/proto/phone.h"
#include "models/proto/sccp_group.h"
#include "models/proto/sccp_show.h"

struct sccp_phone {
    struct phone phone; /* first, see phone.h */
    /* configuration */
    int model, last_out_of_service;
    struct sim_dur babble_interval;
    struct sccp_group_config group_config;
    /* parts */
    struct sccp_group group;
    struct tmr babble; /* armed while its firmware has run wild */
    char dn[25]; /* of the first line, as CUCM has told it */
};

#define AT(field) offsetof(struct sccp_phone, field)

/* clang-format off */
static const struct param_def params[] = {
    PHONE_PARAMS(struct sccp_phone, phone),
    {"sccp_phone_model", PARAM_ENUM, "7975", NULL, NULL, SCCP_PHONE_MODELS, "phone model", AT(model), true},
    {"sccp_load", PARAM_TEXT, "9.3.1", NULL, NULL, NULL, "firmware in flash: 'SCCP75.9-3-1SR1-1S', or its version alone", AT(phone.load), true},
    {"failover_detection", PARAM_ENUM, "normal", NULL, NULL, "normal|delayed", "when an unanswered keepalive ends a registration: after the adaptive wait (normal), or after three intervals (delayed)", AT(phone.config.failover_detection), false},
    SCCP_GROUP_PARAMS(struct sccp_phone, group_config),
    {"babble_interval", PARAM_DUR, "2ms", "100us", "1s", NULL, "between the KeepAlives of a phone that babbles", AT(babble_interval), false},
    {"last_out_of_service", PARAM_ENUM, "none", NULL, NULL, OUT_OF_SERVICE_CHOICES, "why it lost its service before the run began, as its flash memory knows: told by its first Alarm", AT(last_out_of_service), false},
    {0},
};
/* clang-format on */

/* --- what the protocol does for the phone ---------------------------------------------------------- */

static void on_registered(void *arg)
{
    struct sccp_phone *p = arg;
    phone_registered(&p->phone);
}

static void on_rejected(void *arg)
{
    struct sccp_phone *p = arg;
    if (phone_ask_again(&p->phone))
        sccp_group_quit(&p->group, OOS_REJECTED);
}

/* Its next Alarm tells why it lost its service, not that it restarted for that. */
static void on_lost(void *arg)
{
    struct sccp_phone *p = arg;
    enum out_of_service last = p->group.last;
    phone_restart(&p->phone, "no node of the group answers");
    p->group.last = last;
}

/* Reset boots the phone; Restart lets it read its configuration and register anew. One that started configured
 * has no configuration to read. */
static void on_reset(void *arg, enum skinny_reset how)
{
    struct sccp_phone *p = arg;
    bool full = how == SKINNY_RESET_FULL;
    sccp_group_quit(&p->group, full ? OOS_CUCM_RESET : OOS_CUCM_RESTART);
    if (!p->phone.boot)
        sccp_group_start(&p->group);
    else if (full)
        boot_restart(p->phone.boot, "reset by CUCM");
    else
        boot_reload(p->phone.boot);
}

static void on_line(void *arg, struct str number)
{
    struct sccp_phone *p = arg;
    str_keep(p->dn, sizeof p->dn, number);
    p->phone.config.dn = p->dn;
}

static void start(void *arg)
{
    struct sccp_phone *p = arg;
    sccp_group_start(&p->group);
}

static void stop(void *arg, enum out_of_service why)
{
    struct sccp_phone *p = arg;
    sccp_group_stop(&p->group, why == OOS_NONE ? OOS_INITIALIZED : why);
}

static void leave(void *arg)
{
    struct sccp_phone *p = arg;
    sccp_group_leave(&p->group);
}

static const struct fsm *state(const void *arg)
{
    const struct sccp_phone *p = arg;
    return &p->group.fsm;
}

static int at(const void *arg)
{
    const struct sccp_phone *p = arg;
    return p->group.at;
}

static const char *role(const void *arg, int node)
{
    const struct sccp_phone *p = arg;
    return sccp_group_role(&p->group, node);
}

static const struct phone_protocol protocol = {
    .protocol = CNF_SCCP, .start = start, .stop = stop, .leave = leave, .state = state, .at = at, .role = role};

/* --- a phone run wild ------------------------------------------------------------------------------ */

static void on_babble(void *owner)
{
    struct sccp_phone *p = owner;
    tmr_arm(&p->babble, p->babble_interval);
    sccp_group_babble(&p->group);
}

static bool babble(struct node *n, struct err *e)
{
    struct sccp_phone *p = n->state;
    if (tmr_armed(&p->babble))
        return err_set(e, "'%s' babbles already", n->name);
    tmr_arm(&p->babble, p->babble_interval);
    return true;
}

static bool hush(struct node *n, struct err *e)
{
    struct sccp_phone *p = n->state;
    if (!tmr_armed(&p->babble))
        return err_set(e, "'%s' does not babble", n->name);
    tmr_disarm(&p->babble);
    return true;
}

/* --- life ------------------------------------------------------------------------------------------ */

static bool init(struct node *n, struct err *e)
{
    struct sccp_phone *p = n->state;
    const struct sccp_phone_model *model = sccp_phone_model(p->model);
    struct sccp_talk_config *talk = &p->group_config.talk;
    struct port *port;
    if (!phone_init(n, &model->kind, &protocol, &port, e))
        return false;
    talk->model = model;
    talk->phone = &p->phone.config;
    talk->device = p->phone.device;
    talk->mac = mac_u64(p->phone.boot_config.attach.mac);
    if (!phone_init_boot(&p->phone, port, e))
        return false;
    p->group.last = (enum out_of_service)p->last_out_of_service;
    p->group.on_registered = on_registered;
    p->group.on_rejected = on_rejected;
    p->group.on_lost = on_lost;
    p->group.on_reset = on_reset;
    p->group.on_line = on_line;
    p->group.arg = p;
    sccp_group_init(&p->group, n, p->phone.tcp, &p->group_config);
    tmr_init(&p->babble, n->sim, n->id, "sccp.babble", p, on_babble);
    return true;
}

static const struct model_op ops[] = {
    PHONE_OPS,
    {"babble", "its firmware runs wild: a KeepAlive every babble_interval", babble},
    {"hush", "it is itself again", hush},
    {0},
};

static void server_rows(const struct node *n, struct table *t)
{
    const struct sccp_phone *p = n->state;
    sccp_group_rows(&p->group, t);
}

static const struct model_table tables[] = {
    {"status", "Status", &show_page, phone_status_rows},
    {"cdp-neighbors", "CDP neighbour", &show_cdp_neighbors, phone_cdp_rows},
    {"servers", "CUCM servers", &sccp_group_nodes, server_rows},
    {"connections", "netstat -ano", &show_netstat, show_tcp_rows},
    {"arp", "arp -n", &show_arp_linux, show_arp_rows},
    {0},
};

const struct model model_sccp_phone = {
    .name = "sccp-phone",
    .doc = "Cisco SCCP phone: registers with a group of CUCM nodes over TCP.",
    .state_size = sizeof(struct sccp_phone),
    .params = params,
    .ops = ops,
    .tables = tables,
    .init = init,
    .ready = phone_ready,
    .start = phone_start,
    .on_frame = phone_on_frame,
    .on_line = phone_on_line,
};
