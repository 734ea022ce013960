/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talker.c: see talker.h. */
#include "models/proto/talker.h"

#include "models/proto/sip_call_show.h"

#define TALKS_MAX 100000

struct talk {
    struct list_link in_talker;
    struct talker *talker;
    struct sip_call *call;
    struct media_flow voice;
    bool voice_made; /* the slot's flow was initialized */
    struct tmr next; /* answers, or hangs up */
    /* for tables */
    uint32_t number;
    struct sim_time began, answered; /* answered: TIME_NEVER before it is */
};

static struct talk *talk_of(const struct sip_call *c)
{
    return c->user_arg;
}

/* --- one call ------------------------------------------------------------------------------------------- */

static void on_next(void *owner)
{
    struct talk *k = owner;
    if (call_is_up(k->call))
        call_hang_up(k->call);
    else
        call_answer(k->call);
}

static struct talk *new_talk(struct talker *t)
{
    struct talk *k = pool_get_raw(&t->talks);
    k->talker = t;
    k->call = NULL;
    k->number = ++t->talked;
    k->began = sim_now(t->node->sim);
    k->answered = TIME_NEVER;
    if (!k->voice_made)
        media_flow_init(&k->voice, &t->host);
    k->voice_made = true;
    list_append(&t->talking, &k->in_talker);
    tmr_init(&k->next, t->node->sim, t->node->id, "talker.next", k, on_next);
    return k;
}

static void end_talk(struct talk *k)
{
    tmr_disarm(&k->next);
    media_flow_close(&k->voice);
    list_remove(&k->in_talker);
    pool_put(&k->talker->talks, k);
}

static struct media media_for(struct talk *k, const struct sip_hop *hop)
{
    struct media m = k->talker->media;
    m.addr = ip_source(k->talker->ua->transport.ip, hop->addr);
    m.port = media_flow_open(&k->voice);
    return m;
}

/* Both sides have agreed on something, for the first time or anew. */
static void talk(struct sip_call *c)
{
    struct talk *k = talk_of(c);
    if (call_is_up(c) && time_before(sim_now(k->talker->node->sim), k->answered))
        k->answered = sim_now(k->talker->node->sim);
    if (call_is_up(c) && c->local.port && c->remote.port)
        media_flow_talk(&k->voice, &c->local, &c->remote);
}

static void on_invite(void *arg, struct sip_call *c)
{
    struct talker *t = arg;
    uint32_t busy = 0;
    LIST_EACH (i, &t->talking)
        busy++;
    if (busy >= (uint32_t)t->config->calls_at_once) {
        call_reject(c, 486);
        return;
    }
    struct talk *k = new_talk(t);
    k->call = c;
    c->user_arg = k;
    c->able = media_for(k, &c->hop);
    call_ring(c);
    if (t->config->answer_after.ns == 0)
        call_answer(c);
    else
        tmr_arm(&k->next, t->config->answer_after);
}

static void on_progress(void *arg, struct sip_call *c, uint32_t status)
{
    (void)arg;
    (void)c;
    (void)status;
}

static void on_answer(void *arg, struct sip_call *c)
{
    struct talker *t = arg;
    talk(c);
    if (t->config->talk_time.ns)
        tmr_arm(&talk_of(c)->next, t->config->talk_time);
}

static void on_confirm(void *arg, struct sip_call *c)
{
    (void)arg;
    talk(c);
}

static void on_modify(void *arg, struct sip_call *c, bool by_update, const struct media *offer, bool changed)
{
    const struct talker *t = arg;
    (void)offer;
    (void)changed;
    if (by_update && t->config->update_refused) {
        call_refuse(c, 501);
        return;
    }
    call_accept(c);
    talk(c);
}

static void on_modified(void *arg, struct sip_call *c, uint32_t status)
{
    struct talker *t = arg;
    if (status >= 300)
        BUS_NOTE(t->node->sim, t->node->id, "sip", "the change of its call was refused: {}", V_U64(status));
    talk(c);
}

static void on_end(void *arg, struct sip_call *c, enum call_end why)
{
    (void)arg;
    (void)why;
    if (talk_of(c))
        end_talk(talk_of(c));
}

const struct call_user talker_user = {on_invite, on_progress, on_answer, on_confirm, on_modify, on_modified, on_end};

/* --- what people do ----------------------------------------------------------------------------------- */

static void dial(struct talker *t)
{
    struct talk *k = new_talk(t);
    struct call_start o = {.hop = t->hop, .from = t->number, .to = t->config->calls_to, .able = media_for(k, &t->hop),
                           .user_arg = k};
    k->call = call_start(t->ua, &o);
    if (k->call)
        return;
    BUS_NOTE(t->node->sim, t->node->id, "sip", "no route to {}", V_IP4(t->hop.addr.v));
    end_talk(k);
}

static void on_due(void *owner)
{
    struct talker *t = owner;
    t->due--;
    if (t->due > 0)
        tmr_arm(&t->next, dur_ns(t->config->call_spread.ns / t->config->calls));
    dial(t);
}

bool talker_call(struct talker *t, struct err *e)
{
    if (t->hop.port == 0 || !t->config->calls_to[0])
        return err_set(e, "'%s' has nobody to call: set '%s'", t->node->name,
                       t->config->calls_to[0] ? "sip_peer" : "calls_to");
    if (t->due > 0)
        return err_set(e, "'%s' still begins the calls that it was told to", t->node->name);
    t->due = t->config->calls;
    if (t->config->call_spread.ns) {
        on_due(t);
        return true;
    }
    while (t->due-- > 0)
        dial(t);
    return true;
}

static bool has_calls(const struct talker *t, struct err *e)
{
    return !list_empty(&t->talking) || err_set(e, "'%s' has no call", t->node->name);
}

bool talker_hang_up(struct talker *t, struct err *e)
{
    (void)e; /* who has no call any more hangs up nothing */
    t->due = 0;
    tmr_disarm(&t->next);
    for (struct list_link *i = t->talking.next, *next; i != &t->talking; i = next) {
        next = i->next;
        call_hang_up(LIST_ENTRY(i, struct talk, in_talker)->call);
    }
    return true;
}

static bool change(struct talker *t, void (*how)(struct talker *t, struct sip_call *c), struct err *e)
{
    if (!has_calls(t, e))
        return false;
    LIST_EACH (i, &t->talking) {
        struct sip_call *c = LIST_ENTRY(i, struct talk, in_talker)->call;
        if (!call_is_up(c))
            continue;
        how(t, c);
        call_modify(c, false, true);
    }
    return true;
}

static void hold(struct talker *t, struct sip_call *c) /* RFC 3264 8.4 */
{
    (void)t;
    c->able.direction = SDP_SENDONLY;
}

static void retrieve(struct talker *t, struct sip_call *c)
{
    (void)t;
    c->able.direction = SDP_SENDRECV;
}

static void change_codec(struct talker *t, struct sip_call *c)
{
    struct media m = t->media_later;
    m.addr = c->able.addr;
    m.port = c->able.port;
    m.direction = c->able.direction;
    c->able = m;
}

bool talker_hold(struct talker *t, struct err *e)
{
    return change(t, hold, e);
}

bool talker_retrieve(struct talker *t, struct err *e)
{
    return change(t, retrieve, e);
}

bool talker_change_codec(struct talker *t, struct err *e)
{
    return change(t, change_codec, e);
}

/* --- life -------------------------------------------------------------------------------------------------- */

bool talker_init(struct talker *t, struct node *n, struct sip_ua *ua, const char *number,
                 const struct talker_config *c, struct err *e)
{
    *t = (struct talker){.node = n, .config = c, .ua = ua, .number = number};
    list_init(&t->talking);
    pool_init(&t->talks, sim_arena(n->sim), "calls of people", sizeof(struct talk), TALKS_MAX);
    media_host_init(&t->host, n, ua->transport.ip, &c->media);
    tmr_init(&t->next, n->sim, n->id, "talker.call", t, on_due);
    if (!media_codecs_parse(c->codecs, &t->media, e))
        return err_wrap(e, "parameter 'codecs'");
    return media_codecs_parse(c->codecs_later, &t->media_later, e) || err_wrap(e, "parameter 'codecs_later'");
}

void talker_power_off(struct talker *t)
{
    tmr_disarm(&t->next);
    t->due = 0;
    while (!list_empty(&t->talking))
        end_talk(LIST_ENTRY(t->talking.next, struct talk, in_talker));
    media_host_power_off(&t->host);
}

void talker_call_rows(const struct talker *t, struct table *to)
{
    LIST_EACH (i, &t->talking) {
        const struct talk *k = LIST_ENTRY(i, struct talk, in_talker);
        char from[CALL_TEXT_MAX + 1], called[CALL_TEXT_MAX + 1];
        struct call_row r = sip_call_row(k->call, from, called);
        r.leg = k->number;
        r.began = k->began;
        r.answered = k->answered;
        call_row_add(to, &r);
    }
}
