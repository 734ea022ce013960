/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry.c: turns models.def into a table. */
#include "models/registry.h"

#define MODEL(name) extern const struct model model_##name;
#include "models/models.def"
#undef MODEL

const struct model *const registry_models[] = {
#define MODEL(name) &model_##name,
#include "models/models.def"
#undef MODEL
    NULL,
};

const size_t registry_model_count = sizeof registry_models / sizeof registry_models[0] - 1;
