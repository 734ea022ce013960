/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trust_list.h: ITLFile.tlv and CTLFile.tlv: whose signatures a phone is to believe. Cisco's files hold
 * certificates as tag, length, value; here an entry is the signer's name (tag 4), behind a version (tag 1): an
 * assumption, as sgn.h is. */
#ifndef MODELS_WIRE_TRUST_LIST_H
#define MODELS_WIRE_TRUST_LIST_H

#include "sim/base/cur.h"

void trust_list_put(struct wr *w, const struct str *signer, size_t n);
bool trust_list_usable(struct str bytes); /* at least one entry, and nothing else in it */
bool trust_list_has(struct str bytes, struct str signer);

#endif
