/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "os/feature.h"
#include "os/raw_call.h"
#include "os/seccomp_raw.h"
#include "proc/network.h"
#include "tests/unit/child.h"

/* An errno that nothing here has but by the filter. */
#define REFUSED 77

/* From here on call number fails with REFUSED. */
static void refuse(unsigned number)
{
	const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | REFUSED),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(os_seccomp_load(0, filter, ARRAY_SIZE(filter)) == 0);
}

static void helper_that_is_refused(void *number)
{
	struct network_maker *m;
	struct arena a;

	arena_init(&a);
	refuse(*(unsigned *)number);
	errno = 0;
	m = network_begin(&a);
	child_check(m);
	network_finish(m);
	arena_fini(&a);
	child_check(errno != REFUSED);
}

/* Whatever fails in the helper, the parent's errno is its own. */
static void errno_is_the_parents(void **state)
{
	/* Each of its calls; the parent's part needs none of them. */
	static unsigned numbers[] = { SYS_unshare, SYS_socket, SYS_ioctl, SYS_sendmsg };

	(void)state;
	if (SANITIZED || !OS_HAS_RAW_CALL)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		child_run(helper_that_is_refused, &numbers[i]);
}

static void entered(void *unused)
{
	struct network_maker *m;
	char before[64], after[64];
	struct arena a;
	struct err e;
	ssize_t n;

	(void)unused;
	arena_init(&a);
	m = network_begin(&a);
	n = readlink("/proc/self/ns/net", before, sizeof(before));
	child_check(n > 0 && network_enter(m, &e) == 0);
	network_finish(m);
	arena_fini(&a);
	child_check(readlink("/proc/self/ns/net", after, sizeof(after)) > 0);
	child_check(memcmp(before, after, (size_t)n) != 0);
}

static void another_namespace(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	child_run(entered, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errno_is_the_parents),
		cmocka_unit_test(another_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
