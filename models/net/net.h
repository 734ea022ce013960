/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.h: the network: nodes made from models, their ports, the links between them, and the books:
 * sent = delivered + dropped + in flight, always. Everything lives in the simulation's arena. */
#ifndef MODELS_NET_NET_H
#define MODELS_NET_NET_H

#include "sim/base/list.h"
#include "sim/kernel/param.h"
#include "sim/kernel/sim.h"

struct frame;
struct ip_stack;
struct link;
struct mac;
struct model_table;
struct net;
struct node;
struct tcp;

struct port {
    /* identity */
    struct node *node;
    const char *name; /* "Gi0/1" */
    uint16_t index;
    /* configuration */
    void *config; /* of the model's port_params; NULL when it has none */
    struct link *link;
    uint8_t side; /* which end of the link */
};

/* A verb of the scenario: net:op("stop"). */
struct model_op {
    const char *name, *doc;
    bool (*run)(struct node *n, struct err *e);
};

/* A kind of device. Everything the house knows of it is this constant. */
struct model {
    const char *name, *doc;
    size_t state_size;
    const struct param_def *params;      /* ends with a nameless entry; stored into the state */
    size_t port_config_size;
    const struct param_def *port_params; /* may be NULL */
    const struct model_op *ops;          /* may be NULL; ends with a nameless entry */
    const struct model_table *tables;    /* what it shows (table.h); may be NULL; ends with a nameless entry */
    const char *prompt; /* of its console, '*' for the node's name: "*#"; NULL: it has pages instead */
    bool (*init)(struct node *n, struct err *e); /* parameters are stored, ports are not there yet */
    /* A file that the scenario brings for whoever serves files (its bytes outlive the run); may be NULL. */
    bool (*add_file)(struct node *n, struct str name, struct str bytes, struct err *e);
    bool (*ready)(struct node *n, struct err *e); /* all ports and links are there; may be NULL */
    void (*start)(struct node *n);               /* at time 0, in order of creation */
    void (*on_frame)(struct node *n, struct port *in, const struct frame *f);
    /* The cable was cut or healed, or the other end offers something else (link.h); may be NULL. */
    void (*on_line)(struct node *n, struct port *p);
};

struct node {
    /* identity */
    struct net *net;
    struct sim *sim;
    const struct model *model;
    const char *name;
    uint16_t id;
    /* configuration */
    uint32_t *values; /* places of kept values, in the order of model->params; equal ones are shared */
    uint64_t *limit_records; /* the NOTE that states each parameter, once it was cited; NULL: none was */
    uint16_t port_count;
    struct port **ports;
    struct ip_stack *ip; /* set by ip_new; NULL: it has none */
    struct tcp *tcp;     /* set by tcp_new; NULL: it has none */
    /* state */
    void *state;
    struct event start_ev;
};

/* One "name = value" given for a node, a port or a link. */
struct setting {
    struct str name, text;
};

struct net_books {
    uint64_t sent, delivered, dropped, in_flight;
};

/* Somebody who must know when the way of what it sends is not as it was: a cut, a fault of any kind that begins or
 * ends, a transceiver switched off or on, an address or a route that is another. Told in order of registration, after the change; it may
 * publish and count, and must neither send nor schedule, for others are not told yet. */
struct net_watch {
    struct list_link in_net, at_port;
    void (*on_change)(struct net_watch *w);
    void (*on_end)(struct net_watch *w); /* the run is over (net_balance): what is not counted yet is counted now */
};

struct net *net_new(struct sim *s, const struct model *const *models, size_t model_count);
struct sim *net_sim(struct net *n);
const struct model *net_model(const struct net *n, struct str name); /* NULL: unknown */
struct net_books net_books(const struct net *n);

/* At the end of a run: sent = delivered + dropped + in flight is a fault when it does not hold, and the four
 * become measures. */
void net_balance(struct net *n);

/* Creates a node. Unknown names, bad values and missing ones are user errors. */
MUST_USE bool net_add_node(struct net *n, struct str model, struct str name,
                           const struct setting *settings, size_t count, struct node **out,
                           struct err *e);
struct node *net_find_node(struct net *n, struct str name); /* NULL: unknown */
size_t net_node_count(const struct net *n);
struct node *net_node_at(const struct net *n, size_t index);

void net_watch_start(struct net *n, struct net_watch *w); /* both functions are set; it does not watch yet */
void net_watch_stop(struct net_watch *w);                 /* fine when it does not watch */

/* From now on it is told, too, when this UDP port of this node is bound or given back; of one port at a time. */
void net_watch_port(struct net_watch *w, const struct node *n, uint16_t port);

/* A number that is another one when addresses or routes changed since. */
uint32_t net_layout(const struct net *n);

/* Calls every model's ready() and schedules every start(). Once, before the run. */
MUST_USE bool net_start(struct net *n, struct err *e);

/* The port of that name, made when new (settings then configure it; later settings are an error). */
MUST_USE bool node_port(struct node *n, struct str name, const struct setting *settings, size_t count,
                        struct port **out, struct err *e);

/* A locally administered address that depends on the names alone. */
struct mac port_made_up_mac(const struct port *p);

/* The record that states this node's parameter, to be cited as a limit. */
uint64_t node_limit(struct node *n, const char *param);
struct param_value node_param(const struct node *n, const char *param);
struct param_value node_value(const struct node *n, size_t index); /* in the order of model->params */
/* A default that depends on other parameters: when `param` was not given, *field and the value that
 * reports show become `d`. */
void node_fill_default(struct node *n, const char *param, struct sim_dur d, struct sim_dur *field);
struct rng *node_stream(struct node *n, const char *what); /* named "NODE/what" */
struct rng node_dice(struct node *n, const char *what); /* the start of that stream, for what is drawn once */

/* Parses settings against a schema and stores them at `state`; values (may be NULL) tells what they are.
 * Shared by nodes, ports and links. */
MUST_USE bool settings_store(const struct param_def *defs, const struct setting *settings, size_t count,
                             void *state, uint32_t *values, struct net *n,
                             const char *owner, struct err *e);
size_t param_count(const struct param_def *defs);

#endif
