/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quantity.h: a value as --vary and --where know it: an exact integer in base units with its kind, or a
 * word. "115s" is 115000000000 ns; "linux" and "uniform(0s,120s)" are words. */
#ifndef SIM_STUDY_QUANTITY_H
#define SIM_STUDY_QUANTITY_H

#include "sim/kernel/param.h"

struct quantity {
    bool number;
    enum unit_kind kind; /* of a number */
    int64_t v;           /* ns, bit/s, B, parts per billion, or a plain whole number */
    struct str word;     /* not a number */
};

struct quantity quantity_of(struct str text); /* views keep pointing at `text` */

/* Makes a plain number a fraction when the other is one ("0" beside "0.5"). False: of different kinds. */
bool quantity_agree(struct quantity *a, struct quantity *b);

void quantity_text(struct txtbuf *t, const struct quantity *q); /* as a parameter takes it */
int quantity_digits(enum unit_kind kind);                       /* SI value = v / 10^digits */

#endif
