/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bridge_show.c: see bridge_show.h. */
#include "models/proto/bridge_show.h"

#include "models/proto/sip_call_show.h"

static void add_leg(const struct bridge_leg *l, struct table *t)
{
    char from[CALL_TEXT_MAX + 1], to[CALL_TEXT_MAX + 1];
    struct call_row r = sip_call_row(l->call, from, to);
    r.leg = l->number;
    r.dial_peer = l->tag;
    r.began = l->began;
    r.answered = l->answered;
    call_row_add(t, &r);
}

void bridge_call_rows(const struct call_bridge *b, struct table *t)
{
    LIST_EACH (i, &b->live) {
        const struct bridged_call *k = LIST_ENTRY(i, struct bridged_call, in_bridge);
        for (int leg = 0; leg < 2; leg++) {
            if (k->leg[leg].call)
                add_leg(&k->leg[leg], t);
        }
    }
}
