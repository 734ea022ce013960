/* SPDX-License-Identifier: GPL-3.0-or-later */
/* power_inline.h: Power over Ethernet of one switch (IEEE 802.3af/at): a powered device shows its class;
 * after the time that detection takes the port gives it the power of its class, if the switch's budget has
 * room. By CDP the device then asks for what it really needs, and the switch sets that much aside. */
#ifndef MODELS_PROTO_POWER_INLINE_H
#define MODELS_PROTO_POWER_INLINE_H

#include "models/net/fsm.h"
#include "models/net/table.h"
#include "sim/kernel/tmr.h"

struct power_budget {
    struct node *node;
    int64_t total_mw, used_mw;
    struct sim_dur detection;
};

struct power_port {
    struct power_budget *budget;
    struct port *port;
    bool never; /* power inline never */
    uint8_t pd_class;
    uint32_t allocated_mw;
    struct fsm fsm;
    struct tmr detection;
};

void power_port_init(struct power_port *p, struct power_budget *b, struct port *port, bool never);

/* The other end of the cable shows a powered device, or shows none any more (link.h). */
void power_port_on_line(struct power_port *p);

/* The switch itself has no power: there is none to give, and nobody looks for devices until power_port_on_line. */
void power_port_fail(struct power_port *p);

/* The device asks for so much by CDP. What it gets: at most its class's power and what the budget has. */
uint32_t power_port_negotiate(struct power_port *p, uint32_t asked_mw);

/* At the source (IEEE 802.3 table 33-3): 15.4, 4, 7, 15.4 and 30 W. */
uint32_t power_of_class(uint8_t pd_class);

/* show power inline: one port's row; `device` is what CDP says of it, or NULL. */
void power_row(const struct power_port *p, const char *device, struct table *t);
extern const struct table_look show_power_inline;

#endif
