/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli.c: see cli.h. */
#include "lua/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option {
    unsigned bit;
    const char *name, *brief;
    bool takes_value;
} options[] = {
    {CLI_SET, "--set", "-s", true},        {CLI_SEED, "--seed", NULL, true},
    {CLI_UNTIL, "--until", NULL, true},    {CLI_OUT, "--out", "-o", true},
    {CLI_JSON, "--json", NULL, false},     {CLI_CHECK, "--check", NULL, false},
    {CLI_FORCE, "--force", NULL, false},   {CLI_QUIET, "--quiet", "-q", false},
    {CLI_RECORD, "--record", NULL, true},  {CLI_SHAKE, "--shake-ties", NULL, true},
    {CLI_NODES, "--nodes", NULL, true},    {CLI_PROTOCOL, "--protocol", NULL, true},
    {CLI_FROM, "--from", NULL, true},      {CLI_TO, "--to", NULL, true},
    {CLI_WIDTH, "--width", NULL, true},    {CLI_ASCII, "--ascii", NULL, false},
    {CLI_AT, "--at", NULL, true},          {CLI_JOBS, "--jobs", "-j", true},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

#define OWN_MAX 16

static const struct option *find_option(struct str name, unsigned allowed, const struct cli_own *own,
                                        size_t own_count, struct err *e)
{
    const char *names[OPTION_COUNT + OWN_MAX];
    size_t n = 0;
    ASSERT(own_count <= OWN_MAX);
    for (size_t i = 0; i < own_count; i++)
        names[n++] = own[i].name;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!(options[i].bit & allowed))
            continue;
        names[n++] = options[i].name;
        if (str_eq(name, str_of(options[i].name)) ||
            (options[i].brief && str_eq(name, str_of(options[i].brief))))
            return &options[i];
    }
    const char *near = str_nearest(name, names, n);
    err_set(e, "unknown option '%.*s'%s%s%s", STR_ARG(name), near ? "; did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return NULL;
}

static bool take_set(struct cli_options *o, const char *value, struct err *e)
{
    struct str text = str_of(value);
    if (str_find(text, STR("=")) <= 0)
        return err_set(e, "--set '%s' is not NAME=VALUE", value);
    if (o->set_count == CLI_SETS_MAX)
        return err_set(e, "more than %d --set options", CLI_SETS_MAX);
    struct str name = str_cut(&text, '=');
    o->sets[o->set_count++] = (struct cli_set){str_trim(name), str_trim(text)};
    return true;
}

static bool take_record(struct cli_options *o, const char *value, struct err *e)
{
    static const char *const names[] = {"full", "facts", "none"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, names[i]) == 0) {
            o->record = (enum cli_record)i;
            return true;
        }
    }
    const char *near = str_nearest(str_of(value), names, 3);
    return err_set(e, "--record '%s' is none of full, facts, none%s%s%s", value,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool take_number(const char *option, const char *value, uint64_t *out, struct err *e)
{
    if (str_u64(str_of(value), INT64_MAX, out))
        return true;
    return err_set(e, "%s '%s' is not a whole number from 0 to %lld", option, value,
                   (long long)INT64_MAX);
}

static bool take(struct cli_options *o, const struct option *opt, const char *value, struct err *e)
{
    switch (opt->bit) {
    case CLI_SET:
        return take_set(o, value, e);
    case CLI_SEED:
        return take_number("--seed", value, &o->seed, e);
    case CLI_SHAKE:
        return take_number("--shake-ties", value, &o->shake, e);
    case CLI_RECORD:
        return take_record(o, value, e);
    case CLI_AT:
        o->at = value;
        return true;
    case CLI_JOBS:
        return take_number("--jobs", value, &o->jobs, e) &&
               (o->jobs > 0 || err_set(e, "--jobs 0 would do nothing"));
    case CLI_WIDTH:
        return take_number("--width", value, &o->width, e);
    case CLI_NODES:
        o->nodes = value;
        return true;
    case CLI_PROTOCOL:
        o->protocol = value;
        return true;
    case CLI_FROM:
        o->from = value;
        return true;
    case CLI_TO:
        o->to = value;
        return true;
    case CLI_ASCII:
        return o->ascii = true;
    case CLI_UNTIL:
        o->until = value;
        return true;
    case CLI_OUT:
        o->out = value;
        return true;
    case CLI_JSON:
        return o->json = true;
    case CLI_CHECK:
        return o->check = true;
    case CLI_FORCE:
        return o->force = true;
    case CLI_QUIET:
        return o->quiet = true;
    }
    UNREACHABLE();
}

/* A short option that takes a value, with the value right behind it. */
static bool attached(struct str word)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].brief && options[i].takes_value && word.n > 2 &&
            str_starts(word, str_of(options[i].brief)))
            return true;
    }
    return false;
}

static bool take_own(const struct cli_own *own, const char *value, struct err *e)
{
    if (own->given)
        *own->given = true;
    else if (own->number)
        return take_number(own->name, value, own->number, e);
    else if (!own->list)
        *own->value = value;
    else if (own->list->count == CLI_SETS_MAX)
        return err_set(e, "more than %d %s options", CLI_SETS_MAX, own->name);
    else
        own->list->item[own->list->count++] = str_of(value);
    return true;
}

static const struct cli_own *find_own(struct str name, const struct cli_own *own, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(name, str_of(own[i].name)))
            return &own[i];
    }
    return NULL;
}

bool cli_parse(int argc, char **argv, unsigned allowed, const char *subject, struct cli_options *o,
               struct err *e)
{
    return cli_parse_own(argc, argv, allowed, subject, NULL, 0, o, e);
}

bool cli_parse_own(int argc, char **argv, unsigned allowed, const char *subject, const struct cli_own *own,
                   size_t own_count, struct cli_options *o, struct err *e)
{
    *o = (struct cli_options){.seed = 1};
    for (int i = 1; i < argc; i++) {
        struct str word = str_of(argv[i]);
        if (str_eq(word, STR("--help")) || str_eq(word, STR("-h"))) {
            o->help = true;
            return true;
        }
        if (word.n < 2 || word.p[0] != '-') {
            if (o->subject && !o->second && allowed & CLI_SECOND) {
                o->second = argv[i];
                continue;
            }
            if (!subject || o->subject)
                return err_set(e, "'%s' is one word too many; usage: %s", argv[i], cmd_usage(argv[0]));
            o->subject = argv[i];
            continue;
        }
        struct str value = word, name = word;
        if (str_starts(word, STR("--")))
            name = str_cut(&value, '=');
        else if (attached(word)) { /* -j2 */
            name.n = 2;
            value = (struct str){word.p + 2, word.n - 2};
        }
        bool inline_value = name.n < word.n;
        const struct cli_own *mine = find_own(name, own, own_count);
        const struct option *opt = mine ? NULL : find_option(name, allowed, own, own_count, e);
        if (!mine && !opt)
            return false;
        bool takes_value = mine ? mine->given == NULL : opt->takes_value;
        const char *called = mine ? mine->name : opt->name;
        if (inline_value && !takes_value)
            return err_set(e, "%s takes no value", called);
        if (!inline_value && takes_value && i + 1 == argc)
            return err_set(e, "%s needs a value", called);
        const char *text = inline_value ? value.p : takes_value ? argv[++i] : NULL;
        if (!(mine ? take_own(mine, text, e) : take(o, opt, text, e)))
            return false;
    }
    if (subject && !o->subject && !(allowed & CLI_SUBJECT_MAY_LACK))
        return err_set(e, "%s is missing; usage: %s", subject, cmd_usage(argv[0]));
    return true;
}

int cli_fail(const struct err *e)
{
    fflush(stdout);
    fprintf(stderr, "dialtone: %s\n", e->msg);
    return e->kind == ERR_MACHINE ? CMD_FAULT : CMD_USAGE;
}

void cli_print_wrapped(FILE *out, const char *lead, const char *indent, const char *text)
{
    struct str rest = str_of(text);
    int column = fprintf(out, "%s", lead);
    while (rest.n) {
        struct str word = str_cut(&rest, ' ');
        if (column + 1 + (int)word.n > CLI_COLUMNS)
            column = fprintf(out, "\n%s", indent) - 1;
        column += fprintf(out, " %.*s", STR_ARG(word));
    }
    fprintf(out, "\n");
}

const char *cli_command(void)
{
    const char *c = getenv("DIALTONE_COMMAND");
    return c && c[0] ? c : "dialtone";
}
