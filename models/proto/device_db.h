/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_db.h: the phones that an administrator has added to a cluster, and what he has set for each. */
#ifndef MODELS_PROTO_DEVICE_DB_H
#define MODELS_PROTO_DEVICE_DB_H

#include "sim/base/arena.h"
#include "sim/base/err.h"
#include "sim/base/map.h"
#include "sim/base/str.h"

#define DEVICES_DOC                                                                                  \
    "devices in the database, separated by commas: 'SEP<MAC> dn=NUMBER load=FIRMWARE', of which only the "  \
    "name must be there"

struct cucm_device {
    struct cucm_device *next; /* in the order they were added */
    struct str name, dn, load; /* dn, load: empty when not given */
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
