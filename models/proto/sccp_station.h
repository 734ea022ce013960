/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_station.h: CallManager towards its SCCP phones (seed 004): it registers them, answers what they ask for,
 * acknowledges their keepalives, and unregisters whoever is silent for too long. A connection that has not
 * registered here is the standby of a phone that is registered elsewhere: its keepalives are answered by TCP
 * alone (seed 002).
 *
 * Messages of one connection are handled in order of arrival, each after the time that it takes. */
#ifndef MODELS_PROTO_SCCP_STATION_H
#define MODELS_PROTO_SCCP_STATION_H

#include "models/proto/call_manager.h"
#include "models/wire/skinny.h"
#include "sim/base/list.h"
#include "sim/base/pool.h"
#include "sim/kernel/param.h"

/* The SCCP_STATION_PARAMS of a device are stored here. */
struct sccp_station_config {
    struct sim_dur keepalive_primary, keepalive_secondary;
    int64_t keepalives_missed, throttle_events;
    struct dist check_time, ack_time, answer_time, register_time, prompt_time;
    const char *date_template;
};

/* clang-format off */
#define SCCP_STATION_PARAMS(state, field) \
    {"sccp_keepalive_primary", PARAM_DUR, "30s", "1s", "1h", NULL, "StationKeepaliveInterval: between keepalives to the node of registration, as RegisterAck says", offsetof(state, field.keepalive_primary), false}, \
    {"sccp_keepalive_secondary", PARAM_DUR, "60s", "1s", "1h", NULL, "Station2ndKeepaliveInterval: between keepalives to other nodes, as RegisterAck says", offsetof(state, field.keepalive_secondary), false}, \
    {"sccp_keepalives_missed", PARAM_INT, "3", "1", "100", NULL, "an SCCP phone that is silent for so many intervals is unregistered", offsetof(state, field.keepalives_missed), false}, \
    {"sccp_throttle_events", PARAM_INT, "2000", "1", "1000000000", NULL, "an SCCP phone that sends more messages than that within 5 s is put out (reason 12)", offsetof(state, field.throttle_events), false}, \
    {"sccp_check_time", PARAM_LAW, "1ms", "0s", "1h", NULL, "from a Register to the check of the device", offsetof(state, field.check_time), false}, \
    {"sccp_ack_time", PARAM_LAW, "2ms", "0s", "1h", NULL, "from there to RegisterAck, or RegisterReject", offsetof(state, field.ack_time), false}, \
    {"sccp_answer_time", PARAM_LAW, "uniform(50us,150us)", "0s", "1h", NULL, "from a request of an SCCP phone, or a keepalive, to its answer", offsetof(state, field.answer_time), false}, \
    {"sccp_register_time", PARAM_LAW, "1ms", "0s", "1h", NULL, "from CapabilitiesRes until the device is registered", offsetof(state, field.register_time), false}, \
    {"sccp_prompt_time", PARAM_LAW, "3ms", "0s", "1h", NULL, "from there to DisplayPromptStatus", offsetof(state, field.prompt_time), false}, \
    {"date_template", PARAM_TEXT, "M/D/YA", NULL, NULL, NULL, "how phones show the date, as RegisterAck says", offsetof(state, field.date_template), true}
/* clang-format on */

struct sccp_station {
    const struct sccp_station_config *config;
    struct call_manager *manager;
    struct rng *times;
    struct pool jobs, lines;
    struct list_link up; /* the connections */
    uint32_t handles;    /* of the trace, so far */
    uint32_t controls;   /* LineControl processes, so far */
};

void sccp_station_init(struct sccp_station *s, struct call_manager *m, const struct sccp_station_config *c);
MUST_USE bool sccp_station_open(struct sccp_station *s); /* takes connections; false: the port is taken */
void sccp_station_go_on(struct sccp_station *s);         /* after it was hung: what came meanwhile is read */
void sccp_station_close(struct sccp_station *s);         /* the service stops: connections are closed */
void sccp_station_power_off(struct sccp_station *s);     /* with the host: the owner ends the connections */

/* Tells every phone that is registered here to reset. False: there is none. */
bool sccp_station_reset(struct sccp_station *s, enum skinny_reset how);

#endif
