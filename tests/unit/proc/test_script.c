/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/script.h"
#include "tests/unit/test.h"

#define NEW(k) { .kind = (k), .path = NULL }
#define PATH(k) { .kind = (k), .path = path }

static char path[] = "/run/ns";

static void plan(struct script *s, struct spec_namespace *v, size_t n, const struct script_facts *f)
{
	struct spec_namespaces ns = { .v = v, .n = n };
	struct err e;

	assert_int_equal(script_plan(s, &ns, f, &e), 0);
}

static void says(const struct script *s, const char *expected)
{
	char buf[256];

	script_format(s, buf, sizeof(buf));
	assert_string_equal(buf, expected);
}

static void default_config_needs_no_stage(void **state)
{
	struct spec_namespace v[] = { NEW(NS_PID), NEW(NS_NETWORK), NEW(NS_IPC), NEW(NS_UTS),
				      NEW(NS_MOUNT), NEW(NS_CGROUP) };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .privileged = true });
	assert_false(s.stage);
	assert_int_equal(s.late_kinds, KIND_BIT(NS_CGROUP) | KIND_BIT(NS_NETWORK));
	assert_int_equal(s.new_kinds & s.late_kinds, 0);
	assert_true(s.new_kinds & KIND_BIT(NS_PID));
	assert_int_equal(s.init_joins | s.stage_joins | s.parent_joins, 0);
	says(&s, "BEGIN READY");
	/* A link is moved into the namespace that init is in at BEGIN. */
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .privileged = true, .links = true });
	assert_int_equal(s.late_kinds, KIND_BIT(NS_CGROUP));
	assert_true(s.new_kinds & KIND_BIT(NS_NETWORK));
}

/* A helper of the parent's would make it as the host's. */
static void the_network_belongs_to_the_user_namespace(void **state)
{
	struct spec_namespace made[] = { NEW(NS_USER), NEW(NS_NETWORK) };
	struct spec_namespace joined[] = { PATH(NS_USER), NEW(NS_NETWORK) };
	struct script s;

	(void)state;
	plan(&s, made, ARRAY_SIZE(made), &(struct script_facts){ .privileged = true });
	assert_false(s.late_kinds & KIND_BIT(NS_NETWORK));
	plan(&s, joined, ARRAY_SIZE(joined), &(struct script_facts){ .privileged = true });
	assert_false(s.late_kinds & KIND_BIT(NS_NETWORK));
	assert_true(s.new_kinds & KIND_BIT(NS_NETWORK));
}

static void everything_that_can_be_said(void **state)
{
	struct spec_namespace v[] = { NEW(NS_USER), PATH(NS_NETWORK), NEW(NS_MOUNT) };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v),
	     &(struct script_facts){ .privileged = true, .host_hooks = true, .terminal = true, .notify = true });
	says(&s, "INIT_PID BEGIN HOOKS_REQUEST HOOKS_DONE TTY SECCOMP_FD SECCOMP_DONE READY");
	script_expect_mounts(&s, 0, 0);
	says(&s, "INIT_PID BEGIN HOOKS_REQUEST HOOKS_DONE TTY SECCOMP_FD SECCOMP_DONE READY");
	script_expect_mounts(&s, 2, 1);
	says(&s, "INIT_PID BEGIN SOURCES_REQUEST IDMAP_REQUEST HOOKS_REQUEST HOOKS_DONE TTY SECCOMP_FD SECCOMP_DONE READY");
}

static void the_cgroup_is_delegated_before_all_mounts(void **state)
{
	struct spec_namespace v[] = { NEW(NS_MOUNT), NEW(NS_CGROUP) };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v),
	     &(struct script_facts){ .privileged = true, .host_hooks = true, .delegate = true });
	says(&s, "BEGIN CGROUP_READY DELEGATED HOOKS_REQUEST HOOKS_DONE READY");
	script_expect_mounts(&s, 1, 1);
	says(&s, "BEGIN CGROUP_READY DELEGATED SOURCES_REQUEST IDMAP_REQUEST HOOKS_REQUEST HOOKS_DONE READY");
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .privileged = true, .join = true, .delegate = true });
	says(&s, "BEGIN READY");
}

static void init_goes_on_beside_the_parent(void **state)
{
	struct spec_namespace v[] = { NEW(NS_PID), NEW(NS_CGROUP), NEW(NS_MOUNT) };
	struct spec_namespace user[] = { NEW(NS_USER), NEW(NS_MOUNT) };
	struct script_facts f = { .privileged = true, .apart = true, .terminal = true, .notify = true };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_true(s.side_by_side);
	script_expect_mounts(&s, 0, 1); /* by the parent */
	assert_false(s.side_by_side);
	/* The maps of its ids come first. */
	plan(&s, user, ARRAY_SIZE(user), &f);
	assert_false(s.side_by_side);
	/* Hooks find the state, and the container in its cgroup. */
	f.host_hooks = true;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_false(s.side_by_side);
	f.host_hooks = f.apart = false;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_false(s.side_by_side);
	/* Even exec is moved by the parent then. */
	f.apart = f.delegate = f.join = true;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_false(s.side_by_side);
}

static void pod_namespaces_are_joined_by_init(void **state)
{
	struct spec_namespace v[] = { PATH(NS_NETWORK), PATH(NS_IPC), NEW(NS_PID), NEW(NS_MOUNT) };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .privileged = true });
	assert_false(s.stage);
	assert_int_equal(s.init_joins, KIND_BIT(NS_NETWORK) | KIND_BIT(NS_IPC));
}

static void pid_by_path_is_entered_by_the_parent_for_its_children(void **state)
{
	struct spec_namespace v[] = { PATH(NS_PID), NEW(NS_MOUNT) };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .privileged = true });
	assert_false(s.stage);
	assert_int_equal(s.parent_joins, KIND_BIT(NS_PID));
	assert_int_equal(s.init_joins, 0);
}

static void a_stage_where_user_namespaces_mix(void **state)
{
	struct spec_namespace joined[] = { PATH(NS_USER), NEW(NS_MOUNT) };
	struct spec_namespace mixed[] = { NEW(NS_USER), PATH(NS_NETWORK), NEW(NS_MOUNT) };
	struct spec_namespace pid[] = { NEW(NS_USER), PATH(NS_PID), NEW(NS_MOUNT) };
	struct script s;

	(void)state;
	plan(&s, joined, ARRAY_SIZE(joined), &(struct script_facts){ .privileged = true });
	assert_true(s.stage);
	assert_int_equal(s.stage_joins, KIND_BIT(NS_USER));
	plan(&s, mixed, ARRAY_SIZE(mixed), &(struct script_facts){ .privileged = true });
	assert_true(s.stage);
	assert_int_equal(s.stage_joins, KIND_BIT(NS_NETWORK));
	assert_true(s.new_kinds & KIND_BIT(NS_USER));
	plan(&s, pid, ARRAY_SIZE(pid), &(struct script_facts){ .privileged = true });
	assert_false(s.stage);
	assert_int_equal(s.parent_joins, KIND_BIT(NS_PID));
}

static void exec_joins_what_create_made(void **state)
{
	struct spec_namespace v[] = { NEW(NS_USER), NEW(NS_PID), NEW(NS_MOUNT), NEW(NS_CGROUP) };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .privileged = true, .join = true, .host_hooks = true });
	assert_false(s.stage);
	assert_int_equal(s.new_kinds | s.late_kinds, 0);
	assert_int_equal(s.parent_joins, KIND_BIT(NS_PID));
	assert_int_equal(s.init_joins, KIND_BIT(NS_USER) | KIND_BIT(NS_MOUNT) | KIND_BIT(NS_CGROUP));
	says(&s, "BEGIN READY"); /* hooks are create's */
	/* An unprivileged caller has rights over the others only once it is in "user". */
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .join = true });
	assert_true(s.stage);
	assert_int_equal(s.parent_joins | s.init_joins, 0);
}

static void who_cannot_come_back_sends_a_stage(void **state)
{
	struct spec_namespace v[] = { NEW(NS_PID), NEW(NS_MOUNT) };
	struct spec_namespace by_path[] = { PATH(NS_PID), NEW(NS_USER), NEW(NS_MOUNT) };
	struct script_facts f = { .privileged = true, .no_return = true };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_false(s.stage);
	plan(&s, by_path, ARRAY_SIZE(by_path), &f);
	assert_true(s.stage);
	assert_int_equal(s.stage_joins, KIND_BIT(NS_PID));
	f.join = true;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_true(s.stage && !s.bare);
	assert_int_equal(s.stage_joins, KIND_BIT(NS_PID) | KIND_BIT(NS_MOUNT));
	assert_int_equal(s.init_joins | s.parent_joins, 0);
	says(&s, "INIT_PID BEGIN READY");
}

static void who_enters_under_eyes_is_born_inside(void **state)
{
	struct spec_namespace v[] = { NEW(NS_PID), NEW(NS_MOUNT) };
	struct spec_namespace user[] = { NEW(NS_USER), NEW(NS_PID), NEW(NS_MOUNT) };
	struct spec_namespace no_pid[] = { NEW(NS_MOUNT) };
	struct script_facts f = { .privileged = true, .join = true, .watched = true };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_true(s.bare && s.stage);
	assert_int_equal(s.stage_joins, KIND_BIT(NS_PID) | KIND_BIT(NS_MOUNT));
	assert_int_equal(s.init_joins | s.parent_joins, 0);
	says(&s, "INIT_PID BEGIN READY");
	/* A capability of another user namespace is none over us. */
	plan(&s, user, ARRAY_SIZE(user), &f);
	assert_false(s.bare || s.stage);
	plan(&s, no_pid, ARRAY_SIZE(no_pid), &f);
	assert_false(s.bare || s.stage);
}

static void mqueue_belongs_to_the_containers_root(void **state)
{
	struct spec_namespace v[] = { NEW(NS_USER), NEW(NS_IPC), NEW(NS_MOUNT) };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &(struct script_facts){ .privileged = true });
	assert_int_equal(s.late_kinds, KIND_BIT(NS_IPC));
	assert_false(s.new_kinds & KIND_BIT(NS_IPC));
}

static void init_makes_its_mount_namespace_unseen(void **state)
{
	struct spec_namespace v[] = { NEW(NS_PID), NEW(NS_MOUNT) }, by_path[] = { NEW(NS_PID), PATH(NS_MOUNT) };
	struct script_facts f = { .privileged = true, .apart = true };
	struct script s;

	(void)state;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_true(script_may_delay_mounts(&s));
	script_delay_mounts(&s);
	assert_int_equal(s.new_kinds, KIND_BIT(NS_PID));
	assert_int_equal(s.late_kinds, KIND_BIT(NS_MOUNT));
	plan(&s, by_path, ARRAY_SIZE(by_path), &f);
	assert_false(script_may_delay_mounts(&s));
	/* Who gets init's pidfd finds the namespace that it is in. */
	f.links = true;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_false(script_may_delay_mounts(&s));
	f.links = false;
	/* A hook looks for the host's files there. */
	f.apart = false;
	plan(&s, v, ARRAY_SIZE(v), &f);
	assert_false(script_may_delay_mounts(&s));
}

static void twice_is_an_error(void **state)
{
	struct spec_namespace v[] = { NEW(NS_MOUNT), NEW(NS_PID), PATH(NS_PID) };
	struct spec_namespaces ns = { .v = v, .n = ARRAY_SIZE(v) };
	struct script s;
	struct err e;

	(void)state;
	assert_true(script_plan(&s, &ns, &(struct script_facts){ 0 }, &e) < 0);
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_non_null(strstr(e.text, "linux.namespaces[2]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_config_needs_no_stage),
		cmocka_unit_test(the_network_belongs_to_the_user_namespace),
		cmocka_unit_test(everything_that_can_be_said),
		cmocka_unit_test(the_cgroup_is_delegated_before_all_mounts),
		cmocka_unit_test(init_goes_on_beside_the_parent),
		cmocka_unit_test(pod_namespaces_are_joined_by_init),
		cmocka_unit_test(pid_by_path_is_entered_by_the_parent_for_its_children),
		cmocka_unit_test(a_stage_where_user_namespaces_mix),
		cmocka_unit_test(exec_joins_what_create_made),
		cmocka_unit_test(who_cannot_come_back_sends_a_stage),
		cmocka_unit_test(who_enters_under_eyes_is_born_inside),
		cmocka_unit_test(mqueue_belongs_to_the_containers_root),
		cmocka_unit_test(init_makes_its_mount_namespace_unseen),
		cmocka_unit_test(twice_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
