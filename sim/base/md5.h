/* SPDX-License-Identifier: GPL-3.0-or-later */
/* md5.h: MD5 (RFC 1321), as SIP's digest authentication uses it. It protects nothing today. */
#ifndef SIM_BASE_MD5_H
#define SIM_BASE_MD5_H

#include "sim/base/str.h"

#define MD5_HEX_BYTES 33 /* with its end */

/* Of the parts, one after the other with ':' between them; in lower-case hex. */
void md5_hex(const struct str *part, size_t n, char out[MD5_HEX_BYTES]);

#endif
