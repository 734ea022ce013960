/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sink.h: the live subscribers of the bus. Each is made before the run, attached with bus_attach, and
 * closed by bus_close; files are written beside and renamed when whole. */
#ifndef SIM_OBSERVE_SINK_H
#define SIM_OBSERVE_SINK_H

#include "sim/kernel/measure.h"
#include "sim/kernel/sim.h"

/* One line of text for a frame's bytes; the codecs' own, handed down from the top floor. */
typedef void summarize_fn(struct txtbuf *t, const void *bytes, size_t n);

/* run.db: facts (and timers, when the run publishes them) in SQLite. The caller adds the other tables
 * through the handle-free calls below before closing. */
struct sink *rundb_open(struct arena *a, const char *path, const struct sim *s, summarize_fn *summarize,
                        struct err *e); /* NULL: *e says why */
void rundb_key(struct sink *k, const char *key, const char *value);             /* table run */
void rundb_param(struct sink *k, const char *name, const char *value, const char *unit,
                 const char *set_by);
void rundb_measure(struct sink *k, const char *name, struct measure m, int digits, const char *unit);

struct rundb_observable {
    const char *name, *documented, *simulated, *tolerance, *unit, *source, *verdict, *note;
    bool numeric; /* documented and simulated are numbers in text */
};
void rundb_observable(struct sink *k, const struct rundb_observable *o);

/* capture/NODE-PORT.pcapng for one port, ns resolution, with drop comments. */
struct capture_port {
    uint16_t node, port;
    const char *node_name, *port_name, *description;
    int64_t clock_offset_ns; /* the capturing host's clock against simulated time */
};
struct sink *pcapng_open(struct arena *a, const char *path, const struct capture_port *p,
                         int64_t epoch_ns, struct err *e);

/* log/NODE-FACILITY.log in the products' own styles. */
struct sink *product_log_open(struct arena *a, const char *dir, const struct sim *s, struct err *e);

/* Registrations and alarms to measures; fills them in when registration_finish is called. */
struct sink *registration_new(struct arena *a, struct sim *s);
void registration_finish(struct sink *k, struct sim *s); /* at the end of the run */

#endif
