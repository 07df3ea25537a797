/* SPDX-License-Identifier: Apache-2.0 */
/* Each setter in a child, read back from the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/errno_class.h"
#include "base/io.h"
#include "os/sched_raw.h"
#include "sched/sched.h"
#include "tests/unit/child.h"

static struct procfs proc = PROCFS_NONE;
static struct err e;
static void rlimits(void *arg)
{
	struct spec_rlimit v[] = {
		{ RLIMIT_CORE, 0, 0 },
		{ RLIMIT_NOFILE, 100, 200 },
		{ RLIMIT_FSIZE, 1 << 20, 1 << 21 },
	};
	struct spec_rlimits list = { v, ARRAY_SIZE(v) };
	struct rlimit have;
	char text[100];

	(void)arg;
	child_check(sched_set_rlimits(0, &list, &e) == 0);
	for (size_t i = 0; i < list.n; i++) {
		child_check(getrlimit(v[i].resource, &have) == 0);
		child_check(have.rlim_cur == v[i].soft && have.rlim_max == v[i].hard);
	}
	/* Soft above hard. */
	v[0] = (struct spec_rlimit){ RLIMIT_NOFILE, 60, 50 };
	child_check(sched_set_rlimits(0, &list, &e) == -EINVAL);
	err_format(&e, text, sizeof(text));
	child_check(strcmp(text, "error setting rlimit type 7: invalid argument") == 0);
}

static void oom_score(void *arg)
{
	char text[16];

	(void)arg;
	child_check(sched_set_oom_score_adj(&proc, 0, 500, &e) == 0);
	child_check(io_read_file(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text)) == 0);
	child_check(strcmp(text, "500") == 0);
	child_check(sched_set_oom_score_adj(&proc, getpid(), 600, &e) == 0);
	child_check(io_read_file(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text)) == 0);
	child_check(strcmp(text, "600") == 0);
	child_check(sched_set_oom_score_adj(&proc, 0, 1001, &e) == -EINVAL);
}

/* Below what the caller has needs a capability. */
static void oom_score_unprivileged(void *arg)
{
	(void)arg;
	child_check(setresuid(65534, 65534, 65534) == 0);
	child_check(errno_is_privilege(sched_set_oom_score_adj(&proc, 0, -999, &e)));
}

static void policies(void *arg)
{
	struct spec_scheduler batch = { .policy = SCHED_BATCH, .nice = 5,
					.flags = 0x01 /* RESET_ON_FORK */ };
	struct spec_scheduler idle = { .policy = SCHED_IDLE }, bad = { .policy = 99 };
	struct os_sched_attr a;

	(void)arg;
	child_check(sched_set_policy(&batch, &e) == 0);
	child_check(os_sched_getattr(&a) == 0);
	child_check(a.policy == SCHED_BATCH && a.nice == 5 && a.flags & 1);
	child_check(sched_set_policy(&bad, &e) == -EINVAL);
	batch.flags = 0;
	child_check(sched_set_policy(&batch, &e) == 0);
	child_check(sched_set_policy(&idle, &e) == 0);
	child_check(os_sched_getattr(&a) == 0 && a.policy == SCHED_IDLE);
}

static void realtime_policies(void *arg)
{
	struct spec_scheduler fifo = { .policy = SCHED_FIFO, .priority = 3 };
	struct spec_scheduler deadline = { .policy = 6, .runtime = 1000000, .deadline = 10000000,
					   .period = 20000000 };
	struct os_sched_attr a;

	(void)arg;
	if (sched_set_policy(&fifo, &e) == -EPERM)
		_exit(77);
	child_check(os_sched_getattr(&a) == 0 && a.policy == SCHED_FIFO && a.priority == 3);
	if (sched_set_policy(&deadline, &e) < 0)
		_exit(e.errnum == EPERM || e.errnum == EBUSY ? 77 : 1);
	child_check(os_sched_getattr(&a) == 0 && a.policy == 6);
	child_check(a.runtime == 1000000 && a.deadline == 10000000 && a.period == 20000000);
}

static void io_priority(void *arg)
{
	struct spec_ioprio p = { .class = 2, .priority = 6 }, bad = { .class = 7 };
	long have;

	(void)arg;
	child_check(sched_set_ioprio(&p, &e) == 0);
	have = syscall(SYS_ioprio_get, 1 /* PROCESS */, 0);
	child_check(have >> 13 == 2 && (have & 7) == 6);
	child_check(sched_set_ioprio(&bad, &e) == -EINVAL);
}

static void persona(void *arg)
{
	struct spec_personality p = { .domain = PER_LINUX32 };

	(void)arg;
	child_check(sched_set_personality(&p, &e) == 0);
	child_check(personality(0xffffffff) == PER_LINUX32);
	p = (struct spec_personality){ .domain = PER_LINUX };
	child_check(sched_set_personality(&p, &e) == 0);
	child_check(personality(0xffffffff) == PER_LINUX);
}

static void memory_policy(void *arg)
{
	char node0[] = "0", junk[] = "x", far[] = "60000";
	struct spec_memory_policy bind = { .mode = MPOL_BIND, .flags = MPOL_F_STATIC_NODES,
					   .nodes = node0 };
	struct spec_memory_policy none = { .mode = MPOL_DEFAULT };
	unsigned long mask[32] = { 0 };
	int mode;

	(void)arg;
	if (sched_set_memory_policy(&bind, &e) < 0)
		_exit(e.errnum == ENOSYS ? 77 : 1);
	child_check(syscall(SYS_get_mempolicy, &mode, mask, sizeof(mask) * 8, 0, 0) == 0);
	child_check(mode == (MPOL_BIND | MPOL_F_STATIC_NODES) && mask[0] == 1);
	child_check(sched_set_memory_policy(&none, &e) == 0);
	child_check(syscall(SYS_get_mempolicy, &mode, NULL, 0, 0, 0) == 0 && mode == MPOL_DEFAULT);
	bind.nodes = junk;
	child_check(sched_set_memory_policy(&bind, &e) < 0 && e.kind == ERR_CONFIG);
	bind.nodes = far;
	child_check(sched_set_memory_policy(&bind, &e) < 0 && e.kind == ERR_SYS);
}

static void affinity(void *arg)
{
	cpu_set_t all, one;
	char text[16];
	int first = 0;

	(void)arg;
	child_check(sched_getaffinity(0, sizeof(all), &all) == 0);
	while (!CPU_ISSET(first, &all))
		first++;
	snprintf(text, sizeof(text), "%d", first);
	child_check(sched_set_affinity(0, text, &e) == 0);
	child_check(sched_getaffinity(0, sizeof(one), &one) == 0);
	child_check(CPU_COUNT(&one) == 1 && CPU_ISSET(first, &one));
	child_check(sched_reset_affinity() == 0);
	child_check(sched_getaffinity(0, sizeof(one), &one) == 0);
	child_check(CPU_COUNT(&one) >= CPU_COUNT(&all));
	child_check(sched_set_affinity(0, "65536", &e) == -EINVAL && e.kind == ERR_SYS);
	child_check(sched_set_affinity(0, "1-0", &e) == -EINVAL && e.kind == ERR_CONFIG);
}

/* 77: the machine lacks it. */
static void run_body(void **state)
{
	int status = child_status(*(void (**)(void *))*state, NULL);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: this kernel or its caller cannot\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void run_body_as_root(void **state)
{
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		skip();
	}
	run_body(state);
}

static int setup(void **state)
{
	(void)state;
	return procfs_open(&proc, &e);
}

static int teardown(void **state)
{
	(void)state;
	procfs_close(&proc);
	return 0;
}

static void (*bodies[])(void *) = {
	rlimits, oom_score,     policies, realtime_policies,      io_priority,
	persona, memory_policy, affinity, oom_score_unprivileged,
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "rlimits", run_body, NULL, NULL, &bodies[0] },
		{ "oom_score", run_body, NULL, NULL, &bodies[1] },
		{ "policies", run_body, NULL, NULL, &bodies[2] },
		{ "realtime_policies", run_body, NULL, NULL, &bodies[3] },
		{ "io_priority", run_body, NULL, NULL, &bodies[4] },
		{ "persona", run_body, NULL, NULL, &bodies[5] },
		{ "memory_policy", run_body, NULL, NULL, &bodies[6] },
		{ "affinity", run_body, NULL, NULL, &bodies[7] },
		{ "oom_score_unprivileged", run_body_as_root, NULL, NULL, &bodies[8] },
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
