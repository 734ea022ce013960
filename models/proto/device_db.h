/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_db.h: the phones that an administrator has added to a cluster, and what he has set for each. */
#ifndef MODELS_PROTO_DEVICE_DB_H
#define MODELS_PROTO_DEVICE_DB_H

#include "sim/base/arena.h"
#include "sim/base/err.h"
#include "sim/base/map.h"
#include "sim/base/str.h"

#define DEVICES_DOC                                                                                  \
    "devices in the database, separated by commas: 'NAME dn=NUMBER load=FIRMWARE protocol=SIP|SCCP "         \
    "model=MODEL pkid=UUID line_pkid=UUID', of which only the name must be there: SEP<MAC>, or a soft phone's own"

enum device_protocol { DEVICE_SIP, DEVICE_SCCP, DEVICE_PROTOCOL_COUNT };

struct cucm_device {
    struct cucm_device *next; /* in the order they were added */
    struct str name;
    enum device_protocol protocol; /* SIP when not given */
    struct str dn, load, model;    /* empty when not given; model: one of its protocol's phone models */
    struct str pkid, line_pkid;    /* keys of the device's and its line's row; empty when not given */
};

struct device_db {
    struct arena *arena;
    struct map by_name; /* hash -> cucm_device */
    struct cucm_device *first, **last;
};

void device_db_init(struct device_db *d, struct arena *a);

/* Adds the devices of a text (DEVICES_DOC); `param` names it in errors. */
MUST_USE bool device_db_add(struct device_db *d, const char *param, struct str text, struct err *e);
const struct cucm_device *device_db_find(const struct device_db *d, struct str name); /* NULL: unknown */

#endif
