/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rec_text.h: a record as one readable sentence, and its typed fields as JSON. Both are generic
 * over the field table of records.def: a new kind shows up without a change here. */
#ifndef SIM_OBSERVE_REC_TEXT_H
#define SIM_OBSERVE_REC_TEXT_H

#include "sim/kernel/bus.h"
#include "sim/observe/sink.h"

/* The sentence: of a frame what `summarize` says, of a state change
 * "secure-address vlan 147 …: secured -> forgotten (aged)". */
void rec_sentence(struct txtbuf *t, const struct rec *r, summarize_fn *summarize, int64_t epoch_ns);

/* {"machine":"tcp","key":"…"}: numbers and spans (decimal seconds) bare, all else as JSON text. */
void rec_fields_json(struct txtbuf *t, const struct rec *r, int64_t epoch_ns);

#endif
