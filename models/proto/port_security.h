/* SPDX-License-Identifier: GPL-3.0-or-later */
/* port_security.h: the secure addresses of one switch. Ageing is compared when a frame arrives (idle >=
 * limit), never driven by a timer: so it acts before a frame of the same instant. A secure address is
 * written by the frames that carry it as their source, and by nothing else. A port holds at most `maximum`
 * of them; a further source, or one that is secured behind another port, is discarded (violation mode
 * protect). What a switch does with the first frame of an unknown source is a parameter: most Catalysts
 * trap it to their processor, which installs the address and does not send the frame on (seed 002, case
 * study 2). An address is known by its key, VLAN << 48 | MAC. */
#ifndef MODELS_PROTO_PORT_SECURITY_H
#define MODELS_PROTO_PORT_SECURITY_H

#include "models/net/frame.h"
#include "models/net/table.h"
#include "sim/base/map.h"

enum { AGING_INACTIVITY, AGING_ABSOLUTE, AGING_OFF }; /* "inactivity|absolute|off" */
enum { FIRST_DROP, FIRST_FORWARD };                   /* "drop|forward" */

struct port_security {
    struct sim_dur aging, tick;
    int type, first_frame;
    struct node *node;
    struct map addresses; /* key -> struct secure */
};

/* One port's share. */
struct secure_port {
    bool on;
    int64_t maximum;
    struct port *port;
    int64_t count; /* addresses now; aged ones are counted until they are noticed */
};

void port_security_init(struct port_security *p, struct node *n);

/* A frame from the address `key` has just arrived on `in`. True: it may go on. */
bool port_security_admit(struct port_security *p, struct secure_port *in, const struct frame *f,
                         uint64_t key);

/* The port went down: its addresses are forgotten. */
void port_security_flush(struct port_security *p, struct secure_port *port);

/* Where the address is secured now; NULL: nowhere. */
struct port *port_security_find(const struct port_security *p, uint64_t key);

/* Rows of show mac address-table (where a secure address is STATIC), of show port-security (one port's)
 * and of show port-security address. */
void port_security_mac_rows(const struct port_security *p, struct table *t);
void port_security_port_row(const struct port_security *p, const struct secure_port *port, struct table *t);
void port_security_address_rows(const struct port_security *p, struct table *t);

#endif
