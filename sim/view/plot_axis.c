/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_axis.c: axes with their marks, and text as gnuplot takes it. */
#include <math.h>
#include <string.h>

#include "sim/view/plot_draw.h"

#define LETTER_PX 7
#define LINE_PX 16

/* --- text ------------------------------------------------------------------------------------- */

static size_t utf8_length(const unsigned char *p)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xC2 && p[0] < 0xE0 ? 2 : p[0] >= 0xE0 && p[0] < 0xF0 ? 3
                                                           : p[0] >= 0xF0 && p[0] < 0xF5       ? 4
                                                                                               : 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    }
    return n;
}

/* In single quotes gnuplot replaces nothing but '' by a quote. Bytes that would end the line, that are no
 * UTF-8, or that XML does not allow in text (]]>) are shown as "?". */
void draw_quoted(FILE *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    fputc('\'', out);
    while (*p) {
        size_t n = utf8_length(p);
        if (n == 0 || *p < ' ' || *p == 0x7F || *p == '`' || strncmp((const char *)p, "]]>", 3) == 0) {
            fputc('?', out);
            p++;
            continue;
        }
        if (*p == '\'')
            fputc('\'', out);
        fwrite(p, 1, n, out);
        p += n;
    }
    fputc('\'', out);
}

void draw_expect(struct draw *d, const char *text)
{
    size_t n = strlen(text);
    d->entries++;
    d->widest = n > d->widest ? n : d->widest;
}

const char *draw_none(const struct draw *d)
{
    const char *within = d->plot->within;
    return within ? arena_printf(d->arena, "none in %s", within) : "none in the run";
}

/* "first_unregister_s" in minutes is "first_unregister (min)". */
void draw_label(struct txtbuf *t, const struct draw *d, const struct plot_axis *a, const char *unit)
{
    size_t n = strlen(a->name);
    bool seconds = a->quantity == PLOT_TIME && n > 2 && strcmp(a->name + n - 2, "_s") == 0;
    if (d->plot->kind == PLOT_ECDF && a == &d->plot->y)
        txtbuf_cstr(t, "share of trials");
    else if (d->plot->proportion && a == &d->plot->measure)
        txtbuf_add(t, "trials with %s = 1", a->name);
    else
        txtbuf_str(t, (struct str){a->name, seconds ? n - 2 : n});
    if (unit[0])
        txtbuf_add(t, " (%s)", unit);
}

const char *draw_block(struct draw *d, const char *kind, uint32_t panel, uint32_t series)
{
    return arena_printf(d->arena, "%s%u_%u", kind, panel + 1, series + 1);
}

/* --- ranges ----------------------------------------------------------------------------------- */

struct range draw_span(double low, double high, bool log_axis)
{
    if (log_axis)
        return (struct range){low / 1.2, high * 1.2};
    double room = (high - low) * 0.06;
    if (!(room > 0))
        room = high != 0 ? fabs(high) * 0.1 : 0.5;
    bool from_zero = low >= 0 && low <= 0.5 * high;
    return (struct range){from_zero || (low == 0 && high == 0) ? 0 : low - room, high + room};
}

double draw_edge(const struct plot_axis *a, uint32_t i)
{
    const double *v = a->value;
    uint32_t n = a->count;
    if (n == 1)
        return a->log ? v[0] * (i ? 1.5 : 1 / 1.5) : v[0] + (i ? 0.5 : -0.5) * (v[0] != 0 && !a->word ? fabs(v[0]) : 1);
    uint32_t left = i == 0 ? 0 : i == n ? n - 2 : i - 1;
    double half = a->log ? sqrt(v[left + 1] / v[left]) : (v[left + 1] - v[left]) / 2;
    if (a->log)
        return i == 0 ? v[0] / half : v[i - 1] * half;
    return i == 0 ? v[0] - half : v[i - 1] + half;
}

/* --- marks ------------------------------------------------------------------------------------ */

static void number_text(char text[32], double v)
{
    struct txtbuf t = txtbuf_of(text, 32);
    txtbuf_add(&t, "%.6g", v);
}

/* Is there room for a mark at every value? */
static bool values_fit(const struct plot_axis *a, struct plot_scale s, struct range r, int px, bool level)
{
    double span = a->log ? log(r.high / r.low) : r.high - r.low;
    if (!a->value || a->count > 40)
        return false;
    for (uint32_t i = 0; i + 1 < a->count; i++) {
        char text[32], next[32];
        double apart = a->log ? log(a->value[i + 1] / a->value[i]) : (a->value[i + 1] - a->value[i]) / s.factor;
        number_text(text, a->value[i] / s.factor);
        number_text(next, a->value[i + 1] / s.factor);
        size_t letters = (strlen(text) + strlen(next)) / 2 + 2;
        double need = level ? (double)letters * LETTER_PX : LINE_PX;
        if (apart / span * px < need)
            return false;
    }
    return true;
}

/* Words under a level axis are turned when they would touch. */
static bool words_touch(const struct plot_axis *a, int px)
{
    size_t longest = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        size_t n = strlen(a->word[i]);
        longest = n > longest ? n : longest;
    }
    return (longest + 2) * LETTER_PX * a->count > (size_t)px;
}

static void mark_values(struct draw *d, char axis, const struct plot_axis *a, struct plot_scale s)
{
    fprintf(d->out, "set %ctics (", axis);
    for (uint32_t i = 0; i < a->count; i++) {
        fputs(i ? ", " : "", d->out);
        if (a->word) {
            draw_quoted(d->out, a->word[i]);
            fprintf(d->out, " %u", i);
        } else {
            fprintf(d->out, "'%.6g' %.10g", a->value[i] / s.factor, a->value[i] / s.factor);
        }
    }
    fprintf(d->out, ")");
}

/* The distance of marks where not every value has one. */
static double step_of(struct range r, int px, bool level, const char *unit)
{
    return plot_step(r.high - r.low, px / (level ? 70 : 40) + 1, unit);
}

size_t draw_mark_letters(const struct plot_axis *a, struct plot_scale s, struct range r, double ticks_end, int px)
{
    size_t longest = 4;
    char text[32];
    if (a->word || values_fit(a, s, r, px, false)) {
        for (uint32_t i = 0; i < a->count; i++) {
            number_text(text, a->value[i] / s.factor);
            size_t n = strlen(a->word ? a->word[i] : text);
            longest = n > longest ? n : longest;
        }
        return longest;
    }
    double step = step_of(r, px, false, s.unit);
    for (double v = ceil(r.low / step) * step; v <= ticks_end && !a->log; v += step) {
        number_text(text, fabs(v) < step / 2 ? 0 : v);
        longest = strlen(text) > longest ? strlen(text) : longest;
    }
    return longest;
}

void draw_axis(struct draw *d, char axis, const struct plot_axis *a, struct plot_scale s, struct range r,
               double ticks_end)
{
    char label[256];
    struct txtbuf t = txtbuf_of(label, sizeof label);
    bool level = axis == 'x';
    int px = level ? d->box.right - d->box.left : d->box.bottom - d->box.top;
    if (level || d->first_column)
        draw_label(&t, d, a, !a->word ? s.unit : a->unit ? a->unit : "");
    fprintf(d->out, "set %clabel ", axis);
    draw_quoted(d->out, label);
    fprintf(d->out, "\nset %crange [%.10g:%.10g]\n%s logscale %c\n", axis, r.low, r.high,
            a->log ? "set" : "unset", axis);
    fprintf(d->out, "set format %c '%%g'\n", axis);
    if (a->word || values_fit(a, s, r, px, level)) {
        mark_values(d, axis, a, s);
    } else if (a->log) {
        fprintf(d->out, "set %ctics autofreq", axis);
    } else {
        double step = step_of(r, px, level, s.unit);
        if (d->plot->kind == PLOT_ECDF && a->quantity == PLOT_NUMBER && a == &d->plot->x)
            step = ceil(step); /* a count has no marks between whole numbers */
        double first = ceil(r.low / step - 1e-9) * step;
        fprintf(d->out, "set %ctics %.10g,%.10g,%.10g", axis, first, step, ticks_end + step * 1e-6);
    }
    fprintf(d->out, " out nomirror%s\n",
            level && a->word && words_touch(a, px) ? " rotate by -30" : level ? " norotate" : "");
}
