/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp_enosys.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#define LOAD(field)                                                                    \
	(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                         \
				     (uint32_t)offsetof(struct seccomp_data, field))
#define RETURN_ENOSYS (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)
/* Jump targets count from the next instruction. */
#define IF(test, k, then, otherwise) \
	(struct sock_filter)BPF_JUMP(BPF_JMP | (test) | BPF_K, (k), (then), (otherwise))

/*
 * One architecture, entered with its number in the accumulator:
 *
 *     jeq ARCH, 0, next
 *     ld  nr
 *    [jeq 0, enosys]             s390 only
 *     jset X32_BIT, 1, 0         x86-64 only
 *     jgt largest, enosys, filter
 *    [jgt largest_x32, enosys, filter]
 *  enosys: ret ENOSYS
 *  filter: ja past all
 *  next:
 *
 * Every conditional jump stays inside, so that none is ever too far; only the last is patched.
 */
static size_t build_arch(const struct enosys_arch *a, struct sock_filter *out)
{
	bool x86_64 = a->audit_arch == AUDIT_ARCH_X86_64;
	size_t n = 1;

	out[n++] = LOAD(nr);
	if (a->multiplexed) {
		out[n++] = IF(BPF_JEQ, 0, 1, 0);
	}
	if (x86_64) {
		out[n++] = IF(BPF_JSET, X32_BIT, 1, 0);
		out[n++] = IF(BPF_JGT, a->largest, 1, 2);
		out[n++] = IF(BPF_JGT, a->largest_x32, 0, 1);
	} else {
		out[n++] = IF(BPF_JGT, a->largest, 0, 1);
	}
	out[n++] = RETURN_ENOSYS;
	out[n++] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0);
	out[0] = IF(BPF_JEQ, a->audit_arch, 0, (uint8_t)(n - 1));
	return n;
}

size_t seccomp_enosys_build(const struct enosys_arch *archs, size_t n, struct sock_filter *out)
{
	size_t len = 0;

	if (n == 0)
		return 0;
	out[len++] = LOAD(arch);
	for (size_t i = 0; i < n; i++)
		len += build_arch(&archs[i], out + len);
	for (size_t i = 0; i < len; i++)
		if (out[i].code == (BPF_JMP | BPF_JA))
			out[i].k = (uint32_t)(len - i - 1);
	return len;
}
