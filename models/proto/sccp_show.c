/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_show.c: one row a node: what it is to the phone, its connection, messages sent on it, and what is due
 * next; of the node of registration the mean time of its answers, too. */
#include "models/proto/sccp_show.h"

enum { ADDRESS, NAME, ROLE, CONNECTION, SENT, MEAN, NEXT, NEXT_IN };

static const char *const columns[] = {"address", "name",          "role", "connection", "messages_sent",
                                      "answer_mean_s", "next", "next_in_s", NULL};

/* Of the timers that concern this node the one that fires first. */
static const struct tmr *next_of(const struct sccp_group *g, int node, const char **what)
{
    const struct sccp_slot *s = &g->slot[node];
    const struct {
        const struct tmr *timer;
        const char *what;
        bool here;
    } timers[] = {
        {&s->keepalive, "keepalive", true},
        {&s->monitor, "fallback", true},
        {&s->reconnect, "connect", true},
        {&g->verdict, "giving up", g->at == node},
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

void sccp_group_rows(const struct sccp_group *g, struct table *t)
{
    const struct phone_config *c = g->config->talk.phone;
    for (int i = 0; i < c->member_count && i < g->leg_count; i++) {
        const struct sccp_leg *l = &g->leg[i];
        const char *what = NULL;
        const struct tmr *next = next_of(g, i, &what);
        char name[80];
        str_keep(name, sizeof name, c->group[i].name);
        table_ip4(t, c->group[i].addr);
        table_text(t, name);
        table_text(t, sccp_group_role(g, i));
        table_text(t, l->open ? "open" : l->conn ? "connecting" : "closed");
        table_int(t, l->sent);
        if (g->at == i && g->mean.count)
            table_dur(t, answer_mean_get(&g->mean));
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
    const struct cell *in = table_cell(t, row, NEXT_IN), *mean = table_cell(t, row, MEAN);
    txtbuf_add(out, "%-18s %-10s %-11s %-14s ", table_plain(t, row, ADDRESS, ""), table_plain(t, row, ROLE, ""),
               table_plain(t, row, CONNECTION, ""), table_plain(t, row, SENT, ""));
    if (mean->kind == CELL_DUR)
        txtbuf_add(out, "%6lld.%03lld ms   ", (long long)(mean->i / 1000000), (long long)(mean->i / 1000 % 1000));
    else
        txtbuf_add(out, "%-16s", "-");
    txtbuf_cstr(out, table_plain(t, row, NEXT, "-"));
    if (in->kind == CELL_DUR)
        txtbuf_add(out, " in %lld.%lld s", (long long)(in->i / dur_s(1).ns),
                   (long long)(in->i / dur_ms(100).ns % 10));
    txtbuf_char(out, '\n');
}

const struct table_look sccp_group_nodes = {
    .columns = columns,
    .head = "CUCM server        Role       Connection  Messages sent  Mean answer     Next\n",
    .line = line,
};
