/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reference.c: docs/reference.md, from the program's own tables: records, reasons to discard, measures, and
 * every model with what it can be told. */
#include <stdio.h>

#include "lua/cli/cmd.h"
#include "models/net/frame.h"
#include "models/net/link_fault.h"
#include "models/registry.h"
#include "sim/kernel/measure.h"

static const char head[] =
    "# Reference\n\n"
    "Written by `dialtone help --reference` from the program's own tables; `./bootstrap reference` renews it.\n";

static const char *field_type(enum rec_field_type t)
{
    switch (t) {
    case REC_FIELD_u64:
        return "number";
    case REC_FIELD_dur:
        return "seconds";
    case REC_FIELD_text:
    case REC_FIELD_args:
        return "text";
    }
    UNREACHABLE();
}

static void print_records(void)
{
    printf("\n## Records\n\n"
           "What a run publishes, a row each in run.db's table `record`. A fact counts in the digest and may be a\n"
           "cause; the others exist under `--record full` only.\n\n"
           "| kind | fact | fields |\n|---|---|---|\n");
    for (int k = 0; k < REC_COUNT; k++) {
        const struct rec_info *r = &rec_infos[k];
        printf("| `%s` | %s |", r->name, r->fact ? "yes" : "no");
        for (uint32_t i = 0; i < r->field_count; i++)
            printf("%s `%s` %s", i ? "," : "", r->fields[i].name, field_type(r->fields[i].type));
        printf(" |\n");
    }
}

static void print_drops(void)
{
    printf("\n## Reasons to discard a frame\n\n| reason | meaning |\n|---|---|\n");
    for (int i = 0; i < DROP_COUNT; i++)
        printf("| `%s` | %s |\n", drop_names[i], drop_docs[i]);
}

static void print_measures(void)
{
    printf("\n## Measures\n\n| measure | unit | meaning |\n|---|---|---|\n");
    for (int m = 0; m < MEASURE_COUNT; m++)
        printf("| `%s` | %s | %s |\n", measure_defs[m].name, measure_defs[m].unit, measure_defs[m].doc);
}

/* A cell of a table: a bar would end it. */
static void cell(const char *text)
{
    putchar(' ');
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
    printf(" |");
}

static void print_params(const char *title, const struct param_def *defs)
{
    if (!defs || !defs[0].name)
        return;
    printf("\n%s\n\n| parameter | default | range | meaning |\n|---|---|---|---|\n", title);
    for (const struct param_def *d = defs; d->name; d++) {
        char range[128];
        struct txtbuf t = txtbuf_of(range, sizeof range);
        param_range_text(&t, d);
        printf("| `%s` |", d->name);
        cell(!d->def ? "must be given" : d->def[0] ? d->def : "-");
        cell(range);
        cell(d->doc);
        printf("\n");
    }
}

static void print_model(const struct model *m)
{
    printf("\n### %s\n\n%s\n", m->name, m->doc);
    print_params("Of the node:", m->params);
    print_params("Of each port:", m->port_params);
    if (!m->ops || !m->ops[0].name)
        return;
    printf("\nVerbs, `node:op(name)` in a script:\n\n| verb | does |\n|---|---|\n");
    for (const struct model_op *o = m->ops; o->name; o++)
        printf("| `%s` | %s |\n", o->name, o->doc);
}

static void print_faults(void)
{
    printf("\n### Faults of links\n\nVerbs of a link in a script, `link:loss { rate = \"10%%\" }` ([faults.md](faults.md)).\n");
    for (int k = 0; k < LINK_FAULT_KINDS; k++) {
        char title[160];
        struct txtbuf t = txtbuf_of(title, sizeof title);
        txtbuf_add(&t, "`%s`: %s:", link_fault_types[k].name, link_fault_types[k].doc);
        print_params(t.p, link_fault_types[k].params);
    }
}

void reference_print(void)
{
    fputs(head, stdout);
    print_records();
    print_drops();
    print_measures();
    printf("\n## Models\n");
    for (size_t i = 0; i < registry_model_count; i++)
        print_model(registry_models[i]);
    print_params("### Links\n\nA link takes these, each direction alike:", link_params);
    print_faults();
}
