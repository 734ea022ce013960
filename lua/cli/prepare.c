/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prepare.c: see prepare.h. */
#include "lua/cli/prepare.h"

#include <string.h>

static bool give(struct scenario *sc, const struct cli_options *o, struct err *e)
{
    for (size_t i = 0; i < o->set_count; i++) {
        const struct cli_set *s = &o->sets[i];
        if (!scenario_set(sc, s->name, s->value, "command", e))
            return err_wrap(e, "--set %.*s=%.*s", STR_ARG(s->name), STR_ARG(s->value));
    }
    if (o->until && !scenario_set(sc, STR("duration"), str_of(o->until), "command", e))
        return err_wrap(e, "--until %s", o->until);
    return true;
}

struct scenario *prepare_load(const struct cli_options *o, struct err *e)
{
    const char *path = cli_find_scenario(o->subject, e);
    struct scenario *sc = path ? scenario_load(path, cli_lib_dir(), e) : NULL;
    if (!sc || give(sc, o, e))
        return sc;
    scenario_free(sc);
    return NULL;
}

static bool name_the_option(const struct cli_options *o, struct err *e)
{
    for (size_t i = 0; i < o->set_count; i++) {
        char quoted[128];
        struct txtbuf t = txtbuf_of(quoted, sizeof quoted);
        txtbuf_add(&t, "parameter '%.*s'", STR_ARG(o->sets[i].name));
        if (strstr(e->msg, quoted))
            return err_wrap(e, "--set %.*s=%.*s", STR_ARG(o->sets[i].name),
                            STR_ARG(o->sets[i].value));
    }
    return false;
}

bool prepare_build(struct scenario *sc, struct net *n, const struct cli_options *o, struct err *e)
{
    return scenario_build(sc, n, e) || name_the_option(o, e);
}

struct sim_time prepare_end(const struct scenario *sc)
{
    struct scenario_param duration;
    bool found = scenario_has_param(sc, "duration", &duration);
    ASSERT(found);
    return time_add(TIME_ZERO, dur_ns(duration.value.i));
}
