/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bus.h: the only way anything is ever reported. Models publish typed records; sinks read them.
 *
 * Every fact has a number. Its `cause` is the record in whose handling it was published or scheduled:
 * within one event's firing the first fact published becomes the cause of all that follows. What
 * scheduling cannot show, `because` adds: the message a timer awaited (resolved by the kernel), the
 * record that last wrote a value acted on, the parameter compared. `flow` numbers one exchange; a flow
 * is opened by its protocol name, so it can be awaited before it exists.
 *
 * A sink gets no struct sim: it cannot schedule, draw or change anything. */
#ifndef SIM_KERNEL_BUS_H
#define SIM_KERNEL_BUS_H

#include "sim/base/err.h"
#include "sim/base/simtime.h"
#include "sim/base/str.h"

struct sim;

enum val_type { VAL_U64, VAL_DUR, VAL_TEXT, VAL_IP4, VAL_MAC, VAL_WALL };

/* One argument of a LOG, NOTE or FAULT line. */
struct val {
    enum val_type type;
    union {
        uint64_t u; /* VAL_U64; VAL_IP4 host order; VAL_MAC in the low 48 bits */
        int64_t ns; /* VAL_DUR; VAL_WALL: simulated time, shown on the scenario's wall clock */
        const char *text;
    };
};

#define V_U64(x) ((struct val){VAL_U64, {.u = (x)}})
#define V_DUR(d) ((struct val){VAL_DUR, {.ns = (d).ns}})
#define V_TEXT(s) ((struct val){VAL_TEXT, {.text = (s)}})
#define V_IP4(a) ((struct val){VAL_IP4, {.u = (a)}})
#define V_MAC(m) ((struct val){VAL_MAC, {.u = (m)}})
#define V_WALL(t) ((struct val){VAL_WALL, {.ns = (t).ns}})

/* A template with one "{}" for each argument; text is rendered by whoever listens. */
struct rec_args {
    const char *fmt;
    const struct val *v;
    uint32_t n;
};

enum rec_kind {
#define REC(KIND, name, fact, fields) REC_##KIND,
#include "sim/kernel/records.def"
#undef REC
    REC_COUNT
};

#define REC_BIT(kind) (1ull << (kind))
#define REC_ALL (REC_BIT(REC_COUNT) - 1)

/* The three names below only serve the field table of records.def. */
typedef uint64_t rec_u64;
typedef struct sim_dur rec_dur;
typedef const char *rec_text;

#define F(record, type, field) rec_##type field;
typedef struct rec_args rec_args;
#define REC(KIND, name, fact, fields) \
    struct rec_##name {               \
        fields                        \
    };
#include "sim/kernel/records.def"
#undef REC
#undef F

struct rec {
    struct sim_time at;
    int64_t id; /* facts count up from 1; timer and statistics records down from -1 */
    uint64_t cause, flow;
    uint16_t kind, node, port;
    struct str bytes; /* FRAME_*, DROP: the frame; never stored in run.db */
    union {
#define REC(KIND, name, fact, fields) struct rec_##name name;
#include "sim/kernel/records.def"
#undef REC
    };
};

enum rec_field_type { REC_FIELD_u64, REC_FIELD_dur, REC_FIELD_text, REC_FIELD_args };

struct rec_field {
    const char *name;
    enum rec_field_type type;
    size_t offset; /* within struct rec */
};

struct rec_info {
    const char *name; /* "FRAME_TX" */
    bool fact;
    uint32_t field_count;
    const struct rec_field *fields;
};

extern const struct rec_info rec_infos[REC_COUNT];

enum because_role { BECAUSE_AWAITED, BECAUSE_STATE, BECAUSE_LIMIT };
extern const char *const because_names[];

struct sink {
    const char *name;
    uint64_t mask; /* REC_BIT of the kinds it wants */
    void (*on)(struct sink *, const struct rec *);
    void (*because)(struct sink *, uint64_t record, uint64_t of, enum because_role role); /* or NULL */
    bool (*close)(struct sink *, struct err *);                                           /* or NULL */
};

void bus_attach(struct sim *s, struct sink *k); /* before the run; order of attachment is kept */
MUST_USE bool bus_close(struct sim *s, struct err *e); /* closes every sink, reports the first error */

/* Publishes *r (kind, node and fields set; flow 0 takes the current one) and returns its number; 0 for
 * a timer or statistics record nobody records. */
uint64_t bus_publish(struct sim *s, struct rec *r);

/* The same with cause 0 and without becoming the cause of what follows: a parameter cited as a limit. */
uint64_t bus_publish_root(struct sim *s, struct rec *r);

/* Adds a cause that scheduling cannot show. `of` 0 (nothing known) is ignored. */
void bus_because(struct sim *s, uint64_t record, uint64_t of, enum because_role role);

/* The number of the exchange (proto, name, n), such as ("sip", Call-ID, CSeq): opened when new. */
uint64_t bus_flow(struct sim *s, const char *proto, struct str name, uint64_t n);

/* The last DROP of an exchange; 0: nothing of it was dropped, or it is forgotten. */
uint64_t bus_last_drop(const struct sim *s, uint64_t flow);

/* The node that received a message of this exchange will never answer it, for a reason above layer 2 that `record`
 * tells: who waits for the answer is explained by it, as by a DROP. */
void bus_dismiss(struct sim *s, uint64_t flow, uint64_t record);

/* The record in whose handling we are (0 before the run), and the flow it belongs to. */
uint64_t bus_cause(const struct sim *s);
uint64_t bus_current_flow(const struct sim *s);
void bus_set_flow(struct sim *s, uint64_t flow);

/* Makes `cause` the cause of what follows; returns what it was. For a sender: what flies descends from
 * the sending. */
uint64_t bus_swap_cause(struct sim *s, uint64_t cause);

bool bus_wants(const struct sim *s, enum rec_kind kind); /* does any sink want this kind? */

uint64_t bus_note(struct sim *s, uint16_t node, const char *topic, const char *fmt,
                  const struct val *v, uint32_t n);
#define BUS_NOTE(s, node, topic, fmt, ...)                           \
    bus_note((s), (node), (topic), (fmt), (struct val[]){__VA_ARGS__}, \
             sizeof((struct val[]){__VA_ARGS__}) / sizeof(struct val))

/* Renders a template; `epoch_ns` is the wall clock at time 0 (for VAL_WALL). */
void rec_args_text(struct txtbuf *t, const struct rec_args *a, int64_t epoch_ns);

#endif
