/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_registrar.h: what one CUCM node knows of each SIP device: registered or not, for how long, over
 * which connection. A binding lives until the registrar's timer fires, Expires + grace after the 200
 * that granted it; its end and the EndPointUnregistered alarm are one instant (seed 002). */
#ifndef MODELS_PROTO_SIP_REGISTRAR_H
#define MODELS_PROTO_SIP_REGISTRAR_H

#include "models/net/fsm.h"
#include "models/wire/addr.h"
#include "sim/base/map.h"
#include "sim/kernel/tmr.h"

struct registrar;
struct tcp_conn;

/* EndPointUnregistered reasons used here (Cisco system error messages). */
enum unregister_reason {
    REASON_CONNECTIVITY_ERROR = 6,
    REASON_DEVICE_UNREGISTERED = 10,
    REASON_KEEPALIVE_TIMEOUT = 13,
};

struct binding {
    struct registrar *registrar;
    char device[32]; /* "SEP0024142DDF24" */
    char description[32], model[12];
    struct ip4 addr;
    struct tcp_conn *conn; /* that carried the last REGISTER; NULL: gone */
    struct fsm fsm;
    struct tmr line_timer; /* CUCM's SIPStationDPrimaryLineTimeout */
    uint64_t call_id_hash;
    uint32_t cseq;
    struct sim_time heard; /* its last REGISTER */
};

struct registrar {
    struct node *node;
    struct map bindings; /* hash of the device name -> binding */
    struct sim_dur grace;
    const char *cluster_id, *node_id;
    /* A binding ended by the line timer: CUCM may close its connection. */
    void (*on_timeout)(void *arg, struct binding *b);
    void *arg;
};

/* What a REGISTER says, already decoded. */
struct registration {
    struct str device, model, call_id, dn;
    uint32_t cseq;
    struct ip4 addr;
    struct tcp_conn *conn;
};

void registrar_init(struct registrar *r, struct node *n, struct sim_dur grace);

/* False: the same Call-ID with a CSeq that is not higher (RFC 3261 10.3, step 7). */
bool registrar_accepts(const struct registrar *r, const struct registration *q);

/* Binds, or refreshes: the line timer runs for `granted` + grace from now. */
void registrar_bind(struct registrar *r, const struct registration *q, struct sim_dur granted);
/* Bound before the run began; the line timer fires `left` from now. */
void registrar_resume(struct registrar *r, const struct registration *q, struct sim_dur left);
void registrar_unbind(struct registrar *r, const struct registration *q); /* Expires 0; may be unbound */

/* Is it bound now; how many are. */
bool registrar_has(const struct registrar *r, struct str device);
uint32_t registrar_count(const struct registrar *r);

/* The device's connection ended: what was bound over it is unregistered. */
void registrar_connection_lost(struct registrar *r, struct tcp_conn *c);

/* The host dies: every binding is gone, and nobody is left to raise an alarm. */
void registrar_power_off(struct registrar *r);

#endif
