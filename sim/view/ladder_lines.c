/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder_lines.c: which hosts have a lifeline, and in which order. Where nobody says it they are those that send; when
 * there are more than fit and calls are made, only those of one call: its first INVITE, and whoever an INVITE joins to
 * them. */
#include "sim/view/ladder_state.h"

int ladder_column(const struct ladder *l, int node)
{
    for (int i = 0; i < l->node_count; i++) {
        if (l->node[i] == node)
            return i;
    }
    return -1;
}

static bool add_at(struct ladder *l, int column, int node)
{
    if (node < 0 || ladder_column(l, node) >= 0)
        return true;
    if (l->node_count == LADDER_NODES_MAX)
        return false;
    for (int i = l->node_count++; i > column; i--)
        l->node[i] = l->node[i - 1];
    l->node[column] = node;
    return true;
}

static bool add(struct ladder *l, int node)
{
    return add_at(l, l->node_count, node);
}

/* --- as somebody says ------------------------------------------------------------------------------------------ */

static bool named(struct ladder *l, const char *list, struct err *e)
{
    struct str rest = str_of(list);
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
        if (!add(l, found))
            return err_set(e, "a ladder has at most %d lifelines", LADDER_NODES_MAX);
    }
    return true;
}

/* --- as they speak ----------------------------------------------------------------------------------------------- */

/* Whoever calls one who stands already stands in front of him. */
static void place_pair(struct ladder *l, int from, int to)
{
    if (ladder_column(l, from) < 0 && ladder_column(l, to) >= 0)
        (void)add_at(l, ladder_column(l, to), from);
    (void)add(l, from);
    (void)add(l, to);
}

/* The hosts of calls stand side by side in the order in which the first INVITE passed them. `one`: only those that
 * belong to the first. */
static void place_callers(struct ladder *l, bool one)
{
    struct str src, dst;
    for (size_t i = 0; i < l->run->count; i++) {
        const struct view_record *x = &l->run->records[i];
        if (!l->own[x->id] || !str_starts(ladder_message(x), STR("INVITE ")) || !ladder_ends(x, &src, &dst))
            continue;
        int from = x->node, to = ladder_owner(l, dst);
        bool joined = ladder_column(l, from) >= 0 || ladder_column(l, to) >= 0;
        l->calls = true;
        if (!l->given && to >= 0 && to != from && (!one || joined || l->node_count == 0))
            place_pair(l, from, to);
    }
}

static bool is_first_address(const struct ladder *l, int i)
{
    for (int k = 0; k < i; k++) {
        if (l->owners[k].node == l->owners[i].node)
            return false;
    }
    return true;
}

/* All that send, whether they have a lifeline or not. */
static int hosts(const struct ladder *l)
{
    int n = 0;
    for (int i = 0; i < l->owner_count; i++)
        n += is_first_address(l, i);
    return n;
}

bool ladder_lifelines(struct ladder *l, struct err *e)
{
    const char *list = l->o->nodes ? l->o->nodes : l->run->ladder && l->run->ladder[0] ? l->run->ladder : NULL;
    l->given = list != NULL;
    if (list && !named(l, list, e))
        return false;
    bool too_many = hosts(l) > LADDER_NODES_MAX;
    place_callers(l, too_many);
    for (int i = 0; !list && !(l->calls && too_many) && i < l->owner_count; i++)
        (void)add(l, l->owners[i].node);
    return l->node_count >= 2 || err_set(e, "a ladder needs two hosts that send to each other; this run has %d", l->node_count);
}

#define NAMED_MAX 2

/* Nobody who asked for these lifelines has to be told of others. */
void ladder_tell_left_out(const struct ladder *l)
{
    int n = 0;
    for (int i = 0; !l->o->nodes && i < l->owner_count; i++) {
        if (!is_first_address(l, i) || ladder_column(l, l->owners[i].node) >= 0)
            continue;
        if (n++ < NAMED_MAX)
            fprintf(l->out, "%s%s", n == 1 ? "not drawn: " : ", ", view_node_name(l->run, l->owners[i].node));
    }
    if (n > NAMED_MAX)
        fprintf(l->out, " and %d more", n - NAMED_MAX);
    if (n)
        fprintf(l->out, " (--nodes NAME,NAME draws others)\n");
}
