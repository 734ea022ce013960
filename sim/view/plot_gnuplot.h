/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_gnuplot.h: gnuplot as a filter: a script in, a picture out. No shell, no file but those handed in,
 * none of the user's own settings. */
#ifndef SIM_VIEW_PLOT_GNUPLOT_H
#define SIM_VIEW_PLOT_GNUPLOT_H

#include <stdio.h>

#include "sim/base/err.h"

/* Runs gnuplot on `script` (from its beginning) and leaves what it draws in `picture`. */
MUST_USE bool plot_gnuplot(FILE *script, FILE *picture, struct err *e);

#endif
