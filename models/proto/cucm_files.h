/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cucm_files.h: the TFTP service of a CUCM node: it writes the files of the cluster's phones from what the
 * administrator has set, and gives them out by TFTP and HTTP. A file that the scenario brings itself is served
 * as it is, in place of the one that would be written. */
#ifndef MODELS_PROTO_CUCM_FILES_H
#define MODELS_PROTO_CUCM_FILES_H

#include "models/proto/device_db.h"
#include "models/proto/file_store.h"
#include "models/proto/http_server.h"
#include "models/proto/phone_config.h"
#include "models/proto/tftp_server.h"

/* The CUCM_FILES_PARAMS of a device are stored here. */
struct cucm_files_config {
    bool on;
    struct file_service_config service;
    const char *group, *loads, *user_locale, *network_locale;
    struct sim_dur timer_register_expires, timer_register_delta, timer_keepalive_expires;
    struct sim_dur connection_monitor_duration;
    bool itl, ctl, dial_rules;
    int64_t firmware_bytes;
    int failover_detection;
    /* filled by the owner */
    const char *cluster_id, *password; /* password: of every line; empty: none */
    struct ip4 own;
};

/* clang-format off */
#define CUCM_FILES_PARAMS(state, field) \
    {"tftp", PARAM_BOOL, "on", NULL, NULL, NULL, "the TFTP service runs on this node", offsetof(state, field.on), true}, \
    {"cucm_group", PARAM_TEXT, "", NULL, NULL, NULL, CUCM_GROUP_DOC "; empty: this node alone", offsetof(state, field.group), true}, \
    {"phone_loads", PARAM_TEXT, "", NULL, NULL, NULL, "firmware by phone model: '7841=sip78xx.12-8-1-0001-455', separated by commas; none: phones keep theirs", offsetof(state, field.loads), true}, \
    {"user_locale", PARAM_TEXT, "English_United_States", NULL, NULL, NULL, "folder of the phones' locale; empty: none is named", offsetof(state, field.user_locale), true}, \
    {"network_locale", PARAM_TEXT, "United_States", NULL, NULL, NULL, "folder of the phones' tones; empty: none is named", offsetof(state, field.network_locale), true}, \
    {"timer_register_expires", PARAM_DUR, "3600s", "1s", "1d", NULL, "Expires asked for in REGISTER (SIP profile)", offsetof(state, field.timer_register_expires), false}, \
    {"timer_register_delta", PARAM_DUR, "5s", "0s", "1h", NULL, "refresh this long before the granted time ends (SIP profile)", offsetof(state, field.timer_register_delta), false}, \
    {"timer_keepalive_expires", PARAM_DUR, "120s", "1s", "1d", NULL, "period of standby keepalives and of probes (SIP profile)", offsetof(state, field.timer_keepalive_expires), false}, \
    {"connection_monitor_duration", PARAM_DUR, "120s", "0s", "1d", NULL, "how long a higher node must answer before the phone falls back to it (device pool)", offsetof(state, field.connection_monitor_duration), false}, \
    {"failover_detection", PARAM_ENUM, "normal", NULL, NULL, "normal|delayed", "detectCMConnectionFailure of SCCP phones, in their configuration files", offsetof(state, field.failover_detection), false}, \
    {"itl", PARAM_BOOL, "on", NULL, NULL, NULL, "security by default: a trust list, and signed files (.sgn)", offsetof(state, field.itl), true}, \
    {"ctl", PARAM_BOOL, "off", NULL, NULL, NULL, "mixed mode: a CTL file is there", offsetof(state, field.ctl), true}, \
    {"dial_rules", PARAM_BOOL, "on", NULL, NULL, NULL, "SIP dial rules are set for the phones", offsetof(state, field.dial_rules), true}, \
    {"firmware_size", PARAM_BYTES, "256KiB", "1KiB", "64MiB", NULL, "each image of a phone's firmware", offsetof(state, field.firmware_bytes), true}, \
    FILE_SERVICE_PARAMS(state, field.service)
/* clang-format on */

struct cucm_files {
    struct node *node;
    const struct cucm_files_config *config;
    struct cucm_member group[CUCM_GROUP_MAX];
    int64_t group_count;
    struct file_store store;
    struct tftp_server tftp;
    struct http_server http;
    struct str blank; /* firmware and locale archives are this */
    char softkeys[64], signer[96];
};

/* Parses what it is told; nothing is written yet. */
MUST_USE bool cucm_files_init(struct cucm_files *f, struct node *n, struct ip_stack *ip, struct tcp *t,
                              const struct cucm_files_config *c, struct err *e);

/* Writes what is the same for all phones: default configuration, trust lists, locale, firmware. */
MUST_USE bool cucm_files_write(struct cucm_files *f, struct err *e);
void cucm_files_write_device(struct cucm_files *f, const struct cucm_device *d); /* and one phone's */

void cucm_files_start(struct cucm_files *f); /* fine when it runs */
void cucm_files_stop(struct cucm_files *f);  /* transfers end */
void cucm_files_power_off(struct cucm_files *f); /* the same, without a word on the network */

#endif
