/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_manager.h: what the SIP and the SCCP side of one node's CallManager service share: the database, the
 * registrar, who may register when, and the trace that it writes (facility CCM, seed 004). */
#ifndef MODELS_PROTO_CALL_MANAGER_H
#define MODELS_PROTO_CALL_MANAGER_H

#include "models/net/tcp.h"
#include "models/proto/registrar.h"
#include "sim/kernel/dist.h"


/* The CALL_MANAGER_PARAMS of a device are stored here. */
struct call_manager_config {
    const char *cluster_id, *node_id, *devices, *devices_later, *denied;
    struct sim_dur initializing_time;
    int64_t registrations_max, slow_factor;
    bool close_on_timeout, keepalive_trace;
};

/* clang-format off */
#define CALL_MANAGER_PARAMS(state, field) \
    {"cluster_id", PARAM_TEXT, "StandAloneCluster", NULL, NULL, NULL, "cluster, as in alarms and traces", offsetof(state, field.cluster_id), true}, \
    {"node_id", PARAM_TEXT, "", NULL, NULL, NULL, "the node's name in alarms and traces; empty: as in the scenario", offsetof(state, field.node_id), true}, \
    {"devices", PARAM_TEXT, "", NULL, NULL, NULL, DEVICES_DOC "; empty: every device may register", offsetof(state, field.devices), true}, \
    {"devices_later", PARAM_TEXT, "", NULL, NULL, NULL, "devices that the operation 'provision' adds, written as in 'devices'", offsetof(state, field.devices_later), true}, \
    {"denied_devices", PARAM_TEXT, "", NULL, NULL, NULL, "devices that are answered 403 Forbidden, or RegisterReject, separated by commas", offsetof(state, field.denied), true}, \
    {"initializing_time", PARAM_DUR, "0s", "0s", "1h", NULL, "after its start the service takes no registrations for this long: 503 with Retry-After, or no answer to SCCP", offsetof(state, field.initializing_time), true}, \
    {"registrations_max", PARAM_INT, "0", "0", "1000000", NULL, "devices that may register here, others are answered 503, or RegisterReject; 0: any number", offsetof(state, field.registrations_max), true}, \
    {"cucm_close_on_timeout", PARAM_BOOL, "on", NULL, NULL, NULL, "close the connection of a device that timed out", offsetof(state, field.close_on_timeout), false}, \
    {"cucm_slow_factor", PARAM_INT, "1000", "1", "1000000", NULL, "how many times longer its answers take after the operation 'slow'", offsetof(state, field.slow_factor), false}, \
    {"keepalive_trace", PARAM_BOOL, "off", NULL, NULL, NULL, "keepalives stand in the CCM trace, too: REGISTER refreshes and SCCP KeepAlives", offsetof(state, field.keepalive_trace), false}
/* clang-format on */

struct call_manager {
    const struct call_manager_config *config;
    struct node *node;
    struct tcp *tcp;
    struct registrar registrar;
    struct device_db db;
    const char *node_id;
    bool running;
    bool hung; /* its process stands still, while the host's TCP goes on */
    bool slow; /* everything takes slow_factor times as long */
    struct sim_time initialized; /* when it begins to take registrations */
    uint32_t contexts;           /* of the trace's lines, so far */
};

MUST_USE bool ccm_init(struct call_manager *m, struct node *n, struct tcp *t, const struct call_manager_config *c,
                       struct err *e);
void ccm_start(struct call_manager *m); /* the service runs from now on */

/* How long a device that wants to register has to wait: until the service is initialized, or for room. Zero:
 * not at all. */
struct sim_dur ccm_wait(const struct call_manager *m, struct str device);

bool ccm_is_initializing(const struct call_manager *m);

/* How long a piece of work takes. */
struct sim_dur ccm_takes(const struct call_manager *m, const struct dist *law, struct rng *r);

enum ccm_verdict { CCM_ADMITTED, CCM_DENIED, CCM_UNKNOWN };
enum ccm_verdict ccm_verdict(const struct call_manager *m, struct str device);

/* A line of the trace; its head comes with the file it goes to. */
void ccm_trace(const struct call_manager *m, const char *fmt, const struct val *v, uint32_t n);
#define CCM_TRACE(m, fmt, ...) \
    ccm_trace((m), (fmt), (struct val[]){__VA_ARGS__}, sizeof((struct val[]){__VA_ARGS__}) / sizeof(struct val))

/* What some lines end with: "|<CLID::StandAloneCluster><NID::10.10.210.10><CT::1,100,39,1.37792>...". */
void ccm_tags(struct call_manager *m, struct txtbuf *t, struct ip4 ip, const char *device, const char *level,
              const char *mask);

#endif
