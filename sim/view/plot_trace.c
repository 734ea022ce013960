/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_trace.c: the curve on which a formula holds, by marching squares: the difference of its sides is
 * computed on a fine lattice, each edge on which it changes sign is crossed once, and the pieces of
 * neighbouring squares meet there exactly, so that they can be joined end to end. */
#include <math.h>

#include "sim/view/plot_over.h"

#define COLUMNS 240
#define ROWS 160
#define PIECES_MAX 8000 /* a curve through every square of a row, many times */

struct lattice {
    const struct plot_over *over;
    const struct plot_window *window;
    double x[COLUMNS + 1], y[ROWS + 1];
    double f[ROWS + 1][COLUMNS + 1];
};

struct piece {
    struct plot_point from, to;
    bool used;
};

static double between(double low, double high, bool log_axis, double part)
{
    return log_axis ? low * pow(high / low, part) : low + (high - low) * part;
}

static double at(const struct lattice *l, double x, double y)
{
    double v[OVER_NAMES_MAX];
    for (size_t i = 0; i < OVER_NAMES_MAX; i++)
        v[i] = l->window->value[i];
    v[l->window->x] = x;
    v[l->window->y] = y;
    return plot_over_at(l->over, v);
}

static void fill(struct lattice *l)
{
    const struct plot_window *w = l->window;
    for (int c = 0; c <= COLUMNS; c++)
        l->x[c] = between(w->x_low, w->x_high, w->log_x, (double)c / COLUMNS);
    for (int r = 0; r <= ROWS; r++) {
        l->y[r] = between(w->y_low, w->y_high, w->log_y, (double)r / ROWS);
        for (int c = 0; c <= COLUMNS; c++)
            l->f[r][c] = at(l, l->x[c], l->y[r]);
    }
}

/* Where the difference is zero on an edge, from its lower end to its upper one: a bisection, so that a
 * step of ceil() is met where it is. */
static struct plot_point cross(const struct lattice *l, int c0, int r0, int c1, int r1)
{
    double low = 0, high = 1, first = l->f[r0][c0];
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2;
        double f = at(l, l->x[c0] + (l->x[c1] - l->x[c0]) * middle, l->y[r0] + (l->y[r1] - l->y[r0]) * middle);
        if ((f < 0) == (first < 0))
            low = middle;
        else
            high = middle;
    }
    return (struct plot_point){l->x[c0] + (l->x[c1] - l->x[c0]) * high,
                               l->y[r0] + (l->y[r1] - l->y[r0]) * high};
}

/* The pieces within one square: none, one, or two at a saddle. */
static size_t square(const struct lattice *l, int c, int r, struct piece *out)
{
    static const int corner[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    struct plot_point met[4];
    size_t n = 0;
    for (int i = 0; i < 4; i++) {
        int c0 = c + corner[i][0], r0 = r + corner[i][1], c1 = c + corner[i + 1][0], r1 = r + corner[i + 1][1];
        double a = l->f[r0][c0], b = l->f[r1][c1];
        if (!isfinite(a) || !isfinite(b))
            return 0;
        if ((a < 0) == (b < 0))
            continue;
        bool forward = c1 > c0 || r1 > r0; /* the same way from both sides of the edge */
        met[n++] = forward ? cross(l, c0, r0, c1, r1) : cross(l, c1, r1, c0, r0);
    }
    for (size_t i = 0; i + 1 < n; i += 2)
        out[i / 2] = (struct piece){.from = met[i], .to = met[i + 1]};
    return n / 2;
}

static bool same(struct plot_point a, struct plot_point b)
{
    return a.x == b.x && a.y == b.y;
}

/* The end of some unused piece that lies at `p`; the other end is handed out. */
static bool follow(struct piece *piece, size_t n, struct plot_point p, struct plot_point *next)
{
    for (size_t i = 0; i < n; i++) {
        bool from = same(piece[i].from, p);
        if (piece[i].used || (!from && !same(piece[i].to, p)))
            continue;
        piece[i].used = true;
        *next = from ? piece[i].to : piece[i].from;
        return true;
    }
    return false;
}

static bool in_line(const struct plot_window *w, struct plot_point a, struct plot_point b, struct plot_point c)
{
    if (w->log_x || w->log_y)
        return false;
    double ux = (b.x - a.x) / (w->x_high - w->x_low), uy = (b.y - a.y) / (w->y_high - w->y_low);
    double vx = (c.x - b.x) / (w->x_high - w->x_low), vy = (c.y - b.y) / (w->y_high - w->y_low);
    return fabs(ux * vy - uy * vx) < 1e-9;
}

static void add(const struct plot_window *w, struct plot_curve *k, struct plot_point p)
{
    size_t begun = k->line[k->line_count - 1];
    if (k->count >= begun + 2 && in_line(w, k->point[k->count - 2], k->point[k->count - 1], p))
        k->count--;
    k->point[k->count++] = p;
}

/* Grows the line begun at piece `i`: backwards first, then turned round and forwards. */
static void join(const struct plot_window *w, struct plot_curve *k, struct piece *piece, size_t n, size_t i)
{
    struct plot_point next = piece[i].from, end = piece[i].to;
    size_t begun = k->count;
    k->line[k->line_count++] = begun;
    piece[i].used = true;
    do
        add(w, k, next);
    while (follow(piece, n, next, &next));
    for (size_t a = begun, b = k->count - 1; a < b; a++, b--) {
        struct plot_point swap = k->point[a];
        k->point[a] = k->point[b];
        k->point[b] = swap;
    }
    do
        add(w, k, end);
    while (follow(piece, n, end, &end));
}

bool plot_over_trace(struct arena *a, const struct plot_over *o, const struct plot_window *w,
                     struct plot_curve *out, struct err *e)
{
    struct lattice *l = ARENA_NEW(a, struct lattice);
    struct piece *piece = ARENA_ARRAY(a, struct piece, PIECES_MAX);
    size_t n = 0;
    *l = (struct lattice){.over = o, .window = w};
    fill(l);
    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLUMNS; c++) {
            if (n + 2 > PIECES_MAX)
                return err_set(e, "holds in too many places to be drawn as a line");
            n += square(l, c, r, piece + n);
        }
    }
    *out = (struct plot_curve){.point = ARENA_ARRAY(a, struct plot_point, 3 * n + 1),
                               .line = ARENA_ARRAY(a, size_t, n + 1)};
    for (size_t i = 0; i < n; i++) {
        if (!piece[i].used)
            join(w, out, piece, n, i);
    }
    return true;
}
