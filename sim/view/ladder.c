/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder.c: a frame is drawn once, where its own host sends it: whoever first sends from an address owns
 * it, and what routers and switches send on is the same arrow. A drop further on is found by walking its
 * causes back to that sending. */
#include "sim/view/ladder_state.h"

#include "sim/base/hash.h"

#define OWNERS_MAX 4096

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
    l->owners = ARENA_ARRAY(l->run->arena, struct ladder_owner, OWNERS_MAX);
    for (size_t i = 0; i < l->run->count && l->owner_count < OWNERS_MAX; i++) {
        const struct view_record *x = &l->run->records[i];
        if (view_is(x, "FRAME_TX") && ends_of(x, &src, &dst) && owner_of(l, src) < 0)
            l->owners[l->owner_count++] = (struct ladder_owner){src, x->node};
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

/* --- messages ------------------------------------------------------------------------------------------------- */

struct str ladder_message(const struct view_record *x)
{
    struct str line = str_of(x->text);
    ptrdiff_t len = str_find(line, STR(" Len="));
    struct str message = {line.p + len + 1, len >= 0 ? line.n - (size_t)len - 1 : 0};
    str_cut(&message, ' ');
    return message;
}

struct str ladder_label(const struct view_record *x)
{
    struct str line = str_of(x->text), message = ladder_message(x);
    ptrdiff_t at = str_find(line, STR(" > "));
    if (message.n || at <= 0)
        return message.n ? message : line; /* a message says more than its segment */
    line = (struct str){line.p + at + 3, line.n - (size_t)at - 3};
    str_cut(&line, ' ');
    return line;
}

/* A segment says itself that it is a copy. Of datagrams it is one when its host sent the same message in the same
 * exchange before (RFC 3261 17.1.1.2 and 13.3.1.4: nothing else looks so). */
static bool is_sent_again(struct map *sent, const struct view_record *x)
{
    if (!x->flow || !ladder_message(x).n || str_find(str_of(x->text), STR(" UDP Len=")) < 0)
        return false;
    uint64_t key = hash_fold(hash_cstr((uint64_t)x->node, x->text), (uint64_t)x->flow);
    if (map_get(sent, key))
        return true;
    map_put(sent, key, (void *)x->text);
    return false;
}

static bool is_copy(const struct view_record *x)
{
    char copy[24];
    struct str copies = view_field(x, "copy", copy, sizeof copy);
    return copies.n && !str_eq(copies, STR("0"));
}

static void find_copies(struct ladder *l)
{
    struct map sent;
    map_init(&sent, l->run->arena);
    l->again = ARENA_ARRAY(l->run->arena, bool, l->run->count + 1);
    for (size_t i = 0; i < l->run->count; i++) {
        const struct view_record *x = &l->run->records[i];
        if (is_own_sending(l, x))
            l->again[x->id] = is_sent_again(&sent, x) || is_copy(x);
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

static bool add_lifeline_at(struct ladder *l, int column, int node)
{
    if (node < 0 || column_of(l, node) >= 0)
        return true;
    if (l->node_count == LADDER_NODES_MAX)
        return false;
    for (int i = l->node_count++; i > column; i--)
        l->node[i] = l->node[i - 1];
    l->node[column] = node;
    return true;
}

static bool add_lifeline(struct ladder *l, int node)
{
    return add_lifeline_at(l, l->node_count, node);
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

/* Where calls are made, their hosts stand side by side in the order in which the first INVITE passed them; whoever
 * calls one of them later stands in front of it. */
static void place_callers(struct ladder *l)
{
    struct str src, dst;
    for (size_t i = 0; i < l->run->count; i++) {
        const struct view_record *x = &l->run->records[i];
        if (!is_own_sending(l, x) || !str_starts(ladder_message(x), STR("INVITE ")) || !ends_of(x, &src, &dst))
            continue;
        int from = x->node, to = owner_of(l, dst);
        l->calls = true;
        if (l->o->nodes || to < 0 || to == from)
            continue;
        if (column_of(l, from) < 0 && column_of(l, to) >= 0)
            (void)add_lifeline_at(l, column_of(l, to), from);
        (void)add_lifeline(l, from);
        (void)add_lifeline(l, to);
    }
}

/* --- what is drawn -------------------------------------------------------------------------------------------- */

static bool is_dropped_call(const struct view_record *x)
{
    return view_field_is(x, "machine", "call") && view_field_is(x, "from", "confirmed") &&
           (view_field_is(x, "event", "session-expired") || view_field_is(x, "event", "refresh-failed") ||
            view_field_is(x, "event", "unreachable"));
}

/* An alarm, a fault, a registration, or a call that nobody wanted to end: a line across. */
static bool is_event(const struct view_record *x)
{
    if (view_is(x, "ALARM") || view_is(x, "FAULT") || view_is(x, "UNEXPECTED"))
        return true;
    return view_is(x, "STATE") && ((view_field_is(x, "machine", "registration") && view_field_is(x, "to", "registered")) ||
                                   is_dropped_call(x));
}

/* Speech is what a call is for, but its frames would bury the call: they are drawn when asked for. */
static bool wanted(const struct ladder *l, const struct view_record *x)
{
    if (x->t_ns < l->o->from_ns || (l->o->to_ns && x->t_ns > l->o->to_ns))
        return false;
    if (is_event(x))
        return true;
    return l->o->protocol ? str_find(str_of(x->text), str_of(l->o->protocol)) >= 0
                          : !str_starts(ladder_label(x), STR("RTP "));
}

static void add_item(struct ladder *l, const struct view_record *x)
{
    struct str src, dst;
    struct ladder_item *i = &l->items[l->item_count];
    if (!wanted(l, x))
        return;
    *i = (struct ladder_item){.record = x, .from = -1, .to = -1};
    if (is_event(x)) {
        l->item_count++;
        return;
    }
    if (!is_own_sending(l, x) || !ends_of(x, &src, &dst))
        return;
    i->from = column_of(l, x->node);
    i->to = column_of(l, owner_of(l, dst));
    i->again = l->again[x->id];
    if (i->from >= 0 && i->to >= 0 && i->from != i->to)
        l->item_count++;
}

static bool folds(const struct ladder *l)
{
    return l->o->fold == LADDER_FOLD_ON || (l->o->fold == LADDER_FOLD_CALLS && l->calls);
}

static void draw(struct ladder *l)
{
    if (folds(l))
        ladder_fold_begin(l);
    for (size_t n = 0; n < l->item_count; n++) {
        struct ladder_item *i = &l->items[n];
        if (folds(l) && ladder_is_folded(l, i))
            continue;
        if (folds(l))
            ladder_fold_tell(l);
        if (i->from < 0)
            ladder_draw_event(l, i->record);
        else
            ladder_draw_arrow(l, i);
    }
    if (folds(l))
        ladder_fold_tell(l);
}

bool ladder_print(const struct view_run *r, const struct ladder_options *o, FILE *out, struct err *e)
{
    struct ladder l = {.run = r, .o = o, .out = out};
    find_owners(&l);
    find_drops(&l);
    find_copies(&l);
    if (o->nodes && !named_lifelines(&l, e))
        return false;
    place_callers(&l);
    for (int i = 0; !o->nodes && i < l.owner_count; i++)
        (void)add_lifeline(&l, l.owners[i].node);
    if (l.node_count < 2)
        return err_set(e, "a ladder needs two hosts that send to each other; this run has %d", l.node_count);
    l.items = ARENA_ARRAY(r->arena, struct ladder_item, r->count + 1);
    for (size_t i = 0; i < r->count; i++)
        add_item(&l, &r->records[i]);
    ladder_draw_header(&l);
    draw(&l);
    ladder_draw_header(&l);
    return true;
}
