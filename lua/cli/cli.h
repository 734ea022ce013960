/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli.h: what the sub-commands share: options, error sentences, and where scenarios are found. */
#ifndef LUA_CLI_CLI_H
#define LUA_CLI_CLI_H

#include <stdio.h>

#include "lua/cli/cmd.h"
#include "sim/base/err.h"
#include "sim/base/simtime.h"
#include "sim/base/str.h"

#define CLI_SETS_MAX 128

enum cli_option_bit {
    CLI_SET = 1,
    CLI_SEED = 2,
    CLI_UNTIL = 4,
    CLI_OUT = 8,
    CLI_JSON = 16,
    CLI_CHECK = 32,
    CLI_FORCE = 64,
    CLI_QUIET = 128,
    CLI_RECORD = 256,
    CLI_SHAKE = 512,
    CLI_SECOND = 1024, /* no option: a second word may follow the first */
    CLI_NODES = 2048,
    CLI_PROTOCOL = 4096,
    CLI_FROM = 8192,
    CLI_TO = 16384,
    CLI_WIDTH = 32768,
    CLI_ASCII = 65536,
    CLI_SUBJECT_MAY_LACK = 131072, /* no option: the word may be left out */
    CLI_AT = 262144,
    CLI_JOBS = 524288,
};

enum cli_record { RECORD_FULL, RECORD_FACTS, RECORD_NONE };

struct cli_set {
    struct str name, value;
};

struct cli_options {
    const char *subject; /* the word that is no option; NULL: none */
    const char *second;  /* one more, for commands that take it */
    struct cli_set sets[CLI_SETS_MAX];
    size_t set_count;
    uint64_t seed, shake;
    const char *until, *out, *nodes, *protocol, *from, *to, *at;
    uint64_t width, jobs; /* 0: not given */
    enum cli_record record;
    bool json, check, force, quiet, ascii, help;
};

/* Values of an option that may be repeated, in the order of the command line. */
struct cli_list {
    struct str item[CLI_SETS_MAX];
    size_t count;
};

/* An option that one command alone has: exactly one of the pointers says what becomes of it. */
struct cli_own {
    const char *name; /* "--measure" */
    const char **value;
    bool *given;           /* a switch */
    struct cli_list *list; /* repeatable */
    uint64_t *number;
};

/* As cli_parse, with the command's own options. */
bool cli_parse_own(int argc, char **argv, unsigned allowed, const char *subject, const struct cli_own *own,
                   size_t own_count, struct cli_options *o, struct err *e);

/* Reads argv[1..]; `allowed` is a mask of cli_option_bit, `subject` names the word expected (NULL: none).
 * A usage error is an err. */
bool cli_parse(int argc, char **argv, unsigned allowed, const char *subject, struct cli_options *o,
               struct err *e);

/* Prints "dialtone: …" and returns the exit status for it. */
int cli_fail(const struct err *e);

/* Path of a scenario: a .lua file, or a bare name in DIALTONE_PATH, the source tree or the installed
 * tree. The result lives until the next call. */
const char *cli_find_scenario(const char *name, struct err *e);

/* Calls `each` for every scenario there is, sorted by name, first folder wins. */
void cli_each_scenario(void (*each)(void *arg, const char *name, const char *path), void *arg);

/* The run folder that RUN names: a folder, or the newest run of a scenario. Lives until the next call. */
const char *cli_find_run(const char *run, struct err *e);

/* The folder of a sweep, likewise. */
const char *cli_find_sweep(const char *sweep, struct err *e);

const char *cli_lib_dir(void); /* lua/dialtone, source or installed */
const char *cli_command(void); /* how the user calls us: "dialtone", or "./bootstrap" */

#define CLI_COLUMNS 78

/* Prints words after `lead`, broken at CLI_COLUMNS, later lines after `indent`. */
void cli_print_wrapped(FILE *out, const char *lead, const char *indent, const char *text);

#endif
