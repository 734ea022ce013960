/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_digest.h: digest authentication of a REGISTER (RFC 3261 22, RFC 2617 without qop): a challenge, and the
 * answer to it. */
#ifndef MODELS_PROTO_SIP_DIGEST_H
#define MODELS_PROTO_SIP_DIGEST_H

#include "sim/base/md5.h"

#define SIP_REALM "ccmsipline"
#define SIP_CREDENTIALS_MAX 512

/* One parameter of a WWW-Authenticate or Authorization value, without its quotes; empty: it is not there. */
struct str digest_param(struct str value, struct str name);

/* What proves that the password is known. */
void digest_response(struct str user, struct str realm, struct str password, struct str nonce, struct str method,
                     struct str uri, char out[MD5_HEX_BYTES]);

/* The value of an Authorization header. False: the challenge is none that can be answered (another scheme or
 * algorithm, no nonce). */
bool digest_answer(struct txtbuf *out, struct str challenge, struct str user, struct str password, struct str method,
                   struct str uri);

/* Does the Authorization value answer a challenge with this nonce, with this password? */
bool digest_holds(struct str authorization, struct str nonce, struct str password, struct str method);

#endif
