/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cucm_group.h: the text of a CallManager group, as a scenario writes it. */
#ifndef MODELS_PROTO_CUCM_GROUP_H
#define MODELS_PROTO_CUCM_GROUP_H

#include "models/proto/phone_config.h"
#include "sim/base/arena.h"
#include "sim/base/err.h"

#define CUCM_GROUP_DOC                                                                               \
    "nodes in order of priority, up to 3: 'address' or 'name=address', separated by commas; after them, perhaps, " \
    "'srst=address', the router that is the last resort"

/* `param` names the text in errors. Names are copied into the arena. */
MUST_USE bool cucm_group_parse(struct arena *a, const char *param, struct str text,
                               struct cucm_member out[CUCM_GROUP_MAX], int64_t *count, struct err *e);

bool cucm_is_srst(const struct cucm_member *m);

#endif
