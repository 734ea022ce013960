/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_line.h: one SCCP phone's connection as CallManager has it, and the lines of the CCM trace that tell of it,
 * word for word as seed 004 prints them. */
#ifndef MODELS_PROTO_SCCP_LINE_H
#define MODELS_PROTO_SCCP_LINE_H

#include "models/net/ip.h"
#include "models/proto/sccp_station.h"
#include "models/proto/skinny_stream.h"

struct sccp_line {
    struct sccp_station *station;
    struct list_link in_station;
    struct tcp_conn *conn;
    struct msg_stream stream;
    struct list_link jobs;
    struct tmr timer; /* of the first job */
    uint32_t received; /* messages */
    struct sim_time window; /* when the five seconds began in which they are counted */
    int64_t in_window;
    uint32_t handle;   /* in the trace; 0 until its Register was looked at */
    uint32_t device_type, protocol;
    char device[17], mac[13], dn[25];
    const struct cucm_device *entry; /* of the database; NULL: any device may register */
    bool peer_closed;
    bool acknowledged;               /* RegisterAck is out */
    bool controlled;                 /* its LineControl is there */
    struct binding *binding;         /* NULL: not registered over this connection */
};

void sccp_trace_message(const struct sccp_line *l, const struct skinny *m); /* as it came */
void sccp_trace_check(const struct sccp_line *l);
void sccp_trace_acknowledge(const struct sccp_line *l);
void sccp_trace_registered(const struct sccp_line *l);
void sccp_trace_prompt(struct sccp_line *l);

#endif
