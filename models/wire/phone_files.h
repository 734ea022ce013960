/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_files.h: the small XML files that a phone fetches beside its configuration: dial rules, ring list, softkeys,
 * tones. Written short but real; of what it reads, the phone needs to know whether it is usable and no more.
 * Dial rules and ring list have the form of Cisco's administration guides, softkeys that of files in use. The form
 * of g3-tones.xml is not published: what is written here is an assumption, what is read may have any root. */
#ifndef MODELS_WIRE_PHONE_FILES_H
#define MODELS_WIRE_PHONE_FILES_H

#include "sim/base/cur.h"
#include "sim/base/err.h"

#define RING_NAME_MAX 25 /* display and file name, by the administration guide */
#define RINGS_MAX 50

enum phone_file {
    PHONE_FILE_DIAL_RULES, /* dialplan.xml */
    PHONE_FILE_RING_LIST,  /* Ringlist.xml, DistinctiveRinglist.xml */
    PHONE_FILE_SOFTKEYS,   /* SK<uuid>.xml */
    PHONE_FILE_TONES,      /* <network locale>/g3-tones.xml */
    PHONE_FILE_COUNT
};

/* One <TEMPLATE>. */
struct dial_rule {
    struct str match;   /* '.' any digit, '*' one or more, ',' a second dial tone */
    uint32_t timeout_s; /* from the last digit until it is dialled; 0: at once */
    struct str rewrite; /* p NULL: dialled as it is */
};

struct ring {
    struct str display_name, file_name;
};

/* Without rules: one that dials anything five seconds after the last digit. */
void dial_rules_write(struct wr *w, const struct dial_rule *rule, size_t n);

/* At most RINGS_MAX, names cut at RING_NAME_MAX; without rings: the two that every phone has. */
void ring_list_write(struct wr *w, const struct ring *ring, size_t n);

/* The softkeys of the standard user template, by call state. */
void softkeys_write(struct wr *w, struct str version_stamp);

/* Dial, ring-back, busy and reorder tone of a country, as frequencies and cadence. */
void tones_write(struct wr *w, struct str network_locale);

/* Whether a phone can use what it fetched; if not, *e says at which line and why. */
MUST_USE bool phone_file_usable(enum phone_file kind, struct str xml, struct err *e);

#endif
