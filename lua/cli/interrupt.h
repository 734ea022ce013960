/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interrupt.h: Ctrl-C and SIGTERM, for commands that work long. */
#ifndef LUA_CLI_INTERRUPT_H
#define LUA_CLI_INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t cli_interrupted; /* how often */

/* From now on the first one only counts, so that work ends in good order (a second may be its echo); a third
 * ends the program. */
void cli_catch_interrupts(void);

#endif
