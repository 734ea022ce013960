/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder_draw.c: the lines of a ladder. A line is an array of cells, one column each, so that what is not ASCII
 * takes the room it takes on the terminal. */
#include "sim/view/ladder_state.h"

#include <string.h>

#define QUIET_NS 1000000000
#define CLOCK_COLUMNS 11

static int spacing(const struct ladder *l)
{
    int room = l->o->columns - CLOCK_COLUMNS - 4;
    return l->node_count > 1 ? room / (l->node_count - 1) : room;
}

static int place(const struct ladder *l, int column)
{
    return CLOCK_COLUMNS + 2 + column * spacing(l);
}

struct cells {
    char cell[512][4];
    int width;
};

static void put(struct cells *c, int at, const char *text)
{
    if (at >= 0 && at < c->width)
        memcpy(c->cell[at], text, strlen(text) + 1);
}

static void put_text(struct cells *c, int at, int room, struct str s)
{
    for (size_t i = 0; i < s.n && room > 0; i++, at++, room--) {
        char one[2] = {s.p[i], 0};
        put(c, at, one);
    }
}

static void blank(const struct ladder *l, struct cells *c)
{
    c->width = l->o->columns < 511 ? l->o->columns : 511;
    for (int i = 0; i < c->width; i++)
        put(c, i, " ");
    for (int i = 0; i < l->node_count; i++)
        put(c, place(l, i), l->o->ascii ? "|" : "│");
}

static void flush(const struct ladder *l, struct cells *c)
{
    int end = c->width;
    while (end > 0 && strcmp(c->cell[end - 1], " ") == 0)
        end--;
    for (int i = 0; i < end; i++)
        fputs(c->cell[i], l->out);
    fputc('\n', l->out);
}

static void put_clock(const struct ladder *l, struct cells *c, int64_t ns)
{
    char text[32];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    int64_t rel = ns - l->run->origin_ns, ms = (rel < 0 ? 500000 - rel : rel + 500000) / 1000000;
    txtbuf_add(&t, "%s%lld:%02lld.%03lld", rel < 0 ? "-" : "", (long long)(ms / 60000),
               (long long)(ms / 1000 % 60), (long long)(ms % 1000));
    put_text(c, CLOCK_COLUMNS - (int)t.n, CLOCK_COLUMNS, txtbuf_view(&t));
}

void ladder_draw_header(const struct ladder *l)
{
    struct cells c;
    blank(l, &c);
    for (int i = 0; i < l->node_count; i++) {
        struct str name = str_of(l->run->nodes[l->node[i]].name);
        int at = place(l, i) - (i == 0 ? 0 : (int)name.n / 2);
        if (at + (int)name.n > c.width)
            at = c.width - (int)name.n;
        put_text(&c, at, (int)name.n, name);
    }
    flush(l, &c);
}

static void quiet(struct ladder *l, int64_t now_ns)
{
    if (l->any && now_ns - l->last_ns >= QUIET_NS) {
        char text[64];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        struct cells c;
        blank(l, &c);
        for (int i = 0; i < l->node_count; i++)
            put(&c, place(l, i), l->o->ascii ? ":" : "┊");
        int64_t ms = (now_ns - l->last_ns) / 1000000 * 1000000;
        txtbuf_dur(&t, ms);
        put_text(&c, CLOCK_COLUMNS - (int)t.n, CLOCK_COLUMNS, txtbuf_view(&t));
        flush(l, &c);
    }
    l->last_ns = now_ns;
    l->any = true;
}

/* "again: INVITE" of "again: INVITE CSeq 102"; of an answer its number; nothing of a bare segment. */
static size_t least_of(const struct ladder_item *i, struct str label)
{
    struct str rest = ladder_label(i->record);
    size_t before = label.n - rest.n;
    return ladder_message(i->record).n ? before + str_cut(&rest, ' ').n : 0;
}

/* On the shaft; beside it when the shaft is so short that not even the method would be left. */
static void put_label(struct cells *c, const struct ladder_item *i, int lo, int hi, bool rightwards, struct str label)
{
    int room = hi - lo - 5, most = (int)label.n;
    if ((int)least_of(i, label) > room) {
        bool behind = c->width - hi - 2 >= lo - 1 - CLOCK_COLUMNS;
        room = behind ? c->width - hi - 2 : lo - 2 - CLOCK_COLUMNS;
        most = most < room ? most : room;
        put_text(c, behind ? hi + 2 : lo - 1 - most, room, label);
        return;
    }
    most = most < room ? most : room;
    put_text(c, (rightwards ? lo : lo + 1) + 2 + (room - most) / 2, room, label);
}

static void draw_loss(const struct ladder *l, const struct view_record *drop, int at)
{
    struct cells c;
    char port[64], reason[64], line[256];
    struct txtbuf n = txtbuf_of(line, sizeof line);
    struct str p = view_field(drop, "port", port, sizeof port);
    struct str why = view_field(drop, "reason", reason, sizeof reason);
    txtbuf_add(&n, "lost at %s %.*s: %.*s (#%lld)", l->run->nodes[drop->node].name, STR_ARG(p), STR_ARG(why),
               (long long)drop->id);
    blank(l, &c);
    put_text(&c, at, c.width - at, txtbuf_view(&n));
    flush(l, &c);
}

void ladder_draw_arrow(struct ladder *l, const struct ladder_item *i)
{
    const struct view_record *x = i->record, *drop = l->drop_of[x->id];
    char label[256];
    struct txtbuf t = txtbuf_of(label, sizeof label);
    struct cells c;
    quiet(l, x->t_ns);
    blank(l, &c);
    put_clock(l, &c, x->t_ns);
    int a = place(l, i->from), b = place(l, i->to);
    int end = drop ? a + (b - a) * 2 / 3 : b; /* a lost frame stops on the way */
    int lo = a < end ? a : end, hi = a < end ? end : a;
    for (int at = lo + 1; at < hi; at++)
        put(&c, at, l->o->ascii ? "-" : "─");
    if (drop)
        put(&c, end, l->o->ascii ? "X" : "✗");
    else
        put(&c, a < b ? end - 1 : end + 1, l->o->ascii ? (a < b ? ">" : "<") : (a < b ? "▶" : "◀"));
    txtbuf_cstr(&t, i->again ? "again: " : "");
    txtbuf_str(&t, ladder_label(x));
    put_label(&c, i, lo, hi, a < b, txtbuf_view(&t));
    flush(l, &c);
    if (drop)
        draw_loss(l, drop, (a < b ? a : end) + 2);
}

/* A Call-ID is long: the reason stands before it. */
static void event_text(struct txtbuf *t, const struct view_record *x)
{
    char why[48], key[128];
    if (!view_is(x, "STATE") || !view_field_is(x, "machine", "call"))
        txtbuf_cstr(t, x->text);
    else
        txtbuf_add(t, "call dropped, %.*s: %.*s", STR_ARG(view_field(x, "event", why, sizeof why)),
                   STR_ARG(view_field(x, "key", key, sizeof key)));
}

void ladder_draw_event(struct ladder *l, const struct view_record *x)
{
    struct cells c;
    char line[256];
    struct txtbuf t = txtbuf_of(line, sizeof line);
    quiet(l, x->t_ns);
    blank(l, &c);
    put_clock(l, &c, x->t_ns);
    bool known = x->node > 0 && x->node < l->run->node_count;
    txtbuf_add(&t, "%s %s: ", l->o->ascii ? "**" : "■", known ? l->run->nodes[x->node].name : "scenario");
    event_text(&t, x);
    struct str s = txtbuf_view(&t);
    int at = place(l, 0) + 2;
    if (!l->o->ascii) { /* the mark is one cell of three bytes */
        put(&c, at, "■");
        s = (struct str){s.p + 3, s.n - 3};
        at++;
    }
    put_text(&c, at, c.width - at, s);
    flush(l, &c);
}

/* In the place of regular repetitions: what they look like, how many there were and how far apart. */
void ladder_draw_folded(struct ladder *l, const struct ladder_series *s)
{
    struct cells c;
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct ladder_item *i = s->like;
    int64_t mean = (s->last_ns - s->folded_from_ns) / s->folded;
    int64_t unit = mean >= QUIET_NS ? QUIET_NS / 10 : QUIET_NS / 1000;
    blank(l, &c);
    txtbuf_add(&t, "%s %d more, each ", l->o->ascii ? "..." : "", s->folded);
    txtbuf_dur(&t, (mean + unit / 2) / unit * unit);
    txtbuf_add(&t, ", like that of %s: ", view_node_name(l->run, i->record->node));
    txtbuf_str(&t, ladder_label(i->record));
    put_clock(l, &c, s->last_ns);
    put(&c, place(l, 0) + 2, l->o->ascii ? " " : "…");
    put_text(&c, place(l, 0) + (l->o->ascii ? 2 : 3), c.width - place(l, 0) - 3, txtbuf_view(&t));
    flush(l, &c);
    l->last_ns = s->last_ns > l->last_ns ? s->last_ns : l->last_ns;
}
