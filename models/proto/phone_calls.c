/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_calls.c: see phone_calls.h. */
#include "models/proto/phone_calls.h"

/* What a phone that never calls does without. */
struct phone_agent {
    struct sip_ua ua;
    struct talker talker;
    char product[64]; /* as its REGISTER's User-Agent */
};

/* --- the agent ------------------------------------------------------------------------------------------ */

/* Its Contact names it as that of its REGISTER does: by the UUID of its line, at the connection's address and port. */
static void edit(void *arg, struct sip_msg *m, struct txtbuf *room)
{
    const struct talker *t = arg;
    const struct phone_calls *c = t->owner;
    for (uint32_t i = 0; i < m->header_count; i++) {
        struct sip_header *h = &m->headers[i];
        if (!str_eq(h->name, STR("Contact")))
            continue;
        struct str at = h->value;
        size_t begin = room->n;
        str_cut(&at, '@');
        txtbuf_add(room, "<sip:%s@%.*s", c->group->id->contact_uuid, STR_ARG(at));
        h->value = (struct str){room->p + begin, room->n - begin};
    }
}

static const struct ua_hooks hooks = {.edit = edit};

static struct phone_agent *make_agent(struct phone_calls *c)
{
    struct node *n = c->group->node;
    struct phone_agent *a = ARENA_NEW(sim_arena(n->sim), struct phone_agent);
    struct err e;
    sip_ua_init(&a->ua, n, c->ip, c->group->tcp, SIP_PORT, &c->config, &talker_user, &hooks, &a->talker);
    a->ua.transport.guest = true;
    a->ua.transport.dscp = c->group->id->dscp;
    bool ok = talker_init(&a->talker, n, &a->ua, c->group->config->dn, &c->talker, &e); /* codecs were checked by init */
    ASSERT(ok);
    a->talker.owner = c;
    c->config.product = a->product;
    return a;
}

static void lend(struct phone_calls *c, const struct sip_leg *l)
{
    sip_transport_lend(&c->agent->ua.transport, l->conn);
}

/* Its firmware and its number may be others than the last time it was up. */
static struct phone_agent *need_agent(struct phone_calls *c)
{
    struct phone_agent *a = c->agent = c->agent ? c->agent : make_agent(c);
    const struct leg_identity *id = c->group->id;
    if (a->ua.transport.open)
        return a;
    struct txtbuf t = txtbuf_of(a->product, sizeof a->product);
    txtbuf_add(&t, "%s/%s", id->model->user_agent, id->model->version ? id->model->version : id->config->load);
    a->talker.number = id->config->dn;
    bool open = sip_ua_open(&a->ua);
    ASSERT(open); /* it takes no port */
    for (int i = 0; i < c->group->leg_count; i++) {
        if (c->group->leg[i].open)
            lend(c, &c->group->leg[i]);
    }
    return a;
}

/* --- the connections --------------------------------------------------------------------------------------- */

static void on_leg_message(void *arg, const struct sip_leg *l, const struct sip_msg *m)
{
    struct phone_calls *c = arg;
    sip_transport_input(&need_agent(c)->ua.transport, l->conn, m);
}

static void on_leg_open(void *arg, const struct sip_leg *l)
{
    struct phone_calls *c = arg;
    if (c->agent && c->agent->ua.transport.open)
        lend(c, l);
}

static void on_leg_end(void *arg, const struct sip_leg *l)
{
    struct phone_calls *c = arg;
    if (c->agent)
        sip_transport_take_back(&c->agent->ua.transport, l->conn);
}

static const struct leg_calls leg_calls = {on_leg_message, on_leg_open, on_leg_end};

/* --- people -------------------------------------------------------------------------------------------------- */

bool phone_calls_call(struct phone_calls *c, struct err *e)
{
    const struct sip_group *g = c->group;
    if (g->at == GROUP_NOWHERE || !g->leg[g->at].open)
        return err_set(e, "'%s' is not registered", c->group->node->name);
    struct talker *t = &need_agent(c)->talker;
    const struct cucm_member *m = &g->config->group[g->at];
    t->hop = (struct sip_hop){m->addr, m->sip_port, SIP_OVER_TCP};
    return talker_call(t, e);
}

static bool act(struct phone_calls *c, bool (*how)(struct talker *t, struct err *e), struct err *e)
{
    return c->agent ? how(&c->agent->talker, e) : err_set(e, "'%s' has no call", c->group->node->name);
}

bool phone_calls_hang_up(struct phone_calls *c, struct err *e)
{
    return !c->agent || talker_hang_up(&c->agent->talker, e); /* who has no call hangs up nothing */
}

bool phone_calls_hold(struct phone_calls *c, struct err *e)
{
    return act(c, talker_hold, e);
}

bool phone_calls_retrieve(struct phone_calls *c, struct err *e)
{
    return act(c, talker_retrieve, e);
}

bool phone_calls_change_codec(struct phone_calls *c, struct err *e)
{
    return act(c, talker_change_codec, e);
}

/* --- life ---------------------------------------------------------------------------------------------------- */

static bool are_codecs(const char *param, const char *text, struct err *e)
{
    struct media m;
    return media_codecs_parse(text, &m, e) || err_wrap(e, "parameter '%s'", param);
}

bool phone_calls_init(struct phone_calls *c, struct ip_stack *ip, struct sip_group *g, struct leg_identity *id, struct err *e)
{
    c->ip = ip;
    c->group = g;
    c->config.sdp_user = MEDIA_USER_PHONE;
    c->config.methods = SIP_METHODS;
    id->calls = &leg_calls;
    id->arg = c;
    return sip_ua_configure(&c->config, e) && are_codecs("codecs", c->talker.codecs, e) &&
           are_codecs("codecs_later", c->talker.codecs_later, e);
}

void phone_calls_stop(struct phone_calls *c)
{
    if (!c->agent)
        return;
    talker_power_off(&c->agent->talker);
    sip_ua_power_off(&c->agent->ua);
}

void phone_calls_rows(const struct phone_calls *c, struct table *t)
{
    if (c->agent)
        talker_call_rows(&c->agent->talker, t);
}
