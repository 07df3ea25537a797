/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "os/cap.h"
#include "sec/caps.h"
#include "tests/unit/child.h"

#define BIT(n) (1ull << (n))

/* The table against libcap's. */
static void names_and_numbers(void **state)
{
	const char *const *v = caps_names();
	int n = 0;

	(void)state;
	for (; v[n]; n++) {
		char upper[64], *theirs = cap_to_name(n);

		assert_non_null(theirs);
		for (size_t i = 0; i <= strlen(theirs); i++)
			upper[i] = (char)toupper((unsigned char)theirs[i]);
		assert_string_equal(v[n], upper);
		assert_int_equal(caps_number(theirs), n);
		assert_int_equal(caps_number(v[n] + 4), n);
		cap_free(theirs);
	}
	assert_true(n > CAP_AUDIT_READ);
	assert_true(n <= os_cap_last() + 1);
	assert_int_equal(caps_number("CAP_NONSENSE"), -ENOENT);
	assert_int_equal(caps_number("CAP_"), -ENOENT);
	assert_int_equal(caps_number(""), -ENOENT);
}

static int warnings;

static void count_warning(void *data, enum log_level level, const char *msg)
{
	(void)data;
	(void)msg;
	warnings += level == LOG_LEVEL_WARNING;
}

static void beyond_the_last_is_clipped(void **state)
{
	struct spec_caps c = { .bounding = BIT(63) | BIT(0),
			       .effective = BIT(63),
			       .ambient = BIT(62) };

	(void)state;
	warnings = 0;
	log_set_sink(count_warning, NULL);
	caps_clip(&c);
	log_set_sink(NULL, NULL);
	assert_true(c.bounding == BIT(0));
	assert_true(c.effective == 0 && c.ambient == 0);
	assert_int_equal(warnings, 2);
}

/* The mask after "CapXxx:" in our own status. */
static uint64_t status_mask(const char *key)
{
	auto_file f = fopen("/proc/self/status", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			return strtoull(line + strlen(key), NULL, 16);
	return UINT64_MAX;
}

/* The engine's usual order: bounding as root, user, then the rest. */
static void become(const struct spec_caps *c, uid_t uid)
{
	struct err e;

	child_check(caps_drop_bounding(c, uid, &e) == 0);
	child_check(setresuid(uid, uid, uid) == 0);
	child_check(caps_apply(c, uid, &e) == 0);
	child_check(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) == 0);
}

static const struct spec_caps usual = {
	.bounding = BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_NET_BIND_SERVICE),
	.effective = BIT(CAP_CHOWN) | BIT(CAP_KILL),
	.permitted = BIT(CAP_CHOWN) | BIT(CAP_KILL),
};

static void apply_usual(void *arg)
{
	become(&usual, *(uid_t *)arg);
	child_check(status_mask("CapBnd:") == usual.bounding);
	child_check(status_mask("CapEff:") == usual.effective);
	child_check(status_mask("CapPrm:") == usual.permitted);
	child_check(status_mask("CapInh:") == 0); /* CVE-2022-29162 */
	child_check(status_mask("CapAmb:") == 0);
}

static void apply_ambient(void *arg)
{
	struct spec_caps c = usual;

	(void)arg;
	c.inheritable = c.ambient = BIT(CAP_KILL);
	become(&c, 1000);
	child_check(status_mask("CapInh:") == c.inheritable);
	child_check(status_mask("CapAmb:") == c.ambient);
}

/* The caller's own are none of the container's business, whether capset(2) takes them away or not. */
static void apply_over_ambient(void *inherited)
{
	const uint64_t had = BIT(CAP_CHOWN) | BIT(CAP_KILL);
	struct os_caps have;
	struct spec_caps c = usual;

	child_check(os_cap_get(&have) == 0);
	have.inheritable = had;
	child_check(os_cap_set(&have) == 0);
	child_check(os_cap_ambient_raise(CAP_CHOWN) == 0 && os_cap_ambient_raise(CAP_KILL) == 0);
	c.inheritable = *(uint64_t *)inherited;
	become(&c, 0);
	child_check(status_mask("CapAmb:") == 0);
}

/* What has no name here goes, too; and nobody is asked where nothing of that was had. */
static void drop_newer(void *arg)
{
	struct spec_caps little = { .permitted = BIT(CAP_KILL), .effective = BIT(CAP_KILL) };
	struct err e;

	(void)arg;
	child_check(caps_drop_newer(&usual, UINT64_MAX, &e) == 0);
	child_check(caps_apply(&little, 0, &e) == 0);
	child_check(caps_drop_newer(&usual, BIT(CAP_KILL), &e) == 0);
	child_check(caps_drop_newer(&usual, UINT64_MAX, &e) < 0); /* without CAP_SETPCAP */
}

static void apply_ambient_without_inheritable(void *arg)
{
	struct spec_caps c = usual;

	(void)arg;
	c.ambient = BIT(CAP_KILL);
	warnings = 0;
	log_set_sink(count_warning, NULL);
	become(&c, 1000);
	child_check(warnings == 1);
	child_check(status_mask("CapAmb:") == 0);
}

static void apply_none(void *arg)
{
	static const struct spec_caps none;

	(void)arg;
	become(&none, 0);
	child_check(status_mask("CapBnd:") == 0);
	child_check(status_mask("CapPrm:") == 0);
	child_check(status_mask("CapEff:") == 0);
}

/* What we do not have cannot be given: a warning for each, in whatever sets it is. */
static void apply_too_much(void *arg)
{
	static const struct spec_caps little = { .permitted = BIT(CAP_KILL), .effective = BIT(CAP_KILL) };
	struct spec_caps more = usual;
	struct err e;

	(void)arg;
	child_check(caps_apply(&little, 0, &e) == 0);
	warnings = 0;
	log_set_sink(count_warning, NULL);
	more.inheritable = more.ambient = BIT(CAP_CHOWN) | BIT(CAP_KILL) | BIT(CAP_NET_RAW);
	child_check(caps_apply(&more, 0, &e) == 0);
	child_check(warnings == 2);
	child_check(status_mask("CapPrm:") == BIT(CAP_KILL));
	child_check(status_mask("CapEff:") == BIT(CAP_KILL));
	child_check(status_mask("CapInh:") == BIT(CAP_KILL));
	child_check(status_mask("CapAmb:") == BIT(CAP_KILL));
	child_check(caps_drop_bounding(&usual, 0, &e) == -EPERM);
}

/* What we do have, in sets that contradict each other. */
static void apply_contradiction(void *arg)
{
	static const struct spec_caps odd = { .permitted = BIT(CAP_KILL), .effective = BIT(CAP_CHOWN) };
	char text[200];
	struct err e;

	(void)arg;
	child_check(caps_apply(&odd, 0, &e) == -EPERM);
	err_format(&e, text, sizeof(text));
	child_check(strcmp(text, "can't apply capabilities: operation not permitted") == 0);
}

static void sets_in_a_process(void **state)
{
	uint64_t none = 0, kill_alone = BIT(CAP_KILL);
	uid_t root = 0, user = 1000;
	struct os_caps have;

	(void)state;
	if (geteuid() != 0 || os_cap_get(&have) < 0 || !(have.effective & BIT(CAP_SETPCAP))) {
		print_message("skipped: needs root with CAP_SETPCAP\n");
		skip();
	}
	child_run(apply_usual, &root);
	child_run(apply_usual, &user);
	child_run(apply_ambient, NULL);
	child_run(apply_ambient_without_inheritable, NULL);
	child_run(apply_over_ambient, &none);
	child_run(apply_over_ambient, &kill_alone);
	child_run(drop_newer, NULL);
	child_run(apply_none, NULL);
	child_run(apply_too_much, NULL);
	child_run(apply_contradiction, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(beyond_the_last_is_clipped),
		cmocka_unit_test(sets_in_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
