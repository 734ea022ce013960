/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz.h: a fuzz target is one function; whatever it finds wrong is a fault of the program. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The bytes in a block of exactly their size, so that the sanitizer sees the first byte too many. */
static inline uint8_t *fuzz_exact(const uint8_t *data, size_t n)
{
    uint8_t *block = malloc(n ? n : 1);
    ASSERT(block);
    if (n)
        memcpy(block, data, n);
    return block;
}

#endif
