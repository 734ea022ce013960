/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host_power.c: see host_power.h. */
#include "models/proto/host_power.h"

static uint64_t move(struct node *n, const char *from, const char *event, const char *to)
{
    struct rec r = {.kind = REC_STATE, .node = n->id};
    r.state = (struct rec_state){"host", n->name, from, event, to};
    return bus_publish(n->sim, &r);
}

bool host_power_is_on(const struct host_power *p, const struct node *n, struct err *e)
{
    return !p->down || err_set(e, "'%s' is down already", n->name);
}

void host_power_cut(struct host_power *p, struct node *n)
{
    ASSERT(!p->down);
    p->down = move(n, "up", "crash", "down");
}

bool host_power_return(struct host_power *p, struct node *n, struct err *e)
{
    if (!p->down)
        return err_set(e, "'%s' is up already", n->name);
    p->down = 0;
    move(n, "down", "start", "up");
    return true;
}

void host_power_on_frame(const struct host_power *p, struct ip_stack *ip, struct port *in, const struct frame *f)
{
    if (p->down)
        bus_because(in->node->sim, frame_drop(in, f, DROP_NODE_DOWN), p->down, BECAUSE_STATE);
    else
        ip_on_frame(ip, in, f);
}
