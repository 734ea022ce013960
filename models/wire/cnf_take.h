/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_take.h: from elements to values: what a configuration file's tags and text mean by the tables of cnf_row.h.
 * Knows nothing of libxml2: cnf_xml.c tells it of each tag in turn. The first thing wrong latches in `failed`, with
 * its line in *e; all that follows is passed over. Not for users of cnf_xml.h. */
#ifndef MODELS_WIRE_CNF_TAKE_H
#define MODELS_WIRE_CNF_TAKE_H

#include "models/wire/cnf_row.h"
#include "models/wire/cnf_xml.h"

struct cnf_attribute {
    struct str name, value; /* a '&' in the value comes as &#38;, as libxml2 hands it on */
};

struct cnf_take {
    /* configuration */
    const struct cnf_row *rows;
    void *file;    /* struct cnf or struct xml_default */
    bool any_root; /* its name in any case of letters; and a root row without a name stands for any */
    struct arena *arena;
    struct err *e;
    /* state */
    bool failed;
    const struct cnf_row *at[CNF_DEPTH_MAX]; /* the elements around us; NULL: not known */
    uint32_t depth;
    void *base; /* the struct that offsets of rows refer to */
    int line;   /* where the value at hand begins */
    char text[CNF_TEXT_MAX + 1];
    size_t len;
    bool over; /* the text has more than fits */
    struct xml_default_load load;
    union {
        struct cnf_line line[CNF_LINES_MAX];
        struct xml_default_load load[CNF_LOADS_MAX];
    } many; /* lines of struct cnf or loads of struct xml_default, until their number is known */
    uint32_t count;
};

/* Refuses the file, unless it is refused already. */
void cnf_take_refuse(struct cnf_take *r, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Printable ASCII of a piece of the file, and not too much of it: it ends up in logs. */
const char *cnf_take_shown(char *to, size_t cap, struct str s);

/* A start tag; attributes and elements with a namespace prefix are strangers: leave the former out, say it of the
 * latter. */
void cnf_take_start(struct cnf_take *r, int line, struct str name, bool stranger,
                    const struct cnf_attribute *attribute, size_t n);

/* Text of the element at hand, in pieces as it comes. */
void cnf_take_text(struct cnf_take *r, struct str s);

/* The end tag of the element at hand. */
void cnf_take_end(struct cnf_take *r);

#endif
