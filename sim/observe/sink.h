/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sink.h: the live subscribers of the bus. Each is made before the run, attached with bus_attach,
 * and closed by bus_close; files are written beside and renamed when whole. */
#ifndef SIM_OBSERVE_SINK_H
#define SIM_OBSERVE_SINK_H

#include "sim/base/host_clock.h"
#include "sim/kernel/measure.h"
#include "sim/kernel/sim.h"

/* One line of text for a frame's bytes; the codecs' own, handed down from the top floor. */
typedef void summarize_fn(struct txtbuf *t, const void *bytes, size_t n);

/* run.db: facts (and timers, when the run publishes them) in SQLite; the node table is filled at
 * the close. `summarize` may be NULL. Whatever fails, here or on the way, is one error at the
 * close, and then no file is left. NULL: *e says why it could not even start. */
struct sink *rundb_open(struct arena *a, const char *path, const struct sim *s,
                        summarize_fn *summarize, struct err *e);

/* The other tables; call before the close. Text is copied. A key set twice keeps the last value,
 * any other name may come once. A parameter is a number when it has a unit and is a plain decimal
 * ("0.21"), else text: "linux", "uniform(0s,120s)". A measure not given is NULL. */
void rundb_key(struct sink *k, const char *key, const char *value); /* table run */
void rundb_param(struct sink *k, const char *name, const char *value, const char *unit,
                 const char *set_by);
void rundb_measure(struct sink *k, const char *name, struct measure m, int digits,
                   const char *unit, const char *doc);

struct rundb_observable {
    const char *name, *documented, *simulated, *tolerance, *unit, *source, *verdict, *note;
    bool numeric; /* documented, simulated and tolerance are decimals in text; simulated "" is NULL
                   */
};
void rundb_observable(struct sink *k, const struct rundb_observable *o);

/* capture/NODE-PORT.pcapng for one port, ns resolution, direction flags. Comments tell of a discard
 * ("dropped: link-loss", for up to 1 s after the frame), of a retransmission, and of the fault behind either
 * ("fault: link-loss case.lua:12: rate=10%"). The folder exists.
 */
struct capture_port {
    uint16_t node, port;
    const char *node_name, *port_name, *description; /* description may be NULL */
    struct host_clock clock; /* of the capturing host */
};
struct sink *pcapng_open(struct arena *a, const char *path, const struct capture_port *p,
                         int64_t epoch_ns, struct err *e);

/* log/NODE-FACILITY.log in the products' own styles, told apart by the record's facility:
 * "EventViewer" (CUCM's syslog), "CCM" and "TFTP" (CUCM's traces), "console" (IOS), "asa", "phone"
 * (status messages), else an ISO time.
 * Makes `dir` when it is missing. */
struct sink *product_log_open(struct arena *a, const char *dir, const struct sim *s, struct err *e);

/* Registrations and alarms to measures, from facts alone: STATE "registrar" (at a CUCM),
 * "registration" (event "registered-at-N") and "power" (at a phone), all keyed by the device's
 * name, and ALARM "EndPointUnregistered". */
struct sink *registration_new(struct arena *a, struct sim *s);
void registration_finish(struct sink *k,
                         struct sim *s); /* at the end of the run, before the close */

/* Calls to measures, from STATE "call" (to "confirmed", "ended") and "session" (event "refreshed", published even when
 * the state stays), both keyed by the Call-ID. */
struct sink *calls_new(struct arena *a);
void calls_finish(struct sink *k, struct sim *s); /* as registration_finish */

#endif
