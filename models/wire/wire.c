/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.c: turns wire.def into a table. */
#include "models/wire/wire.h"

#define WIRE(name) extern const struct wire_type wire_##name;
#include "models/wire/wire.def"
#undef WIRE

const struct wire_type *const wire_types[] = {
#define WIRE(name) &wire_##name,
#include "models/wire/wire.def"
#undef WIRE
};

const size_t wire_type_count = sizeof wire_types / sizeof wire_types[0];
