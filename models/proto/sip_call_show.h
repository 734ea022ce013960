/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call_show.h: a call as a row of call_show.h. */
#ifndef MODELS_PROTO_SIP_CALL_SHOW_H
#define MODELS_PROTO_SIP_CALL_SHOW_H

#include "models/proto/call_show.h"
#include "models/proto/sip_call.h"

/* What a call itself knows; its numbers are written to from and to. Its number, tag and times are its user's. */
struct call_row sip_call_row(const struct sip_call *c, char from[CALL_TEXT_MAX + 1], char to[CALL_TEXT_MAX + 1]);

#endif
