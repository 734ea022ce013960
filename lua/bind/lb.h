/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lb.h: the inside of struct scenario, shared by the files of this folder only.
 *
 * C here is glue: each binding checks its arguments, makes one call below, pushes the result.
 * Policy (which keys a scenario may have, how an observable is judged) is Lua, in lua/dialtone. Lua
 * runs only inside lb_call or the script's coroutine, under limits; outside them memory cannot run
 * out. */
#ifndef LUA_BIND_LB_H
#define LUA_BIND_LB_H

#include <lauxlib.h>
#include <lua.h>

#include "lua/bind/scenario.h"
#include "models/net/link.h"

#define LB_STEPS_MAX 200000000u
#define LB_BYTES_MAX (256u << 20)
#define LB_FILE_MAX (4u << 20)
#define LB_SETTINGS_MAX 160
#define LB_MODULES "dialtone.modules" /* in the registry: what require has loaded */
#define LB_LINK_TYPE "link"
#define LB_PARAMS "dialtone.params"   /* in the registry: the table p of network and script */

enum lb_phase { LB_LOADING, LB_BUILDING, LB_BUILT, LB_SCRIPT, LB_JUDGING };
enum lb_spent { LB_NOT_SPENT, LB_SPENT_STEPS, LB_SPENT_BYTES };

/* What a scenario may use up; armed only while its own code runs. */
struct lb_limits {
    lua_State *armed; /* whose code runs; NULL: none, nothing is limited */
    uint64_t steps;
    size_t bytes;
    enum lb_spent spent;
    int near_line; /* of the scenario's file, where memory was refused; 0: unknown */
};

/* A parameter of the scenario: declared by itself, or met in a model's schema. */
struct lb_param {
    const char *name;
    const struct param_def *def; /* NULL: named, but not met yet */
    bool own;
    const char *documented; /* text; NULL: what the schema says */
    const char *given;      /* text in force; NULL: the schema's default */
    const char *set_by;
    struct param_value value;
    bool differs;              /* from what is documented */
    bool open;                 /* some node takes it from here, not from its own settings */
    const struct node *holder; /* whose effective value is shown; NULL: value */
    size_t holder_index;
};

struct lb_link {
    struct link *link;
    const char *name;
};

struct link_fault;

/* One "name = value" list on its way to a node, a port or a link: first the scenario's, then the
 * node's own, which win. */
struct lb_settings {
    struct setting item[LB_SETTINGS_MAX];
    size_t count, shared;
};

struct lb_trace;

struct scenario {
    /* identity */
    struct arena *arena;
    struct scenario_info info;
    const char *lib_dir, *base; /* base: "case-study-2.lua" */
    struct str text;            /* of the file */
    int64_t documented_epoch_ns;
    /* Lua */
    lua_State *lua;
    struct lb_limits limits;
    enum lb_phase phase;
    int root; /* reference to the table that the file returned */
    /* parameters */
    struct lb_param **params;
    size_t param_count, param_cap;
    struct scenario_param *listed; /* sorted, after the build */
    /* network */
    struct net *net;
    struct lb_link *links;
    size_t link_count, link_cap;
    struct link_fault **faults;
    size_t fault_count, fault_cap;
    struct scenario_capture *captures;
    size_t capture_count, capture_cap;
    /* script */
    lua_State *thread; /* NULL: none, or over */
    struct event script_ev;
    bool failed;
    struct err failure;
    /* what is documented */
    struct lb_trace *trace;
};

/* --- lb_safe.c: the fence --- */
bool lb_open(struct scenario *sc, struct err *e);
struct scenario *lb_scenario(lua_State *L);
/* Calls the function below its nargs arguments on sc->lua, under the limits. */
MUST_USE bool lb_call(struct scenario *sc, int nargs, int results, struct err *e);
void lb_arm(struct scenario *sc, lua_State *L);
void lb_disarm(struct scenario *sc);
/* Turns the error object on top of L into one sentence, and pops it. Returns false. */
bool lb_error(struct scenario *sc, lua_State *L, int status, struct err *e);
void lb_charge(lua_State *L, uint64_t steps); /* raises when too much is used up */

/* --- lb_host.c: what the Lua library asks of C; files, text, quantities --- */
bool lb_read_file(struct scenario *sc, const char *path, struct str *out, struct err *e);
/* "case.lua:12: " when exactly one line of the file sets this key, else "case.lua: ". */
const char *lb_where(struct scenario *sc, const char *key);
bool lb_wrap_at(struct scenario *sc, const char *key,
                struct err *e); /* prefixes that place; false */
int lb_require(
    lua_State *L); /* require "dialtone.NAME": lib_dir/NAME.lua, run once, given the host table */
void lb_make_strict(lua_State *L, const char *what); /* the table on top: unknown keys are errors */
int lb_raise(lua_State *L, const struct err *e);     /* with file and line of the Lua caller */
int lb_raise_bare(lua_State *L,
                  const struct err *e); /* what another file or the command line caused */
int lb_raise_at_key(lua_State *L, const char *key,
                    const struct err *e); /* where the file sets key */
const char *lb_text(lua_State *L,
                    int index); /* text of a string, number or switch; NULL: neither */

/* --- lb_param.c --- */
int lb_declare(lua_State *L);
int lb_document(lua_State *L);
bool lb_set_base_params(struct scenario *sc, const char *duration, const char *wall_clock,
                        struct err *e);
void lb_push_params(lua_State *L, struct sim *s); /* the table p of network(net, p) */
/* Adds the scenario's values for a schema; a bad one is an error. */
bool lb_params_apply(struct scenario *sc, const struct param_def *defs, struct lb_settings *s,
                     struct err *e);
/* Remembers who has these parameters; node NULL: a port or a link. */
void lb_params_held(struct scenario *sc, const struct param_def *defs, const struct lb_settings *s,
                    const struct node *node);
bool lb_params_settle(struct scenario *sc, struct err *e); /* after the build */

/* --- lb_files.c --- */
bool lb_offer_files(struct scenario *sc, struct err *e); /* those of the folder tftp/, once all nodes are there */

/* --- lb_ladder.c --- */
bool lb_take_ladder(struct scenario *sc, struct err *e); /* checked against the nodes, so after the build */

/* --- lb_clock.c --- */
bool lb_epoch_parse(const char *text, int64_t *epoch_ns, int64_t *zone_ns, struct err *e);

/* --- lb_net.c, lb_link.c, lb_sim.c, lb_trace.c, lb_judge.c --- */
void lb_net_open(lua_State *L);
void lb_new_type(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction to_string);
void lb_push_net(lua_State *L);
struct node *lb_check_node(lua_State *L, int index);
void lb_push_handle(lua_State *L, const char *type, size_t index);
size_t lb_check_handle(lua_State *L, int index, const char *type);
void lb_read_settings(lua_State *L, int index, struct lb_settings *s); /* appends the table at `index`, by name */
void *lb_grown(struct scenario *sc, void *old, size_t count, size_t *cap, size_t item); /* room for one more */
struct port *lb_check_port(lua_State *L, int index);
void lb_sim_open(lua_State *L);
struct scenario *lb_check_script(lua_State *L); /* raises outside script(sim) */
const char *lb_script_place(lua_State *L, char *buffer, size_t size); /* "case.lua:12", of the caller */
/* Publishes what the script does and makes it the cause; returns the cause to go back to. */
uint64_t lb_begin_action(lua_State *L, const char *what, const char *target);
void lb_end_action(lua_State *L, uint64_t before);
void lb_link_open(lua_State *L); /* lb_link.c: what a script does to links */
int lb_node_op(lua_State *L);
int lb_records(lua_State *L);
int lb_segments(lua_State *L);
int lb_datagrams(lua_State *L);
int lb_captures(lua_State *L);
int lb_arps(lua_State *L);
int lb_measure(lua_State *L);

#endif
