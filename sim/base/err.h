/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err.h: what the *user* did wrong, as one lower-case sentence with place, value and limit. The inner
 * function sets it, outer ones prefix context. Never used for network misfortune (that is a fact on
 * the bus) nor for programmer errors (fault.h). */
#ifndef SIM_BASE_ERR_H
#define SIM_BASE_ERR_H

#include <stdbool.h>

#include "sim/base/fault.h"

enum err_kind {
    ERR_NONE,
    ERR_USER,    /* exit status 2 */
    ERR_MACHINE, /* exit status 3: disk full, unwritable folder */
};

struct err {
    enum err_kind kind;
    char msg[1024];
};

/* All return false, so that `return err_set(e, …);` reads as it means. */
bool err_set(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool err_machine(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3); /* prefixes "context: " */

#endif
