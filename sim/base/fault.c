/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fault.c: the one place where a programmer error ends the process. */
#include "sim/base/fault.h"

#include <stdio.h>
#include <stdlib.h>

/* One simulation a thread: each thread tells of its own. */
static _Thread_local void (*context_describe)(void *arg);
static _Thread_local void *context_arg;

void fault_set_context(void (*describe)(void *arg), void *arg)
{
    context_describe = describe;
    context_arg = arg;
}

_Noreturn void fault_raise(const char *what, const char *file, int line)
{
    fprintf(stderr, "dialtone: internal fault: %s (%s:%d)\n", what, file, line);
    if (context_describe) {
        void (*describe)(void *) = context_describe;
        context_describe = NULL; /* a fault inside the hook must not loop */
        describe(context_arg);
    }
    abort();
}
