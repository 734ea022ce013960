/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lint.h: what can be said of a scenario before it is played: mistakes in its network, and timers
 * that do not go together. Which rules there are is the library's business (lua/dialtone/lint.lua). */
#ifndef LUA_BIND_LINT_H
#define LUA_BIND_LINT_H

#include "lua/bind/scenario.h"

struct finding {
    const char *name, *text; /* of the rule; one sentence with the numbers and what to change */
    bool is_error;           /* it cannot be meant; else it is only worth a thought */
    const char *const *params; /* the parameters that the sentence is about */
    size_t param_count;
};

/* Looks at a network that was built and made ready (net_start), with the values it has now. The
 * findings live as long as the scenario; false: the rules used up more than a scenario may. */
MUST_USE bool scenario_lint(struct scenario *sc, const struct finding **out, size_t *count,
                            struct err *e);

#endif
