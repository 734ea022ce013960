/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of a DNS server: names as RFC 1123 2.1 has them, the domain, as many addresses as 512 bytes hold. */
#include "tests/unit/net/station.h"

#include "models/proto/dns_hosts.h"

static bool read(struct dns_hosts *h, struct world *w, const char *domain, const char *hosts, struct err *e)
{
    *e = (struct err){0};
    return dns_hosts_read(h, sim_arena(w->sim), domain, hosts, e);
}

static const struct dns_host *find(const struct dns_hosts *h, const char *name)
{
    struct dns_name n;
    assert_true(dns_name_parse(str_of(name), &n));
    return dns_hosts_find(h, &n);
}

static void names_of_one_label_are_the_domains(void **state)
{
    struct world *w = world_open(NULL);
    struct dns_hosts h;
    struct err e;
    (void)state;
    assert_true(read(&h, w, "example.com", " a = 10.1.1.2 ,b.lab=10.1.1.3,, A=10.1.1.4,c.=10.1.1.5", &e));
    assert_int_equal(find(&h, "a.example.COM")->address_count, 2);
    assert_int_equal(find(&h, "a.example.com")->address[1].v, 0x0a010104);
    assert_string_equal(find(&h, "a.example.com")->text, "a.example.com");
    assert_non_null(find(&h, "b.lab"));
    assert_non_null(find(&h, "c"));
    assert_null(find(&h, "a"));
    assert_null(find(&h, "c.example.com"));
    assert_true(read(&h, w, "", "a=10.1.1.2", &e));
    assert_non_null(find(&h, "a"));
    assert_true(read(&h, w, "", "", &e));
    assert_null(h.first);
    world_close(w);
}

static void mistakes(void **state)
{
    static const struct {
        const char *domain, *hosts, *want;
    } bad[] = {{"", "cucm105p", "'cucm105p' is not name=address"},
               {"", "a=10.1.1.2,cucm105p=10.1.1", "'cucm105p': '10.1.1' is not an IPv4 address"},
               {"", "cucm 105p=10.1.1.2", "'cucm 105p' is no host name"},
               {"", "a..b=10.1.1.2", "'a..b' is no host name"},
               {"", "=10.1.1.2", "'' is no host name"},
               {"", "a=10.1.1.2,A=10.1.1.2", "'A=10.1.1.2' is there twice"},
               {"ex ample", "", "'ex ample' is no domain name"},
               {".lab", "", "'.lab' is no domain name"}};
    struct world *w = world_open(NULL);
    struct dns_hosts h;
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(read(&h, w, bad[i].domain, bad[i].hosts, &e));
        if (!strstr(e.msg, bad[i].want))
            fail_msg("'%s' lacks '%s'", e.msg, bad[i].want);
    }
    world_close(w);
}

/* What is accepted fits in 512 bytes with all its addresses; one more, or one letter more, does not. */
static void limits(void **state)
{
    char label[64] = "", hosts[4096], domain[200];
    struct world *w = world_open(NULL);
    struct dns_hosts h;
    struct err e;
    (void)state;
    memset(label, 'a', 63);
    for (size_t letters = 20; letters <= 63; letters++) {
        size_t bytes = letters + 2, fit = (512 - 12 - bytes - 4) / (bytes + 14);
        for (size_t count = 1; count <= 9; count++) {
            struct txtbuf t = txtbuf_of(hosts, sizeof hosts);
            for (size_t i = 0; i < count; i++)
                txtbuf_add(&t, "%.*s=10.1.1.%zu,", (int)letters, label, i + 1);
            bool fine = count <= 8 && count <= fit;
            assert_int_equal(read(&h, w, "", hosts, &e), fine);
            assert_true(fine || strstr(e.msg, "more addresses than an answer holds"));
        }
    }
    struct txtbuf t = txtbuf_of(domain, sizeof domain);
    txtbuf_add(&t, "%s.%s.%.*s", label, label, 61, label);
    assert_true(read(&h, w, domain, "", &e));
    t = txtbuf_of(hosts, sizeof hosts);
    txtbuf_add(&t, "%s=10.1.1.2", label); /* 253 characters together, but no room for an address */
    assert_false(read(&h, w, domain, hosts, &e));
    t = txtbuf_of(domain, sizeof domain);
    txtbuf_add(&t, "%s.%s.%.*s", label, label, 62, label);
    assert_false(read(&h, w, domain, hosts, &e));
    assert_non_null(strstr(e.msg, "more than 253 characters together"));
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_one_label_are_the_domains),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
