/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skinny_table.h: what an SCCP message is made of: a row a message, a line a field. For skinny*.c alone. */
#ifndef MODELS_WIRE_SKINNY_TABLE_H
#define MODELS_WIRE_SKINNY_TABLE_H

#include "models/wire/skinny.h"

#define SKINNY_HEAD_BYTES 12 /* length, version, id */
#define SKINNY_ID_BYTES 4    /* of the head, those that the length counts */

enum skinny_kind { SKINNY_U16, SKINNY_U32, SKINNY_IP4, SKINNY_TEXT, SKINNY_BYTES };

struct skinny_field {
    uint8_t kind;       /* enum skinny_kind */
    uint8_t times;      /* so many in a row */
    uint16_t wire, size; /* offset in the body or in the entry, and bytes of one */
    uint16_t at;        /* offset in struct skinny or in the entry's struct */
};

/* Entries behind a count, which is a field of its own here. */
struct skinny_list {
    uint16_t count_wire, count_at, max;
    uint16_t wire, size; /* the first entry's offset in the body; bytes of one */
    uint16_t at, stride; /* the same in struct skinny */
    const struct skinny_field *field;
    uint16_t field_count;
};

struct skinny_row {
    const char *name;
    uint16_t defined, shortest; /* bytes of body: at the full definition; without which it says nothing */
    bool tells_first;           /* the first field belongs to the name: "LineStatReq 1" */
    const struct skinny_field *field;
    uint16_t field_count;
    const struct skinny_list *list;                            /* or NULL */
    void (*tell)(struct txtbuf *t, const struct skinny *m); /* what a line says besides; or NULL */
};

/* NULL: unknown. */
const struct skinny_row *skinny_row(uint32_t id);

/* Little-endian, four bytes; those beyond the end are zero. */
uint32_t skinny_number(struct str s, size_t at);

/* Entries of a list in a message; more than there can be are a fault. */
uint32_t skinny_count(const struct skinny_list *l, const struct skinny *m);

#endif
