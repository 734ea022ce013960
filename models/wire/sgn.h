/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sgn.h: signed files (NAME.sgn): a header with signer and digest before the plain body. Cisco's layout is not
 * published; this one is an assumption that keeps what matters: a phone can tell who signed, for which name, and
 * that nothing was changed.
 *
 *   "SGN1" | type 1 | length 2 | value | type 1 | length 2 | value | ... | body
 *
 * Types are numbered as in trust lists: 4 the signer's name, 14 the file's name without .sgn, 12 the digest, 8 bytes.
 * The digest is the last; the body follows. Types that are not known are passed over. The digest is a 64-bit hash
 * (sim/base/hash.h) over the signer, the name and the body: it stands for RSA in a simulation, it protects nothing.
 * A signer whose key was changed is another signer: give it another name, such as one with a serial number. */
#ifndef MODELS_WIRE_SGN_H
#define MODELS_WIRE_SGN_H

#include "sim/base/cur.h"
#include "sim/base/err.h"

#define SGN_NAME_MAX 255
#define SGN_HEADER_MAX (4 + 2 * (3 + SGN_NAME_MAX) + 3 + 8) /* what sgn_wrap adds at most */

struct sgn {
    struct str signer, file_name, body; /* views into the file */
    uint64_t digest;
};

/* Writes `body` signed. The names are cut at SGN_NAME_MAX; an empty one makes a file that nobody accepts. */
void sgn_wrap(struct wr *w, struct str signer, struct str file_name, struct str body);

/* Takes a signed file apart. False: it is not signed, or has been changed since; *e says why, *out is {0}. Whether
 * the signer is trusted, and the name is that of the file asked for, is for the caller to see. */
MUST_USE bool sgn_unwrap(struct str file, struct sgn *out, struct err *e);

#endif
