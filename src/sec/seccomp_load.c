/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "os/seccomp_raw.h"
#include "sec/bpf_run.h"
#include "sec/seccomp.h"

void seccomp_program_fini(struct seccomp_program *p)
{
	if (!p)
		return;
	free(p->filter);
	*p = (struct seccomp_program){ 0 };
}

bool seccomp_wants_listener(const struct spec_seccomp *s)
{
	for (size_t i = 0; i < s->n_rules; i++)
		if (s->rules[i].action == SECCOMP_RET_USER_NOTIF && s->rules[i].names.n)
			return true;
	return false;
}

struct seccomp_slot {
	struct seccomp_program program; /* but for its filter, which is this: */
	struct sock_filter filter[BPF_MAXINSNS];
};

struct seccomp_slot *seccomp_slot_new(void)
{
	void *p = mmap(NULL, sizeof(struct seccomp_slot), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void seccomp_slot_free(struct seccomp_slot *slot)
{
	if (slot)
		munmap(slot, sizeof(*slot));
}

void seccomp_slot_put(struct seccomp_slot *slot, const struct seccomp_program *p)
{
	slot->program = *p;
	memcpy(slot->filter, p->filter, p->n * sizeof(slot->filter[0]));
}

struct seccomp_program seccomp_slot_view(struct seccomp_slot *slot)
{
	struct seccomp_program p = slot->program;

	p.filter = slot->filter;
	return p;
}

/* The kernel's name of this process's system calls; 0 where nobody has tried. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#else
#define OWN_ARCH 0
#endif

bool seccomp_refuses_rlimit(const struct seccomp_program *p, int resource)
{
	static const uint32_t refusals[] = {
		SECCOMP_RET_ERRNO, SECCOMP_RET_TRAP, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_KILL_PROCESS,
	};
	const struct rlimit any = { 0 };
	const struct seccomp_data call = {
		.nr = SYS_prlimit64, .arch = OWN_ARCH, .args = { 0, (uint64_t)resource, (uintptr_t)&any, 0 },
	};
	uint32_t answer;

	if (!OWN_ARCH || !p->filter)
		return false;
	answer = bpf_run(p->filter, p->n, &call);
	for (size_t i = 0; answer != BPF_BROKEN && i < ARRAY_SIZE(refusals); i++)
		if ((answer & SECCOMP_RET_ACTION_FULL) == refusals[i])
			return true;
	return false;
}

int seccomp_program_load(const struct seccomp_program *p, int *ret_listener, struct err *e)
{
	uint32_t flags = p->flags | (p->notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
	int fd;

	if (!p->filter) {
		*ret_listener = FD_NONE;
		return 0;
	}
	fd = os_seccomp_load(flags, p->filter, p->n);
	if (fd == -EACCES)
		return err_sys(e, EACCES, "error loading seccomp filter into kernel (neither "
			       "CAP_SYS_ADMIN nor noNewPrivileges)");
	if (fd == -EBUSY)
		return err_sys(e, EBUSY,
			       "error loading seccomp filter into kernel (a filter with a "
			       "listener is loaded already)");
	if (fd < 0)
		return err_sys(e, -fd, "error loading seccomp filter into kernel");
	*ret_listener = p->notify ? fd : FD_NONE;
	return 0;
}
