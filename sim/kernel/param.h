/* SPDX-License-Identifier: GPL-3.0-or-later */
/* param.h: typed parameters: unit, default, range, doc. Values come as text ("115s", "5%", "100Mbps",
 * "on", "linux") from the command line, Lua or a file, are checked once, and are stored in the field of
 * the model's configuration that the schema names. All values are integers in base units: ns, bit/s,
 * bytes, parts per billion. */
#ifndef SIM_KERNEL_PARAM_H
#define SIM_KERNEL_PARAM_H

#include "sim/base/err.h"
#include "sim/base/str.h"
#include "sim/kernel/dist.h"

enum unit_kind { UNIT_TIME, UNIT_RATE, UNIT_BYTES, UNIT_FRACTION, UNIT_NONE };

/* Text with unit to integer base units (ns, bit/s, B, ppb). Exact: "0.1s" is 100000000 ns, and what
 * cannot be held exactly is refused. */
MUST_USE bool unit_parse(enum unit_kind kind, struct str text, int64_t *out, struct err *e);

/* The same with a minus sign allowed in front. */
MUST_USE bool unit_parse_signed(enum unit_kind kind, struct str text, int64_t *out, struct err *e);

enum param_type {      /*                     field in the model's state */
    PARAM_DUR,         /* a span              struct sim_dur (a law is drawn once, at creation) */
    PARAM_LAW,         /* drawn at each use   struct dist */
    PARAM_RATE,        /* bit/s               int64_t */
    PARAM_BYTES,       /* B                   int64_t */
    PARAM_FRACTION,    /* 0..1 or %           int64_t, parts per billion */
    PARAM_INT,         /*                     int64_t */
    PARAM_BOOL,        /* on|off              bool */
    PARAM_ENUM,        /* one of choices      int, index into choices */
    PARAM_TEXT,        /*                     const char * */
    PARAM_IP4,         /* a.b.c.d             uint32_t, host order */
    PARAM_MAC,         /* aa:bb:cc:dd:ee:ff   6 bytes */
};

struct param_def {
    const char *name;
    enum param_type type;
    const char *def;      /* default as text; NULL: must be given */
    const char *min, *max; /* as text, NULL: none; a negative min allows negative spans and numbers */
    const char *choices;  /* "linux|rfc6298" */
    const char *doc;
    size_t offset;        /* of the field, within the model's state */
    bool own;             /* of one node only (an address, a name): not a parameter of the scenario */
};

struct param_value {
    enum param_type type;
    int64_t i; /* every integer kind; PARAM_ENUM: index; PARAM_MAC: 48 bits */
    const char *text; /* PARAM_TEXT; PARAM_ENUM: the choice's name, alive with the schema's text */
    struct dist law;  /* PARAM_DUR and PARAM_LAW */
    bool given;       /* false: empty value of an optional parameter ("" for PARAM_TEXT, none) */
};

/* Checks `text` against the schema. PARAM_TEXT values keep pointing at `text`. */
MUST_USE bool param_parse(const struct param_def *d, struct str text, struct param_value *out,
                          struct err *e);

/* Writes a value to its field; `r` draws a law of PARAM_DUR (may be NULL for plain values). */
void param_store(const struct param_def *d, const struct param_value *v, void *state, struct rng *r);

/* The value as people write it, and as a number in SI units for JSON ("0.21"); false when the type has
 * no number (text, enum, switch, address, law). */
void param_text(struct txtbuf *t, const struct param_def *d, const struct param_value *v);
bool param_number(struct txtbuf *t, const struct param_value *v);
const char *param_unit(enum param_type type); /* "s", "bit/s", "B", "1" or "" */

/* What a value may be: "0s .. 1h", "on|off", the choices; empty when anything goes. */
void param_range_text(struct txtbuf *t, const struct param_def *d);

/* Exact decimal of n / 10^digits without trailing zeros: (210000000, 9) is "0.21". */
void txtbuf_scaled(struct txtbuf *t, int64_t n, int digits);

#endif
