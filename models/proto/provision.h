/* SPDX-License-Identifier: GPL-3.0-or-later */
/* provision.h: the files that a phone fetches, in the documented order (seeds 000 and 001, section "TFTP"):
 * trust lists, its configuration or else the default one, firmware when another load is asked for, dial
 * rules; then, before it registers (profile early: seeds 000 and 004) or after (profile late: seed 001),
 * locale, tones and softkeys; the ring list last. A soft phone (profile soft: seed 004) fetches no more than its CTL,
 * its configuration, never a signed one, and its locale; it lets time go by between them, and asks for all of them
 * from one port. A file that is not there is no obstacle, but for the configuration. What the phone keeps in flash (trust list, last good configuration, load) outlives a
 * restart: with no server in reach it goes on with that. */
#ifndef MODELS_PROTO_PROVISION_H
#define MODELS_PROTO_PROVISION_H

#include "models/net/fsm.h"
#include "models/proto/file_fetch.h"
#include "models/wire/cnf_xml.h"

enum { PROVISION_EARLY, PROVISION_LATE, PROVISION_SOFT }; /* "early|late|soft" */

struct provision_config {
    int profile;
    struct sim_dur retry; /* no configuration anywhere: from the start again after this */
    struct sim_dur soft_cnf_wait, soft_jar_wait, soft_register_wait; /* PROVISION_SOFT: before each, from what was before */
    struct fetch_config fetch;
    /* filled by the owner */
    const char *device;      /* "SEP0024142DDF24" */
    uint32_t model_number;   /* of the load in XMLDefault.cnf.xml */
    const char *locale_jar;  /* "mk-sip.jar" */
    bool soft_tones;         /* PROVISION_SOFT: the tones, too, as an SCCP phone wants them (seed 004) */
};

#define PROVISION_PARAMS(state, field)                                                               \
    {"provisioning", PARAM_ENUM, "early", NULL, NULL, "early|late|soft",                              \
     "which files are fetched, and when: locale, tones and softkeys before registration (seed 000) or after it " \
     "(seed 001); soft: a soft phone's few (seed 004)",                                               \
     offsetof(state, field.profile), false},                                                         \
    {"provision_retry", PARAM_DUR, "20s", "1s", "1h", NULL,                                          \
     "without a configuration: how long it waits before it asks again", offsetof(state, field.retry), false}, \
    {"soft_cnf_wait", PARAM_DUR, "51ms", "0s", "1h", NULL,                                           \
     "a soft phone asks for its configuration this long after the answer for its CTL", offsetof(state, field.soft_cnf_wait), false}, \
    {"soft_jar_wait", PARAM_DUR, "380ms", "0s", "1h", NULL,                                          \
     "a soft phone asks for its locale this long after it has its configuration", offsetof(state, field.soft_jar_wait), false}, \
    {"soft_register_wait", PARAM_DUR, "6.38s", "0s", "1h", NULL,                                     \
     "a soft phone registers this long after it has its locale", offsetof(state, field.soft_register_wait), false}

/* What outlives a restart. Texts are in the arena. */
struct phone_flash {
    const char *load, *inactive_load; /* firmware that runs, and the one before; inactive_load may be NULL */
    bool has_ctl, has_itl;
    struct str itl; /* the trust list as it came */
    bool has_config, is_default; /* is_default: XMLDefault.cnf.xml */
    struct cnf config;
};

struct provision_user {
    void (*on_config)(void *arg, const struct cnf *c, bool is_default); /* time to register */
    void (*on_upgrade)(void *arg); /* flash holds another load: time to restart */
};

struct provision {
    struct node *node;
    const struct provision_config *config;
    const struct provision_user *user;
    void *arg;
    struct phone_flash *flash;
    struct file_fetch fetch;
    struct fsm fsm;
    struct tmr retry, pause; /* pause: a soft phone's, between two files */
    char name[128];     /* of the file on its way */
    struct str images;  /* of the .loads file, those still to come; a view into the arena */
    bool registered;
};

void provision_init(struct provision *p, struct node *n, struct ip_stack *ip, struct tcp *t,
                    struct phone_flash *flash, const struct provision_config *c,
                    const struct provision_user *user, void *arg);
void provision_start(struct provision *p, const struct ip4 *servers, size_t count); /* in order of preference */
bool provision_is_loading(const struct provision *p); /* firmware is on its way */
void provision_stop(struct provision *p);       /* fetches nothing more */
void provision_again(struct provision *p);      /* its configuration led nowhere: after a pause, from the start */
void provision_registered(struct provision *p); /* the phone has registered: what was left is fetched now */

#endif
