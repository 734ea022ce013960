/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ios_pattern.h: the regular expressions of SIP profiles (Cisco IOS): text, . for any character, [a-z] and [^a-z],
 * each of them with * + or ? behind it, ^ and $ for the ends, and groups that a replacement names \1 to \9. A group
 * is written ( ) or \( \). The leftmost match counts, and each repetition takes as much as it can. */
#ifndef MODELS_PROTO_IOS_PATTERN_H
#define MODELS_PROTO_IOS_PATTERN_H

#include "sim/base/err.h"
#include "sim/base/str.h"

#define PATTERN_ATOMS_MAX 96
#define PATTERN_GROUPS_MAX 9

enum pattern_what { PATTERN_CHAR, PATTERN_ANY, PATTERN_SET, PATTERN_FRONT, PATTERN_BACK, PATTERN_OPEN, PATTERN_CLOSE };

struct pattern_atom {
    enum pattern_what what;
    uint8_t least;    /* 0 or 1 */
    bool many;        /* more than one */
    uint8_t c;        /* CHAR: it; OPEN and CLOSE: the group, from 1 */
    struct str set;   /* SET: what stands between [ and ], without ^ */
    bool outside;     /* SET: every other character */
};

struct ios_pattern {
    uint32_t count, groups;
    struct pattern_atom atoms[PATTERN_ATOMS_MAX];
};

/* Where a match stands: group[0] is all of it. */
struct pattern_match {
    struct str group[PATTERN_GROUPS_MAX + 1];
};

/* Is it among what stands between [ and ]: characters and ranges, such as 0-9#? */
bool ios_set_has(struct str set, char c);

/* `text` must outlive the pattern. */
MUST_USE bool ios_pattern_read(struct ios_pattern *p, struct str text, struct err *e);
bool ios_pattern_find(const struct ios_pattern *p, struct str in, struct pattern_match *out);

/* Are the groups that this replacement names there? */
MUST_USE bool ios_replacement_check(struct str replacement, const struct ios_pattern *p, struct err *e);
void ios_replacement_write(struct txtbuf *t, struct str replacement, const struct pattern_match *m);

#endif
