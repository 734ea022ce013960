/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file_store.h: the files that a server has, by exact name; and the one queue of its work: requests wait
 * until those before them are done, a service time each. TFTP and HTTP serve from the same store. */
#ifndef MODELS_PROTO_FILE_STORE_H
#define MODELS_PROTO_FILE_STORE_H

#include "models/net/net.h"
#include "sim/base/list.h"
#include "sim/base/map.h"
#include "sim/kernel/dist.h"
#include "sim/kernel/tmr.h"

#define FILE_NAME_MAX 255

/* The FILE_SERVICE_PARAMS of a device are stored here. */
struct file_service_config {
    struct dist service_time;
    int64_t queue;
    struct sim_dur tftp_retry;
    int64_t tftp_tries;
};

#define FILE_SERVICE_PARAMS(state, field)                                                            \
    {"tftp_service_time", PARAM_LAW, "2ms", "0s", "1min", NULL,                                       \
     "work on one request for a file, by TFTP or HTTP; others wait", offsetof(state, field.service_time), false}, \
    {"tftp_queue", PARAM_INT, "5000", "1", "1000000", NULL, "requests that may wait; more are discarded", \
     offsetof(state, field.queue), false},                                                           \
    {"tftp_retransmission_interval", PARAM_DUR, "3s", "100ms", "1min", NULL,                          \
     "a TFTP block without ACK is sent again after this", offsetof(state, field.tftp_retry), false},  \
    {"tftp_retries", PARAM_INT, "5", "0", "100", NULL, "how often, before the transfer ends",          \
     offsetof(state, field.tftp_tries), false}

/* A request that waits for its turn; embedded in the transfer that it is for. */
struct file_job {
    struct list_link in_store;
    uint64_t cause, flow;
    bool waiting;
    void (*run)(void *arg);
    void *arg;
};

struct file_store {
    struct node *node;
    const struct file_service_config *config;
    struct map files; /* hash of the name -> stored file */
    struct list_link jobs;
    uint32_t job_count;
    struct tmr work;
    struct rng *rng;
};

void file_store_init(struct file_store *s, struct node *n, const struct file_service_config *c);

/* Replaces a file of that name. The bytes are kept as they are, not copied: they outlive the store. */
void file_store_put(struct file_store *s, struct str name, struct str bytes);
void file_store_remove(struct file_store *s, struct str name); /* fine when it is not there */
bool file_store_get(const struct file_store *s, struct str name, struct str *bytes); /* exactly that name */
size_t file_store_count(const struct file_store *s);

/* Cisco TFTP keeps one trust list for all: CTL<device>.tlv is looked for as CTLFile.tlv, ITL<device>.tlv as
 * ITLFile.tlv (seed 004, for a desk phone and a soft phone); other names stay. */
struct str file_store_alias(struct str name);

/* What a request for `name` gets: the file of that name, which a scenario may have brought, else the one of its
 * alias. *sought is the name that was looked for last: the one found, or the one that is really missing. */
bool file_store_find(const struct file_store *s, struct str name, struct str *bytes, struct str *sought);

/* Runs the job when it has its turn; its work has taken the service time then. False: the queue is full. */
bool file_store_wait(struct file_store *s, struct file_job *j, void (*run)(void *arg), void *arg);
void file_store_leave(struct file_store *s, struct file_job *j); /* it waits no longer; fine when it does not */

#endif
