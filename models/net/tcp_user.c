/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_user.c: what a user asks of a connection: send, half close, close, abort (RFC 9293 3.10.2, 3.10.4 and
 * 3.10.5). What it hears of is in tcp_in.c and tcp_loss.c. */
#include <string.h>

#include "models/net/tcp_state.h"

static void enqueue(struct tcp_conn *c, struct seg *s)
{
    *c->queue_end = s;
    c->queue_end = &s->next;
}

/* Nagle gathers: a short segment that still waits takes more data before another one is begun. */
static void fill_last(struct tcp_conn *c, struct str *data)
{
    if (!c->tcp->config->nagle || !c->queue)
        return;
    struct seg *last = (struct seg *)(void *)((char *)c->queue_end - offsetof(struct seg, next));
    if (last->sent || last->data->len >= c->mss)
        return;
    size_t room = c->mss - last->data->len, n = data->n < room ? data->n : room;
    memcpy(last->data->bytes + last->data->len, data->p, n);
    last->data->len = (uint16_t)(last->data->len + n);
    data->p += n;
    data->n -= n;
}

bool tcp_send(struct tcp_conn *c, struct str data, uint64_t flow)
{
    if ((c->state > TCP_ESTABLISHED && c->state != TCP_CLOSE_WAIT) || c->user_closed || c->ended)
        return false;
    if (data.n)
        fill_last(c, &data);
    while (data.n) {
        size_t n = data.n < c->mss ? data.n : c->mss;
        struct seg *s =
            tcp_seg_new(c->tcp, (struct str){data.p, n}, c->tcp->config->nagle ? c->mss : n);
        s->data->flow = flow;
        data.p += n;
        data.n -= n;
        s->push = data.n == 0;
        enqueue(c, s);
    }
    tcp_output(c);
    return true;
}

/* In SYN-RECEIVED the FIN goes at once, unless data waits before it (RFC 9293 3.10.4). */
static void finish_sending(struct tcp_conn *c)
{
    bool waits = c->state == TCP_SYN_RECEIVED && c->queue;
    struct seg *s = tcp_seg_new(c->tcp, STR_NONE, 0);
    s->fin = true;
    s->data->flow = bus_current_flow(c->tcp->node->sim);
    enqueue(c, s);
    if (waits)
        return;
    if (c->state == TCP_CLOSE_WAIT)
        tcp_set_state(c, TCP_LAST_ACK, "close");
    else
        tcp_set_state(c, TCP_FIN_WAIT_1, "close");
    tcp_output(c);
}

void tcp_shutdown(struct tcp_conn *c)
{
    if (c->user_closed || c->ended)
        return;
    c->user_closed = c->reads_on = true;
    if (c->state == TCP_SYN_SENT)
        tcp_conn_end(c, TCP_END_CLOSED, "close");
    else
        finish_sending(c);
}

void tcp_close(struct tcp_conn *c)
{
    tcp_shutdown(c);
    if (c->ended || !c->reads_on)
        return;
    c->reads_on = false;
    if (c->state == TCP_FIN_WAIT_2)
        tcp_linger(c); /* half-closed until now, without a limit */
}

void tcp_abort(struct tcp_conn *c)
{
    if (c->ended)
        return;
    if (c->state != TCP_SYN_SENT && c->state < TCP_CLOSING) /* RFC 9293 3.10.5 */
        tcp_send_rst(c);
    tcp_conn_end(c, TCP_END_ABORTED, "abort");
}
