/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_subject.c: see why_subject.h. */
#include "sim/view/why_subject.h"

#include <string.h>

#define NAMES_MAX 512

static bool field_is(const struct view_record *x, const char *name, const char *value)
{
    char buf[128];
    return str_eq(view_field(x, name, buf, sizeof buf), str_of(value));
}

/* --- records that people ask about ------------------------------------------------------------------ */

/* Reasons 8, 9, 10 and 28 are ends that somebody wanted. */
static bool counted_alarm(const struct view_record *x, const char *unused)
{
    (void)unused;
    return view_is(x, "ALARM") && !field_is(x, "reason", "8") && !field_is(x, "reason", "9") &&
           !field_is(x, "reason", "10") && !field_is(x, "reason", "28");
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
    return view_is(x, "ALARM") && field_is(x, "name", name);
}

static bool drop_for(const struct view_record *x, const char *reason)
{
    return view_is(x, "DROP") && field_is(x, "reason", reason);
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

static const struct view_record *first_outcome(const struct view_run *r, int node)
{
    const struct view_record *x = first(r, node, counted_alarm, NULL);
    x = x ? x : first(r, node, any_alarm, NULL);
    return x ? x : first(r, node, any_drop, NULL);
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

static void of_observable(const struct view_run *r, const struct view_observable *o,
                          struct why_subject *out)
{
    out->record = first_outcome(r, -1);
    out->intro = arena_printf(r->arena, "'%s' is documented as %s and came out as %s: %s%s%s%s", o->name,
                              o->documented, o->simulated[0] ? o->simulated : "nothing", o->verdict,
                              o->note[0] ? " (" : "", o->note, o->note[0] ? ")" : "");
    if (!out->record)
        out->intro = arena_printf(r->arena, "%s; the run has no alarm and no drop that could explain it",
                                  out->intro);
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
    out->record = first(r, -1, counted_alarm, NULL);
    if (out->record)
        return;
    if (o) {
        of_observable(r, o, out);
        return;
    }
    out->record = first_outcome(r, -1);
    if (!out->record)
        out->intro = "nothing went wrong: no phone was unregistered, no observable deviates, no alarm was "
                     "raised and no frame was lost; ask about a node, a measure or a #record";
}

/* --- names ------------------------------------------------------------------------------------------ */

static bool find_name(const struct view_run *r, const char *name, struct why_subject *out)
{
    for (int i = 0; i < r->node_count; i++) {
        if (!r->nodes[i].name || strcmp(r->nodes[i].name, name) != 0)
            continue;
        out->record = first_outcome(r, i);
        if (!out->record)
            out->intro = arena_printf(r->arena, "nothing went wrong at %s: no alarm and no drop", name);
        return true;
    }
    for (size_t i = 0; i < r->measure_count; i++) {
        if (strcmp(r->measures[i].name, name) == 0) {
            of_measure(r, &r->measures[i], out);
            return true;
        }
    }
    for (size_t i = 0; i < r->observable_count; i++) {
        if (strcmp(r->observables[i].name, name) == 0) {
            of_observable(r, &r->observables[i], out);
            return true;
        }
    }
    out->record = first(r, -1, alarm_named, name);
    if (!out->record)
        out->record = first(r, -1, drop_for, name);
    return out->record != NULL;
}

static bool no_such_name(const struct view_run *r, const char *name, struct err *e)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (int i = 0; i < r->node_count && n < NAMES_MAX; i++) {
        if (r->nodes[i].name)
            names[n++] = r->nodes[i].name;
    }
    for (size_t i = 0; i < r->measure_count && n < NAMES_MAX; i++)
        names[n++] = r->measures[i].name;
    for (size_t i = 0; i < r->observable_count && n < NAMES_MAX; i++)
        names[n++] = r->observables[i].name;
    const char *near = str_nearest(str_of(name), names, n);
    return err_set(e, "'%s' is no node, measure, observable, alarm or drop of this run%s%s%s", name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
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
