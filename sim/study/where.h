/* SPDX-License-Identifier: GPL-3.0-or-later */
/* where.h: one constraint between parameters, "A < B" or "A + 5s <= B - C". */
#ifndef SIM_STUDY_WHERE_H
#define SIM_STUDY_WHERE_H

#include "sim/base/err.h"
#include "sim/study/quantity.h"

/* The value of the parameter `name`; false: there is none of that name. */
typedef bool where_value_fn(void *arg, struct str name, struct quantity *out);

/* Does it hold? False, with *e set: it is malformed, names what is not there, or compares what cannot be
 * compared. Words compare with == and != only. */
MUST_USE bool where_holds(struct str text, where_value_fn *value, void *arg, bool *holds, struct err *e);

#endif
