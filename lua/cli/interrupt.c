/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interrupt.c: see interrupt.h. */
#include "lua/cli/interrupt.h"

#include <unistd.h>

#include "lua/cli/cmd.h"

volatile sig_atomic_t cli_interrupted;

static void on_signal(int number)
{
    (void)number;
    cli_interrupted = cli_interrupted + 1;
    if (cli_interrupted > 2)
        _exit(CMD_INTERRUPTED);
}

void cli_catch_interrupts(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}
