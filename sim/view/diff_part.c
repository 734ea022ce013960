/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff_part.c: where two runs part (see diff.h). Both records tables are read side by side, a row of each
 * in hand; at the first difference the reading stops. The runs are alike up to there, so the first thing
 * that happened differently is looked for from there on, passing over remarks on both sides. */
#include <string.h>

#include "sim/view/diff_state.h"
#include "sim/view/run_reader.h"

/* id, t_ns, node, kind, text, fields */
#define COLUMNS                                                                                     \
    "SELECT r.id, r.t_ns, coalesce(n.name, 'the scenario'), r.kind, r.text, r.fields"               \
    " FROM record r LEFT JOIN node n ON n.id = r.node AND n.id > 0"

enum column { ID, T_NS, NODE, KIND, TEXT, FIELDS };

static const char facts_sql[] = COLUMNS " WHERE r.id > 0 AND r.id >= ?1 ORDER BY r.id";
static const char events_sql[] =
    COLUMNS " WHERE r.id > 0 AND r.id >= ?1 AND +r.kind <> 'NOTE' ORDER BY r.id";
static const char like_sql[] =
    COLUMNS " WHERE r.id >= ?1 AND r.kind = ?2 AND r.text = ?4 AND coalesce(n.name, 'the scenario') = ?3"
    " ORDER BY r.id";

/* --- one fact beside another -------------------------------------------------------------------------- */

/* Frames are numbered as they are made: {"frame":44,"port":… is compared without the 44. */
static const char *behind_frame(const char *fields)
{
    struct str s = str_of(fields), lead = STR("{\"frame\":");
    return str_starts(s, lead) ? fields + lead.n + strspn(fields + lead.n, "0123456789") : fields;
}

static bool same(const struct run_rows *a, const struct run_rows *b)
{
    for (int column = NODE; column <= TEXT; column++) {
        if (strcmp(rows_text(a, column), rows_text(b, column)) != 0)
            return false;
    }
    return rows_int(a, T_NS) == rows_int(b, T_NS) &&
           strcmp(behind_frame(rows_text(a, FIELDS)), behind_frame(rows_text(b, FIELDS))) == 0;
}

static void keep(struct comparing *c, struct diff_end *end, const struct run_rows *r, bool there)
{
    const char *text[FIELDS + 1];
    for (int column = NODE; column <= FIELDS; column++)
        text[column] = there ? arena_strdup(c->d->arena, str_of(rows_text(r, column))) : "";
    *end = (struct diff_end){.record = there ? rows_int(r, ID) : 0,
                             .t_ns = there ? rows_int(r, T_NS) : 0,
                             .node = text[NODE],
                             .kind = text[KIND],
                             .text = text[TEXT],
                             .fields = text[FIELDS]};
}

/* Reads on from two records, as long as facts are the same. False: they are to the end. */
static bool find(struct comparing *c, const char *sql, const int64_t from[2], struct diff_parting *p)
{
    struct run_rows r[2];
    bool there[2], alike;
    for (int i = 0; i < 2; i++) {
        r[i] = rows_of(c->db[i], sql);
        rows_bind(&r[i], 1, from[i]);
    }
    do {
        there[0] = rows_next(&r[0]);
        there[1] = rows_next(&r[1]);
        alike = there[0] && there[1] && same(&r[0], &r[1]);
        p->common += alike;
        p->common_t_ns = alike ? rows_int(&r[0], T_NS) : p->common_t_ns;
    } while (alike);
    for (int i = 0; i < 2; i++) {
        keep(c, &p->end[i], &r[i], there[i]);
        rows_end(&r[i]);
    }
    return there[0] || there[1];
}

/* --- what led there, and what became of it ------------------------------------------------------------- */

/* Of the same port, as far as frames have one: a switch repeats a frame's text at each. */
static bool same_port(const char *a, const char *b)
{
    char port[64];
    struct view_record x = {.fields = a}, y = {.fields = b};
    view_field(&x, "port", port, sizeof port);
    return view_field_is(&y, "port", port);
}

/* The first fact of the kind in the other run, from where the two part. */
static void find_like(struct comparing *c, struct diff_parting *p, int side)
{
    struct diff_end *mine = &p->end[side];
    const struct diff_end *other = &p->end[!side];
    if (mine->record == 0 || other->record == 0)
        return;
    struct run_rows r = rows_of(c->db[!side], like_sql);
    rows_bind(&r, 1, other->record);
    rows_bind_text(&r, 2, mine->kind);
    rows_bind_text(&r, 3, mine->node);
    rows_bind_text(&r, 4, mine->text);
    while (mine->like == 0 && rows_next(&r)) {
        if (!same_port(mine->fields, rows_text(&r, FIELDS)))
            continue;
        mine->like = rows_int(&r, ID);
        mine->like_t_ns = rows_int(&r, T_NS);
    }
    rows_end(&r);
}

static bool explain(struct comparing *c, struct diff_parting *p, int side)
{
    struct diff_end *end = &p->end[side];
    find_like(c, p, side);
    if (!run_db_ok(c->db[!side]))
        return false;
    if (end->record == 0)
        return true;
    end->run = view_open_near(c->d->run[side].folder, end->record, c->e);
    if (!end->run)
        return false;
    c->d->run[side].origin_ns = end->run->origin_ns;
    why_of_record(end->run, view_record(end->run, end->record), &end->why);
    return true;
}

static int64_t remarks_before(struct comparing *c, int64_t record)
{
    struct run_rows r = rows_of(c->db[0], "SELECT count(*) FROM record WHERE id > 0 AND id < ?1 AND +kind = 'NOTE'");
    rows_bind(&r, 1, record);
    int64_t n = rows_next(&r) ? rows_int(&r, 0) : 0;
    rows_end(&r);
    return n;
}

/* Where the runs part in a remark, goes on to what happened. */
static void find_event(struct comparing *c)
{
    struct diff *d = c->d;
    int64_t from[2];
    for (int i = 0; i < 2; i++)
        from[i] = d->first.end[i].record ? d->first.end[i].record : INT64_MAX; /* it has ended */
    d->event = (struct diff_parting){.common = d->first.common - remarks_before(c, from[0]),
                                     .common_t_ns = d->first.common_t_ns};
    d->happens = find(c, events_sql, from, &d->event);
}

bool diff_part(struct comparing *c)
{
    static const int64_t start[2] = {1, 1};
    struct diff *d = c->d;
    d->parts = find(c, facts_sql, start, &d->first);
    if (d->parts)
        find_event(c);
    bool ok = run_db_ok(c->db[0]) && run_db_ok(c->db[1]);
    for (int side = 0; side < 2 && ok && d->parts; side++)
        ok = explain(c, &d->first, side);
    for (int side = 0; side < 2 && ok && d->happens; side++)
        ok = explain(c, &d->event, side);
    return ok;
}
