/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp_dispatch.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#define LOAD(field)                                                                    \
	(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                         \
				     (uint32_t)offsetof(struct seccomp_data, field))
#define RETURN(action) (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (action))
/* Jump targets count from the next instruction. */
#define IF(test, k, then, otherwise) \
	(struct sock_filter)BPF_JUMP(BPF_JMP | (test) | BPF_K, (k), (then), (otherwise))

/*
 * One row:
 *
 *     ld  arch
 *     jeq ARCH, 0, next
 *     ld  nr
 *    [jset X32_BIT, ...]         x86-64 only: x32's numbers, or all but those
 *    [jeq 0, enosys]             s390 only
 *    [jgt largest, enosys, program]
 *  enosys: [ret ENOSYS]
 *  program: ja start
 *  next:
 *
 * Every conditional jump stays inside, so that none is ever too far; only the last is patched.
 */
static size_t build_arch(const struct dispatch_arch *a, struct sock_filter *out)
{
	/* What is between the jset and the ja: the distance to "program"; next is one more. */
	uint8_t rest = a->largest ? (a->multiplexed ? 3 : 2) : 0;
	size_t n = 0;

	out[n++] = LOAD(arch);
	n++; /* patched below */
	out[n++] = LOAD(nr);
	if (a->half == DISPATCH_X32)
		out[n++] = IF(BPF_JSET, X32_BIT, 0, (uint8_t)(rest + 1));
	else if (a->half == DISPATCH_NO_X32)
		out[n++] = IF(BPF_JSET, X32_BIT, (uint8_t)(rest + 1), 0);
	else if (a->audit_arch == AUDIT_ARCH_X86_64)
		/* x32 was not asked for: its numbers are not "newer", the program kills them. */
		out[n++] = IF(BPF_JSET, X32_BIT, rest, 0);
	if (a->largest && a->multiplexed)
		out[n++] = IF(BPF_JEQ, 0, 1, 0);
	if (a->largest) {
		out[n++] = IF(BPF_JGT, a->largest, 0, 1);
		out[n++] = RETURN(SECCOMP_RET_ERRNO | ENOSYS);
	}
	out[n++] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)a->start);
	out[1] = IF(BPF_JEQ, a->audit_arch, 0, (uint8_t)(n - 2));
	return n;
}

size_t seccomp_dispatch_build(const struct dispatch_arch *archs, size_t n, struct sock_filter *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += build_arch(&archs[i], out + len);
	out[len++] = RETURN(SECCOMP_RET_KILL_THREAD);
	/* From "beyond the end" to "from here". */
	for (size_t i = 0; i < len; i++)
		if (out[i].code == (BPF_JMP | BPF_JA))
			out[i].k += (uint32_t)(len - i - 1);
	return len;
}
