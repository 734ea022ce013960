/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_phone.c: a Cisco SIP phone. It boots as every phone does (models/proto/phone.h), and then registers as
 * its configuration says (models/proto/sip_group.h). With starts=configured it has all that from the beginning;
 * it may even be registered already (models/proto/standing.h). */
#include "models/proto/call_show.h"
#include "models/proto/cisco_sip.h"
#include "models/proto/group_show.h"
#include "models/proto/phone.h"
#include "models/proto/phone_calls.h"
#include "models/proto/sip_group.h"

struct sip_phone {
    struct phone phone; /* first, see phone.h */
    /* configuration */
    int64_t local_port, cseq_first, isn;
    const char *contact_uuid, *standing_text, *dialog_text, *lines_text;
    int model, last_out_of_service;
    struct sim_dur standby_offset, reconnect_interval;
    struct dist reconnect_jitter;
    struct leg_identity identity;
    struct standing *standing; /* NULL: it starts from nothing */
    struct standing *dialog;   /* with the first node, as far as it is given; NULL: not at all */
    /* parts */
    struct phone_kind kind;
    struct sip_group group;
    struct phone_calls calls;
    bool connected; /* it has connected to a CUCM node before */
};

#define AT(field) offsetof(struct sip_phone, field)

/* clang-format off */
static const struct param_def params[] = {
    PHONE_PARAMS(struct sip_phone, phone),
    {"dn", PARAM_TEXT, "", NULL, NULL, NULL, "directory number of the first line of a phone that starts configured", AT(phone.config.dn), true},
    {"more_lines", PARAM_TEXT, "", NULL, NULL, NULL, "directory numbers of its other lines, separated by commas, of a phone that starts configured", AT(lines_text), true},
    {"phone_model", PARAM_ENUM, "8961", NULL, NULL, CISCO_PHONE_MODELS, "phone model", AT(model), true},
    {"load", PARAM_TEXT, "9.3.1", NULL, NULL, NULL, "firmware in flash: 'sip78xx.12-5-1SR1-4', or its version alone", AT(phone.load), true},
    {"contact_uuid", PARAM_TEXT, "", NULL, NULL, NULL, "user part of the Contact; drawn when empty", AT(contact_uuid), true},
    {"sip_local_port", PARAM_INT, "", "1024", "65535", NULL, "TCP port of the first connection to the group's first node; drawn when empty", AT(local_port), true},
    {"tcp_isn_phone", PARAM_INT, "", "0", "4294967295", NULL, "initial sequence number of that connection; drawn unless given", AT(isn), false},
    {"timer_register_expires", PARAM_DUR, "3600s", "1s", "1d", NULL, "Expires asked for in REGISTER, where no configuration file says it", AT(phone.config.timer_register_expires), false},
    {"timer_register_delta", PARAM_DUR, "5s", "0s", "1h", NULL, "refresh this long before the granted time ends, where no configuration file says it", AT(phone.config.timer_register_delta), false},
    {"timer_keepalive_expires", PARAM_DUR, "120s", "1s", "1d", NULL, "period of standby keepalives and of probes, where no configuration file says it", AT(phone.config.timer_keepalive_expires), false},
    {"secondary_keepalive_offset", PARAM_DUR, "0s", "0s", "1h", NULL, "from the 200 OK that registers the phone to the first standby keepalive", AT(standby_offset), false},
    {"reconnect_interval", PARAM_DUR, "30s", "1s", "1h", NULL, "between attempts to reach a node that refuses or is silent", AT(reconnect_interval), false},
    {"reconnect_jitter", PARAM_LAW, "0s", "0s", "1h", NULL, "added to that, drawn each time: so that phones do not come together", AT(reconnect_jitter), false},
    {"sip_timer_f", PARAM_DUR, "32s", "1s", "1d", NULL, "a request without final answer fails after this (RFC 3261: 64*T1)", AT(identity.timer_f), false},
    {"cseq_first", PARAM_INT, "101", "1", "2000000000", NULL, "CSeq of the first REGISTER of each dialog", AT(cseq_first), false},
    {"clock_offset", PARAM_DUR, "0s", "-1d", "1d", NULL, "the phone's clock against the servers', as its Date headers show", AT(identity.clock_offset), false},
    {"first_dialog", PARAM_TEXT, "", NULL, NULL, NULL, STANDING_DIALOG_DOC, AT(dialog_text), true},
    {"last_out_of_service", PARAM_ENUM, "none", NULL, NULL, OUT_OF_SERVICE_CHOICES, "why it lost its service before the run began, as its flash memory knows: told by its first REGISTER", AT(last_out_of_service), false},
    {"standing", PARAM_TEXT, "", NULL, NULL, NULL, STANDING_PHONE_DOC, AT(standing_text), true},
    SIP_UA_PARAMS(struct sip_phone, calls.config),
    TALKER_PARAMS(struct sip_phone, calls.talker),
    {0},
};
/* clang-format on */

static void draw_uuid(struct node *n, struct sip_phone *p)
{
    struct rng r = node_dice(n, "sip/uuid");
    uint64_t a = rng_u64(&r), b = rng_u64(&r);
    struct txtbuf t = txtbuf_of(p->identity.contact_uuid, sizeof p->identity.contact_uuid);
    if (p->contact_uuid[0])
        txtbuf_cstr(&t, p->contact_uuid);
    else
        txtbuf_add(&t, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
                   (unsigned)(a & 0xffff), (unsigned)(b >> 48),
                   (unsigned long long)(b & 0xffffffffffffu));
}

static void make_identity(struct node *n, struct sip_phone *p)
{
    struct leg_identity *id = &p->identity;
    id->mac = mac_u64(p->phone.boot_config.attach.mac);
    id->device = p->phone.device;
    id->config = &p->phone.config;
    id->model = cisco_phone_model(p->model);
    id->cseq_first = (uint32_t)p->cseq_first;
    id->dscp = DSCP_CS3;
    draw_uuid(n, p);
}

/* *out stays NULL when nothing is given. */
static bool parse_one(struct node *n, enum standing_side side, const char *param, const char *text,
                      struct standing **out, struct err *e)
{
    if (!text[0])
        return true;
    *out = ARENA_NEW(sim_arena(n->sim), struct standing);
    return standing_parse(side, str_of(text), *out, e) || err_wrap(e, "parameter '%s'", param);
}

static bool parse_standing(struct node *n, struct sip_phone *p, struct err *e)
{
    if (!parse_one(n, STANDING_DIALOG, "first_dialog", p->dialog_text, &p->dialog, e) ||
        !parse_one(n, STANDING_PHONE, "standing", p->standing_text, &p->standing, e))
        return false;
    if (!p->standing)
        return true;
    return !ip4_eq(ip_source(p->phone.ip, p->phone.config.group[0].addr), (struct ip4){0}) ||
           err_set(e, "parameter 'standing': there is no route to the first node of 'cucm_group'");
}

static bool check_start(const struct sip_phone *p, struct err *e)
{
    bool configured = p->phone.starts == STARTS_CONFIGURED;
    if (!configured && p->standing_text[0])
        return err_set(e, "'standing' is for a phone with starts=configured");
    if (configured && !p->phone.config.dn[0])
        return err_set(e, "a phone with starts=configured needs a value for 'dn'");
    if (!configured && p->lines_text[0])
        return err_set(e, "'more_lines' is for a phone with starts=configured; one that boots learns them from its "
                          "configuration file");
    if (!configured && p->phone.config.dn[0])
        return err_set(e, "'dn' is for a phone with starts=configured; one that boots learns it from its "
                          "configuration file, which the CUCM node writes");
    return true;
}

static void take_lines(struct node *n, struct sip_phone *p)
{
    struct str rest = str_of(p->lines_text);
    size_t count = 1;
    for (size_t i = 0; i < rest.n; i++)
        count += rest.p[i] == ',';
    if (!rest.n)
        return;
    struct str *dn = ARENA_ARRAY(sim_arena(n->sim), struct str, count);
    p->phone.config.other_dn = dn;
    while (rest.n) {
        struct str one = str_trim(str_cut(&rest, ','));
        if (one.n)
            dn[p->phone.config.other_count++] = one;
    }
}

/* --- what the protocol does for the phone ---------------------------------------------------------- */

static void on_registered(void *arg)
{
    struct sip_phone *p = arg;
    phone_registered(&p->phone);
}

static void on_rejected(void *arg)
{
    struct sip_phone *p = arg;
    if (phone_ask_again(&p->phone))
        group_quit(&p->group);
}

/* Of the first connection to the group's first node, by parameter. */
static void prepare_group(struct sip_phone *p)
{
    group_prepare(&p->group);
    if (p->connected)
        return;
    p->connected = true;
    struct sip_leg *l = &p->group.leg[0];
    l->local_port = (uint16_t)p->local_port;
    l->isn_given = node_param(p->phone.node, "tcp_isn_phone").given;
    l->isn = (uint32_t)p->isn;
    if (p->dialog)
        leg_give_dialog(l, p->dialog);
}

static void start(void *arg)
{
    struct sip_phone *p = arg;
    prepare_group(p);
    group_start(&p->group);
}

/* Mid-life: the neighbour on the way to CUCM was asked for long ago; so it is asked for ahead of need. */
static bool resume(void *arg)
{
    struct sip_phone *p = arg;
    struct node *n = p->phone.node;
    const struct attach_config *c = &p->phone.boot_config.attach;
    struct ip4 cucm = p->phone.config.group[0].addr;
    if (!p->standing)
        return false;
    prepare_group(p);
    BUS_NOTE(n->sim, n->id, "sip", "starts mid-life, registered at {}: its next REGISTER is CSeq {}",
             V_IP4(cucm.v), V_U64((uint64_t)p->cseq_first));
    uint32_t mask = ~0u << (32 - c->prefix_len);
    bool on_link = ((cucm.v ^ c->address.v) & mask) == 0;
    ip_resolve(p->phone.ip, on_link ? cucm : c->gateway);
    group_resume(&p->group, p->standing);
    return true;
}

static void stop(void *arg, enum out_of_service why)
{
    struct sip_phone *p = arg;
    phone_calls_stop(&p->calls);
    group_stop(&p->group);
    p->group.last = why;
}

static void leave(void *arg)
{
    struct sip_phone *p = arg;
    group_leave(&p->group);
}

static const struct fsm *state(const void *arg)
{
    const struct sip_phone *p = arg;
    return &p->group.fsm;
}

static int at(const void *arg)
{
    const struct sip_phone *p = arg;
    return p->group.at;
}

static const char *role(const void *arg, int node)
{
    const struct sip_phone *p = arg;
    return group_role(&p->group, node);
}

static const struct phone_protocol protocol = {
    .protocol = CNF_SIP, .start = start, .resume = resume, .stop = stop, .leave = leave, .state = state, .at = at, .role = role};

/* --- life ------------------------------------------------------------------------------------------ */

static void fill_kind(struct sip_phone *p)
{
    const struct cisco_phone_model *m = cisco_phone_model(p->model);
    p->kind = (struct phone_kind){.name = m->name, .product = m->product, .number = m->number,
                                  .load_prefix = m->load_prefix, .locale_jar = m->locale_jar,
                                  .poe_class = m->poe_class, .http = m->http, .soft = m->soft};
}

static bool init(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    struct port *port;
    fill_kind(p);
    if (!check_start(p, e) || !phone_init(n, &p->kind, &protocol, &port, e))
        return false;
    make_identity(n, p);
    take_lines(n, p);
    if (!parse_standing(n, p, e) || !phone_init_boot(&p->phone, port, e))
        return false;
    p->identity.knows_time = p->phone.boot ? &p->phone.boot->knows_time : NULL;
    p->group.standby_offset = p->standby_offset;
    p->group.reconnect_interval = p->reconnect_interval;
    p->group.reconnect_jitter = &p->reconnect_jitter;
    p->group.last = (enum out_of_service)p->last_out_of_service;
    p->group.on_registered = on_registered;
    p->group.on_rejected = on_rejected;
    p->group.arg = p;
    group_init(&p->group, n, p->phone.tcp, &p->identity);
    return phone_calls_init(&p->calls, p->phone.ip, &p->group, &p->identity, e);
}

static bool call(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    return phone_calls_call(&p->calls, e);
}

static bool hang_up(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    return phone_calls_hang_up(&p->calls, e);
}

static bool hold(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    return phone_calls_hold(&p->calls, e);
}

static bool retrieve(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    return phone_calls_retrieve(&p->calls, e);
}

static bool change_codec(struct node *n, struct err *e)
{
    struct sip_phone *p = n->state;
    return phone_calls_change_codec(&p->calls, e);
}

static const struct model_op ops[] = {
    PHONE_OPS,
    TALKER_OPS(call, hang_up, hold, retrieve, change_codec),
    {0},
};

static void server_rows(const struct node *n, struct table *t)
{
    const struct sip_phone *p = n->state;
    group_rows(&p->group, t);
}

static void call_rows(const struct node *n, struct table *t)
{
    const struct sip_phone *p = n->state;
    phone_calls_rows(&p->calls, t);
    table_sort(t);
}

static const struct model_table tables[] = {
    {"status", "Status", &show_page, phone_status_rows},
    {"cdp-neighbors", "CDP neighbour", &show_cdp_neighbors, phone_cdp_rows},
    {"servers", "CUCM servers", &group_nodes, server_rows},
    {"connections", "netstat -ano", &show_netstat, show_tcp_rows},
    {"arp", "arp -n", &show_arp_linux, show_arp_rows},
    {"calls", "Calls", &show_sip_ua_calls, call_rows},
    {0},
};

const struct model model_sip_phone = {
    .name = "sip-phone",
    .doc = "Cisco SIP phone: registers with a group of CUCM nodes over TCP.",
    .state_size = sizeof(struct sip_phone),
    .params = params,
    .ops = ops,
    .tables = tables,
    .init = init,
    .ready = phone_ready,
    .start = phone_start,
    .on_frame = phone_on_frame,
    .on_line = phone_on_line,
};
