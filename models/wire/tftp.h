/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tftp.h: TFTP packets (RFC 1350) with options (RFC 2347 to 2349), known or not. */
#ifndef MODELS_WIRE_TFTP_H
#define MODELS_WIRE_TFTP_H

#include "models/wire/wire.h"

#define TFTP_PORT 69
#define TFTP_BLOCK_BYTES 512 /* without option blksize */
#define TFTP_OPTIONS_MAX 8

enum tftp_op { TFTP_RRQ = 1, TFTP_WRQ, TFTP_DATA, TFTP_ACK, TFTP_ERROR, TFTP_OACK };

enum tftp_error {
    TFTP_UNDEFINED,
    TFTP_NOT_FOUND,
    TFTP_ACCESS_VIOLATION,
    TFTP_DISK_FULL,
    TFTP_ILLEGAL_OPERATION,
    TFTP_UNKNOWN_TID,
    TFTP_FILE_EXISTS,
    TFTP_NO_SUCH_USER,
    TFTP_OPTION_REFUSED,
};

struct tftp_option {
    struct str name, value;
};

struct tftp {
    enum tftp_op op;
    struct str file, mode; /* RRQ, WRQ; the mode in any case */
    uint16_t number;       /* DATA, ACK: the block; ERROR: its code */
    struct str data;       /* DATA; ERROR: its text */
    struct tftp_option option[TFTP_OPTIONS_MAX]; /* RRQ, WRQ, OACK */
    uint32_t option_count;
};

void tftp_put(struct wr *w, const struct tftp *m);
bool tftp_get(struct rd *r, struct tftp *m); /* all of *r */
void tftp_line(struct txtbuf *t, const struct tftp *m);

/* The value of an option, by its name in any case; p NULL: not there. */
struct str tftp_option(const struct tftp *m, struct str name);

extern const struct wire_type wire_tftp;

#endif
