/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff_json.c: the document of `diff --json` (docs/diff.md). */
#include <stdio.h>

#include "lua/cli/diff_doc.h"
#include "lua/cli/run_doc.h"
#include "sim/kernel/param.h"

static const char *const sides[2] = {"a", "b"};

static void text(const char *key, const char *value, const char *behind)
{
    printf("\"%s\": ", key);
    json_string(stdout, value);
    printf("%s", behind);
}

static void seconds(const char *key, int64_t ns, const char *behind)
{
    char number[32];
    struct txtbuf t = txtbuf_of(number, sizeof number);
    txtbuf_scaled(&t, ns, 9);
    printf("\"%s\": %s%s", key, number, behind);
}

static void value(const struct diff_value *v)
{
    if (!v->text[0])
        printf("null");
    else if (v->number)
        printf("%s", v->text);
    else
        json_string(stdout, v->text);
}

static void print_run(const struct diff *d, int side)
{
    const struct diff_run *r = &d->run[side];
    printf("  \"%s\": {", sides[side]);
    text("run", r->folder, ", ");
    text("scenario", r->scenario, ", ");
    printf("\"seed\": %s, ", r->seed[0] ? r->seed : "null");
    text("version", r->version, ", ");
    text("status", r->status, ", ");
    printf("\"until_s\": %s, ", r->until_s[0] ? r->until_s : "null");
    text("digest", r->digest, ", ");
    printf("\"facts\": %lld},\n", (long long)r->facts);
}

/* --- tables ------------------------------------------------------------------------------------------- */

static void print_param(const struct diff_row *r)
{
    text("name", r->name, ", ");
    text("unit", r->unit, "");
    for (int side = 0; side < 2; side++) {
        printf(", \"%s\": ", sides[side]);
        if (!r->value[side].there) {
            printf("null");
            continue;
        }
        printf("{\"value\": ");
        value(&r->value[side]);
        printf(", ");
        text("set_by", r->value[side].note, "}");
    }
}

static void print_measure(const struct diff_row *r)
{
    text("name", r->name, ", ");
    text("unit", r->unit, "");
    for (int side = 0; side < 2; side++) {
        printf(", \"%s\": ", sides[side]);
        value(&r->value[side]);
    }
    printf(", \"difference\": %s", r->difference[0] ? r->difference : "null");
}

static void print_observable(const struct diff_row *r)
{
    text("name", r->name, ", ");
    text("source", r->source, ", ");
    text("documented", r->documented, ", ");
    text("unit", r->unit, "");
    for (int side = 0; side < 2; side++) {
        printf(", \"%s\": ", sides[side]);
        if (!r->value[side].there) {
            printf("null");
            continue;
        }
        printf("{\"simulated\": ");
        value(&r->value[side]);
        printf(", ");
        text("verdict", r->value[side].note, "}");
    }
}

static void print_table(const char *key, const struct diff_table *t, void (*row)(const struct diff_row *))
{
    printf("  \"%s\": [", key);
    for (size_t i = 0; i < t->count; i++) {
        printf("%s\n    {", i ? "," : "");
        row(&t->rows[i]);
        printf("}");
    }
    printf("%s],\n  \"%s_same\": %zu,\n", t->count ? "\n  " : "", key, t->same);
}

/* --- where they part ---------------------------------------------------------------------------------- */

static void print_steps(const struct diff_end *end)
{
    printf("\"steps\": [");
    for (int i = 0; i < end->why.step_count && i < DIFF_STEPS_MAX; i++) {
        const struct why_step *s = &end->why.steps[i];
        printf("%s\n      {\"n\": %d, ", i ? "," : "", i + 1);
        seconds("t_s", s->t_ns, ", ");
        printf("\"record\": %lld, ", (long long)s->record);
        text("node", s->node, ", ");
        text("role", s->role, ", ");
        text("text", s->text, "}");
    }
    printf("], \"roots\": [");
    for (int i = 0; i < end->why.root_count; i++)
        printf("%s%lld", i ? ", " : "", (long long)end->why.roots[i]);
    printf("]");
}

static void print_because(const struct diff_end *end)
{
    static const char *const roles[] = {"awaited", "state", "limit"};
    const struct view_record *x = view_record(end->run, end->record);
    printf("\"cause\": %lld, \"because\": [", (long long)x->cause);
    const char *comma = "";
    for (const struct view_because *b = view_becauses(end->run, x); b; b = view_next_because(end->run, b)) {
        const struct view_record *of = view_record(end->run, b->of);
        printf("%s\n      {\"record\": %lld, ", comma, (long long)b->of);
        if (of)
            seconds("t_s", of->t_ns, ", ");
        text("role", roles[b->role], ", ");
        text("text", of ? of->text : "", "}");
        comma = ",";
    }
    printf("], ");
}

static void print_end(const struct diff_end *end, int side)
{
    printf(",\n    \"%s\": ", sides[side]);
    if (end->record == 0) {
        printf("null");
        return;
    }
    printf("{\"record\": %lld, ", (long long)end->record);
    seconds("t_s", end->t_ns, ", ");
    text("node", end->node, ", ");
    text("kind", end->kind, ", ");
    text("text", end->text, ", ");
    printf("\"fields\": %s,\n     ", end->fields[0] ? end->fields : "null"); /* JSON as recorded */
    print_because(end);
    printf("\n     \"like\": ");
    if (end->like) {
        printf("{\"record\": %lld, ", (long long)end->like);
        seconds("t_s", end->like_t_ns, "}, ");
    } else {
        printf("null, ");
    }
    print_steps(end);
    printf("}");
}

static void print_parting(const char *key, const struct diff_parting *p, bool there)
{
    printf(",\n  \"%s\": ", key);
    if (!there) {
        printf("null");
        return;
    }
    printf("{\"common\": %lld, ", (long long)p->common);
    seconds("common_t_s", p->common_t_ns, "");
    print_end(&p->end[0], 0);
    print_end(&p->end[1], 1);
    printf("}");
}

void diff_print_json(const struct diff *d)
{
    printf("{\n");
    print_run(d, 0);
    print_run(d, 1);
    print_table("params", &d->params, print_param);
    print_table("measures", &d->measures, print_measure);
    print_table("observables", &d->observables, print_observable);
    printf("  \"same\": %s", diff_same(d) ? "true" : "false");
    print_parting("parting", &d->first, d->parts);
    print_parting("event", &d->event, d->happens);
    printf("\n}\n");
}
