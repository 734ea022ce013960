/* SPDX-License-Identifier: GPL-3.0-or-later */
/* out_file.h: a file written beside its name (NAME.part) and renamed when whole, so nothing
 * half-written ever stands under a final name. No descriptor is held between flushes: thousands may
 * be open. The first failure is kept and told at the close; writes after it do nothing. */
#ifndef SIM_OBSERVE_OUT_FILE_H
#define SIM_OBSERVE_OUT_FILE_H

#include "sim/base/arena.h"
#include "sim/base/err.h"

struct out_file;

/* Makes NAME.part, empty. NULL: *e says why. */
struct out_file *out_file_open(struct arena *a, const char *path, size_t buffer_bytes,
                               struct err *e);
void out_file_write(struct out_file *f, const void *p, size_t n);
bool out_file_close(struct out_file *f,
                    struct err *e); /* renames; after a failure removes NAME.part */

#endif
