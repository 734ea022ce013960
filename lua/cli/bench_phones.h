/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_phones.h: dialtone bench phones. */
#ifndef LUA_CLI_BENCH_PHONES_H
#define LUA_CLI_BENCH_PHONES_H

/* argv[0] is "phones", what follows are numbers of phones and options. Returns the exit status. */
int bench_phones(int argc, char **argv);

#endif
