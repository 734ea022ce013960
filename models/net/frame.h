/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame.h: immutable, reference-counted bytes with their number, cause and flow. Written once, sealed,
 * then only passed as const. A callee that keeps a frame takes a reference; otherwise it must not
 * outlive the callback. Decoded views into it are valid only while it is. */
#ifndef MODELS_NET_FRAME_H
#define MODELS_NET_FRAME_H

#include "models/net/net.h"

#define FRAME_BYTES_MAX 9216

struct frame {
    uint64_t id;    /* 0 until sealed */
    uint64_t flow;
    uint64_t aimed_by; /* the record that wrote the ARP entry of its destination; 0: there was none */
    uint32_t copy;  /* 0: first transmission; k: k-th retransmission of the same data */
    uint32_t refs;
    uint16_t len, cap;
    uint8_t size_class;
    uint8_t bytes[];
};

/* A frame to be written, with room for `cap` bytes. It belongs to the caller until sealed and sent. */
struct frame *frame_new(struct net *n, size_t cap_bytes);

/* Fixes length and number, folds the bytes into the digest. The flow is the current one unless set. */
const struct frame *frame_seal(struct net *n, struct frame *f, size_t len);
const struct frame *frame_ref(const struct frame *f);
void frame_unref(struct net *n, const struct frame *f);

enum drop_reason {
#define DROP(NAME, text, doc) DROP_##NAME,
#include "models/net/drop.def"
#undef DROP
    DROP_COUNT
};

extern const char *const drop_names[DROP_COUNT];
extern const char *const drop_docs[DROP_COUNT];

/* The receiving node discards the frame just arrived on `in`. Returns the DROP record. */
uint64_t frame_drop(struct port *in, const struct frame *f, enum drop_reason why);

#endif
