/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_wire.c: the laws that every codec of wire.def obeys, over its corpus tests/wire/NAME.
 * get(put(m)) == m; put(get(b)) is canonical; a prefix never makes a decoder read past its end,
 * and fails unless the corpus lists it; no flipped bit breaks these laws; a line has at most 100
 * columns; a writer that is too small is never overrun. Buffers have exactly the size of their
 * bytes, so that AddressSanitizer sees the first byte too many.
 *
 * A corpus file NAME.hex holds '#' comments, bytes (in hex, or as text lines "> ..." that end in
 * CRLF) and directives:
 *   line: the line it must give
 *   fails: why it must be refused, instead of a line
 *   short: lengths of strict prefixes that are whole messages too
 *   canonical: (alone) the bytes after it are what put must write, when they differ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/wire/wire_any.h"

#define BYTES_MAX 4096
#define SHORT_MAX 16
#define COLUMNS_MAX 100

struct bytes {
    uint8_t b[BYTES_MAX];
    size_t n;
};

struct sample {
    const char *path;
    char line[160], fails[160];
    struct bytes input, canonical;
    size_t short_lens[SHORT_MAX], short_count;
};

/* --- corpus files
 * ------------------------------------------------------------------------------------- */

static void add_byte(struct bytes *to, unsigned v)
{
    assert_true(to->n < BYTES_MAX);
    to->b[to->n++] = (uint8_t)v;
}

static void add_text(struct bytes *to, const char *s)
{
    while (*s)
        add_byte(to, (unsigned char)*s++);
    add_byte(to, '\r');
    add_byte(to, '\n');
}

static void add_hex(struct sample *s, struct bytes *to, const char *p)
{
    unsigned v;
    int used;
    for (; sscanf(p, " %2x%n", &v, &used) == 1; p += used)
        add_byte(to, v);
    if (p[strspn(p, " ")] != 0)
        fail_msg("%s: no hex: '%s'", s->path, p);
}

static void add_shorts(struct sample *s, char *p)
{
    for (char *w = strtok(p, " "); w; w = strtok(NULL, " ")) {
        assert_true(s->short_count < SHORT_MAX);
        s->short_lens[s->short_count++] = strtoul(w, NULL, 10);
    }
}

static void copy(char *to, size_t cap, const char *from)
{
    size_t n = strlen(from);
    assert_true(n < cap);
    memcpy(to, from, n + 1);
}

static void read_line(struct sample *s, struct bytes **to, char *l)
{
    if (l[0] == '#')
        return;
    if (strncmp(l, "line: ", 6) == 0)
        copy(s->line, sizeof s->line, l + 6);
    else if (strncmp(l, "fails: ", 7) == 0)
        copy(s->fails, sizeof s->fails, l + 7);
    else if (strncmp(l, "short: ", 7) == 0)
        add_shorts(s, l + 7);
    else if (strcmp(l, "canonical:") == 0)
        *to = &s->canonical;
    else if (l[0] == '>')
        add_text(*to, l[1] ? l + 2 : l + 1);
    else
        add_hex(s, *to, l);
}

static void read_sample(struct sample *s, const char *path)
{
    static char l[BYTES_MAX];
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s", path);
    memset(s, 0, sizeof *s);
    s->path = path;
    struct bytes *to = &s->input;
    while (fgets(l, sizeof l, f)) {
        l[strcspn(l, "\n")] = 0;
        read_line(s, &to, l);
    }
    fclose(f);
    if (!s->line[0] == !s->fails[0])
        fail_msg("%s: wants one of 'line:' and 'fails:'", path);
    if (s->canonical.n == 0 && to == &s->input)
        s->canonical = s->input;
}

/* --- the laws
 * --------------------------------------------------------------------------------------- */

/* Decodes in a block of exactly n bytes. The message's views point into it; the caller frees it. */
static uint8_t *get_exact(const struct wire_type *t, const void *p, size_t n, struct wire_any *m,
                          struct rd *r)
{
    uint8_t *block = malloc(n ? n : 1);
    assert_non_null(block);
    memcpy(block, p, n);
    *r = rd_of(block, n);
    memset(m, 0xa5, sizeof *m);
    bool got = t->get(r, m);
    assert_int_equal(got, rd_ok(r));
    return block;
}

static void put_into(const struct wire_type *t, const struct wire_any *m, struct bytes *out)
{
    struct wr w = wr_of(out->b, sizeof out->b);
    t->put(&w, m);
    assert_true(wr_ok(&w));
    out->n = wr_len(&w);
}

static void check_line(const struct wire_type *t, const struct wire_any *m, const char *want)
{
    char text[256];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    t->line(&b, m);
    assert_true(!b.full && b.n <= COLUMNS_MAX && b.n > 0);
    for (size_t i = 0; i < b.n; i++)
        assert_in_range(text[i], ' ', '~');
    if (want)
        assert_string_equal(text, want);
}

/* What was accepted is written, read again, and written again as the same bytes. */
static void check_closed(const struct wire_type *t, const struct wire_any *m)
{
    static struct bytes once, twice;
    struct wire_any again;
    struct rd r;
    put_into(t, m, &once);
    uint8_t *block = get_exact(t, once.b, once.n, &again, &r);
    if (!rd_done(&r))
        fail_msg("%s: own bytes refused: %s", t->name, r.why ? r.why : "not all read");
    put_into(t, &again, &twice);
    assert_int_equal(once.n, twice.n);
    assert_memory_equal(once.b, twice.b, once.n);
    char a[256], b[256];
    struct txtbuf ta = txtbuf_of(a, sizeof a), tb = txtbuf_of(b, sizeof b);
    t->line(&ta, m);
    t->line(&tb, &again);
    assert_string_equal(a, b);
    free(block);
}

static void check_small_writers(const struct wire_type *t, const struct wire_any *m, size_t n)
{
    for (size_t room = 0; room < n; room++) {
        uint8_t *block = malloc(room ? room : 1);
        struct wr w = wr_of(block, room);
        t->put(&w, m);
        assert_false(wr_ok(&w));
        free(block);
    }
}

static bool is_whole(const struct sample *s, size_t n, size_t used)
{
    bool listed = n >= used;
    for (size_t i = 0; i < s->short_count; i++)
        listed = listed || s->short_lens[i] == n;
    return listed;
}

static void check_prefixes(const struct wire_type *t, const struct sample *s, size_t used)
{
    struct wire_any m;
    struct rd r;
    for (size_t n = 0; n < s->input.n; n++) {
        uint8_t *block = get_exact(t, s->input.b, n, &m, &r);
        if (rd_ok(&r) != is_whole(s, n, used))
            fail_msg("%s: prefix of %zu bytes: %s", s->path, n, r.why ? r.why : "accepted");
        if (rd_ok(&r))
            check_closed(t, &m);
        free(block);
    }
}

static void check_flips(const struct wire_type *t, const struct sample *s)
{
    static struct bytes flipped;
    struct wire_any m;
    struct rd r;
    flipped = s->input;
    for (size_t bit = 0; bit < s->input.n * 8; bit++) {
        flipped.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        uint8_t *block = get_exact(t, flipped.b, flipped.n, &m, &r);
        if (rd_ok(&r)) {
            check_line(t, &m, NULL);
            check_closed(t, &m);
        }
        free(block);
        flipped.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void check_sample(const struct wire_type *t, const struct sample *s)
{
    static struct bytes out;
    struct wire_any m;
    struct rd r;
    uint8_t *block = get_exact(t, s->input.b, s->input.n, &m, &r);
    check_flips(t, s);
    if (s->fails[0]) {
        if (rd_ok(&r) || strcmp(r.why, s->fails) != 0)
            fail_msg("%s: wanted '%s', got '%s'", s->path, s->fails, r.why ? r.why : "a message");
        free(block);
        return;
    }
    if (!rd_ok(&r))
        fail_msg("%s: refused: %s", s->path, r.why);
    check_line(t, &m, s->line);
    put_into(t, &m, &out);
    if (out.n != s->canonical.n || memcmp(out.b, s->canonical.b, out.n) != 0)
        fail_msg("%s: put(get(b)) is not canonical", s->path);
    check_closed(t, &m);
    check_small_writers(t, &m, out.n);
    check_prefixes(t, s, rd_at(&r));
    free(block);
}

/* --- every file of every codec
 * ------------------------------------------------------------------------ */

static int is_corpus(const struct dirent *d)
{
    const char *dot = strrchr(d->d_name, '.');
    return dot && strcmp(dot, ".hex") == 0;
}

static void test_laws(void **state)
{
    const struct wire_type *t = *state;
    static struct sample s;
    char folder[512], path[1024];
    struct dirent **files;
    snprintf(folder, sizeof folder, "%s/tests/wire/%s", DT_SOURCE_DIR, t->name);
    int n = scandir(folder, &files, is_corpus, alphasort);
    if (n <= 0)
        fail_msg("codec %s has no corpus in %s", t->name, folder);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]->d_name);
        read_sample(&s, path);
        check_sample(t, &s);
        free(files[i]);
    }
    free(files);
}

int main(void)
{
    struct CMUnitTest tests[32] = {{0}};
    assert_true(wire_type_count <= 32);
    for (size_t i = 0; i < wire_type_count; i++)
        tests[i] = (struct CMUnitTest){.name = wire_types[i]->name,
                                       .test_func = test_laws,
                                       .initial_state = (void *)(uintptr_t)wire_types[i]};
    return _cmocka_run_group_tests("wire", tests, wire_type_count, NULL, NULL);
}
