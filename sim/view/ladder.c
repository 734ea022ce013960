/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder.c: a frame is drawn once, where its own host sends it: whoever first sends from an address owns
 * it, and what routers and switches send on is the same arrow. A drop further on is found by walking its
 * causes back to that sending. */
#include "sim/view/ladder.h"

#include <stdlib.h>
#include <string.h>

#define QUIET_NS 1000000000
#define CLOCK_COLUMNS 11
#define OWNERS_MAX 4096

struct owner {
    struct str address;
    int node;
};

struct ladder {
    const struct view_run *run;
    const struct ladder_options *o;
    FILE *out;
    struct owner *owners;
    int owner_count;
    int node[LADDER_NODES_MAX], node_count;
    const struct view_record **drop_of; /* by record: the drop that ended this sending */
    int64_t last_ns;
    bool any;
};

/* --- whose address, whose frame ------------------------------------------------------------------------------ */

/* Source and destination of a line such as "10.1.1.2:5060 > 10.1.1.9:50708 [ACK] …", ports cut off. */
static bool ends_of(const struct view_record *x, struct str *src, struct str *dst)
{
    struct str line = str_of(x->text);
    ptrdiff_t at = str_find(line, STR(" > "));
    if (at <= 0 || line.p[0] < '0' || line.p[0] > '9')
        return false;
    struct str left = {line.p, (size_t)at}, right = {line.p + at + 3, line.n - (size_t)at - 3};
    *src = str_cut(&left, ':');
    struct str word = str_cut(&right, ' ');
    *dst = str_cut(&word, ':');
    return true;
}

static int owner_of(const struct ladder *l, struct str address)
{
    for (int i = 0; i < l->owner_count; i++) {
        if (str_eq(l->owners[i].address, address))
            return l->owners[i].node;
    }
    return -1;
}

static void find_owners(struct ladder *l)
{
    struct str src, dst;
    l->owners = ARENA_ARRAY(l->run->arena, struct owner, OWNERS_MAX);
    for (size_t i = 0; i < l->run->count && l->owner_count < OWNERS_MAX; i++) {
        const struct view_record *x = &l->run->records[i];
        if (view_is(x, "FRAME_TX") && ends_of(x, &src, &dst) && owner_of(l, src) < 0)
            l->owners[l->owner_count++] = (struct owner){src, x->node};
    }
}

static bool is_own_sending(const struct ladder *l, const struct view_record *x)
{
    struct str src, dst;
    return view_is(x, "FRAME_TX") && ends_of(x, &src, &dst) && owner_of(l, src) == x->node;
}

/* The sending of its own host that a drop goes back to. */
static void find_drops(struct ladder *l)
{
    l->drop_of = ARENA_ARRAY(l->run->arena, const struct view_record *, l->run->count + 1);
    for (size_t i = 0; i < l->run->count; i++) {
        const struct view_record *d = &l->run->records[i], *x = d;
        if (!view_is(d, "DROP"))
            continue;
        for (int hops = 0; x && hops < 32 && !is_own_sending(l, x); hops++)
            x = view_record(l->run, x->cause);
        if (x && is_own_sending(l, x))
            l->drop_of[x->id] = d;
    }
}

/* --- lifelines -------------------------------------------------------------------------------------------------- */

static int column_of(const struct ladder *l, int node)
{
    for (int i = 0; i < l->node_count; i++) {
        if (l->node[i] == node)
            return i;
    }
    return -1;
}

static bool add_lifeline(struct ladder *l, int node)
{
    if (node < 0 || column_of(l, node) >= 0)
        return true;
    if (l->node_count == LADDER_NODES_MAX)
        return false;
    l->node[l->node_count++] = node;
    return true;
}

static bool named_lifelines(struct ladder *l, struct err *e)
{
    struct str rest = str_of(l->o->nodes);
    while (rest.n) {
        struct str name = str_trim(str_cut(&rest, ','));
        int found = -1;
        const char *names[256];
        size_t n = 0;
        for (int i = 0; i < l->run->node_count && n < 256; i++) {
            names[n++] = l->run->nodes[i].name ? l->run->nodes[i].name : "";
            found = str_eq(name, str_of(names[n - 1])) ? i : found;
        }
        if (found < 0) {
            const char *near = str_nearest(name, names, n);
            return err_set(e, "there is no node '%.*s' in this run%s%s%s", STR_ARG(name),
                           near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        }
        if (!add_lifeline(l, found))
            return err_set(e, "a ladder has at most %d lifelines", LADDER_NODES_MAX);
    }
    return true;
}

static int spacing(const struct ladder *l)
{
    int room = l->o->columns - CLOCK_COLUMNS - 4;
    return l->node_count > 1 ? room / (l->node_count - 1) : room;
}

static int place(const struct ladder *l, int column)
{
    return CLOCK_COLUMNS + 2 + column * spacing(l);
}

/* --- drawing: a line is an array of cells, each a short UTF-8 text ---------------------------------------------------- */

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

static void header(const struct ladder *l)
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

/* What an arrow is called: the line without its addresses. */
static void label_of(const struct view_record *x, struct txtbuf *t)
{
    char copy[24];
    struct str line = str_of(x->text), copies = view_field(x, "copy", copy, sizeof copy);
    ptrdiff_t at = str_find(line, STR(" > "));
    if (at > 0) {
        line = (struct str){line.p + at + 3, line.n - (size_t)at - 3};
        str_cut(&line, ' ');
    }
    if (copies.n && !str_eq(copies, STR("0")))
        txtbuf_cstr(t, "again: ");
    ptrdiff_t len = str_find(line, STR(" Len="));
    struct str message = {line.p + len + 1, len >= 0 ? line.n - (size_t)len - 1 : 0};
    str_cut(&message, ' ');
    txtbuf_str(t, message.n ? message : line); /* a message says more than its segment */
}

static void arrow(struct ladder *l, const struct view_record *x, int from, int to)
{
    char label[256];
    struct txtbuf t = txtbuf_of(label, sizeof label);
    struct cells c;
    const struct view_record *drop = l->drop_of[x->id];
    quiet(l, x->t_ns);
    blank(l, &c);
    put_clock(l, &c, x->t_ns);
    int a = place(l, from), b = place(l, to);
    int end = drop ? a + (b - a) * 2 / 3 : b; /* a lost frame stops on the way */
    int lo = a < end ? a : end, hi = a < end ? end : a;
    for (int i = lo + 1; i < hi; i++)
        put(&c, i, l->o->ascii ? "-" : "─");
    if (drop)
        put(&c, end, l->o->ascii ? "X" : "✗");
    else
        put(&c, a < b ? end - 1 : end + 1, l->o->ascii ? (a < b ? ">" : "<") : (a < b ? "▶" : "◀"));
    label_of(x, &t);
    struct str text = txtbuf_view(&t);
    int room = hi - lo - 5;
    if ((int)text.n > room)
        text.n = (size_t)(room > 0 ? room : 0);
    put_text(&c, (a < b ? lo : lo + 1) + 2 + (room - (int)text.n) / 2, room, text);
    flush(l, &c);
    if (!drop)
        return;
    char port[64], reason[64], line[256];
    struct txtbuf n = txtbuf_of(line, sizeof line);
    struct str p = view_field(drop, "port", port, sizeof port);
    struct str why = view_field(drop, "reason", reason, sizeof reason);
    txtbuf_add(&n, "lost at %s %.*s: %.*s (#%lld)", l->run->nodes[drop->node].name, STR_ARG(p), STR_ARG(why),
               (long long)drop->id);
    blank(l, &c);
    put_text(&c, (a < b ? a : end) + 2, c.width - (a < b ? a : end) - 2, txtbuf_view(&n));
    flush(l, &c);
}

/* An alarm, a fault or a registration: a line across. */
static void event(struct ladder *l, const struct view_record *x)
{
    struct cells c;
    char line[256];
    struct txtbuf t = txtbuf_of(line, sizeof line);
    quiet(l, x->t_ns);
    blank(l, &c);
    put_clock(l, &c, x->t_ns);
    bool known = x->node > 0 && x->node < l->run->node_count;
    txtbuf_add(&t, "%s %s: %s", l->o->ascii ? "**" : "■", known ? l->run->nodes[x->node].name : "scenario",
               x->text);
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

static bool is_event(const struct view_record *x)
{
    char m[32], to[32];
    if (view_is(x, "ALARM") || view_is(x, "FAULT") || view_is(x, "UNEXPECTED"))
        return true;
    return view_is(x, "STATE") && str_eq(view_field(x, "machine", m, sizeof m), STR("registration")) &&
           str_eq(view_field(x, "to", to, sizeof to), STR("registered"));
}

static bool wanted(const struct ladder *l, const struct view_record *x)
{
    if (x->t_ns < l->o->from_ns || (l->o->to_ns && x->t_ns > l->o->to_ns))
        return false;
    return is_event(x) || !l->o->protocol || str_find(str_of(x->text), str_of(l->o->protocol)) >= 0;
}

static void draw(struct ladder *l, const struct view_record *x)
{
    struct str src, dst;
    if (!wanted(l, x))
        return;
    if (is_event(x)) {
        event(l, x);
        return;
    }
    if (!is_own_sending(l, x) || !ends_of(x, &src, &dst))
        return;
    int from = column_of(l, x->node), to = column_of(l, owner_of(l, dst));
    if (from >= 0 && to >= 0 && from != to)
        arrow(l, x, from, to);
}

bool ladder_print(const struct view_run *r, const struct ladder_options *o, FILE *out, struct err *e)
{
    struct ladder l = {.run = r, .o = o, .out = out};
    find_owners(&l);
    find_drops(&l);
    if (o->nodes && !named_lifelines(&l, e))
        return false;
    for (int i = 0; !o->nodes && i < l.owner_count; i++)
        (void)add_lifeline(&l, l.owners[i].node);
    if (l.node_count < 2)
        return err_set(e, "a ladder needs two hosts that send to each other; this run has %d", l.node_count);
    header(&l);
    for (size_t i = 0; i < r->count; i++)
        draw(&l, &r->records[i]);
    header(&l);
    return true;
}
