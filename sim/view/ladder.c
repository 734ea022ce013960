/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder.c: a frame is drawn once, where its own host sends it: whoever first sends from an address owns
 * it, and what routers and switches send on is the same arrow. A drop further on is found by walking its
 * causes back to that sending; it is a loss when the frame did not reach the host it was meant for, for a switch floods,
 * and a bystander that is off discards what another one hears. */
#include "sim/view/ladder_state.h"

#include "sim/base/hash.h"

#define OWNERS_MAX 4096

/* --- whose address, whose frame ------------------------------------------------------------------------------ */

/* Source and destination of a line such as "10.1.1.2:5060 > 10.1.1.9:50708 [ACK] …", ports cut off. */
bool ladder_ends(const struct view_record *x, struct str *src, struct str *dst)
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

int ladder_owner(const struct ladder *l, struct str address)
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
        if (view_is(x, "FRAME_TX") && ladder_ends(x, &src, &dst) && ladder_owner(l, src) < 0)
            l->owners[l->owner_count++] = (struct ladder_owner){src, x->node};
    }
}

static void find_own_sendings(struct ladder *l)
{
    struct str src, dst;
    l->own = ARENA_ARRAY(l->run->arena, bool, l->run->count + 1);
    for (size_t i = 0; i < l->run->count; i++) {
        const struct view_record *x = &l->run->records[i];
        if (view_is(x, "FRAME_TX") && ladder_ends(x, &src, &dst))
            l->own[x->id] = ladder_owner(l, src) == x->node;
    }
}

/* --- what was lost --------------------------------------------------------------------------------------------- */

/* The sending of its own host that a record goes back to; NULL: none. */
static const struct view_record *sending_of(const struct ladder *l, const struct view_record *x)
{
    for (int hops = 0; x && hops < 32 && !l->own[x->id]; hops++)
        x = view_record(l->run, x->cause);
    return x && l->own[x->id] ? x : NULL;
}

static int meant_for(const struct ladder *l, const struct view_record *sending)
{
    struct str src, dst;
    return ladder_ends(sending, &src, &dst) ? ladder_owner(l, dst) : -1;
}

static bool is_host(const struct ladder *l, int node)
{
    for (int i = 0; i < l->owner_count; i++) {
        if (l->owners[i].node == node)
            return true;
    }
    return false;
}

/* Of several the one that says most: what the host that it was meant for discarded, then what was lost under way, then
 * what another host did not want. */
static int weight(const struct ladder *l, const struct view_record *drop, int meant)
{
    return drop->node == meant ? 3 : is_host(l, drop->node) ? 1 : 2;
}

static void find_drops(struct ladder *l)
{
    l->drop_of = ARENA_ARRAY(l->run->arena, const struct view_record *, l->run->count + 1);
    for (size_t i = 0; i < l->run->count; i++) {
        const struct view_record *d = &l->run->records[i];
        const struct view_record *x = view_is(d, "DROP") ? sending_of(l, d) : NULL;
        int meant = x ? meant_for(l, x) : -1;
        if (x && (!l->drop_of[x->id] || weight(l, d, meant) >= weight(l, l->drop_of[x->id], meant)))
            l->drop_of[x->id] = d;
    }
}

/* What came to the host that it was meant for was not lost, whoever else discarded a copy. */
static void forget_arrived(struct ladder *l)
{
    for (size_t i = 0; i < l->run->count; i++) {
        const struct view_record *rx = &l->run->records[i];
        const struct view_record *x = view_is(rx, "FRAME_RX") ? sending_of(l, rx) : NULL;
        const struct view_record *d = x ? l->drop_of[x->id] : NULL;
        if (d && rx->node == meant_for(l, x) && d->node != rx->node)
            l->drop_of[x->id] = NULL;
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
        if (l->own[x->id])
            l->again[x->id] = is_sent_again(&sent, x) || is_copy(x);
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

static int node_named(const struct view_run *r, const struct view_record *x, const char *field)
{
    char buf[128];
    struct str name = view_field(x, field, buf, sizeof buf);
    for (int i = 0; i < r->node_count; i++) {
        if (name.n && r->nodes[i].name && str_eq(name, str_of(r->nodes[i].name)))
            return i;
    }
    return -1;
}

/* An event of a host for which there is no room. */
static bool is_left_out(const struct ladder *l, const struct view_record *x)
{
    int node = view_is(x, "FAULT") ? node_named(l->run, x, "target") : x->node;
    return !l->o->nodes && is_host(l, node) && ladder_column(l, node) < 0;
}

/* Speech is what a call is for, but its frames would bury the call: they are drawn when asked for. */
static bool wanted(const struct ladder *l, const struct view_record *x)
{
    if (x->t_ns < l->o->from_ns || (l->o->to_ns && x->t_ns > l->o->to_ns))
        return false;
    if (is_event(x))
        return !is_left_out(l, x);
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
    if (!l->own[x->id] || !ladder_ends(x, &src, &dst))
        return;
    i->from = ladder_column(l, x->node);
    i->to = ladder_column(l, ladder_owner(l, dst));
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
    find_own_sendings(&l);
    find_drops(&l);
    forget_arrived(&l);
    find_copies(&l);
    if (!ladder_lifelines(&l, e))
        return false;
    l.items = ARENA_ARRAY(r->arena, struct ladder_item, r->count + 1);
    for (size_t i = 0; i < r->count; i++)
        add_item(&l, &r->records[i]);
    ladder_draw_header(&l);
    draw(&l);
    ladder_draw_header(&l);
    ladder_tell_left_out(&l);
    return true;
}
