/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_config.h: what a phone is told about its cluster: the elements of SEP<MAC>.cnf.xml that it
 * acts on. A scenario may fill it directly. */
#ifndef MODELS_PROTO_PHONE_CONFIG_H
#define MODELS_PROTO_PHONE_CONFIG_H

#include "models/wire/addr.h"
#include "sim/base/simtime.h"
#include "sim/base/str.h"

#define CUCM_NODES_MAX 3
#define CUCM_GROUP_MAX (CUCM_NODES_MAX + 1) /* and an SRST router as the last resort */
#define GROUP_NOWHERE (-1) /* for a place in the group */

enum { DETECT_NORMAL, DETECT_DELAYED }; /* "normal|delayed", detectCMConnectionFailure */

/* One <member> of <callManagerGroup>, by priority; the SRST reference after them. */
struct cucm_member {
    struct str name; /* processNodeName, as in a SIP Request-URI */
    struct ip4 addr;
    uint16_t sip_port, sccp_port;
};

struct phone_config {
    struct cucm_member group[CUCM_GROUP_MAX];
    int64_t member_count;
    const char *dn;                            /* <name> of the first line */
    const struct str *other_dn;                /* of its other lines, in their order */
    int64_t other_count;
    struct str auth_name, auth_password;       /* of the first line; empty: it has none */
    const char *load;                          /* <loadInformation> */
    struct sim_dur timer_register_expires;     /* asked for */
    struct sim_dur timer_register_delta;       /* re-register this long before the granted time ends */
    struct sim_dur timer_keepalive_expires;    /* period of standby keepalives and probes */
    struct sim_dur connection_monitor_duration;
    int failover_detection;                    /* SCCP */
};

#endif
