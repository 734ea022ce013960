/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registrar.h: what one CUCM node knows of each device, SIP or SCCP: registered or not, for how long, over
 * which connection. A binding lives until its timer fires: a SIP phone's Expires + grace after the 200 that
 * granted it, an SCCP phone's some keepalive intervals after its last message; its end and the
 * EndPointUnregistered alarm are one instant (seed 002). */
#ifndef MODELS_PROTO_REGISTRAR_H
#define MODELS_PROTO_REGISTRAR_H

#include "models/net/fsm.h"
#include "models/proto/device_db.h"
#include "models/wire/addr.h"
#include "sim/base/map.h"
#include "sim/kernel/tmr.h"

struct registrar;
struct tcp_conn;

/* EndPointUnregistered reasons used here (Cisco system error messages). */
enum unregister_reason {
    REASON_CONNECTIVITY_ERROR = 6,
    REASON_DEVICE_INITIATED_RESET = 8,
    REASON_CALLMANAGER_RESET = 9,
    REASON_DEVICE_UNREGISTERED = 10,
    REASON_SCCP_DEVICE_THROTTLING = 12,
    REASON_KEEPALIVE_TIMEOUT = 13,
    REASON_DUPLICATE_REGISTRATION = 16,
};

/* Another line of a SIP phone: registered with the device, lost with it. */
struct binding_line {
    struct binding_line *next;
    char dn[32];
    uint64_t call_id_hash;
    uint32_t cseq;
    bool registered;
};

struct binding {
    struct registrar *registrar;
    struct binding_line *lines; /* but the first, in the order they came */
    enum device_protocol protocol;
    char device[32]; /* "SEP0024142DDF24" */
    char description[32], model[12];
    struct ip4 addr;
    struct tcp_conn *conn; /* that carried what was last heard of it; NULL: gone */
    struct fsm fsm;
    struct tmr timer;      /* CUCM's SIPStationDPrimaryLineTimeout, or of SCCP keepalives */
    uint64_t call_id_hash; /* SIP */
    uint32_t cseq;         /* SIP */
    bool late, orphaned;   /* its timer fired, its connection ended, while the process stood still */
    struct sim_time heard; /* its last REGISTER or SCCP message */
};

struct registrar {
    struct node *node;
    bool frozen; /* the process stands still: no timer of it fires */
    struct map bindings; /* hash of the device name -> binding */
    uint32_t count[DEVICE_PROTOCOL_COUNT]; /* that are registered */
    const char *cluster_id, *node_id;
    /* A binding ended by its timer: CUCM may close its connection. */
    void (*on_timeout)(void *arg, struct binding *b);
    void *arg;
};

/* What a device says of itself, already decoded. */
struct registration {
    enum device_protocol protocol;
    struct str device, model, dn;
    struct ip4 addr;
    struct tcp_conn *conn;
    bool before;        /* it was registered before the run began: no news */
    struct str call_id; /* SIP */
    uint32_t cseq;      /* SIP */
};

void registrar_init(struct registrar *r, struct node *n);

/* False: the same Call-ID with a CSeq that is not higher (RFC 3261 10.3, step 7). */
bool registrar_accepts(const struct registrar *r, const struct registration *q);

/* Binds, or refreshes: for `life` from now, unless the message of the flow `awaited` comes. The binding stays
 * where it is for good. */
struct binding *registrar_bind(struct registrar *r, const struct registration *q, struct sim_dur life,
                               uint64_t awaited);
/* Is it another line of a device that is registered with its first one, over the same connection? Then this binds it;
 * the device's timer goes on as it was. */
bool registrar_is_other_line(const struct registrar *r, const struct registration *q);
void registrar_bind_line(struct registrar *r, const struct registration *q);
uint32_t registrar_lines(const struct binding *b); /* that are registered, the first among them */

void registrar_hear(struct binding *b, struct sim_dur life, uint64_t awaited); /* a keepalive of SCCP */

/* It asks for its end (REGISTER with Expires 0, Unregister); it may be unbound. */
void registrar_unbind(struct registrar *r, const struct registration *q, enum unregister_reason reason);
/* CUCM's own wish; it may be unbound. Returns the record of the alarm, 0: there was none. */
uint64_t registrar_end(struct binding *b, enum unregister_reason reason);

/* Who has that directory number, on whichever line: one that is bound, else one that was; NULL: nobody ever had. */
struct binding *registrar_of_number(const struct registrar *r, struct str dn);

/* Is a SIP device bound that has that address? */
bool registrar_has_addr(const struct registrar *r, struct ip4 addr);

/* Is it bound now; how many are. */
bool registrar_has(const struct registrar *r, struct str device);
bool registrar_is_bound(const struct binding *b);
const char *registrar_protocol(const struct binding *b); /* that it was last bound by: "SIP", "SCCP" */
uint32_t registrar_count(const struct registrar *r);

/* The device's connection ended: what was bound over it is unregistered. */
void registrar_connection_lost(struct registrar *r, struct tcp_conn *c);

/* The process stands still, and goes on: timers that ran out meanwhile fire then. */
void registrar_freeze(struct registrar *r);
void registrar_thaw(struct registrar *r);

/* The host dies: every binding is gone, and nobody is left to raise an alarm. */
void registrar_power_off(struct registrar *r);

#endif
