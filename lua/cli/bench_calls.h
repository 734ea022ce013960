/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_calls.h: dialtone bench calls. */
#ifndef LUA_CLI_BENCH_CALLS_H
#define LUA_CLI_BENCH_CALLS_H

/* argv[0] is "calls", what follows are numbers of calls and options. Returns the exit status. */
int bench_calls(int argc, char **argv);

#endif
