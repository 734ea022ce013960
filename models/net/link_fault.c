/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_fault.c: see link_fault.h. Schemas, then the life of a fault: ordered, in force, over. What each kind
 * does with a frame is link_fault_act.c. Begin and end are scheduled together when the fault is ordered, so at
 * one instant the order of the script holds. */
#include "models/net/link_fault.h"

#include <string.h>

#include "models/net/link_fault_state.h"
#include "models/net/link_state.h"
#include "models/net/net_state.h"

#define AT(field) offsetof(struct link_fault_config, field)

/* clang-format off */
#define WHEN_PARAMS \
    {"at", PARAM_DUR, "", "0s", "10000d", NULL, "when it begins, from the start of the run; now, when left out", AT(at), true}, \
    {"lasts", PARAM_DUR, "", "1ns", "10000d", NULL, "how long; until it is healed, when left out", AT(lasts), true}, \
    {"from", PARAM_TEXT, "", NULL, NULL, NULL, "one way only: the end whose sending it is about, 'phone' or 'access:2'", AT(from), true}
#define FRAME_PARAMS \
    WHEN_PARAMS, \
    {"protocol", PARAM_ENUM, "any", NULL, NULL, FRAME_PROTOCOLS, "only frames of this protocol", AT(filter.protocol), true}, \
    {"payload", PARAM_BOOL, "off", NULL, NULL, NULL, "only TCP segments and UDP datagrams that carry data", AT(filter.payload), true}
#define RATE_PARAM(doc) {"rate", PARAM_FRACTION, NULL, "0%", "100%", NULL, doc, AT(rate_ppb), true}

static const struct param_def cut_params[] = {WHEN_PARAMS, {0}};
static const struct param_def flap_params[] = {
    {"period", PARAM_DUR, NULL, "1ms", "1d", NULL, "from one cut to the next; it begins with a cut", AT(period), true},
    {"duty", PARAM_FRACTION, "50%", "1%", "99%", NULL, "share of each period in which the link is cut", AT(duty_ppb), true},
    WHEN_PARAMS, {0}};
static const struct param_def loss_params[] = {RATE_PARAM("share of frames lost, each by itself"), FRAME_PARAMS, {0}};
static const struct param_def gilbert_params[] = {
    {"p", PARAM_FRACTION, NULL, "0%", "100%", NULL, "chance to turn from good to bad, at each frame", AT(p_ppb), true},
    {"r", PARAM_FRACTION, NULL, "0%", "100%", NULL, "chance to turn from bad to good, at each frame", AT(r_ppb), true},
    {"loss_good", PARAM_FRACTION, "0%", "0%", "100%", NULL, "share of frames lost in the good state", AT(loss_ppb[0]), true},
    {"loss_bad", PARAM_FRACTION, "100%", "0%", "100%", NULL, "share of frames lost in the bad state", AT(loss_ppb[1]), true},
    FRAME_PARAMS, {0}};
static const struct param_def mask_params[] = {
    {"frames", PARAM_TEXT, NULL, NULL, NULL, NULL, "which are lost, counted from 1 in each direction: '3,5-6', '9-' for all from the 9th on", AT(frames), true},
    FRAME_PARAMS, {0}};
static const struct param_def delay_params[] = {
    {"by", PARAM_DUR, NULL, "0s", "1h", NULL, "added to the delay of each frame; order is kept", AT(by), true}, FRAME_PARAMS, {0}};
static const struct param_def jitter_params[] = {
    {"by", PARAM_LAW, NULL, "0s", "1h", NULL, "drawn for each frame and added to its delay; order is kept", AT(law), true}, FRAME_PARAMS, {0}};
static const struct param_def reorder_params[] = {
    RATE_PARAM("share of frames held back"),
    {"by", PARAM_LAW, "10ms", "0s", "1h", NULL, "how long; those behind overtake it", AT(law), true}, FRAME_PARAMS, {0}};
static const struct param_def duplicate_params[] = {RATE_PARAM("share of frames sent twice"), FRAME_PARAMS, {0}};
static const struct param_def corrupt_params[] = {
    RATE_PARAM("share of frames, or of bits, that are hit"),
    {"per", PARAM_ENUM, "frame", NULL, NULL, "frame|bit", "what 'rate' is a share of; per bit, long frames are hit more often", AT(per), true},
    FRAME_PARAMS, {0}};

const struct link_fault_type link_fault_types[LINK_FAULT_KINDS] = {
    [LINK_FAULT_CUT] = {"cut", "no frame passes; the link is down at both ends, unless it is cut one way", cut_params},
    [LINK_FAULT_FLAP] = {"flap", "cut and whole by turns", flap_params},
    [LINK_FAULT_LOSS] = {"loss", "frames are lost independently of each other", loss_params},
    [LINK_FAULT_GILBERT] = {"gilbert", "frames are lost in bursts: the model of Gilbert and Elliott, which begins good", gilbert_params},
    [LINK_FAULT_MASK] = {"mask", "exactly these frames are lost", mask_params},
    [LINK_FAULT_DELAY] = {"delay", "every frame takes longer", delay_params},
    [LINK_FAULT_JITTER] = {"jitter", "every frame takes longer, by a law", jitter_params},
    [LINK_FAULT_REORDER] = {"reorder", "some frames are held back and overtaken", reorder_params},
    [LINK_FAULT_DUPLICATE] = {"duplicate", "some frames are sent twice", duplicate_params},
    [LINK_FAULT_CORRUPT] = {"corrupt", "bits flip: the receiver's check of the frame fails, and it discards the frame", corrupt_params},
};
/* clang-format on */

bool link_fault_find(struct str name, enum link_fault_kind *out, struct err *e)
{
    const char *names[LINK_FAULT_KINDS];
    for (int k = 0; k < LINK_FAULT_KINDS; k++) {
        names[k] = link_fault_types[k].name;
        *out = (enum link_fault_kind)k;
        if (str_eq(name, str_of(names[k])))
            return true;
    }
    const char *near = str_nearest(name, names, LINK_FAULT_KINDS);
    return err_set(e, "there is no fault of kind '%.*s'%s%s%s", STR_ARG(name), near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

static struct sim *sim_of(const struct link_fault *f)
{
    return f->link->end[0]->node->sim;
}

/* --- records ---------------------------------------------------------------------------------------- */

static uint64_t publish(const struct link_fault *f, const char *what, const char *place, const char *detail)
{
    struct val v[] = {V_TEXT(place), V_TEXT(detail)};
    struct rec r = {.kind = REC_FAULT, .fault = {what, f->target, {"{}: {}", v, 2}}};
    if (!detail[0])
        r.fault.line = (struct rec_args){"{}", v, 1};
    return bus_publish(sim_of(f), &r);
}

static uint64_t publish_end(const struct link_fault *f, const char *place)
{
    char detail[32];
    struct txtbuf t = txtbuf_of(detail, sizeof detail);
    txtbuf_add(&t, "%s is over", link_fault_types[f->kind].name);
    return publish(f, "link-heal", place, detail);
}

/* --- life ------------------------------------------------------------------------------------------- */

static bool cuts(const struct link_fault *f)
{
    return f->kind == LINK_FAULT_CUT || f->kind == LINK_FAULT_FLAP;
}

/* Everything that follows from a record is done under it as its cause. */
static void come_into_force(struct link_fault *f)
{
    struct sim *s = sim_of(f);
    char what[32];
    struct txtbuf t = txtbuf_of(what, sizeof what);
    txtbuf_add(&t, "link-%s", link_fault_types[f->kind].name);
    f->record = publish(f, what, f->place, f->detail);
    uint64_t before = bus_swap_cause(s, f->record);
    list_append(&f->link->faults->in_force, &f->in_force);
    f->cutting = cuts(f);
    if (f->cutting)
        link_review_cut(f->link);
    else
        net_changed(f->link->end[0]->node->net);
    if (f->kind == LINK_FAULT_FLAP)
        sim_schedule(s, &f->turn, time_add(sim_now(s), f->down));
    bus_swap_cause(s, before);
}

static void leave(struct link_fault *f)
{
    struct sim *s = sim_of(f);
    sim_cancel(s, &f->begin);
    sim_cancel(s, &f->end);
    sim_cancel(s, &f->turn);
    list_remove(&f->in_force);
    f->over = true;
}

static void finish(struct link_fault *f, const char *place)
{
    struct sim *s = sim_of(f);
    bool acted = !list_empty(&f->in_force);
    leave(f);
    if (!acted)
        return;
    uint64_t before = bus_swap_cause(s, publish_end(f, place));
    if (cuts(f))
        link_review_cut(f->link);
    else
        net_changed(f->link->end[0]->node->net);
    bus_swap_cause(s, before);
}

static void on_begin(struct event *ev)
{
    come_into_force((struct link_fault *)(void *)((char *)ev - offsetof(struct link_fault, begin)));
}

static void on_end(struct event *ev)
{
    struct link_fault *f = (struct link_fault *)(void *)((char *)ev - offsetof(struct link_fault, end));
    bus_swap_cause(sim_of(f), f->record); /* not what ordered it: what began it */
    finish(f, f->place);
}

static void on_turn(struct event *ev)
{
    struct link_fault *f = (struct link_fault *)(void *)((char *)ev - offsetof(struct link_fault, turn));
    struct sim *s = sim_of(f);
    f->cutting = !f->cutting;
    publish(f, f->cutting ? "link-cut" : "link-heal", f->place, "flap");
    link_review_cut(f->link);
    struct sim_dur next = f->cutting ? f->down : dur_ns(f->config.period.ns - f->down.ns);
    sim_schedule(s, &f->turn, time_add(sim_now(s), next));
}

/* --- ordering one ------------------------------------------------------------------------------------ */

static bool parse_from(struct link_fault *f, struct err *e)
{
    struct str from = str_of(f->config.from), node = from, port = STR_NONE;
    f->sides = LINK_BOTH_WAYS;
    if (from.n == 0)
        return true;
    bool whole = str_find(from, STR(":")) >= 0;
    if (whole) {
        port = from;
        node = str_cut(&port, ':');
    }
    f->sides = 0;
    for (int i = 0; i < 2; i++) {
        const struct port *p = f->link->end[i];
        if (str_eq(node, str_of(p->node->name)) && (!whole || str_eq(port, str_of(p->name))))
            f->sides |= (uint8_t)(1u << i);
    }
    const struct port *a = f->link->end[0], *b = f->link->end[1];
    return f->sides || err_set(e, "'from' is '%s', must be one of the link's ends, '%s:%s' or '%s:%s'",
                               f->config.from, a->node->name, a->name, b->node->name, b->name);
}

static bool check_time(const struct link_fault *f, struct err *e)
{
    struct sim_time now = sim_now(sim_of(f));
    char at[32], is[32];
    struct txtbuf t = txtbuf_of(at, sizeof at), u = txtbuf_of(is, sizeof is);
    if (f->config.at.ns < 0 || f->config.at.ns >= now.ns)
        return true;
    txtbuf_dur(&t, f->config.at.ns);
    txtbuf_dur(&u, now.ns);
    return err_set(e, "'at' is %s, which is past already: it is %s", at, is);
}

/* The settings as they were given, less the time, which the record shows. */
static const char *detail_of(struct arena *a, const struct link_fault_order *o)
{
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    for (size_t i = 0; i < o->count; i++) {
        const struct setting *s = &o->settings[i];
        if (!str_eq(s->name, STR("at")))
            txtbuf_add(&t, "%s%.*s=%.*s", t.n ? " " : "", STR_ARG(s->name), STR_ARG(s->text));
    }
    return arena_strdup(a, txtbuf_view(&t));
}

static struct link_faults *faults_of(struct link *l)
{
    if (!l->faults) {
        l->faults = ARENA_NEW(sim_arena(l->end[0]->node->sim), struct link_faults);
        list_init(&l->faults->in_force);
    }
    return l->faults;
}

static void open_streams(struct link_fault *f, unsigned nth)
{
    for (int i = 0; i < 2; i++) {
        const struct port *p = f->link->end[i];
        char name[256];
        struct txtbuf t = txtbuf_of(name, sizeof name);
        txtbuf_add(&t, "%s/%s/fault/%s/%u", p->node->name, p->name, link_fault_types[f->kind].name, nth);
        f->side[i].rng = sim_stream(sim_of(f), name);
    }
}

static bool read_settings(struct link_fault *f, const struct link_fault_order *o, unsigned nth, struct err *e)
{
    char owner[256];
    struct txtbuf t = txtbuf_of(owner, sizeof owner);
    const struct port *a = f->link->end[0];
    txtbuf_add(&t, "%s of %s", link_fault_types[f->kind].name, o->target);
    if (nth > 1)
        txtbuf_add(&t, " (%u)", nth); /* a law drawn for it has a stream of its own */
    f->config.at.ns = f->config.lasts.ns = -1;
    return settings_store(link_fault_types[f->kind].params, o->settings, o->count, &f->config, NULL,
                          a->node->net, owner, e);
}

static void set_out(struct link_fault *f)
{
    struct sim *s = sim_of(f);
    struct sim_time begins = f->config.at.ns < 0 ? sim_now(s) : time_add(TIME_ZERO, f->config.at);
    f->begin = (struct event){.fire = on_begin, .label = "fault.begin", .rank = EV_SCRIPT};
    f->end = (struct event){.fire = on_end, .label = "fault.end", .rank = EV_SCRIPT};
    f->turn = (struct event){.fire = on_turn, .label = "fault.turn", .rank = EV_SCRIPT};
    if (time_before(sim_now(s), begins))
        sim_schedule(s, &f->begin, begins);
    if (f->config.lasts.ns > 0)
        sim_schedule(s, &f->end, time_add(begins, f->config.lasts));
    if (!time_before(sim_now(s), begins))
        come_into_force(f);
}

bool link_fault_add(struct link *l, const struct link_fault_order *o, struct link_fault **out, struct err *e)
{
    struct arena *a = sim_arena(l->end[0]->node->sim);
    struct link_faults *all = faults_of(l);
    struct link_fault *f = ARENA_NEW(a, struct link_fault);
    unsigned nth = all->count[o->kind] + 1;
    f->link = l;
    f->kind = o->kind;
    list_init(&f->in_force);
    if (!read_settings(f, o, nth, e) || !parse_from(f, e) || !check_time(f, e) ||
        !link_fault_parse_mask(f, a, e))
        return false;
    all->count[o->kind] = nth;
    f->target = arena_strdup(a, str_of(o->target));
    f->place = arena_strdup(a, str_of(o->place));
    f->detail = detail_of(a, o);
    f->down = dur_ratio(f->config.period, f->config.duty_ppb, 1000000000);
    open_streams(f, nth);
    set_out(f);
    *out = f;
    return true;
}

void link_fault_heal(struct link_fault *f, const char *place)
{
    if (!f->over)
        finish(f, place);
}

void link_faults_end_all(struct link *l)
{
    while (l->faults && !list_empty(&l->faults->in_force))
        leave(LIST_ENTRY(l->faults->in_force.next, struct link_fault, in_force));
}

uint8_t link_faults_cut(const struct link *l, uint64_t record[2])
{
    uint8_t cut = 0;
    if (!l->faults)
        return 0;
    LIST_EACH(it, &l->faults->in_force) {
        const struct link_fault *f = LIST_ENTRY(it, struct link_fault, in_force);
        for (uint8_t i = 0; f->cutting && i < 2; i++) {
            if (!(f->sides & 1u << i) || cut & 1u << i)
                continue;
            cut |= (uint8_t)(1u << i);
            record[i] = f->record;
        }
    }
    return cut;
}
