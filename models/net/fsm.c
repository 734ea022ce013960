/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fsm.c: see fsm.h. */
#include "models/net/fsm.h"

void fsm_init(struct fsm *m, const struct fsm_table *t, struct node *n, const char *key, void *self,
              int state)
{
    ASSERT(state >= 0 && state < t->state_count);
    *m = (struct fsm){.table = t, .node = n, .key = key, .self = self, .state = state};
}

const char *fsm_state_name(const struct fsm *m)
{
    return m->table->states[m->state].name;
}

static void move(struct fsm *m, int event, int next)
{
    const struct fsm_table *t = m->table;
    if (next == m->state)
        return;
    struct rec r = {.kind = REC_STATE, .node = m->node->id};
    r.state = (struct rec_state){t->machine, m->key, t->states[m->state].name, t->events[event],
                                 t->states[next].name};
    m->state = next;
    m->since = sim_now(m->node->sim);
    if (!t->quiet)
        m->record = bus_publish(m->node->sim, &r);
    if (t->states[next].enter)
        t->states[next].enter(m->self);
}

static void unexpected(struct fsm *m, int event)
{
    const struct fsm_table *t = m->table;
    for (int i = 0; i < t->ignored_count; i++) {
        if (t->ignored[i].state == m->state && t->ignored[i].event == event)
            return;
    }
    struct rec r = {.kind = REC_UNEXPECTED, .node = m->node->id};
    r.unexpected =
        (struct rec_unexpected){t->machine, m->key, t->states[m->state].name, t->events[event]};
    bus_publish(m->node->sim, &r);
}

static void step(struct fsm *m, int event, const void *msg)
{
    const struct fsm_table *t = m->table;
    ASSERT(event >= 0 && event < t->event_count);
    for (int i = 0; i < t->row_count; i++) {
        const struct fsm_row *row = &t->rows[i];
        if (row->state != m->state || row->event != event || (row->guard && !row->guard(m->self, msg)))
            continue;
        if (row->action)
            row->action(m->self, msg);
        move(m, event, row->next);
        return;
    }
    unexpected(m, event);
}

void fsm_step(struct fsm *m, int event, const void *msg)
{
    ASSERT(!m->stepping);
    m->stepping = true;
    step(m, event, msg);
    for (int i = 0; i < m->raised_count; i++)
        step(m, m->raised[i], NULL);
    m->raised_count = 0;
    m->stepping = false;
}

void fsm_raise(struct fsm *m, int event)
{
    ASSERT(m->stepping && m->raised_count < FSM_RAISED_MAX);
    ASSERT(event >= 0 && event < m->table->event_count && event <= UINT8_MAX);
    m->raised[m->raised_count++] = (uint8_t)event;
}
