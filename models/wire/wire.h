/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h: the table of codecs, and a whole frame taken apart. Every codec is three functions: get
 * (strict, views into the bytes), put (canonical bytes), line (one line of at most 100 columns,
 * what ladders, logs and failing tests print). The table lets one set of tests hold every codec to
 * the same laws. */
#ifndef MODELS_WIRE_WIRE_H
#define MODELS_WIRE_WIRE_H

#include "models/wire/addr.h"
#include "sim/base/cur.h"
#include "sim/base/str.h"

struct wire_any; /* wire_any.h: one message of any kind */

struct wire_type {
    const char *name;
    bool (*get)(struct rd *r, struct wire_any *m);
    void (*put)(struct wr *w, const struct wire_any *m);
    void (*line)(struct txtbuf *t, const struct wire_any *m);
};

extern const struct wire_type *const wire_types[];
extern const size_t wire_type_count;

/* Pseudo-header addresses of UDP and TCP when they are tested on their own. */
#define WIRE_TEST_SRC ((struct ip4){0x0a000001})
#define WIRE_TEST_DST ((struct ip4){0x0a000002})

#endif
