/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_tcp.c: the connections of a TCP engine, as netstat -ano prints them. Linux counts as Send-Q what
 * the peer has not acknowledged yet, sent or not. The last two columns are not netstat's: the RTO in
 * force and the bytes that were sent and wait for their ACK. */
#include <string.h>

#include "models/net/show.h"
#include "models/net/tcp_state.h"

enum {
    COL_LOCAL,
    COL_LOCAL_PORT,
    COL_PEER,
    COL_PEER_PORT,
    COL_STATE,
    COL_UNACKED,
    COL_QUEUED,
    COL_RTO,
    COL_TIMER,
    COL_LEFT,
    COL_RETRIES,
    COL_PROBES,
};

static const char *const columns[] = {
    "local",  "local_port", "peer",  "peer_port", "state",   "unacked_bytes",
    "queued_bytes", "rto_s", "timer", "timer_s",   "retries", "probes", NULL};

static void listener_row(const struct listener *l, struct table *t)
{
    table_ip4(t, (struct ip4){0});
    table_int(t, l->port);
    table_none(t);
    table_none(t);
    table_text(t, tcp_state_name(TCP_LISTEN));
    for (int i = COL_UNACKED; i <= COL_PROBES; i++)
        table_none(t);
}

/* Given to us, not sent yet. */
static int64_t queued_bytes(const struct tcp_conn *c)
{
    int64_t n = 0;
    for (const struct seg *s = c->queue; s; s = s->next)
        n += s->sent ? 0 : s->data->len;
    return n;
}

static const char *timer_of(const struct tcp_conn *c)
{
    if (!tmr_armed(&c->rto_timer))
        return "off";
    if (c->state == TCP_TIME_WAIT || c->state == TCP_FIN_WAIT_2)
        return "timewait";
    return c->probing ? "probe" : "on";
}

static void conn_row(const struct tcp_conn *c, struct table *t)
{
    table_ip4(t, c->local);
    table_int(t, c->local_port);
    table_ip4(t, c->peer);
    table_int(t, c->peer_port);
    table_text(t, tcp_state_name(c->state));
    table_int(t, tcp_outstanding(c));
    table_int(t, queued_bytes(c));
    table_dur(t, c->rto.rto);
    table_text(t, timer_of(c));
    table_dur(t, tmr_left(&c->rto_timer));
    table_int(t, c->retries);
    table_int(t, c->probing ? c->probes : 0);
}

void show_tcp_rows(const struct node *n, struct table *t)
{
    const struct tcp *e = n->tcp;
    struct map_slot *slot;
    if (!e)
        return;
    for (uint32_t i = 0; map_next(&e->listeners, &i, &slot);)
        listener_row(slot->value, t);
    for (uint32_t i = 0; map_next(&e->conns, &i, &slot);)
        conn_row(slot->value, t);
}

/* Linux's names differ from the RFC's in a few places. */
static const char *linux_state(const char *rfc, char *text, size_t cap)
{
    static const char *const others[][2] = {{"SYN-RECEIVED", "SYN_RECV"}, {"FIN-WAIT-1", "FIN_WAIT1"},
                                            {"FIN-WAIT-2", "FIN_WAIT2"},  {"CLOSED", "CLOSE"}};
    struct txtbuf b = txtbuf_of(text, cap);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(rfc, others[i][0]) == 0)
            return others[i][1];
    }
    for (; *rfc; rfc++)
        txtbuf_char(&b, *rfc == '-' ? '_' : *rfc);
    return text;
}

static void socket_text(const struct table *t, size_t row, size_t column, char *text, size_t cap)
{
    struct txtbuf b = txtbuf_of(text, cap);
    txtbuf_add(&b, "%s:%s", table_plain(t, row, column, "0.0.0.0"), table_plain(t, row, column + 1, "*"));
}

/* Hundredths of a second, as netstat has them; rounded down, so a timer never shows later than it is. */
static void seconds(struct txtbuf *out, int64_t ns)
{
    int64_t hundredths = ns / dur_ms(10).ns;
    txtbuf_add(out, "%lld.%02lld", (long long)(hundredths / 100), (long long)(hundredths % 100));
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    char local[32], peer[32], state[16], timer[48], rto[24];
    struct txtbuf b = txtbuf_of(timer, sizeof timer), r = txtbuf_of(rto, sizeof rto);
    bool listening = table_cell(t, row, COL_PEER)->kind == CELL_NONE;
    int64_t unacked = table_cell(t, row, COL_UNACKED)->i, queued = table_cell(t, row, COL_QUEUED)->i;
    socket_text(t, row, COL_LOCAL, local, sizeof local);
    socket_text(t, row, COL_PEER, peer, sizeof peer);
    txtbuf_add(&b, "%s (", table_plain(t, row, COL_TIMER, "off"));
    seconds(&b, table_cell(t, row, COL_LEFT)->i);
    seconds(&r, table_cell(t, row, COL_RTO)->i);
    txtbuf_add(&b, "/%s/%s)", table_plain(t, row, COL_RETRIES, "0"), table_plain(t, row, COL_PROBES, "0"));
    txtbuf_add(out, "tcp        0 %6lld %-23s %-23s %-11s ", (long long)(unacked + queued), local, peer,
               linux_state(table_plain(t, row, COL_STATE, ""), state, sizeof state));
    if (listening)
        txtbuf_add(out, "%s\n", timer);
    else
        txtbuf_add(out, "%-22s %6s %8lld\n", timer, rto, (long long)unacked);
}

const struct table_look show_netstat = {
    .columns = columns,
    .head = "Active Internet connections (servers and established)\n"
            "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
            "Timer                     RTO  Unacked\n",
    .line = line,
};
