/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: the table of sub-commands, help, and the hand-over. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/cli/cli.h"

static int cmd_help(int argc, char **argv);

static const struct cmd cmds[] = {
    {"run", "dialtone run SCENARIO [options]",
     "plays one scenario and sets what happened beside what is documented",
     "  -s, --set NAME=VALUE   a parameter; repeatable ('dialtone show SCENARIO' lists them)\n"
     "      --until DURATION   how long to simulate (is --set duration=...)\n"
     "      --seed N           of all random streams (default 1)\n"
     "      --record WHAT      full (default), facts (no timers, no captures) or none\n"
     "  -o, --out DIR          run folder (default results/runs/SCENARIO/NNN)\n"
     "      --force            replace the run in a folder that is not empty\n"
     "      --check            judge the observables even if parameters differ from the documented ones\n"
     "      --json             one JSON document on stdout, nothing else\n"
     "  -q, --quiet            print nothing but errors\n"
     "      --shake-ties N     shuffle events of the same instant: results must not change\n",
     cmd_run},
    {"list", "dialtone list [--json]", "the scenarios there are", "      --json   as JSON\n", cmd_list},
    {"show", "dialtone show SCENARIO [--json]",
     "a scenario's story, and every parameter with unit, default, range and meaning",
     "      --json   as JSON\n", cmd_show},
    {"models", "dialtone models [NAME] [--json]", "the devices there are, and what each can be told",
     "      --json             as JSON\n", cmd_models},
    {"ladder", "dialtone ladder RUN [options]", "a recorded run as a message ladder",
     "  RUN                    a run folder, or a scenario's name: its newest run\n"
     "      --nodes A,B,...    only these lifelines, in this order\n"
     "      --protocol TEXT    only frames whose line holds TEXT, such as REGISTER or SYN\n"
     "      --from DURATION    from this time of the run on\n"
     "      --to DURATION      up to this time\n"
     "      --width N          columns, 60 to 500 (default 100)\n"
     "      --fold on|off      draw what repeats at a regular interval twice, then count it (default: on where\n"
     "                         calls are made, else off)\n"
     "      --ascii            no Unicode\n",
     cmd_ladder},
    {"why", "dialtone why RUN [SUBJECT] [--json]",
     "walks from an outcome back to its root causes, in words",
     "  RUN        a run folder, or a scenario's name: its newest run\n"
     "  SUBJECT    a node, '#' and a record's number, a measure, an observable, an alarm, the reason of a\n"
     "             drop, or a Call-ID; left out: the first unregister, else the first observable that\n"
     "             deviates, else the first call that dropped\n"
     "      --json as JSON\n",
     cmd_why},
    {"sweep", "dialtone sweep SCENARIO --vary NAME=VALUES ... [options]",
     "plays a scenario over a grid of parameters, many times each, and says what came of it",
     "      --vary NAME=A..B:STEP  a parameter and its values, both ends in; repeatable: every combination\n"
     "      --vary NAME=a,b,c      the same as a list; a value may be a law, such as 'uniform(0s,120s)'\n"
     "      --where 'A < B'        only the points for which it holds, with names, values, + and -\n"
     "      --sobol N              N points spread over all ranges together, NAME=A..B without a step\n"
     "      --reps N               so many replications of each point, with seeds N, N+1, ... (default 1)\n"
     "      --stop MEASURE=WIDTH   30 replications, then 10 at a time, until the 95 % interval of the mean is no\n"
     "                             wider, at most --reps times (default 1000)\n"
     "  -s, --set NAME=VALUE       the same at every point; repeatable\n"
     "      --until DURATION       how long to simulate (is --set duration=...)\n"
     "      --seed N               of the first replication (default 1)\n"
     "      --measure NAME         in the table (default first_unregister_s); repeatable\n"
     "  -j, --jobs N               so many trials at a time (default: one a core)\n"
     "  -o, --out DIR              sweep folder (default results/sweeps/SCENARIO/NNN)\n"
     "      --resume               go on with the sweep in --out: only what is missing is played\n"
     "      --export csv|jsonl     all results in long form as sweep.csv or sweep.jsonl in the folder\n"
     "      --force                replace the sweep in a folder that is not empty\n"
     "      --json                 one JSON document on stdout, nothing else\n"
     "  -q, --quiet                print nothing but errors\n",
     cmd_sweep},
    {"plot", "dialtone plot SWEEP --measure NAME [options]",
     "a picture of a sweep as SVG: lines with their intervals, heat maps, distributions",
     "  SWEEP                  a sweep folder, or a scenario's name: its newest sweep\n"
     "      --measure NAME     what is drawn\n"
     "      --x PARAM          the level axis; left out: the varied parameter with most values\n"
     "      --y PARAM          the upright axis of a heat map\n"
     "      --by PARAM         curves by colour, or small heat maps side by side\n"
     "      --kind KIND        line, heat or ecdf; left out: by how many parameters are varied\n"
     "      --over FORMULA     a boundary: '120s - timer_register_delta = port_security_aging_time'\n"
     "      --log AXES         logarithmic: x, y or xy\n"
     "  -s, --set NAME=VALUE   only the points with this value; repeatable\n"
     "  -o, --out FILE.svg     the picture (default SWEEP/MEASURE.svg); replaced when it is there\n"
     "      --script           also FILE.gp, gnuplot's script with the data, to polish by hand\n"
     "      --force            replace FILE.gp\n"
     "  -q, --quiet            print nothing but errors\n",
     cmd_plot},
    {"diff", "dialtone diff RUN RUN [options]",
     "parameters, measures, and the first record where two runs part",
     "  RUN            a run folder, or a scenario's name: its newest run\n"
     "      --json     one JSON document on stdout, nothing else\n"
     "  -q, --quiet    print nothing but errors\n"
     "Exit status 0: the same but for parameters; 1: they differ.\n",
     cmd_diff},
    {"inspect", "dialtone inspect SCENARIO [NODE] [--at TIME] [options]",
     "a device's tables at a moment of the run, as the product prints them",
     "  NODE                   whose tables; left out: the nodes, and the tables of each\n"
     "      --at TIME          from the start of the run, such as 962s or 16min; left out: its end\n"
     "  -s, --set NAME=VALUE   a parameter; repeatable ('dialtone show SCENARIO' lists them)\n"
     "      --until DURATION   play up to here (is --set duration=...)\n"
     "      --seed N           of all random streams (default 1)\n"
     "      --json             one JSON document on stdout, nothing else\n",
     cmd_inspect},
    {"new", "dialtone new NAME [--force]", "writes NAME.lua, a commented scenario to start from",
     "      --force    replace a file of that name\n"
     "  -q, --quiet    print nothing but errors\n",
     cmd_new},
    {"check", "dialtone check SCENARIO [options]",
     "looks for mistakes, and timers that do not go together, without playing",
     "  -s, --set NAME=VALUE   a parameter; repeatable ('dialtone show SCENARIO' lists them)\n"
     "      --until DURATION   how long it would play (is --set duration=...)\n"
     "      --json             one JSON document on stdout, nothing else\n"
     "  -q, --quiet            print nothing but errors\n",
     cmd_check},
    {"chain", "dialtone chain [options]",
     "keepalives over a way that loses frames: a Markov chain beside the simulation, and whether they agree",
     "      --phones N             in each run (default 1000)\n"
     "  -s, --set NAME=VALUE       another parameter of scenario one-way-loss, as an experiment: the chain stays as it\n"
     "                             is; repeatable\n"
     "      --seed N               of all random streams (default 1)\n"
     "  -j, --jobs N               so many runs at a time (default: one a core)\n"
     "      --json                 one JSON document on stdout, with all distributions\n"
     "  -q, --quiet                print nothing but errors\n"
     "Exit status 0: each test's p is 0.01 or more; 1: some are not.\n",
     cmd_chain},
    {"bench", "dialtone bench [phones|boot|calls [N ...]] [--json]",
     "built-in benchmarks: the event queue; an hour of N phones, N that boot at once, N calls of an hour through a CUBE",
     "      --json   as JSON\n", cmd_bench},
    {"version", "dialtone version", "version, git revision, library versions", NULL, cmd_version},
    {"help", "dialtone help [COMMAND | --man | --reference]", "this, or one command's options",
     "      --man         the manual page, dialtone(1), as mdoc\n"
     "      --reference   records, measures, models and parameters, as docs/reference.md\n", cmd_help},
};

#define CMD_COUNT (sizeof cmds / sizeof cmds[0])

static const struct cmd *find(const char *name)
{
    for (size_t i = 0; i < CMD_COUNT; i++) {
        if (strcmp(name, cmds[i].name) == 0)
            return &cmds[i];
    }
    return NULL;
}

const char *cmd_usage(const char *name)
{
    const struct cmd *c = find(name);
    return c ? c->usage : "dialtone COMMAND";
}

int cmd_print_help(const char *name)
{
    const struct cmd *c = name ? find(name) : NULL;
    if (c) {
        printf("usage: %s\n%s\n%s%s", c->usage, c->doc, c->help ? "\n" : "", c->help ? c->help : "");
        return CMD_OK;
    }
    printf("dialtone replays documented IP-phone outages, frame by frame, and says why they happened.\n\n"
           "usage: dialtone COMMAND [...]\n\n");
    for (size_t i = 0; i < CMD_COUNT; i++)
        printf("  %-8s %s\n", cmds[i].name, cmds[i].doc);
    printf("\nA first try:  %s run case-study-2\n", cli_command());
    return CMD_OK;
}

static int unknown(const char *name)
{
    struct err e = {0};
    const char *names[CMD_COUNT];
    for (size_t i = 0; i < CMD_COUNT; i++)
        names[i] = cmds[i].name;
    const char *near = str_nearest(str_of(name), names, CMD_COUNT);
    err_set(&e, "unknown command '%s'%s%s%s ('%s help' lists them)", name,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", cli_command());
    return cli_fail(&e);
}

static int cmd_help(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--man") == 0) {
        man_print(stdout, cmds, CMD_COUNT);
        return CMD_OK;
    }
    if (argc == 2 && strcmp(argv[1], "--reference") == 0) {
        reference_print();
        return CMD_OK;
    }
    if (argc > 1 && !find(argv[1]))
        return unknown(argv[1]);
    return cmd_print_help(argc > 1 ? argv[1] : NULL);
}

/* What was printed may still be on its way to a full disk or a closed pipe. */
static int flushed(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "dialtone: standard output cannot be written\n");
    return CMD_FAULT;
}

/* A closed stdin, stdout or stderr would give its number to the next file opened, and our words would
 * go into that file; a pipe whose reader has gone must be an error of ours, not a signal. */
static void guard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            exit(CMD_FAULT);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file grown to its limit is an error of writing, too */
}

int main(int argc, char **argv)
{
    guard_streams();
    if (argc < 2) {
        struct err e = {0};
        err_set(&e, "no command is given ('%s help' lists them)", cli_command());
        return cli_fail(&e);
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    const struct cmd *c = find(name);
    return flushed(c ? c->run(argc - 1, argv + 1) : unknown(name));
}
