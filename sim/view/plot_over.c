/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_over.c: the formula: text to a list of steps for a stack, and its value. See plot_over.h. */
#include "sim/view/plot_over.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 256
#define DEPTH_MAX 32

enum step_kind { PUSH, NAME, NEGATE, ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, CALL };

struct step {
    enum step_kind kind;
    double number;
    size_t index; /* of the name, or the function */
};

struct plot_over {
    struct step step[STEPS_MAX];
    size_t count;
    unsigned uses; /* a bit a name */
};

struct parser {
    struct plot_over *over;
    const char *p;
    const char *const *names;
    size_t name_count;
    int depth;
    struct err *e;
};

/* --- functions -------------------------------------------------------------------------------- */

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

static const struct function {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
} functions[] = {
    {"abs", fabs, NULL},  {"ceil", ceil, NULL},   {"floor", floor, NULL}, {"round", round, NULL},
    {"sqrt", sqrt, NULL}, {"exp", exp, NULL},     {"log", log, NULL},     {"log10", log10, NULL},
    {"log2", log2, NULL}, {"min", NULL, least},   {"max", NULL, most},
};

#define FUNCTION_COUNT (sizeof functions / sizeof functions[0])

/* --- text to steps ---------------------------------------------------------------------------- */

static bool wrong(struct parser *k, const char *what)
{
    return *k->p ? err_set(k->e, "%s at '%.40s'", what, k->p) : err_set(k->e, "%s at its end", what);
}

static void blanks(struct parser *k)
{
    while (*k->p == ' ' || *k->p == '\t')
        k->p++;
}

static bool accept(struct parser *k, const char *token)
{
    blanks(k);
    size_t n = strlen(token);
    if (strncmp(k->p, token, n) != 0)
        return false;
    k->p += n;
    return true;
}

static bool emit(struct parser *k, struct step s)
{
    if (k->over->count == STEPS_MAX)
        return err_set(k->e, "is longer than %d terms", STEPS_MAX);
    k->over->step[k->over->count++] = s;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, a point, an exponent: nothing that strtod alone would take, such as "0x10" or "infinity". */
static bool take_number(struct parser *k)
{
    static const struct { const char *unit; double factor; } units[] = {
        {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"%", 0.01}};
    char digits[64];
    size_t n = 0;
    const char *q = k->p;
    while (is_digit(q[n]) || q[n] == '.')
        n++;
    bool power = n && (q[n] == 'e' || q[n] == 'E');
    if (power && (is_digit(q[n + 1]) || (q[n + 1] == '-' && is_digit(q[n + 2])))) {
        n += 2;
        while (is_digit(q[n]))
            n++;
    }
    if (n == 0 || n >= sizeof digits)
        return wrong(k, "a number is wrong");
    memcpy(digits, q, n);
    digits[n] = 0;
    char *end;
    struct step s = {.kind = PUSH, .number = strtod(digits, &end)};
    if (*end)
        return wrong(k, "a number is wrong");
    k->p += n;
    size_t letters = *k->p == '%' ? 1 : 0;
    while (is_letter(k->p[letters]))
        letters++;
    bool known = letters == 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0] && !known; i++) {
        known = strlen(units[i].unit) == letters && strncmp(k->p, units[i].unit, letters) == 0;
        s.number *= known ? units[i].factor : 1;
    }
    if (!known)
        return wrong(k, "a unit is none of us, ms, s, min, h, d, %");
    k->p += letters;
    return emit(k, s);
}

static bool take_sum(struct parser *k);

static bool take_arguments(struct parser *k, size_t f)
{
    if (!accept(k, "("))
        return wrong(k, "'(' is missing");
    if (!take_sum(k))
        return false;
    if (functions[f].two && !accept(k, ","))
        return wrong(k, "',' is missing");
    if (functions[f].two && !take_sum(k))
        return false;
    if (!accept(k, ")"))
        return wrong(k, "')' is missing");
    return emit(k, (struct step){.kind = CALL, .index = f});
}

static bool unknown(struct parser *k, struct str word)
{
    const char *all[OVER_NAMES_MAX + FUNCTION_COUNT];
    char list[512];
    struct txtbuf t = txtbuf_of(list, sizeof list);
    size_t n = 0;
    for (size_t i = 0; i < k->name_count; i++) {
        txtbuf_add(&t, "%s'%s'", i ? ", " : "", k->names[i]);
        all[n++] = k->names[i];
    }
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        all[n++] = functions[i].name;
    const char *near = str_nearest(word, all, n);
    if (near)
        return err_set(k->e, "'%.*s' is unknown; did you mean '%s'?", STR_ARG(word), near);
    return err_set(k->e, "'%.*s' is unknown; the names here are %s", STR_ARG(word), list);
}

static bool take_word(struct parser *k)
{
    struct str word = {k->p, 0};
    while (is_letter(word.p[word.n]) || is_digit(word.p[word.n]))
        word.n++;
    for (size_t i = 0; i < k->name_count; i++) {
        if (str_eq(word, str_of(k->names[i]))) {
            k->p += word.n;
            k->over->uses |= 1u << i;
            return emit(k, (struct step){.kind = NAME, .index = i});
        }
    }
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (str_eq(word, str_of(functions[i].name))) {
            k->p += word.n;
            return take_arguments(k, i);
        }
    }
    return unknown(k, word);
}

static bool take_signed(struct parser *k);

static bool take_primary(struct parser *k)
{
    if (accept(k, "("))
        return take_sum(k) && (accept(k, ")") || wrong(k, "')' is missing"));
    if (is_letter(*k->p))
        return take_word(k);
    if (is_digit(*k->p) || *k->p == '.')
        return take_number(k);
    return wrong(k, "a name or a number is missing");
}

static bool take_power(struct parser *k)
{
    if (!take_primary(k))
        return false;
    return !accept(k, "**") || (take_signed(k) && emit(k, (struct step){.kind = POWER}));
}

static bool take_signed(struct parser *k)
{
    if (k->depth++ == DEPTH_MAX)
        return err_set(k->e, "is nested deeper than %d levels", DEPTH_MAX);
    bool minus = accept(k, "-"), ok;
    if (minus)
        ok = take_signed(k) && emit(k, (struct step){.kind = NEGATE});
    else
        ok = take_power(k);
    k->depth--;
    return ok;
}

static bool take_product(struct parser *k)
{
    if (!take_signed(k))
        return false;
    for (;;) {
        bool times = accept(k, "*");
        if (!times && !accept(k, "/"))
            return true;
        if (!take_signed(k) || !emit(k, (struct step){.kind = times ? MULTIPLY : DIVIDE}))
            return false;
    }
}

static bool take_sum(struct parser *k)
{
    if (!take_product(k))
        return false;
    for (;;) {
        bool plus = accept(k, "+");
        if (!plus && !accept(k, "-"))
            return true;
        if (!take_product(k) || !emit(k, (struct step){.kind = plus ? ADD : SUBTRACT}))
            return false;
    }
}

struct plot_over *plot_over_parse(struct arena *a, const char *text, const char *const *names, size_t n,
                                  size_t upright, struct err *e)
{
    ASSERT(n <= OVER_NAMES_MAX && upright < n);
    struct plot_over *o = ARENA_NEW(a, struct plot_over);
    struct parser k = {.over = o, .p = text, .names = names, .name_count = n, .e = e};
    bool ok = take_sum(&k);
    if (ok && accept(&k, "="))
        ok = (accept(&k, "="), take_sum(&k));
    else if (ok) {
        o->uses |= 1u << upright;
        ok = emit(&k, (struct step){.kind = NAME, .index = upright});
    }
    ok = ok && emit(&k, (struct step){.kind = SUBTRACT});
    blanks(&k);
    if (ok && *k.p)
        ok = wrong(&k, "the formula cannot be read");
    return ok ? o : NULL;
}

/* --- value ------------------------------------------------------------------------------------ */

static double combine(enum step_kind kind, double a, double b)
{
    switch (kind) {
    case ADD:
        return a + b;
    case SUBTRACT:
        return a - b;
    case MULTIPLY:
        return a * b;
    case DIVIDE:
        return a / b;
    case POWER:
        return pow(a, b);
    case PUSH:
    case NAME:
    case NEGATE:
    case CALL:
        break;
    }
    UNREACHABLE();
}

double plot_over_at(const struct plot_over *o, const double *value)
{
    double stack[STEPS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct step *s = &o->step[i];
        if (s->kind == PUSH || s->kind == NAME) {
            stack[n++] = s->kind == PUSH ? s->number : value[s->index];
        } else if (s->kind == NEGATE) {
            stack[n - 1] = -stack[n - 1];
        } else if (s->kind == CALL && functions[s->index].one) {
            stack[n - 1] = functions[s->index].one(stack[n - 1]);
        } else {
            n--;
            stack[n - 1] = s->kind == CALL ? functions[s->index].two(stack[n - 1], stack[n])
                                           : combine(s->kind, stack[n - 1], stack[n]);
        }
    }
    ASSERT(n == 1);
    return stack[0];
}

bool plot_over_uses(const struct plot_over *o, size_t name)
{
    return o->uses >> name & 1u;
}
