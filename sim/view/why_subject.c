/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_subject.c: see why_subject.h. */
#include "sim/view/why_subject.h"

#include <string.h>

#include "sim/view/why.h"
#include "sim/view/why_words.h"

#define NAMES_MAX 512
#define LATE_MAX_NS 600000000000

/* --- records that people ask about ------------------------------------------------------------------ */

/* Reasons 8, 9, 10 and 28 are ends that somebody wanted. */
static bool counted_alarm(const struct view_record *x, const char *unused)
{
    (void)unused;
    return view_is(x, "ALARM") && !view_field_is(x, "reason", "8") && !view_field_is(x, "reason", "9") &&
           !view_field_is(x, "reason", "10") && !view_field_is(x, "reason", "28");
}

static bool any_alarm(const struct view_record *x, const char *unused)
{
    (void)unused;
    return view_is(x, "ALARM");
}

static bool any_drop(const struct view_record *x, const char *unused)
{
    (void)unused;
    return view_is(x, "DROP");
}

static bool alarm_named(const struct view_record *x, const char *name)
{
    return view_is(x, "ALARM") && view_field_is(x, "name", name);
}

static bool drop_for(const struct view_record *x, const char *reason)
{
    return view_is(x, "DROP") && view_field_is(x, "reason", reason);
}

typedef bool wanted_fn(const struct view_record *x, const char *name);

/* `node` below zero: at any. */
static const struct view_record *first(const struct view_run *r, int node, wanted_fn *wanted,
                                       const char *name)
{
    for (size_t i = 0; i < r->count; i++) {
        if ((node < 0 || r->records[i].node == node) && wanted(&r->records[i], name))
            return &r->records[i];
    }
    return NULL;
}

static bool alarm_about(const struct view_record *x, const char *device)
{
    return counted_alarm(x, NULL) && view_field_is(x, "device", device);
}

static const struct view_measure *find_measure(const struct view_run *r, const char *name)
{
    for (size_t i = 0; i < r->measure_count; i++) {
        if (strcmp(r->measures[i].name, name) == 0)
            return &r->measures[i];
    }
    return NULL;
}

/* A call whose end nobody wished for, at the end that gave it up. */
static bool dropped_call(const struct view_record *x, const char *unused)
{
    (void)unused;
    return view_is(x, "STATE") && view_field_is(x, "machine", "call") && view_field_is(x, "from", "confirmed") &&
           (view_field_is(x, "event", "session-expired") || view_field_is(x, "event", "refresh-failed") ||
            view_field_is(x, "event", "unreachable"));
}

static bool call_ended(const struct view_record *x, const char *unused)
{
    (void)unused;
    return view_is(x, "STATE") && view_field_is(x, "machine", "call") && view_field_is(x, "to", "ended");
}

static bool end_of_call(const struct view_record *x, const char *call_id)
{
    return call_ended(x, NULL) && view_field_is(x, "key", call_id);
}

/* That a phone went elsewhere matters more than an end that somebody wanted. */
static const struct view_record *first_outcome(const struct view_run *r, int node)
{
    const struct view_measure *m = node < 0 ? find_measure(r, "failover_count") : NULL;
    const struct view_record *x = first(r, node, counted_alarm, NULL);
    x = x ? x : first(r, node, dropped_call, NULL);
    x = x || !m || !m->record ? x : view_record(r, m->record);
    x = x ? x : first(r, node, any_alarm, NULL);
    return x ? x : first(r, node, any_drop, NULL);
}

/* A node's device is what its power or registration is keyed by. */
static const struct view_record *first_about(const struct view_run *r, int node)
{
    char device[64];
    for (size_t i = 0; i < r->count; i++) {
        const struct view_record *x = &r->records[i];
        if (x->node == node && view_is(x, "STATE") &&
            (view_field_is(x, "machine", "registration") || view_field_is(x, "machine", "power")))
            return view_field(x, "key", device, sizeof device).n ? first(r, -1, alarm_about, device) : NULL;
    }
    return NULL;
}

/* The end of a wait: it is not an RTO's, for which any ACK of the exchange would have done. */
static const struct view_record *ended_wait(const struct view_run *r, const struct view_record *x)
{
    return view_is(x, "STATE") ? view_because(r, x, VIEW_AWAITED) : NULL;
}

/* The awaited message, when it reached the node after all. */
static const struct view_record *late_for(const struct view_run *r, const struct view_record *waited)
{
    const struct view_record *awaited = ended_wait(r, waited);
    for (int64_t id = waited->id; awaited && awaited->flow && (size_t)id <= r->count; id++) {
        const struct view_record *x = view_record(r, id);
        if (x && x->t_ns - waited->t_ns > LATE_MAX_NS)
            return NULL;
        if (view_is(x, "FRAME_RX") && x->node == waited->node && x->flow == awaited->flow && why_opens(r, x))
            return x;
    }
    return NULL;
}

static const struct view_record *first_late(const struct view_run *r, const struct view_record **waited)
{
    const struct view_record *late = NULL;
    for (size_t i = 0; i < r->count && !late; i++) {
        *waited = &r->records[i];
        late = late_for(r, *waited);
    }
    return late;
}

/* --- what is no record ------------------------------------------------------------------------------ */

static void of_measure(const struct view_run *r, const struct view_measure *m, struct why_subject *out)
{
    bool is_count = strcmp(m->unit, "1") == 0;
    bool zero = strcmp(m->value, "0") == 0;
    out->record = m->record ? view_record(r, m->record) : NULL;
    if (!m->value[0])
        out->intro = arena_printf(r->arena, "%s did not occur in this run (it is: %s)", m->name, m->doc);
    else if (zero && !out->record)
        out->intro = arena_printf(r->arena, "%s is 0: nothing of the kind happened (it counts: %s)", m->name,
                                  m->doc);
    else if (!out->record)
        out->intro = arena_printf(r->arena, "%s is %s%s (%s); no one record made it so", m->name, m->value,
                                  is_count ? "" : " s", m->doc);
    else
        out->intro = arena_printf(r->arena, "%s is %s%s (%s); it comes from #%lld", m->name, m->value,
                                  is_count ? "" : " s", m->doc, (long long)m->record);
}

/* A run that was played otherwise than documented comes out otherwise. */
static const char *changes(const struct view_run *r)
{
    const char *text = "";
    for (size_t i = 0; i < r->param_count; i++) {
        const struct view_param *p = &r->params[i];
        bool has_unit = p->unit[0] && strcmp(p->unit, "1") != 0;
        text = arena_printf(r->arena, "%s%s%s = %s%s%s", text, i ? ", " : "; the run was played with ", p->name,
                            p->value, has_unit ? " " : "", has_unit ? p->unit : "");
    }
    return text;
}

static void of_observable(const struct view_run *r, const struct view_observable *o,
                          struct why_subject *out)
{
    out->record = first_outcome(r, -1);
    out->intro = arena_printf(r->arena, "'%s' is documented as %s and came out as %s: %s%s%s%s%s; %s", o->name,
                              o->documented, o->simulated[0] ? o->simulated : "nothing", o->verdict,
                              o->note[0] ? " (" : "", o->note, o->note[0] ? ")" : "", changes(r),
                              out->record ? "the first that went wrong in the run was this"
                                          : "it has no alarm and no drop that could explain it");
}

static const struct view_observable *first_deviation(const struct view_run *r)
{
    for (size_t i = 0; i < r->observable_count; i++) {
        if (strcmp(r->observables[i].verdict, "deviates") == 0)
            return &r->observables[i];
    }
    return NULL;
}

static void of_run(const struct view_run *r, struct why_subject *out)
{
    const struct view_observable *o = first_deviation(r);
    const struct view_measure *m = find_measure(r, "failover_count");
    out->record = first(r, -1, counted_alarm, NULL);
    if (out->record)
        return;
    if (o) {
        of_observable(r, o, out);
        return;
    }
    out->record = first(r, -1, dropped_call, NULL);
    if (out->record) {
        out->intro = "no phone was unregistered, but a call ended that nobody wished to end";
        return;
    }
    if (m && m->record) {
        out->record = view_record(r, m->record);
        out->intro = "no phone was unregistered by an alarm, but one failed over";
        return;
    }
    out->record = first_outcome(r, -1);
    out->intro = out->record ? "nothing went wrong: no phone was unregistered and no observable deviates; "
                               "what comes nearest is this"
                             : "nothing went wrong: no phone was unregistered, no observable deviates, no "
                               "alarm was raised and no frame was lost; ask about a node, a measure or a "
                               "#record";
}

static void of_late(const struct view_run *r, struct why_subject *out)
{
    const struct view_record *waited = NULL;
    out->record = first_late(r, &waited);
    if (!out->record) {
        out->intro = "no message came too late: none arrived where a timer that awaited it had run out";
        return;
    }
    char span[40];
    struct txtbuf t = txtbuf_of(span, sizeof span);
    why_span(&t, out->record->t_ns - waited->t_ns);
    out->intro = arena_printf(r->arena, "a message reached %s %s after it had given up waiting for it (#%lld)",
                              view_node_name(r, out->record->node), span, (long long)waited->id);
}

/* --- a phone that never registered ------------------------------------------------------------------- */

static bool is_phone_of(const struct view_run *r, int node)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->records[i].node == node && view_is(&r->records[i], "STATE") &&
            (view_field_is(&r->records[i], "machine", "boot") || view_field_is(&r->records[i], "machine", "registration")))
            return true;
    }
    return false;
}

static bool ever_registered(const struct view_run *r, int node)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct view_record *x = &r->records[i];
        if (x->node == node && view_is(x, "STATE") && view_field_is(x, "machine", "registration") &&
            view_field_is(x, "to", "registered"))
            return true;
    }
    return false;
}

/* Of its way from power to registration. */
static bool is_step(const struct view_record *x)
{
    static const char *const machines[] = {"boot", "dhcp-client", "provisioning", "registration"};
    bool machine = false;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        machine = machine || view_field_is(x, "machine", machines[i]);
    return machine && view_is(x, "STATE");
}

/* A step that led nowhere, or a line in which the phone says so. */
static bool is_setback(const struct view_record *x)
{
    static const char *const events[] = {"rejected", "no-server", "no-answer", "unusable-file", "connection-lost",
                                         "nak",      "conflict",  "no-file"};
    bool event = false;
    if (view_is(x, "LOG"))
        return view_field_is(x, "facility", "phone") && view_field_is(x, "severity", "4");
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        event = event || view_field_is(x, "event", events[i]);
    return event && is_step(x);
}

static void of_phone(const struct view_run *r, int node, struct why_subject *out)
{
    const struct view_record *setback = NULL, *step = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct view_record *x = &r->records[i];
        if (x->node != node)
            continue;
        setback = is_setback(x) ? x : setback;
        step = is_step(x) ? x : step;
    }
    out->record = setback ? setback : step;
    out->intro = arena_printf(r->arena, "%s has never registered; %s", view_node_name(r, node),
                              setback ? "the last that went wrong for it was this"
                                      : "it has not come further than this");
}

/* --- names ------------------------------------------------------------------------------------------ */

static bool find_node(const struct view_run *r, const char *name, struct why_subject *out)
{
    for (int i = 0; i < r->node_count; i++) {
        if (!r->nodes[i].name || strcmp(r->nodes[i].name, name) != 0)
            continue;
        if (is_phone_of(r, i) && !ever_registered(r, i)) {
            of_phone(r, i, out);
            return true;
        }
        out->record = first_about(r, i);
        out->record = out->record ? out->record : first_outcome(r, i);
        if (out->record)
            return true;
        out->record = first(r, i, call_ended, NULL); /* perhaps what another node decided */
        out->intro = arena_printf(r->arena, out->record ? "nothing went wrong at %s itself; so its first call ended"
                                                        : "nothing went wrong at %s: no alarm and no drop", name);
        return true;
    }
    return false;
}

static bool find_observable(const struct view_run *r, const char *name, struct why_subject *out)
{
    for (size_t i = 0; i < r->observable_count; i++) {
        if (strcmp(r->observables[i].name, name) == 0) {
            of_observable(r, &r->observables[i], out);
            return true;
        }
    }
    return false;
}

static bool find_name(const struct view_run *r, const char *name, struct why_subject *out)
{
    static wanted_fn *const named[] = {alarm_about, alarm_named, drop_for, end_of_call};
    const struct view_measure *m = find_measure(r, name);
    if (find_node(r, name, out))
        return true;
    if (m)
        of_measure(r, m, out);
    if (m || find_observable(r, name, out))
        return true;
    if (strcmp(name, "late") == 0) {
        of_late(r, out);
        return true;
    }
    for (size_t i = 0; i < sizeof named / sizeof named[0] && !out->record; i++)
        out->record = first(r, -1, named[i], name);
    return out->record != NULL;
}

struct names {
    const char *v[NAMES_MAX];
    size_t n;
};

static void add_name(struct names *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->v[i], name) == 0)
            return;
    }
    if (all->n < NAMES_MAX && name[0])
        all->v[all->n++] = name;
}

/* What alarms and drops are called by. */
static void add_field(const struct view_run *r, struct names *all, const struct view_record *x,
                      const char *field)
{
    char buf[64];
    struct str name = view_field(x, field, buf, sizeof buf);
    for (size_t i = 0; i < all->n; i++) {
        if (str_eq(name, str_of(all->v[i])))
            return;
    }
    add_name(all, arena_strdup(r->arena, name));
}

static bool no_such_name(const struct view_run *r, const char *name, struct err *e)
{
    struct names all = {.n = 0};
    add_name(&all, "late");
    for (int i = 0; i < r->node_count; i++)
        add_name(&all, r->nodes[i].name ? r->nodes[i].name : "");
    for (size_t i = 0; i < r->measure_count; i++)
        add_name(&all, r->measures[i].name);
    for (size_t i = 0; i < r->observable_count; i++)
        add_name(&all, r->observables[i].name);
    for (size_t i = 0; i < r->count; i++) {
        const struct view_record *x = &r->records[i];
        if (view_is(x, "DROP"))
            add_field(r, &all, x, "reason");
        if (view_is(x, "STATE") && view_field_is(x, "machine", "call"))
            add_field(r, &all, x, "key");
        if (view_is(x, "ALARM")) {
            add_field(r, &all, x, "name");
            add_field(r, &all, x, "device");
        }
    }
    const char *near = str_nearest(str_of(name), all.v, all.n);
    return err_set(e, "'%s' is no node, device, measure, observable, alarm, drop or Call-ID of this run, nor 'late' or "
                      "a #record%s%s%s", name, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

bool why_find(const struct view_run *r, const char *subject, struct why_subject *out, struct err *e)
{
    uint64_t id;
    *out = (struct why_subject){.intro = ""};
    if (!subject) {
        of_run(r, out);
        return true;
    }
    if (subject[0] != '#')
        return find_name(r, subject, out) || no_such_name(r, subject, e);
    if (str_u64(str_of(subject + 1), INT64_MAX, &id))
        out->record = view_record(r, (int64_t)id);
    return out->record || err_set(e, "there is no record '%s' (facts are #1 to #%zu)", subject, r->count);
}
