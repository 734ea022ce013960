/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_sample.h: a sample of tests/wire/cnf, in a block of exactly its size, so that a sanitizer sees a byte too many. */
#ifndef TESTS_UNIT_WIRE_CNF_SAMPLE_H
#define TESTS_UNIT_WIRE_CNF_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/fault.h"
#include "sim/base/str.h"

static inline struct str sample_of(const char *bytes, size_t n)
{
    char *p = malloc(n ? n : 1);
    ASSERT(p);
    if (n)
        memcpy(p, bytes, n);
    return (struct str){p, n};
}

static inline struct str sample_read(const char *name)
{
    static char bytes[1 << 16];
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/wire/cnf/%s.xml", DT_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return sample_of(bytes, n);
}

static inline void sample_free(struct str s)
{
    free((void *)(uintptr_t)s.p);
}

#endif
