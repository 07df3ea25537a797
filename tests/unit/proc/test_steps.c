/* SPDX-License-Identifier: Apache-2.0 */
/* The order of init's steps is a security property: each pair here has a hole behind it. */
#include "proc/steps.h"
#include "tests/unit/test.h"

typedef int (*step_fn)(struct init_ctx *, struct err *);

static size_t at(const struct init_step *steps, size_t n, step_fn fn)
{
	for (size_t i = 0; i < n; i++)
		if (steps[i].run == fn)
			return i;
	fail_msg("a step is missing");
	return 0;
}

static void check_pairs(const struct init_step *steps, size_t n, const step_fn (*pairs)[2], size_t n_pairs)
{
	for (size_t i = 0; i < n_pairs; i++) {
		size_t a = at(steps, n, pairs[i][0]), b = at(steps, n, pairs[i][1]);

		if (a >= b)
			fail_msg("pair %zu: step %zu is not before step %zu", i, a, b);
	}
}

static void create_order(void **state)
{
	static const step_fn pairs[][2] = {
		{ step_begin, step_user_namespace_root },
		{ step_begin, step_late_namespaces },        /* its root is where init stands */
		{ step_late_namespaces, step_delegated_cgroup }, /* whose root stays above */
		{ step_delegated_cgroup, step_mounts },
		{ step_late_begin, step_labels },             /* device rules and state: before privileges go */
		{ step_late_begin, step_seccomp_early },
		{ step_late_begin, step_ready },
		{ step_session, step_terminal },              /* only a leader gets a terminal */
		{ step_network, step_mount_namespace },       /* sources below /proc/self are the container's */
		{ step_time_namespace, step_mount_namespace },
		{ step_late_namespaces, step_mount_namespace },
		{ step_mount_namespace, step_rootfs },
		{ step_rootfs, step_mounts },
		{ step_network, step_mounts },                /* sysfs shows the devices of its mounter's */
		{ step_mounts, step_devices },
		{ step_devices, step_host_hooks },
		{ step_host_hooks, step_create_container_hooks },
		{ step_create_container_hooks, step_pivot },
		{ step_pivot, step_terminal },                /* CVE-2025-52565 */
		{ step_pivot, step_null_stdio },              /* the container's, not the host's */
		{ step_pivot, step_finish_mounts },
		{ step_sysctls, step_finish_mounts },         /* /proc/sys becomes read-only there */
		{ step_finish_mounts, step_bounding_set },    /* hooks may need what goes */
		{ step_bounding_set, step_late_begin },       /* while it waits */
		{ step_late_begin, step_newer_bounding_set }, /* which says whether there is any */
		{ step_newer_bounding_set, step_user },
		{ step_bounding_set, step_settle },           /* each drop leaves credentials to be freed */
		{ step_settle, step_seccomp_early },          /* a profile may forbid it */
		{ step_labels, step_no_new_privileges },
		{ step_no_new_privileges, step_seccomp_early },
		{ step_seccomp_early, step_user },            /* loading needs CAP_SYS_ADMIN */
		{ step_mark, step_seccomp_early },            /* a profile may forbid it */
		{ step_bounding_set, step_user },             /* needs CAP_SETPCAP */
		{ step_cwd_as_root, step_seccomp_early },     /* a profile may forbid getcwd */
		{ step_rlimits, step_user },
		{ step_user, step_capabilities },
		{ step_capabilities, step_cwd },              /* as the user it will be, CVE-2024-21626 */
		{ step_cwd, step_find_program },
		{ step_user, step_find_program },
		{ step_find_program, step_ready },            /* a missing program fails create */
		{ step_seccomp_listener, step_ready },
		{ step_ready, step_wait_for_start },
		{ step_wait_for_start, step_start_container_hooks },
		{ step_start_container_hooks, step_leave_descriptors },
		{ step_leave_descriptors, step_low_rlimits }, /* which may leave no descriptor */
		{ step_low_rlimits, step_seccomp_late },      /* a profile may forbid it */
	};

	(void)state;
	check_pairs(init_steps, init_steps_n, pairs, ARRAY_SIZE(pairs));
	assert_ptr_equal(init_steps[0].run, step_begin);
	assert_ptr_equal(init_steps[init_steps_n - 1].run, step_seccomp_late);
}

static void exec_order(void **state)
{
	static const step_fn pairs[][2] = {
		{ step_begin, step_join_namespaces },         /* first its cgroup, then the container */
		{ step_late_begin, step_labels },
		{ step_late_begin, step_ready },
		{ step_join_namespaces, step_user_namespace_root },
		{ step_session, step_terminal },
		{ step_labels, step_no_new_privileges },
		{ step_seccomp_early, step_user },
		{ step_cwd_as_root, step_seccomp_early },
		{ step_bounding_set, step_user },
		{ step_user, step_capabilities },
		{ step_capabilities, step_cwd },
		{ step_ready, step_leave_descriptors },
		{ step_leave_descriptors, step_seccomp_late },
	};

	(void)state;
	check_pairs(join_steps, join_steps_n, pairs, ARRAY_SIZE(pairs));
}

static void phases_never_go_back(void **state)
{
	(void)state;
	for (size_t i = 1; i < init_steps_n; i++)
		assert_true(init_steps[i].phase >= init_steps[i - 1].phase);
	for (size_t i = 1; i < join_steps_n; i++)
		assert_true(join_steps[i].phase >= join_steps[i - 1].phase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_order),
		cmocka_unit_test(exec_order),
		cmocka_unit_test(phases_never_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
