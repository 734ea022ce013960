/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ris_show.h: what CUCM's real-time information service says of a node's devices. */
#ifndef MODELS_PROTO_RIS_SHOW_H
#define MODELS_PROTO_RIS_SHOW_H

#include "models/net/table.h"
#include "models/proto/registrar.h"

/* Every device that ever registered here, registered or not, in the order they came. */
void ris_rows(const struct registrar *r, struct table *t);
extern const struct table_look ris_phones; /* show risdb query phone */

#endif
