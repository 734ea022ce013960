/* SPDX-License-Identifier: GPL-3.0-or-later */
/* where.c: see where.h. */
#include "sim/study/where.h"

enum op { LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL, DIFFERENT };

static const struct {
    const char *sign;
    enum op op;
} ops[] = {{"<=", LESS_OR_EQUAL}, {">=", GREATER_OR_EQUAL}, {"==", EQUAL}, {"!=", DIFFERENT},
           {"<", LESS},           {">", GREATER}}; /* the longer first */

static bool split(struct str text, struct str *left, enum op *op, struct str *right)
{
    for (size_t i = 0; i < text.n; i++) {
        for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++) {
            struct str here = {text.p + i, text.n - i}, sign = str_of(ops[k].sign);
            if (!str_starts(here, sign))
                continue;
            *left = str_trim((struct str){text.p, i});
            *right = str_trim((struct str){here.p + sign.n, here.n - sign.n});
            *op = ops[k].op;
            return left->n && right->n;
        }
    }
    return false;
}

static bool is_name(struct str s)
{
    return s.n && ((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= 'A' && s.p[0] <= 'Z'));
}

static bool term(struct str text, where_value_fn *value, void *arg, struct quantity *out, struct err *e)
{
    *out = quantity_of(text);
    if (out->number || !is_name(text) || value(arg, text, out))
        return true;
    *out = (struct quantity){.word = text}; /* a word such as linux */
    (void)e;
    return true;
}

static bool add(struct quantity *sum, struct quantity q, bool minus, struct err *e)
{
    if (!sum->number || !q.number || !quantity_agree(sum, &q))
        return err_set(e, "'%.*s' and '%.*s' cannot be added", STR_ARG(sum->word), STR_ARG(q.word));
    if (__builtin_add_overflow(sum->v, minus ? -q.v : q.v, &sum->v))
        return err_set(e, "the sum is too large");
    return true;
}

/* names and values joined by + and - */
static bool side(struct str text, where_value_fn *value, void *arg, struct quantity *out, struct err *e)
{
    bool first = true, minus = false;
    while (text.n) {
        size_t n = first && text.p[0] == '-' ? 1 : 0;
        while (n < text.n && text.p[n] != '+' && text.p[n] != '-')
            n++;
        struct quantity q;
        struct str one = str_trim((struct str){text.p, n});
        if (one.n == 0)
            return err_set(e, "a value is missing");
        if (!term(one, value, arg, &q, e) || (!first && !add(out, q, minus, e)))
            return false;
        *out = first ? q : *out;
        first = false;
        minus = n < text.n && text.p[n] == '-';
        bool dangling = n + 1 == text.n;
        n += n < text.n;
        text.p += n;
        text.n -= n;
        if (dangling)
            return err_set(e, "a value is missing");
    }
    return true;
}

static bool compare(enum op op, int64_t a, int64_t b)
{
    switch (op) {
    case LESS:
        return a < b;
    case LESS_OR_EQUAL:
        return a <= b;
    case GREATER:
        return a > b;
    case GREATER_OR_EQUAL:
        return a >= b;
    case EQUAL:
        return a == b;
    case DIFFERENT:
        return a != b;
    }
    UNREACHABLE();
}

bool where_holds(struct str text, where_value_fn *value, void *arg, bool *holds, struct err *e)
{
    struct str left, right;
    struct quantity a, b;
    enum op op;
    if (!split(text, &left, &op, &right))
        return err_set(e, "is not of the form 'A < B' (< <= > >= == !=)");
    if (!side(left, value, arg, &a, e) || !side(right, value, arg, &b, e))
        return false;
    if (!quantity_agree(&a, &b))
        return err_set(e, "'%.*s' and '%.*s' cannot be compared", STR_ARG(left), STR_ARG(right));
    if (!a.number && op != EQUAL && op != DIFFERENT)
        return err_set(e, "'%.*s' is a word; words compare with == and != only", STR_ARG(left));
    *holds = a.number ? compare(op, a.v, b.v) : str_eq(a.word, b.word) == (op == EQUAL);
    return true;
}
