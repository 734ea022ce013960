/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_manager.c: see call_manager.h. */
#include "models/proto/call_manager.h"

#define ROOM_WAIT_S 30 /* who found no room may ask again after this */

bool ccm_init(struct call_manager *m, struct node *n, struct tcp *t, const struct call_manager_config *c,
              struct err *e)
{
    *m = (struct call_manager){.config = c, .node = n, .tcp = t};
    m->node_id = c->node_id[0] ? c->node_id : n->name;
    registrar_init(&m->registrar, n);
    m->registrar.cluster_id = c->cluster_id;
    m->registrar.node_id = m->node_id;
    device_db_init(&m->db, sim_arena(n->sim));
    return device_db_add(&m->db, "devices", str_of(c->devices), e);
}

void ccm_start(struct call_manager *m)
{
    m->running = true;
    m->hung = m->slow = false;
    m->initialized = time_add(sim_now(m->node->sim), m->config->initializing_time);
}

struct sim_dur ccm_wait(const struct call_manager *m, struct str device)
{
    const struct registrar *r = &m->registrar;
    struct sim_dur left = time_sub(m->initialized, sim_now(m->node->sim));
    int64_t max = m->config->registrations_max;
    if (left.ns > 0)
        return left;
    if (max && !registrar_has(r, device) && registrar_count(r) >= (uint32_t)max)
        return dur_s(ROOM_WAIT_S);
    return DUR_ZERO;
}

bool ccm_is_initializing(const struct call_manager *m)
{
    return time_before(sim_now(m->node->sim), m->initialized);
}

struct sim_dur ccm_takes(const struct call_manager *m, const struct dist *law, struct rng *r)
{
    struct sim_dur d = dist_draw(law, r);
    return m->slow ? (struct sim_dur){d.ns * m->config->slow_factor} : d;
}

static bool in_list(const char *list, struct str device)
{
    struct str rest = str_of(list);
    while (rest.n) {
        if (str_eq(str_trim(str_cut(&rest, ',')), device))
            return true;
    }
    return false;
}

enum ccm_verdict ccm_verdict(const struct call_manager *m, struct str device)
{
    if (in_list(m->config->denied, device))
        return CCM_DENIED;
    if (m->config->devices[0] && !device_db_find(&m->db, device))
        return CCM_UNKNOWN;
    return CCM_ADMITTED;
}

void ccm_trace(const struct call_manager *m, const char *fmt, const struct val *v, uint32_t n)
{
    struct rec log = {.kind = REC_LOG, .node = m->node->id};
    log.log = (struct rec_log){"CCM", 7, {fmt, v, n}};
    bus_publish(m->node->sim, &log);
}

void ccm_tags(struct call_manager *m, struct txtbuf *t, struct ip4 ip, const char *device, const char *level,
              const char *mask)
{
    m->contexts += 2; /* as far apart as the seed's */
    txtbuf_add(t, "|<CLID::%s><NID::%s><CT::1,100,39,1.%u><IP::", m->config->cluster_id, m->node_id, m->contexts);
    ip4_text(t, ip);
    txtbuf_add(t, "><DEV::%s><LVL::%s><MASK::%s>", device, level, mask);
}
