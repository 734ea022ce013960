/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode.h: a frame's bytes as the row that documented tables are compared with. */
#ifndef LUA_CLI_DECODE_H
#define LUA_CLI_DECODE_H

#include "lua/bind/scenario.h"

bool decode_segment(const void *bytes, size_t n, struct segment_row *out);

#endif
