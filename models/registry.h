/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry.h: every device there is, as net_new() wants them. */
#ifndef MODELS_REGISTRY_H
#define MODELS_REGISTRY_H

#include "models/net/net.h"

extern const struct model *const registry_models[];
extern const size_t registry_model_count;

#endif
