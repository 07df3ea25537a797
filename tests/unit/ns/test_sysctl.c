/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns/ns.h"
#include "tests/unit/test.h"

static void keys_have_their_namespace(void **state)
{
	static const struct {
		const char *key;
		int r;
		enum ns_kind kind;
	} rows[] = {
		{ "kernel.msgmax", 0, NS_IPC },
		{ "kernel/shm_rmid_forced", 0, NS_IPC },
		{ "fs.mqueue.msg_max", 0, NS_IPC },
		{ "kernel.hostname", 0, NS_UTS },
		{ "kernel.domainname", 0, NS_UTS },
		{ "net.ipv4.ip_forward", 0, NS_NETWORK },
		{ "net/ipv4/conf/eno2.100/forwarding", 0, NS_NETWORK },
		{ "net.ipv4.conf.eno2/100.forwarding", 0, NS_NETWORK },
		{ "user.max_user_namespaces", 0, NS_USER },
		{ "kernel.msgmaxx", -ENOENT, 0 },
		{ "kernel.shm", -ENOENT, 0 },
		{ "fs.mqueue", -ENOENT, 0 },
		{ "kernel.core_pattern", -ENOENT, 0 },
		{ "vm.overcommit_memory", -ENOENT, 0 },
		{ "network.x", -ENOENT, 0 },
		{ "net", -ENOENT, 0 },
		{ "net/../kernel/core_pattern", -EINVAL, 0 },
		{ "net.//.kernel.core_pattern", -EINVAL, 0 },
		{ "net//ipv4", -EINVAL, 0 },
		{ "net/./ipv4", -EINVAL, 0 },
		{ "/net/ipv4", -EINVAL, 0 },
		{ "net.", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "net.ipv4\nkernel.core_pattern", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum ns_kind kind = NS_KIND_MAX;

		assert_int_equal(ns_sysctl_kind(rows[i].key, &kind), rows[i].r);
		assert_int_equal(kind, rows[i].r < 0 ? NS_KIND_MAX : rows[i].kind);
	}
}

static int write_one(struct procfs *proc, const char *key, const char *value, struct err *e)
{
	char k[128], v[128];
	struct key_value kv = { k, v };
	const struct kv_list list = { &kv, 1 };

	snprintf(k, sizeof(k), "%s", key);
	snprintf(v, sizeof(v), "%s", value);
	return ns_write_sysctls(proc, &list, e);
}

static void games_are_refused(void **state)
{
	struct procfs proc = PROCFS_NONE;
	struct err e;

	(void)state;
	assert_int_equal(write_one(&proc, "net.ipv4.ip_forward", "1\nkernel.core_pattern=|/x", &e),
			 -EINVAL);
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_int_equal(write_one(&proc, "net.a\nb", "1", &e), -EINVAL);
	assert_int_equal(write_one(&proc, "kernel.core_pattern", "|/x", &e), -EINVAL);
	assert_int_equal(e.kind, ERR_CONFIG);
}

static bool file_says(const char *path, const char *want)
{
	char text[128] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strcmp(text, want) == 0;

	close(fd);
	return same;
}

static int write_real(void)
{
	struct procfs proc = PROCFS_NONE;
	struct err e;

	if (unshare(CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS) < 0)
		return 77;
	if (procfs_open(&proc, &e) < 0)
		return 1;
	if (write_one(&proc, "net.ipv4.ip_forward", "1", &e) < 0 ||
	    write_one(&proc, "net/ipv4/conf/lo/forwarding", "0", &e) < 0 ||
	    write_one(&proc, "kernel.sem", "250\t32000\t32\t129", &e) < 0 ||
	    write_one(&proc, "kernel.domainname", "strake.test", &e) < 0)
		return 2;
	if (!file_says("/proc/sys/net/ipv4/ip_forward", "1\n") ||
	    !file_says("/proc/sys/net/ipv4/conf/lo/forwarding", "0\n") ||
	    !file_says("/proc/sys/kernel/sem", "250\t32000\t32\t129\n") ||
	    !file_says("/proc/sys/kernel/domainname", "strake.test\n"))
		return 3;
	if (write_one(&proc, "net.ipv4.nonsense", "1", &e) != -ENOENT)
		return 4;
	procfs_close(&proc);
	return 0;
}

static void values_arrive(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0)
		_exit(write_real());
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_have_their_namespace),
		cmocka_unit_test(games_are_refused),
		cmocka_unit_test(values_arrive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
