/* SPDX-License-Identifier: GPL-3.0-or-later */
/* product_log.c: LOG records as the products write them: one file a node and facility,
 * NODE-FACILITY.log.
 *
 * The model gives the line, the sink what the product's logger puts in front: time on the
 * scenario's wall clock (never the machine's), sequence numbers, the host's name. A facility
 * without a style of its own gets an ISO time. */
#include "sim/observe/sink.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sim/base/hash.h"
#include "sim/base/map.h"
#include "sim/observe/out_file.h"

#define FILE_BUFFER 4096
#define LINE_BYTES 1024 /* at first; doubled when a line needs more */

struct log {
    struct out_file *file; /* NULL: could not be made */
    uint64_t lines;
};

struct product_log {
    struct sink sink;
    /* configuration */
    struct arena *arena;
    const char *dir;
    const struct sim *sim;
    /* state */
    struct map logs;  /* (node, facility) -> log */
    struct map names; /* file names in use */
    struct txtbuf line;
    struct err failure; /* the first */
};

static struct product_log *of(struct sink *k)
{
    return (struct product_log *)(void *)k;
}

/* --- styles --------------------------------------------------------------------------------- */

struct moment {
    struct tm tm;
    int ms;
};

static struct moment moment_of(int64_t wall_ns)
{
    int64_t s = wall_ns / 1000000000, ns = wall_ns % 1000000000;
    if (ns < 0) {
        ns += 1000000000;
        s--;
    }
    struct moment m = {.ms = (int)(ns / 1000000)};
    time_t at = (time_t)s;
    gmtime_r(&at, &m.tm); /* pure arithmetic on a given instant, no clock is read */
    return m;
}

static const char *month(const struct moment *m)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[m->tm.tm_mon];
}

struct head {
    const char *node, *facility;
    uint64_t severity, number; /* of the line within its file, from 1 */
    struct moment at;
};

/* Seed 002: "31 uc-ucm-01 local7 3 : 41679: uc-ucm-01.pcce.local Jul 02 2015 06:22:31 UTC : %UC_…".
 */
static void syslog_head(struct txtbuf *t, const struct head *h)
{
    unsigned long long n = h->number;
    txtbuf_add(t, "%llu %s local7 %llu : %llu: %s %s %02d %d %02d:%02d:%02d UTC : ", n, h->node,
               (unsigned long long)h->severity, n, h->node, month(&h->at), h->at.tm.tm_mday,
               h->at.tm.tm_year + 1900, h->at.tm.tm_hour, h->at.tm.tm_min, h->at.tm.tm_sec);
}

/* IOS, "service timestamps log datetime msec"; the asterisk says that no NTP server set the clock.
 */
static void console_head(struct txtbuf *t, const struct head *h)
{
    txtbuf_add(t, "*%s %2d %02d:%02d:%02d.%03d: ", month(&h->at), h->at.tm.tm_mday,
               h->at.tm.tm_hour, h->at.tm.tm_min, h->at.tm.tm_sec, h->at.ms);
}

/* A phone's status messages: twelve-hour clock, "10:54:22p". */
static void phone_head(struct txtbuf *t, const struct head *h)
{
    int hour = h->at.tm.tm_hour % 12;
    txtbuf_add(t, "%02d:%02d:%02d%c ", hour ? hour : 12, h->at.tm.tm_min, h->at.tm.tm_sec,
               h->at.tm.tm_hour < 12 ? 'a' : 'p');
}

/* CUCM's traces (SDI), seed 004: "01/14/2011 16:17:16.299 CCM|". */
static void trace_head(struct txtbuf *t, const struct head *h)
{
    txtbuf_add(t, "%02d/%02d/%04d %02d:%02d:%02d.%03d %s|", h->at.tm.tm_mon + 1, h->at.tm.tm_mday,
               h->at.tm.tm_year + 1900, h->at.tm.tm_hour, h->at.tm.tm_min, h->at.tm.tm_sec,
               h->at.ms, h->facility);
}

/* An ASA with "logging timestamp": "Jan 14 2011 16:17:16: %ASA-…"; the line has its severity
 * itself. */
static void asa_head(struct txtbuf *t, const struct head *h)
{
    txtbuf_add(t, "%s %02d %d %02d:%02d:%02d: ", month(&h->at), h->at.tm.tm_mday,
               h->at.tm.tm_year + 1900, h->at.tm.tm_hour, h->at.tm.tm_min, h->at.tm.tm_sec);
}

static void plain_head(struct txtbuf *t, const struct head *h)
{
    txtbuf_add(t, "%04d-%02d-%02d %02d:%02d:%02d.%03d ", h->at.tm.tm_year + 1900,
               h->at.tm.tm_mon + 1, h->at.tm.tm_mday, h->at.tm.tm_hour, h->at.tm.tm_min,
               h->at.tm.tm_sec, h->at.ms);
}

static const struct style {
    const char *facility;
    void (*head)(struct txtbuf *t, const struct head *h);
} styles[] = {
    {"EventViewer", syslog_head}, {"console", console_head}, {"phone", phone_head},
    {"CCM", trace_head},          {"TFTP", trace_head},      {"asa", asa_head},
    {NULL, plain_head},
};

static const struct style *style_of(const char *facility)
{
    const struct style *s = styles;
    while (s->facility && strcmp(s->facility, facility) != 0)
        s++;
    return s;
}

/* --- files ---------------------------------------------------------------------------------- */

/* Letters, digits and "._-" stand as they are: names come from scenarios, and this one becomes a
 * path. */
static void safe_name(struct txtbuf *t, const char *name)
{
    for (const char *p = name; *p; p++) {
        bool letter =
            (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        bool mark = *p == '_' || *p == '-' || (*p == '.' && p != name);
        txtbuf_char(t, letter || mark ? *p : '-');
    }
}

static void name_file(struct product_log *l, struct txtbuf *t, uint16_t node, const char *facility)
{
    safe_name(t, sim_node_name(l->sim, node));
    txtbuf_char(t, '-');
    safe_name(t, facility);
    if (map_get(&l->names, hash_cstr(0, t->p)))
        txtbuf_add(t, "-%u", (unsigned)node); /* "a/b" after "a-b" */
    map_put(&l->names, hash_cstr(0, t->p), l);
}

static struct log *open_log(struct product_log *l, uint16_t node, const char *facility)
{
    uint64_t key = hash_cstr(node, facility);
    struct log *g = map_get(&l->logs, key);
    if (g)
        return g;
    char name[200]; /* a file name's limit is 255 */
    struct txtbuf t = txtbuf_of(name, sizeof name);
    name_file(l, &t, node, facility);
    g = ARENA_NEW(l->arena, struct log);
    map_put(&l->logs, key, g);
    struct err e = {0};
    g->file =
        out_file_open(l->arena, arena_printf(l->arena, "%s/%s.log", l->dir, name), FILE_BUFFER, &e);
    if (!g->file && l->failure.kind == ERR_NONE)
        l->failure = e;
    return g;
}

/* A message after its head has the line ends of the network; a file has those of a file. One that
 * ends with a line end of its own (a message without a body) gets no other. */
static void end_line(struct txtbuf *t, size_t from)
{
    size_t n = from;
    for (size_t i = from; i < t->n; i++) {
        if (t->p[i] != '\r' || i + 1 == t->n || t->p[i + 1] != '\n')
            t->p[n++] = t->p[i];
    }
    t->n = n;
    t->p[n] = 0;
    if (n == from || t->p[n - 1] != '\n')
        txtbuf_char(t, '\n');
}

static void on_log(struct sink *k, const struct rec *r)
{
    struct product_log *l = of(k);
    struct log *g = open_log(l, r->node, r->log.facility);
    if (!g->file)
        return;
    int64_t epoch_ns = sim_epoch_ns(l->sim);
    struct head h = {.node = sim_node_name(l->sim, r->node),
                     .facility = r->log.facility,
                     .severity = r->log.severity,
                     .number = ++g->lines,
                     .at = moment_of(epoch_ns + r->at.ns)};
    for (;;) {
        l->line = txtbuf_of(l->line.p, l->line.cap);
        style_of(r->log.facility)->head(&l->line, &h);
        size_t from = l->line.n;
        rec_args_text(&l->line, &r->log.line, epoch_ns);
        end_line(&l->line, from);
        if (!l->line.full)
            break;
        size_t cap = l->line.cap * 2;
        l->line = txtbuf_of(arena_alloc(l->arena, cap), cap);
    }
    out_file_write(g->file, l->line.p, l->line.n);
}

static bool on_close(struct sink *k, struct err *e)
{
    struct product_log *l = of(k);
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&l->logs, &i, &slot);) {
        struct log *g = slot->value;
        struct err mine = {0};
        if (g->file && !out_file_close(g->file, &mine) && l->failure.kind == ERR_NONE)
            l->failure = mine;
    }
    if (l->failure.kind == ERR_NONE)
        return true;
    *e = l->failure;
    return false;
}

struct sink *product_log_open(struct arena *a, const char *dir, const struct sim *s, struct err *e)
{
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        err_machine(e, "cannot make the folder '%s': %s", dir, strerror(errno));
        return NULL;
    }
    struct product_log *l = ARENA_NEW(a, struct product_log);
    l->sink = (struct sink){
        .name = "product_log", .mask = REC_BIT(REC_LOG), .on = on_log, .close = on_close};
    l->arena = a;
    l->dir = arena_strdup(a, str_of(dir));
    l->sim = s;
    l->line = txtbuf_of(arena_alloc(a, LINE_BYTES), LINE_BYTES);
    map_init(&l->logs, a);
    map_init(&l->names, a);
    return &l->sink;
}
