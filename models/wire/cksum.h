/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cksum.h: the Internet checksum (RFC 1071), summed in pieces. */
#ifndef MODELS_WIRE_CKSUM_H
#define MODELS_WIRE_CKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "models/wire/addr.h"

/* Adds bytes to a running sum; every piece but the last has even length. */
uint64_t cksum_add(uint64_t sum, const void *p, size_t n);
uint16_t cksum_fold(uint64_t sum); /* the field's value; over data with its checksum in place: 0 */

/* The pseudo header of UDP and TCP (RFC 768, RFC 9293 3.1). */
uint64_t cksum_pseudo(struct ip4 src, struct ip4 dst, uint8_t proto, size_t len);

#endif
