/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff_doc.h: two runs beside each other as people and programs read it. */
#ifndef LUA_CLI_DIFF_DOC_H
#define LUA_CLI_DIFF_DOC_H

#include "sim/view/diff.h"

#define DIFF_STEPS_MAX 4 /* of the walk back from a record where two runs part */

void diff_print(const struct diff *d); /* words, on stdout */
void diff_print_json(const struct diff *d);

/* Its tables: what was set; what was measured, and how it compares with the document. */
void diff_print_params(const struct diff *d);
void diff_print_results(const struct diff *d);

#endif
