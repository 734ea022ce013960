/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder_state.h: what the parts of a ladder share: who has which lifeline, what is drawn between them, and which
 * of it repeats what was drawn before. */
#ifndef SIM_VIEW_LADDER_STATE_H
#define SIM_VIEW_LADDER_STATE_H

#include "sim/base/map.h"
#include "sim/view/ladder.h"

struct ladder_owner {
    struct str address;
    int node;
};

/* One arrow or, without an exchange, a line across. */
struct ladder_item {
    const struct view_record *record;
    int from, to; /* columns */
    bool again;   /* a copy of what was sent before */
    struct ladder_exchange *exchange;
};

/* Exchanges that look alike: the same messages between the same hosts. */
struct ladder_series {
    int64_t last_ns, interval_ns; /* between the last two that were drawn; 0: not known */
    int drawn, folded;            /* so far; folded: since the last line that tells of it */
    int64_t folded_from_ns;       /* the one before the first of those */
    const struct ladder_item *like;
};

/* What carries one flow number; what carries none stands alone. */
struct ladder_exchange {
    uint64_t looks;
    bool unusual; /* lost or repeated on its way: always drawn */
    bool met, folded;
    const struct ladder_item *first;
};

struct ladder {
    const struct view_run *run;
    const struct ladder_options *o;
    FILE *out;
    struct ladder_owner *owners;
    int owner_count;
    int node[LADDER_NODES_MAX], node_count;
    const struct view_record **drop_of; /* by record: the drop that ended this sending */
    bool *own;                          /* by record: a host sends what it has to say itself */
    bool *again;                        /* by record: this datagram was sent before */
    struct ladder_item *items;
    size_t item_count;
    struct map series; /* by their looks */
    bool calls;        /* somebody sent an INVITE */
    bool given;        /* somebody said who has a lifeline */
    int64_t last_ns;
    bool any;
};

/* Source and destination of a line such as "10.1.1.2:5060 > 10.1.1.9:50708 [ACK] …", ports cut off. */
bool ladder_ends(const struct view_record *x, struct str *src, struct str *dst);
int ladder_owner(const struct ladder *l, struct str address); /* node; -1: nobody sends from it */

/* Who has a lifeline; false: *e says why there is none. */
MUST_USE bool ladder_lifelines(struct ladder *l, struct err *e);
int ladder_column(const struct ladder *l, int node); /* -1: it has none */
void ladder_tell_left_out(const struct ladder *l);   /* one line below the picture, if anybody was */

/* The message that a frame carries ("INVITE CSeq 101"); empty: none that is known. */
struct str ladder_message(const struct view_record *x);

/* What an arrow is called: its message, else its segment without the addresses. */
struct str ladder_label(const struct view_record *x);

void ladder_draw_header(const struct ladder *l);
void ladder_draw_arrow(struct ladder *l, const struct ladder_item *i);
void ladder_draw_event(struct ladder *l, const struct view_record *x);
void ladder_draw_folded(struct ladder *l, const struct ladder_series *s);

/* Groups the items into exchanges; before ladder_is_folded. */
void ladder_fold_begin(struct ladder *l);

/* Is this item left out, as the regular repetition of others? Asked once for each, in order. */
bool ladder_is_folded(struct ladder *l, struct ladder_item *i);

/* Tells of all that was left out so far. */
void ladder_fold_tell(struct ladder *l);

#endif
