/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cnf_row.h: the elements of a phone's configuration files as tables, in the order in which they are written. One
 * table serves the reader and the writer, so that they cannot drift apart. Not for users of cnf_xml.h. */
#ifndef MODELS_WIRE_CNF_ROW_H
#define MODELS_WIRE_CNF_ROW_H

#include <stdbool.h>
#include <stdint.h>

enum cnf_kind {
    CNF_GROUP,    /* elements only */
    CNF_MEMBER,   /* groups that repeat: the rows below them lie in a struct of their own: cnf_member */
    CNF_NTP,      /* cnf_ntp */
    CNF_LINE,     /* cnf_line */
    CNF_LOAD,     /* a text that repeats, with its number in its name: xml_default_load */
    CNF_TEXT,     /* struct str */
    CNF_NUM,      /* struct cnf_num, min..max */
    CNF_FLAG,     /* the same, written as 0 or 1 */
    CNF_BOOL,     /* the same, written as false or true */
    CNF_PROTOCOL, /* enum cnf_protocol */
};

struct cnf_row {
    uint8_t depth; /* the root's is 0; a row's children are the rows after it that are one deeper */
    const char *tag; /* NULL: the end of the table */
    enum cnf_kind kind;
    uint32_t offset; /* in the struct of the nearest repeating group above, else of the file */
    uint32_t min, max;
};

extern const struct cnf_row cnf_rows[];         /* <device>, struct cnf */
extern const struct cnf_row xml_default_rows[]; /* <Default>, struct xml_default */

static inline bool cnf_kind_repeats(enum cnf_kind k)
{
    return k == CNF_MEMBER || k == CNF_NTP || k == CNF_LINE;
}

static inline bool cnf_kind_leaf(enum cnf_kind k)
{
    return k != CNF_GROUP && !cnf_kind_repeats(k);
}

#endif
