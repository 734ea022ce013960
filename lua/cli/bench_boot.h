/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_boot.h: dialtone bench boot. */
#ifndef LUA_CLI_BENCH_BOOT_H
#define LUA_CLI_BENCH_BOOT_H

int bench_boot(int argc, char **argv);

#endif
