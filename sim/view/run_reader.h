/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_reader.h: a recorded run read back from its run.db: facts in order of their numbers, their further
 * causes, nodes, keys. Read only; the file may be of today or of last year. */
#ifndef SIM_VIEW_RUN_READER_H
#define SIM_VIEW_RUN_READER_H

#include "sim/base/err.h"
#include "sim/view/view_run.h"

/* `folder` holds run.db; records[i].id == i + 1. NULL: *e says why. */
struct view_run *view_open(const char *folder, struct err *e);
void view_close(struct view_run *r);

#endif
