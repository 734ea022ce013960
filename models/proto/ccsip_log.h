/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ccsip_log.h: SIP messages on an IOS console, as `debug ccsip messages` prints them. */
#ifndef MODELS_PROTO_CCSIP_LOG_H
#define MODELS_PROTO_CCSIP_LOG_H

#include "models/proto/sip_transport.h"

/* Each message that passes this transport, from now on; the watch lives as long as it. */
void ccsip_log(struct sip_transport *t, struct sip_watch *watch);

#endif
