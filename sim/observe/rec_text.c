/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rec_text.c: see rec_text.h. */
#include "sim/observe/rec_text.h"

#include <string.h>

#include "sim/base/json.h"
#include "sim/kernel/param.h"

/* --- fields --------------------------------------------------------------------------------- */

static void args_json(struct txtbuf *t, const struct rec_args *a, int64_t epoch_ns)
{
    char line[8192]; /* what is longer is cut: products' own lines end far below */
    struct txtbuf raw = txtbuf_of(line, sizeof line);
    rec_args_text(&raw, a, epoch_ns);
    json_text(t, txtbuf_view(&raw));
}

void rec_fields_json(struct txtbuf *t, const struct rec *r, int64_t epoch_ns)
{
    const struct rec_info *info = &rec_infos[r->kind];
    for (uint32_t i = 0; i < info->field_count; i++) {
        const void *field = (const char *)r + info->fields[i].offset;
        txtbuf_char(t, i ? ',' : '{');
        json_text(t, str_of(info->fields[i].name));
        txtbuf_char(t, ':');
        switch (info->fields[i].type) {
        case REC_FIELD_u64:
            txtbuf_add(t, "%llu", (unsigned long long)*(const uint64_t *)field);
            break;
        case REC_FIELD_dur:
            txtbuf_scaled(t, ((const struct sim_dur *)field)->ns, 9);
            break;
        case REC_FIELD_text:
            json_text(t, str_of(*(const char *const *)field));
            break;
        case REC_FIELD_args:
            args_json(t, field, epoch_ns);
            break;
        }
    }
    txtbuf_char(t, '}');
}

/* --- sentences ------------------------------------------------------------------------------ */

static void subject(struct txtbuf *t, const char *what, const char *key)
{
    txtbuf_add(t, "%s%s%s: ", what, key[0] ? " " : "", key);
}

static void frame_sentence(struct txtbuf *t, const struct rec *r, summarize_fn *summarize)
{
    if (summarize)
        summarize(t, r->bytes.p, r->bytes.n);
    else
        txtbuf_add(t, "%zu bytes", r->bytes.n);
}

static void alarm_sentence(struct txtbuf *t, const struct rec_alarm *a)
{
    txtbuf_add(t, "%s: %s, reason %llu", a->name, a->device, (unsigned long long)a->reason);
    if (a->detail[0])
        txtbuf_add(t, " (%s)", a->detail);
}

static void timer_sentence(struct txtbuf *t, const struct rec_tmr *m)
{
    txtbuf_add(t, "%s: %s, due at ", m->timer, m->what);
    txtbuf_dur(t, m->at_s.ns);
}

/* Of a message that stands in a log with all its lines the sentence is the first; the fields have
 * it whole. */
static void log_sentence(struct txtbuf *t, const struct rec_args *line, int64_t epoch_ns)
{
    size_t from = t->n;
    rec_args_text(t, line, epoch_ns);
    t->n = from + strcspn(t->p + from, "\r\n");
    t->p[t->n] = 0;
}

void rec_sentence(struct txtbuf *t, const struct rec *r, summarize_fn *summarize, int64_t epoch_ns)
{
    switch (r->kind) {
    case REC_DROP:
        txtbuf_add(t, "%s: ", r->drop.reason);
        frame_sentence(t, r, summarize);
        return;
    case REC_FRAME_TX:
    case REC_FRAME_RX:
        frame_sentence(t, r, summarize);
        return;
    case REC_STATE:
        subject(t, r->state.machine, r->state.key);
        txtbuf_add(t, "%s -> %s (%s)", r->state.from, r->state.to, r->state.event);
        return;
    case REC_ALARM:
        alarm_sentence(t, &r->alarm);
        return;
    case REC_LOG:
        log_sentence(t, &r->log.line, epoch_ns);
        return;
    case REC_NOTE:
        subject(t, r->note.topic, "");
        rec_args_text(t, &r->note.line, epoch_ns);
        return;
    case REC_FAULT:
        subject(t, r->fault.what, r->fault.target);
        rec_args_text(t, &r->fault.line, epoch_ns);
        return;
    case REC_UNEXPECTED:
        subject(t, r->unexpected.machine, r->unexpected.key);
        txtbuf_add(t, "%s is unexpected in state %s", r->unexpected.event, r->unexpected.state);
        return;
    case REC_TMR:
        timer_sentence(t, &r->tmr);
        return;
    default: /* a kind that has no sentence of its own yet */
        rec_fields_json(t, r, epoch_ns);
        return;
    }
}
