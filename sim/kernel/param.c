/* SPDX-License-Identifier: GPL-3.0-or-later */
/* param.c: text with units to integers and back. */
#include "sim/kernel/param.h"

#include <string.h>

struct unit {
    const char *name;
    int64_t scale;
};

#define UNITS_MAX 8
#define CHOICES_MAX 64

/* Parts per billion serve fractions, so that "5%" and "0.05" are the same integer. */
static const struct unit units[][UNITS_MAX] = {
    [UNIT_TIME] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000},
                   {"min", 60000000000}, {"h", 3600000000000}, {"d", 86400000000000}},
    [UNIT_RATE] = {{"bps", 1}, {"kbps", 1000}, {"Mbps", 1000000}, {"Gbps", 1000000000}},
    [UNIT_BYTES] = {{"B", 1}, {"KiB", 1024}, {"MiB", 1048576}},
    [UNIT_FRACTION] = {{"%", 10000000}, {"", 1000000000}},
    [UNIT_NONE] = {{"", 1}},
};

static const char *const unit_lists[] = {
    [UNIT_TIME] = "ns us ms s min h d", [UNIT_RATE] = "bps kbps Mbps Gbps",
    [UNIT_BYTES] = "B KiB MiB",         [UNIT_FRACTION] = "% or a plain number 0..1",
    [UNIT_NONE] = "none",
};

static bool find_unit(enum unit_kind kind, struct str name, int64_t *scale)
{
    for (int i = 0; i < UNITS_MAX && units[kind][i].name; i++) {
        if (str_eq(name, str_of(units[kind][i].name))) {
            *scale = units[kind][i].scale;
            return true;
        }
    }
    return false;
}

static size_t number_len(struct str s)
{
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.'))
        n++;
    return n;
}

/* whole.frac × scale, exactly or not at all. */
static bool scale_decimal(struct str number, int64_t scale, int64_t *out)
{
    struct str frac = number, whole = str_cut(&frac, '.');
    uint64_t w = 0, f = 0, den = 1;
    if (whole.n == 0 && frac.n == 0)
        return false;
    if (whole.n && !str_u64(whole, INT64_MAX, &w))
        return false;
    while (frac.n && frac.p[frac.n - 1] == '0')
        frac.n--;
    if (frac.n > 18 || (frac.n && !str_u64(frac, INT64_MAX, &f)))
        return false;
    for (size_t i = 0; i < frac.n; i++)
        den *= 10;
    __int128 part = (__int128)f * scale;
    __int128 v = (__int128)w * scale + part / (__int128)den;
    if (part % (__int128)den != 0 || v > INT64_MAX)
        return false;
    *out = (int64_t)v;
    return true;
}

static bool bad_unit(enum unit_kind kind, struct str text, struct str unit, struct err *e)
{
    const char *names[UNITS_MAX];
    size_t n = 0;
    while (n < UNITS_MAX && units[kind][n].name) {
        names[n] = units[kind][n].name;
        n++;
    }
    if (unit.n == 0)
        return err_set(e, "'%.*s' lacks its unit (one of %s)", STR_ARG(text), unit_lists[kind]);
    const char *near = NULL;
    for (size_t i = 0; i < n && !near; i++)
        near = names[i][0] && (str_eq_nocase(unit, str_of(names[i])) ||
                               (unit.n > 2 && str_starts_nocase(unit, str_of(names[i])) && names[i][1]))
                   ? names[i]
                   : NULL;
    near = near ? near : str_nearest(unit, names, n);
    return err_set(e, "'%.*s' has the unknown unit '%.*s'%s%s%s (one of %s)", STR_ARG(text), STR_ARG(unit),
                   near && near[0] ? "; did you mean '" : "", near && near[0] ? near : "",
                   near && near[0] ? "'?" : "", unit_lists[kind]);
}

bool unit_parse(enum unit_kind kind, struct str text, int64_t *out, struct err *e)
{
    struct str s = str_trim(text), number = s;
    number.n = number_len(s);
    struct str unit = str_trim((struct str){s.p + number.n, s.n - number.n});
    int64_t scale = 1;
    if (s.n && s.p[0] == '-')
        return err_set(e, "'%.*s' is negative", STR_ARG(text));
    if (number.n == 0)
        return err_set(e, "'%.*s' is not a number%s%s", STR_ARG(text),
                       kind == UNIT_NONE ? "" : " with a unit of ", kind == UNIT_NONE ? "" : unit_lists[kind]);
    if (!find_unit(kind, unit, &scale))
        return bad_unit(kind, text, unit, e);
    if (!scale_decimal(number, scale, out))
        return err_set(e, "'%.*s' is too large, too fine or not a number", STR_ARG(text));
    return true;
}

bool unit_parse_signed(enum unit_kind kind, struct str text, int64_t *out, struct err *e)
{
    struct str s = str_trim(text);
    bool minus = s.n > 1 && s.p[0] == '-' && s.p[1] != '-';
    s.p += minus;
    s.n -= minus;
    if (!unit_parse(kind, s, out, e))
        return false;
    *out = minus ? -*out : *out;
    return true;
}

static enum unit_kind unit_of(enum param_type type)
{
    switch (type) {
    case PARAM_DUR:
    case PARAM_LAW:
        return UNIT_TIME;
    case PARAM_RATE:
        return UNIT_RATE;
    case PARAM_BYTES:
        return UNIT_BYTES;
    case PARAM_FRACTION:
        return UNIT_FRACTION;
    default:
        return UNIT_NONE;
    }
}

const char *param_unit(enum param_type type)
{
    static const char *const names[] = {
        [UNIT_TIME] = "s", [UNIT_RATE] = "bit/s", [UNIT_BYTES] = "B", [UNIT_FRACTION] = "1"};
    enum unit_kind k = unit_of(type);
    return k == UNIT_NONE ? (type == PARAM_INT ? "1" : "") : names[k];
}


static bool parse_choice(const struct param_def *d, struct str text, struct param_value *out,
                         struct err *e)
{
    struct str rest = str_of(d->type == PARAM_BOOL ? "off|on" : d->choices);
    const char *names[CHOICES_MAX];
    char copies[CHOICES_MAX][48];
    size_t n = 0;
    for (; rest.n; n++) {
        ASSERT(n < CHOICES_MAX);
        struct str one = str_cut(&rest, '|');
        struct txtbuf t = txtbuf_of(copies[n], sizeof copies[n]);
        txtbuf_str(&t, one);
        names[n] = copies[n];
        if (str_eq(one, text)) {
            out->i = (int64_t)n;
            out->text = one.p;
            return true;
        }
    }
    const char *near = str_nearest(text, names, n);
    return err_set(e, "'%.*s' is none of %s%s%s%s", STR_ARG(text),
                   d->type == PARAM_BOOL ? "on|off" : d->choices, near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

static bool parse_ip4(struct str text, int64_t *out, struct err *e)
{
    struct str rest = text;
    uint64_t v = 0, part = 0;
    for (int i = 0; i < 4; i++) {
        struct str octet = str_cut(&rest, '.');
        if (octet.n > 3 || !str_u64(octet, 255, &part) || (i < 3 && rest.p == octet.p + octet.n))
            return err_set(e, "'%.*s' is not an IPv4 address", STR_ARG(text));
        v = v << 8 | part;
    }
    if (rest.n)
        return err_set(e, "'%.*s' is not an IPv4 address", STR_ARG(text));
    *out = (int64_t)v;
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

static bool parse_mac(struct str text, int64_t *out, struct err *e)
{
    int64_t v = 0;
    size_t digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ':' || text.p[i] == '-' || text.p[i] == '.')
            continue;
        int h = hex(text.p[i]);
        if (h < 0 || ++digits > 12)
            return err_set(e, "'%.*s' is not a MAC address", STR_ARG(text));
        v = v << 4 | h;
    }
    if (digits != 12)
        return err_set(e, "'%.*s' is not a MAC address", STR_ARG(text));
    *out = v;
    return true;
}

static bool within(const struct param_def *d, struct str text, int64_t v, struct err *e)
{
    int64_t lim;
    if (d->min) {
        if (!unit_parse_signed(unit_of(d->type), str_of(d->min), &lim, e))
            UNREACHABLE();
        if (v < lim)
            return err_set(e, "'%.*s' is below its least value %s", STR_ARG(text), d->min);
    }
    if (d->max) {
        if (!unit_parse_signed(unit_of(d->type), str_of(d->max), &lim, e))
            UNREACHABLE();
        if (v > lim)
            return err_set(e, "'%.*s' is above its greatest value %s", STR_ARG(text), d->max);
    }
    return true;
}

static bool parse_law(const struct param_def *d, struct str text, struct param_value *out,
                      struct err *e)
{
    if (!dist_parse(text, &out->law, e))
        return false;
    out->i = out->law.v[0].ns;
    uint32_t checked = out->law.kind == DIST_NORMAL ? 1 : out->law.n;
    for (uint32_t i = 0; i < checked; i++) {
        if (!within(d, text, out->law.v[i].ns, e))
            return false;
    }
    return true;
}

/* Spans and whole numbers whose range begins below zero, such as the offset of a clock. */
static bool parse_negative(const struct param_def *d, struct str text, struct param_value *out,
                           struct err *e)
{
    if (!unit_parse_signed(unit_of(d->type), text, &out->i, e) || !within(d, text, out->i, e))
        return false;
    out->law = dist_const(dur_ns(out->i));
    return true;
}

static bool may_be_negative(const struct param_def *d)
{
    return d->min && d->min[0] == '-' && (d->type == PARAM_DUR || d->type == PARAM_INT);
}

bool param_parse(const struct param_def *d, struct str text, struct param_value *out, struct err *e)
{
    *out = (struct param_value){.type = d->type, .given = true};
    bool ok = false;
    if (may_be_negative(d) && str_trim(text).n && str_trim(text).p[0] == '-')
        return parse_negative(d, text, out, e) || err_wrap(e, "parameter '%s'", d->name);
    switch (d->type) {
    case PARAM_DUR:
    case PARAM_LAW:
        ok = parse_law(d, text, out, e);
        break;
    case PARAM_RATE:
    case PARAM_BYTES:
    case PARAM_FRACTION:
    case PARAM_INT:
        ok = unit_parse(unit_of(d->type), text, &out->i, e) && within(d, text, out->i, e);
        break;
    case PARAM_BOOL:
    case PARAM_ENUM:
        ok = parse_choice(d, text, out, e);
        break;
    case PARAM_TEXT:
        out->text = text.p;
        ok = true;
        break;
    case PARAM_IP4:
        ok = parse_ip4(text, &out->i, e);
        break;
    case PARAM_MAC:
        ok = parse_mac(text, &out->i, e);
        break;
    }
    return ok || err_wrap(e, "parameter '%s'", d->name);
}

void param_store(const struct param_def *d, const struct param_value *v, void *state, struct rng *r)
{
    char *field = (char *)state + d->offset;
    switch (d->type) {
    case PARAM_DUR: {
        ASSERT(v->law.kind == DIST_CONST || r != NULL);
        struct sim_dur drawn = dist_draw(&v->law, r);
        memcpy(field, &drawn, sizeof drawn);
        return;
    }
    case PARAM_LAW:
        memcpy(field, &v->law, sizeof v->law);
        return;
    case PARAM_RATE:
    case PARAM_BYTES:
    case PARAM_FRACTION:
    case PARAM_INT:
        memcpy(field, &v->i, sizeof v->i);
        return;
    case PARAM_BOOL:
        *(bool *)field = v->i != 0;
        return;
    case PARAM_ENUM:
        *(int *)(void *)field = (int)v->i;
        return;
    case PARAM_TEXT:
        memcpy(field, &v->text, sizeof v->text);
        return;
    case PARAM_IP4: {
        uint32_t a = (uint32_t)v->i;
        memcpy(field, &a, sizeof a);
        return;
    }
    case PARAM_MAC:
        for (int i = 0; i < 6; i++)
            field[i] = (char)(uint8_t)(v->i >> (8 * (5 - i)));
        return;
    }
    UNREACHABLE();
}

void txtbuf_scaled(struct txtbuf *t, int64_t n, int digits)
{
    uint64_t v = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, den = 1;
    for (int i = 0; i < digits; i++)
        den *= 10;
    txtbuf_add(t, "%s%llu", n < 0 ? "-" : "", (unsigned long long)(v / den));
    uint64_t part = v % den;
    if (part == 0)
        return;
    txtbuf_char(t, '.');
    for (den /= 10; part; den /= 10) {
        txtbuf_char(t, (char)('0' + part / den));
        part %= den;
    }
}

bool param_number(struct txtbuf *t, const struct param_value *v)
{
    switch (v->type) {
    case PARAM_DUR:
    case PARAM_LAW:
        if (v->law.kind != DIST_CONST)
            return false;
        txtbuf_scaled(t, v->i, 9);
        return true;
    case PARAM_FRACTION:
        txtbuf_scaled(t, v->i, 9);
        return true;
    case PARAM_RATE:
    case PARAM_BYTES:
    case PARAM_INT:
        txtbuf_scaled(t, v->i, 0);
        return true;
    default:
        return false;
    }
}

static void rate_text(struct txtbuf *t, int64_t bps)
{
    static const struct unit scaled[] = {{"Gbps", 1000000000}, {"Mbps", 1000000}, {"kbps", 1000}};
    for (size_t i = 0; i < sizeof scaled / sizeof scaled[0]; i++) {
        if (bps && bps % scaled[i].scale == 0) {
            txtbuf_add(t, "%lld%s", (long long)(bps / scaled[i].scale), scaled[i].name);
            return;
        }
    }
    txtbuf_add(t, "%lldbps", (long long)bps);
}

static void choice_text(struct txtbuf *t, const struct param_def *d, int64_t index)
{
    struct str rest = str_of(d->type == PARAM_BOOL ? "off|on" : d->choices), one = STR_NONE;
    for (int64_t i = 0; i <= index; i++)
        one = str_cut(&rest, '|');
    txtbuf_str(t, one);
}

void param_text(struct txtbuf *t, const struct param_def *d, const struct param_value *v)
{
    switch (v->type) {
    case PARAM_DUR:
    case PARAM_LAW:
        dist_text(t, &v->law);
        return;
    case PARAM_RATE:
        rate_text(t, v->i);
        return;
    case PARAM_BYTES:
        txtbuf_add(t, "%lldB", (long long)v->i);
        return;
    case PARAM_FRACTION:
        txtbuf_scaled(t, v->i, 7);
        txtbuf_char(t, '%');
        return;
    case PARAM_INT:
        txtbuf_add(t, "%lld", (long long)v->i);
        return;
    case PARAM_BOOL:
    case PARAM_ENUM:
        choice_text(t, d, v->i);
        return;
    case PARAM_TEXT:
        txtbuf_cstr(t, v->text);
        return;
    case PARAM_IP4:
        txtbuf_add(t, "%u.%u.%u.%u", (unsigned)(v->i >> 24 & 255), (unsigned)(v->i >> 16 & 255),
                   (unsigned)(v->i >> 8 & 255), (unsigned)(v->i & 255));
        return;
    case PARAM_MAC:
        for (int i = 5; i >= 0; i--)
            txtbuf_add(t, "%02x%s", (unsigned)(v->i >> (8 * i) & 255), i ? ":" : "");
        return;
    }
    UNREACHABLE();
}

void param_range_text(struct txtbuf *t, const struct param_def *d)
{
    if (d->choices)
        txtbuf_cstr(t, d->choices);
    else if (d->type == PARAM_BOOL)
        txtbuf_cstr(t, "on|off");
    else if (d->min || d->max)
        txtbuf_add(t, "%s .. %s", d->min ? d->min : "", d->max ? d->max : "");
}
