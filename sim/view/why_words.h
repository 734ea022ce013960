/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_words.h: how records are called, and how often the like happened. Conventions of the models that
 * are used here, all published as records: the first NOTE of an exchange names it ("keepalive REGISTER
 * CSeq 7 to 10.1.1.2"); NOTE "tcp.rto" tells of the RTO; NOTE "parameter" states a limit; a NOTE
 * with the name of a machine puts its last change in words. */
#ifndef SIM_VIEW_WHY_WORDS_H
#define SIM_VIEW_WHY_WORDS_H

#include "sim/view/view_run.h"

bool why_is_rto(const struct view_record *x);

/* The NOTE that names the exchange to which a record belongs; NULL: none does. */
const struct view_record *why_exchange(const struct view_run *r, const struct view_record *x);

/* What a frame, or a dropped one, carried: the exchange's name when it is the message that opened it, else
 * the frame's own text. */
void why_message(struct txtbuf *t, const struct view_run *r, const struct view_record *x);

/* Whether a frame carries the message that opened its exchange. */
bool why_opens(const struct view_run *r, const struct view_record *x);

/* A limit's "name = value". */
struct str why_limit(const struct view_record *x);

/* The word after `words` in a text, without punctuation; "" when they are not there. */
struct str why_word_after(const char *text, const char *words);
int64_t why_span_ns(struct str s); /* "26.88s" as txtbuf_dur writes it; 0: it is no span */

struct why_losses {
    int copies;           /* of this very message lost there for this reason, up to now */
    int exchanges;        /* in a row, of this kind, that lost a copy there */
    int64_t since_ns;     /* the first of them */
    bool first_copy;      /* the message that was lost was the first copy */
};

/* How a discard stands among those of the same place and reason before it. */
struct why_losses why_losses(const struct view_run *r, const struct view_record *drop);

struct why_repeats {
    int count; /* of the same change of the same thing for the same reason, this one included */
    int64_t since_ns, age_min_ns, age_max_ns; /* age: of what had been written before */
};

/* The NOTE that puts a change of state in words: of its machine's name, right behind it; NULL: none does. */
const struct view_record *why_said(const struct view_run *r, const struct view_record *state);

/* A NOTE that names `state` as what it acted on, within a second: what did not come to count; NULL: none. */
const struct view_record *why_outrun(const struct view_run *r, const struct view_record *state);
struct str why_note_line(const struct view_record *note); /* without its topic */

/* How a change of state stands among its like before it. */
struct why_repeats why_repeats(const struct view_run *r, const struct view_record *state);

#endif
