/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file_bytes.h: the bytes of a file while they come in. Nearly all files are small: those lie in a buffer of the
 * frames' pools and give it back; a large one needs memory that is kept for the next large one. */
#ifndef MODELS_PROTO_FILE_BYTES_H
#define MODELS_PROTO_FILE_BYTES_H

#include "models/net/frame.h"
#include "models/net/net.h"

struct file_bytes {
    struct node *node;
    struct frame *small;
    uint8_t *large;
    uint64_t large_cap;
    uint64_t n; /* all that were added, kept or not */
};

void file_bytes_init(struct file_bytes *b, struct node *n);
void file_bytes_clear(struct file_bytes *b);

/* `keep` false: they are only counted, and so are all that follow until the next clear. */
void file_bytes_add(struct file_bytes *b, struct str data, bool keep);
void file_bytes_cut(struct file_bytes *b, size_t n); /* the first n, which were kept */
struct str file_bytes_view(const struct file_bytes *b); /* until the next change */

/* Empty from now on; the view stays good until the frame that is returned (NULL: none) is given back, or a large
 * file comes in. */
struct frame *file_bytes_hand_over(struct file_bytes *b);

#endif
