/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group_show.c: one row a node: what it is to the phone, its connection, the last CSeq of its dialog, the
 * request that waits for its answer, and what is due next. */
#include "models/proto/group_show.h"

enum { ADDRESS, NAME, ROLE, CONNECTION, CSEQ, PENDING, NEXT, NEXT_IN };

static const char *const columns[] = {"address", "name",    "role", "connection", "cseq",
                                      "pending", "next", "next_in_s", NULL};

const char *group_role(const struct sip_group *g, int node)
{
    if (g->at == node)
        return "Active";
    if (node >= g->leg_count || !g->leg[node].open || g->at == GROUP_NOWHERE)
        return "";
    if (node > g->at)
        return node == g->at + 1 ? "Standby" : "";
    return g->slot[node].proven ? "Monitored" : "";
}

static const char *connection_of(const struct sip_leg *l)
{
    return l->open ? "open" : l->conn ? "connecting" : "closed";
}

static const char *pending_of(const struct sip_leg *l)
{
    static const char *const names[LEG_REQUEST_COUNT] = {
        [LEG_REGISTER] = "registration",
        [LEG_REFRESH] = "keepalive",
        [LEG_STANDBY] = "standby keepalive",
        [LEG_PROBE] = "probe",
    };
    return l->pending ? names[l->kind] : NULL;
}

/* Of the timers that concern this node the one that fires first. */
static const struct tmr *next_of(const struct sip_group *g, int node, const char **what)
{
    const struct group_slot *s = &g->slot[node];
    const struct {
        const struct tmr *timer;
        const char *what;
        bool here;
    } timers[] = {
        {&g->refresh, "keepalive", g->at == node},
        {&g->standby, "standby keepalive", g->at != GROUP_NOWHERE && node == g->at + 1},
        {&s->probe, "probe", true},
        {&s->monitor, "fallback", true},
        {&s->reconnect, "connect", true},
        {&g->retry, "connect", g->at == GROUP_NOWHERE},
    };
    const struct tmr *first = NULL;
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        const struct tmr *t = timers[i].timer;
        if (!timers[i].here || !tmr_armed(t))
            continue;
        if (!first || dur_cmp(tmr_left(t), tmr_left(first)) < 0) {
            first = t;
            *what = timers[i].what;
        }
    }
    return first;
}

void group_rows(const struct sip_group *g, struct table *t)
{
    for (int i = 0; i < g->config->member_count && i < g->leg_count; i++) {
        const struct sip_leg *l = &g->leg[i];
        const char *what = NULL, *pending = pending_of(l);
        const struct tmr *next = next_of(g, i, &what);
        char name[80];
        struct txtbuf b = txtbuf_of(name, sizeof name);
        txtbuf_str(&b, g->config->group[i].name);
        table_ip4(t, g->config->group[i].addr);
        table_text(t, name);
        table_text(t, group_role(g, i));
        table_text(t, connection_of(l));
        table_int(t, l->cseq);
        if (pending)
            table_text(t, pending);
        else
            table_none(t);
        if (next) {
            table_text(t, what);
            table_dur(t, tmr_left(next));
        } else {
            table_none(t);
            table_none(t);
        }
    }
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    const struct cell *in = table_cell(t, row, NEXT_IN);
    txtbuf_add(out, "%-18s %-10s %-11s %-10s %-18s %s", table_plain(t, row, ADDRESS, ""),
               table_plain(t, row, ROLE, ""), table_plain(t, row, CONNECTION, ""),
               table_plain(t, row, CSEQ, ""), table_plain(t, row, PENDING, "-"),
               table_plain(t, row, NEXT, "-"));
    if (in->kind == CELL_DUR)
        txtbuf_add(out, " in %lld.%lld s", (long long)(in->i / dur_s(1).ns),
                   (long long)(in->i / dur_ms(100).ns % 10));
    txtbuf_char(out, '\n');
}

const struct table_look group_nodes = {
    .columns = columns,
    .head = "CUCM server        Role       Connection  Last CSeq  Waiting for        Next\n",
    .line = line,
};
