/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The regular expressions of SIP profiles: leftmost, each repetition as long as it can be; groups and what a
 * replacement makes of them. What must come out was worked out by hand, with sed's basic expressions as the model. */
#include "tests/unit/net/station.h"

#include "models/proto/ios_pattern.h"

/* The text with its first match replaced; "none" when nothing matches. */
static const char *replaced(const char *pattern, const char *replacement, const char *in)
{
    static char out[256];
    struct txtbuf t = txtbuf_of(out, sizeof out);
    struct ios_pattern p;
    struct pattern_match m;
    struct err e = {0};
    if (!ios_pattern_read(&p, str_of(pattern), &e) || !ios_replacement_check(str_of(replacement), &p, &e))
        fail_msg("%s", e.msg);
    if (!ios_pattern_find(&p, str_of(in), &m))
        return "none";
    txtbuf_str(&t, (struct str){in, (size_t)(m.group[0].p - in)});
    ios_replacement_write(&t, str_of(replacement), &m);
    txtbuf_cstr(&t, m.group[0].p + m.group[0].n);
    return out;
}

static void what_is_replaced(void **state)
{
    static const struct {
        const char *pattern, *replacement, *in, *out;
    } rows[] = {
        {", UPDATE", "", "Allow: INVITE, UPDATE, BYE", "Allow: INVITE, BYE"},
        {"UPDATE", "", "Allow: INVITE", "none"},
        {"a", "b", "aaa", "baa"},                /* the first alone */
        {"a*", "x", "baa", "xbaa"},              /* leftmost, even where it is empty */
        {"a+", "x", "baa", "bx"},
        {"ba?", "x", "baa", "xa"},
        {".*", "x", "abc", "x"},
        {"b.*", "", "abc", "a"},
        {"^b", "x", "abc", "none"},
        {"^a", "x", "abc", "xbc"},
        {"c$", "x", "abcc", "abcx"},
        {"a^b$c", "x", "a^b$c", "x"},            /* only at the ends are they special */
        {"1.1", "x", "101", "x"},
        {"1\\.1", "x", "101", "none"},
        {"[0-9]+", "n", "ab123c4", "abnc4"},
        {"[^a-z]+", "n", "ab1-2c", "abnc"},
        {"[]x]", "n", "a]", "an"},
        {"[a-]", "n", "x-", "xn"},
        {"<sip:\\(.*\\)@.*>", "<sip:\\1@example.com>", "From: <sip:100@10.0.0.1>;tag=7",
         "From: <sip:100@example.com>;tag=7"},
        {"(.*)", "\\1;temp=xyz", "Contact: <sip:1@a>", "Contact: <sip:1@a>;temp=xyz"},
        {"(a.)(c.)", "\\2\\1", "xabcdx", "xcdabx"},
        {"((a)b)", "[\\1|\\2]", "ab", "[ab|a]"},
        {"a.*b.*c", "x", "abbcbd", "xbd"},       /* gives back until the rest fits */
        {"(.*),(.*)", "\\2,\\1", "1,2,3", "3,1,2"},
        {"x", "\\\\1\\.", "x", "\\1."},
        {"a*a*a*b", "x", "aaaa", "none"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *out = replaced(rows[i].pattern, rows[i].replacement, rows[i].in);
        if (strcmp(out, rows[i].out) != 0)
            fail_msg("'%s' on '%s': '%s', not '%s'", rows[i].pattern, rows[i].in, out, rows[i].out);
    }
}

static void mistakes(void **state)
{
    static const struct {
        const char *pattern, *replacement, *want;
    } bad[] = {
        {"", "", "an empty pattern"},
        {"a\\", "", "ends with a \\"},
        {"*a", "", "has a * with nothing"},
        {"a**", "", "has a * with nothing"},
        {"(+)", "", "has a + with nothing"},
        {"(a", "", "has a ( without its )"},
        {"a)", "", "closes a group that is not open"},
        {"[a", "", "has a [ without its ]"},
        {"[]", "", "has a [ without its ]"},
        {"a|b", "", "has a |, which is not known here"},
        {"(a)\\1", "", "refers back with \\1"},
        {"((((((((((a))))))))))", "", "more than 9 groups"},
        {"(a)", "\\2", "names group 2, but the pattern has 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ios_pattern p;
        struct err e = {0};
        bool fine = ios_pattern_read(&p, str_of(bad[i].pattern), &e) &&
                    ios_replacement_check(str_of(bad[i].replacement), &p, &e);
        if (fine || !strstr(e.msg, bad[i].want))
            fail_msg("'%s': '%s' lacks '%s'", bad[i].pattern, e.msg, bad[i].want);
    }
}

/* A pattern as long as there is room for; one part more is a mistake. */
static void as_long_as_there_is_room(void **state)
{
    char text[PATTERN_ATOMS_MAX + 2];
    struct ios_pattern p;
    struct pattern_match m;
    struct err e = {0};
    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(ios_pattern_read(&p, (struct str){text, PATTERN_ATOMS_MAX}, &e));
    assert_true(ios_pattern_find(&p, (struct str){text, PATTERN_ATOMS_MAX + 1}, &m));
    assert_int_equal(m.group[0].n, PATTERN_ATOMS_MAX);
    assert_false(ios_pattern_find(&p, (struct str){text, PATTERN_ATOMS_MAX - 1}, &m));
    assert_false(ios_pattern_read(&p, (struct str){text, PATTERN_ATOMS_MAX + 1}, &e));
    assert_non_null(strstr(e.msg, "more than 96 parts"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_replaced),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(as_long_as_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
