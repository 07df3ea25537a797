/* SPDX-License-Identifier: Apache-2.0 */
#include "os/bpf.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Descriptors that bpf(2) makes are CLOEXEC always. */
static int sys_bpf(int cmd, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

static int load(const struct bpf_insn *insns, size_t n)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = (uint32_t)n;
	attr.license = (uintptr_t)"Apache-2.0";
	memcpy(attr.prog_name, "strake_devices", sizeof("strake_devices"));
	return sys_bpf(BPF_PROG_LOAD, &attr);
}

int os_bpf_load_device(const struct bpf_insn *insns, size_t n)
{
	static const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit old;
	int r = load(insns, n);

	/* Before 5.11 programs count as locked memory, and the answer is EPERM. The limit goes back
	 * at once: the container must not inherit it. */
	if (r != -EPERM || getrlimit(RLIMIT_MEMLOCK, &old) < 0 || setrlimit(RLIMIT_MEMLOCK, &all) < 0)
		return r;
	r = load(insns, n);
	(void)setrlimit(RLIMIT_MEMLOCK, &old);
	return r;
}

int os_bpf_attach_device(int cgroup, int prog, int replace)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	if (replace >= 0) {
		attr.attach_flags |= BPF_F_REPLACE;
		attr.replace_bpf_fd = (uint32_t)replace;
	}
	return sys_bpf(BPF_PROG_ATTACH, &attr);
}

int os_bpf_detach_device(int cgroup, int prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return sys_bpf(BPF_PROG_DETACH, &attr);
}

int os_bpf_query_device(int cgroup, uint32_t *ids, size_t max, size_t *ret_n)
{
	union bpf_attr attr;
	int r;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)cgroup;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = (uint32_t)max;
	r = sys_bpf(BPF_PROG_QUERY, &attr);
	if (r < 0)
		return r;
	*ret_n = attr.query.prog_cnt;
	return 0;
}

int os_bpf_open_id(uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return sys_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}
