/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cnf_refused.c: files that no phone may use: each refused with its line and reason, at once, with nothing read
 * but the file itself (inotify and a listening socket are the witnesses) and nothing printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/wire/cnf_xml.h"
#include "tests/unit/wire/cnf_sample.h"

static struct arena *arena;

static void assert_refused(struct str xml, const char *want)
{
    static const struct cnf none;
    struct err e = {0};
    struct cnf c;
    struct str exact = sample_of(xml.p, xml.n);
    bool got = cnf_read(exact, arena, &c, &e);
    sample_free(exact);
    if (got || strcmp(e.msg, want) != 0)
        fail_msg("got %s\nwant %s", got ? "accepted" : e.msg, want);
    assert_memory_equal(&c, &none, sizeof c);
}

/* The sentences are ours, whatever libxml2 says in its own words. */
static const struct {
    const char *name, *why;
} samples[] = {
    {"attribute-twice", "line 2: an attribute twice in one tag"},
    {"bare-ampersand", "line 2: a '&' that begins no entity; write &amp;"},
    {"billion-laughs", "line 2: a document type (<!DOCTYPE) is not allowed: it could define entities"},
    {"blank", "line 3: no element where the file should begin with one"},
    {"cdata", "line 4: a CDATA section without its end"},
    {"comment", "line 4: a comment without its end"},
    {"control", "line 2: a byte or character that XML in this encoding does not allow"},
    {"cut", "line 4: the file ends before all elements are closed"},
    {"cut-tag", "line 2: a tag without its '>'"},
    {"default-attribute", "line 1: a document type (<!DOCTYPE) is not allowed: it could define entities"},
    {"doctype", "line 1: a document type (<!DOCTYPE) is not allowed: it could define entities"},
    {"empty", "line 1: the file is empty"},
    {"encoding", "line 1: encoding 'Shift_JIS' cannot be read, only UTF-8, US-ASCII and ISO-8859-1"},
    {"entity", "line 2: entity &nbsp; is not one of XML's own"},
    {"flag", "line 2: garp is '2', must be 0..1"},
    {"html", "line 1: the root is <html>, must be <device>"},
    {"huge", "line 3: timerT1 is '99999999999999999999', must be 1..60000"},
    {"late-declaration", "line 2: an XML declaration that is not at the very beginning"},
    {"less-than", "line 2: a name is missing after '<', '&' or '?'"},
    {"long-text", "line 3: phoneLabel is longer than 255 bytes"},
    {"members", "line 3: more than 4 members in the callManagerGroup"},
    {"mismatch", "line 4: </sipProfile> stands where <sipStack> of line 3 should be closed"},
    {"negative", "line 4: timerRegisterExpires is '-1', must be 1..2147483647"},
    {"port", "line 3: voipControlPort is '65536', must be 1..65535"},
    {"port-0", "line 3: voipControlPort is '0', must be 1..65535"},
    {"priority", "line 2: member priority is '4', must be 0..3"},
    {"protocol", "line 2: deviceProtocol is 'H.323', must be SIP or SCCP"},
    {"quote", "line 3: a '<' in an attribute's value"},
    {"reference-0", "line 2: a byte or character that XML in this encoding does not allow"},
    {"security-mode", "line 2: deviceSecurityMode is '4', must be 1..3"},
    {"text", "line 1: no element where the file should begin with one"},
    {"two-roots", "line 2: something follows the end of the document"},
    {"unquoted", "line 2: an attribute's value is not quoted"},
    {"utf-16", "line 1: a NUL byte: this is no UTF-8, US-ASCII or ISO-8859-1 text"},
    {"utf-8", "line 3: a byte or character that XML in this encoding does not allow"},
    {"word", "line 3: timerRegisterDelta is '5s', must be 0..2147483647"},
};

static int is_bad(const struct dirent *d)
{
    return strncmp(d->d_name, "bad-", 4) == 0;
}

static void test_samples(void **state)
{
    (void)state;
    struct dirent **files;
    int n = scandir(DT_SOURCE_DIR "/tests/wire/cnf", &files, is_bad, alphasort);
    assert_int_equal(n, sizeof samples / sizeof samples[0]); /* none forgotten */
    for (int i = 0; i < n; i++)
        free(files[i]);
    free(files);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "bad-%s", samples[i].name);
        struct str xml = sample_read(name);
        assert_refused(xml, samples[i].why);
        sample_free(xml);
    }
}

/* Every beginning of a good file is a bad one, until its root is closed. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    struct str whole = sample_read("full");
    struct err e;
    struct cnf c;
    for (size_t n = 0; n < whole.n - 1; n += 3) {
        struct str part = sample_of(whole.p, n);
        e = (struct err){0};
        assert_false(cnf_read(part, arena, &c, &e));
        assert_true(str_starts(str_of(e.msg), STR("line ")));
        sample_free(part);
    }
    sample_free(whole);
}

/* --- size ---------------------------------------------------------------------------------------- */

static char big[4u << 20];

static size_t repeat(size_t at, const char *s, size_t times)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < times && at + n < sizeof big; i++, at += n)
        memcpy(big + at, s, n);
    return at;
}

static struct err read_big(size_t n)
{
    struct err e = {0};
    struct cnf c;
    if (cnf_read((struct str){big, n}, arena, &c, &e))
        assert_int_equal(e.kind, ERR_NONE);
    return e;
}

static void test_limits(void **state)
{
    (void)state;
    size_t frame = strlen("<device></device>");
    size_t n = repeat(repeat(repeat(0, "<device>", 1), " ", CNF_BYTES_MAX - frame), "</device>", 1);
    assert_int_equal(n, CNF_BYTES_MAX);
    assert_string_equal(read_big(n).msg, "");
    n = repeat(repeat(repeat(0, "<device>", 1), " ", CNF_BYTES_MAX - frame + 1), "</device>", 1);
    assert_string_equal(read_big(n).msg, "line 1: the file has 1048577 bytes, may have 1048576");
    n = repeat(repeat(repeat(0, "<device>", 1), "<x>", CNF_DEPTH_MAX - 1), "</x>", CNF_DEPTH_MAX - 1);
    assert_string_equal(read_big(repeat(n, "</device>", 1)).msg, "");
    n = repeat(repeat(repeat(0, "<device>", 1), "<x>", CNF_DEPTH_MAX), "</x>", CNF_DEPTH_MAX);
    assert_string_equal(read_big(repeat(n, "</device>", 1)).msg, "line 1: elements lie more than 32 deep");
    n = repeat(repeat(0, "<device>", 1), "<x>", 300000); /* and nothing closed */
    assert_string_equal(read_big(n).msg, "line 1: elements lie more than 32 deep");
}

/* A tag of a hundred thousand attributes costs libxml2 seconds, for it compares each with each: it must not see
 * it, not even behind an error. Errors without end must cost no more than one. */
static void test_costly(void **state)
{
    (void)state;
    char part[32];
    size_t n = repeat(0, "<device", 1);
    for (int i = 0; n < CNF_BYTES_MAX - 32; i++) {
        snprintf(part, sizeof part, " a%d=\">\"", i);
        n = repeat(n, part, 1);
    }
    assert_string_equal(read_big(repeat(n, "/>", 1)).msg, "line 1: an element has more than 64 attributes");
    n = repeat(repeat(repeat(0, "<device x'", 1), "<y", 1), " a = \n'1'", 100000);
    assert_string_equal(read_big(n).msg, "line 65: an element has more than 64 attributes");
    n = repeat(repeat(0, "<device>", 1), "&a;&#1;<", 100000);
    assert_string_equal(read_big(n).msg, "line 1: entity &a; is not one of XML's own");
    n = repeat(repeat(repeat(0, "<device>", 1), "<phoneLabel>x</phoneLabel>", 30000), "</device>", 1);
    assert_string_equal(read_big(n).msg, "");
}

static void test_too_many(void **state)
{
    (void)state;
    char part[64];
    size_t n = repeat(0, "<device><sipProfile><sipLines>", 1);
    for (int i = 0; i <= CNF_LINES_MAX; i++) {
        snprintf(part, sizeof part, "\n<line button=\"%d\"/>", i + 1);
        n = repeat(n, part, 1);
    }
    assert_string_equal(read_big(n).msg, "line 130: more than 128 lines");
    n = repeat(0, "<device><sipProfile><sipLines><line button=\"65535\"/><line/><line/>", 1);
    assert_string_equal(read_big(repeat(n, "</sipLines></sipProfile></device>", 1)).msg,
                        "line 1: a line without a button, and none is free after 65535");
    n = repeat(repeat(0, "<device><devicePool><dateTimeSetting><ntps>", 1), "\n<ntp/>", CNF_NTP_MAX + 1);
    assert_string_equal(read_big(n).msg, "line 10: more than 8 ntp");
}

/* --- nothing else is touched --------------------------------------------------------------------- */

static int watch(const char *path)
{
    int fd = inotify_init1(IN_NONBLOCK);
    assert_true(fd >= 0);
    assert_true(inotify_add_watch(fd, path, IN_OPEN | IN_ACCESS) >= 0);
    return fd;
}

static bool touched(int fd)
{
    char events[4096];
    return read(fd, events, sizeof events) > 0;
}

/* Each way in which XML can name another file. None is taken. */
static void test_no_other_file(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "<!DOCTYPE device [<!ENTITY x SYSTEM \"%s\">]><device><phoneLabel>&x;</phoneLabel></device>",
        "<!DOCTYPE device [<!ENTITY %% x SYSTEM \"%s\"> %%x;]><device/>",
        "<!DOCTYPE device SYSTEM \"%s\"><device/>",
        "<!DOCTYPE device PUBLIC \"-//x//y\" \"%s\"><device/>",
        "<?oasis-xml-catalog catalog=\"%s\"?><device><phoneLabel/></device>",
        "<?xml-stylesheet href=\"%s\"?><device/>",
        "<device xmlns:xi=\"http://www.w3.org/2001/XInclude\"><name><xi:include href=\"%s\"/></name></device>",
        "<device xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:noNamespaceSchemaLocation=\"%s\"/>",
    };
    char path[] = "/tmp/dt-secret-XXXXXX", xml[1024];
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "secret", 6) == 6);
    close(fd);
    int eye = watch(path);
    close(open(path, O_RDONLY));
    assert_true(touched(eye)); /* the witness sees */
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct err e = {0};
        struct cnf c;
        snprintf(xml, sizeof xml, forms[i], path);
        bool got = cnf_read(str_of(xml), arena, &c, &e);
        assert_int_equal(got, i >= 4);
        assert_false(got && c.phone_label.n);
        if (touched(eye))
            fail_msg("opened by: %s", xml);
    }
    close(eye);
    unlink(path);
}

static void test_no_connection(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 4) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    char xml[256];
    snprintf(xml, sizeof xml, "<!DOCTYPE device SYSTEM \"http://127.0.0.1:%u/x.dtd\"><device/>", ntohs(at.sin_port));
    assert_refused(str_of(xml), "line 1: a document type (<!DOCTYPE) is not allowed: it could define entities");
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 50), 0);
    close(fd);
}

/* With stderr in a pipe: libxml2 likes to print. */
static void test_silent(void **state)
{
    (void)state;
    int ends[2], keep = dup(2);
    char said[64];
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], 2);
    struct err e = {0};
    struct cnf c;
    bool got = cnf_read(STR("<device><a b=c>&x;<p:q/>\xff</device>"), arena, &c, &e);
    bool other = cnf_read(STR("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><device>\x80\x01"), arena, &c, &e);
    dup2(keep, 2);
    assert_false(got || other);
    assert_true(read(ends[0], said, sizeof said) < 0);
    close(ends[0]), close(ends[1]), close(keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),  cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_costly),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_no_other_file),
        cmocka_unit_test(test_silent),   cmocka_unit_test(test_no_connection),
    };
    arena = arena_new("test", 64u << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
