/* SPDX-License-Identifier: GPL-3.0-or-later */
/* man.c: dialtone(1) as mdoc, from the table of commands, so that the page says what the program does. */
#include <stdbool.h>

#include "lua/cli/cmd.h"

static const char head[] =
    ".Dd November 20, 2026\n"
    ".Dt DIALTONE 1\n"
    ".Os dialtone\n"
    ".Sh NAME\n"
    ".Nm dialtone\n"
    ".Nd replay documented IP-phone outages, frame by frame, and say why they happened\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Ar command\n"
    ".Op Ar ...\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "is a deterministic discrete-event simulator of IP phones, switches, routers\n"
    "and CUCM nodes.\n"
    "A scenario, see\n"
    ".Xr dialtone-scenario 5 ,\n"
    "says which network there is, what happens in it and what is documented of it;\n"
    ".Nm\n"
    "plays it, sets what happened beside what is documented, and walks from any\n"
    "outcome back to its causes.\n"
    "The same scenario, parameters and seed give the same digest, whatever is\n"
    "recorded.\n"
    ".Pp\n"
    "A\n"
    ".Ar SCENARIO\n"
    "is a path to a\n"
    ".Pa .lua\n"
    "file or the bare name of one that\n"
    ".Nm dialtone Cm list\n"
    "shows.\n"
    "A\n"
    ".Ar RUN\n"
    "is a run folder, or a scenario's name: its newest run below the current folder.\n"
    "Values carry units: ns us ms s min h d, bps kbps Mbps Gbps, B KiB MiB, %.\n"
    ".Sh COMMANDS\n";

static const char tail[] =
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width DIALTONE_PATH\n"
    ".It Ev DIALTONE_PATH\n"
    "folders, separated by colons, that are searched for scenarios first\n"
    ".It Ev NO_COLOR\n"
    "when set and not empty: no colours on a terminal\n"
    ".El\n"
    ".Sh FILES\n"
    ".Bl -tag -width results/runs\n"
    ".It Pa results/runs/SCENARIO/NNN\n"
    "a run: run.db (SQLite), capture/*.pcapng, log/*.log, ladder.txt, summary.json,\n"
    "meta.json\n"
    ".It Pa share/dialtone\n"
    "scenarios and the Lua library, beside the program's bin folder\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width 130 -compact\n"
    ".It 0\n"
    "all well\n"
    ".It 1\n"
    "it ran, but an observable or expectation failed\n"
    ".It 2\n"
    "the user's mistake: one sentence on stderr says which\n"
    ".It 3\n"
    "the program's own fault or the machine's, such as a full disk\n"
    ".It 130\n"
    "interrupted; partial results are kept and marked\n"
    ".El\n"
    ".Sh EXAMPLES\n"
    ".Bd -literal -offset indent\n"
    "dialtone run case-study-2\n"
    "dialtone why case-study-2\n"
    "dialtone ladder case-study-2 --from 15min --to 17min\n"
    "dialtone run case-study-2 --set port_security_aging_time=2min\n"
    "dialtone inspect case-study-2 access --at 961s\n"
    ".Ed\n"
    ".Sh SEE ALSO\n"
    ".Xr tshark 1 ,\n"
    ".Xr dialtone-scenario 5\n";

/* Text as it stands: a backslash is doubled, and a line must not begin as a request does. */
static void literal(FILE *out, const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputc('\\', out);
        fputc(*text, out);
        line_start = *text == '\n';
    }
}

static void section(FILE *out, const struct cmd *c)
{
    fprintf(out, ".Ss %s\n.Bd -literal\n", c->name);
    literal(out, c->usage);
    fputs("\n.Ed\n.Pp\n", out);
    literal(out, c->doc);
    fputs("\n", out);
    if (!c->help)
        return;
    fputs(".Bd -literal\n", out);
    literal(out, c->help);
    fputs(".Ed\n", out);
}

void man_print(FILE *out, const struct cmd *cmds, size_t n)
{
    fputs(head, out);
    for (size_t i = 0; i < n; i++)
        section(out, &cmds[i]);
    fputs(tail, out);
}
