/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cisco_sccp.h: the SCCP phone models: what they are, and what they say of themselves when they register. */
#ifndef MODELS_PROTO_CISCO_SCCP_H
#define MODELS_PROTO_CISCO_SCCP_H

#include "models/proto/phone.h"
#include "models/wire/skinny.h"

struct sccp_phone_model {
    struct phone_kind kind;
    uint32_t protocol;      /* as Register says: the version in the lowest byte */
    uint32_t register_body; /* bytes of Register's body: an older one leaves its last fields away */
    uint32_t max_streams, max_conferences;
};

#define SCCP_PHONE_MODELS "7940|7941|7942|7945|7960|7961|7962|7965|7970|7975|CIPC" /* index: see below */

const struct sccp_phone_model *sccp_phone_model(int index);
int sccp_phone_model_count(void);

/* What a phone's CapabilitiesRes says: the ten of seed 004. */
void sccp_capabilities(struct skinny_capabilities *out);

#endif
