/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err.c: see err.h. */
#include "sim/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/str.h"

static void set(struct err *e, enum err_kind kind, const char *fmt, va_list ap)
{
    e->kind = kind;
    vsnprintf(e->msg, sizeof e->msg, fmt, ap);
}

bool err_set(struct err *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set(e, ERR_USER, fmt, ap);
    va_end(ap);
    return false;
}

bool err_machine(struct err *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set(e, ERR_MACHINE, fmt, ap);
    va_end(ap);
    return false;
}

bool err_wrap(struct err *e, const char *fmt, ...)
{
    char inner[sizeof e->msg];
    memcpy(inner, e->msg, sizeof inner);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->msg, sizeof e->msg / 2, fmt, ap); /* half is kept for the sentence itself */
    va_end(ap);
    size_t at = n < 0 ? 0 : (size_t)n < sizeof e->msg / 2 ? (size_t)n : sizeof e->msg / 2 - 1;
    struct txtbuf t = {.p = e->msg, .n = at, .cap = sizeof e->msg};
    txtbuf_cstr(&t, ": ");
    txtbuf_cstr(&t, inner);
    return false;
}
