/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup v2: a program that the kernel asks at mknod and open (Linux 4.15). */
#include <fcntl.h>

#include "base/errno_class.h"
#include "base/log.h"
#include "cgroup/devices/devices.h"
#include "os/bpf.h"

/* For one rule at most: type, major, minor, two or three for the access, two for the answer. */
#define INSNS_PER_RULE 8
#define INSNS_FRAME    7
/* Kernels before 5.2 take 4096 instructions; what no kernel takes is refused here. */
#define INSNS_MAX 65536

/* struct bpf_cgroup_dev_ctx: u32 access_type (type in the low half, access in the high), major,
 * minor. Registers: R2 type, R3 access that is not decided yet, R4 major, R5 minor. */
#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define LOAD_W(dst, src, off)    INSN(BPF_LDX | BPF_MEM | BPF_W, dst, src, off, 0)
#define ALU32_IMM(op, dst, v)    INSN(BPF_ALU | (op) | BPF_K, dst, 0, 0, v)
#define MOV32_REG(dst, src)      INSN(BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0)
#define JUMP_IMM(op, dst, v)     INSN(BPF_JMP | (op) | BPF_K, dst, 0, 0, v)
#define MOV64_IMM(dst, v)        INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, v)
#define EXIT                     INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

enum { R0, R1, R2, R3, R4, R5, R6 };

_Static_assert(BPF_DEVCG_ACC_MKNOD == 1 && BPF_DEVCG_ACC_READ == 2 && BPF_DEVCG_ACC_WRITE == 4,
	       "the kernel's bits");

static int kernel_access(uint8_t a)
{
	return (a & DEV_ACCESS_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0) |
	       (a & DEV_ACCESS_READ ? BPF_DEVCG_ACC_READ : 0) |
	       (a & DEV_ACCESS_WRITE ? BPF_DEVCG_ACC_WRITE : 0);
}

/* "Not this number: next rule." Numbers above 2^31 would be sign-extended as an immediate of a
 * 64-bit jump, so they go through a register. */
static size_t unless_number(struct bpf_insn *p, int reg, int64_t v)
{
	if (v == CG_DEV_ANY)
		return 0;
	if (v <= INT32_MAX) {
		p[0] = JUMP_IMM(BPF_JNE, reg, (int32_t)v);
		return 1;
	}
	p[0] = ALU32_IMM(BPF_MOV, R6, (int32_t)(uint32_t)v);
	p[1] = INSN(BPF_JMP | BPF_JNE | BPF_X, reg, R6, 0, 0);
	return 2;
}

/* One rule, seen from the last to the first: it decides the parts of the access that are still
 * open. Denies when one of them is refused, allows when none is left. */
static size_t emit_rule(struct bpf_insn *p, const struct cg_dev_rule *r)
{
	int access = kernel_access(r->access);
	size_t n = 0;

	if (r->type != 'a')
		p[n++] = JUMP_IMM(BPF_JNE, R2,
				  r->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	n += unless_number(p + n, R4, r->major);
	n += unless_number(p + n, R5, r->minor);
	if (r->allow) {
		p[n++] = ALU32_IMM(BPF_AND, R3, ~access);
		p[n++] = JUMP_IMM(BPF_JNE, R3, 0);
	} else {
		p[n++] = MOV32_REG(R1, R3);
		p[n++] = ALU32_IMM(BPF_AND, R1, access);
		p[n++] = JUMP_IMM(BPF_JEQ, R1, 0);
	}
	p[n++] = MOV64_IMM(R0, r->allow);
	p[n++] = EXIT;
	/* Every jump of the rule leads behind it. */
	for (size_t i = 0; i < n; i++)
		if (BPF_CLASS(p[i].code) == BPF_JMP && BPF_OP(p[i].code) != BPF_EXIT)
			p[i].off = (int16_t)(n - i - 1);
	return n;
}

int cg_dev_program(const struct cg_dev_rules *rules, struct arena *a, struct bpf_insn **ret,
		   size_t *ret_n, struct err *e)
{
	static const struct bpf_insn head[] = {
		LOAD_W(R2, R1, 0), ALU32_IMM(BPF_AND, R2, 0xffff),
		LOAD_W(R3, R1, 0), ALU32_IMM(BPF_RSH, R3, 16),
		LOAD_W(R4, R1, 4), LOAD_W(R5, R1, 8),
	};
	size_t max = rules->n * (INSNS_PER_RULE + 2) + ARRAY_SIZE(head) + 2, n = 0;
	struct bpf_insn *p = arena_array(a, max, sizeof(*p));

	if (!p)
		return err_sys(e, ENOMEM, "device program");
	memcpy(p, head, sizeof(head));
	n = ARRAY_SIZE(head);
	/* What comes before a rule for everything is never asked. */
	for (size_t i = rules->n; i > 0; i--) {
		n += emit_rule(p + n, &rules->v[i - 1]);
		if (rules->v[i - 1].type == 'a')
			break;
	}
	p[n++] = MOV64_IMM(R0, 0);
	p[n++] = EXIT;
	if (n > INSNS_MAX)
		return err_make(e, ERR_CONFIG, E2BIG, "too many device rules (%zu)", rules->n);
	*ret = p;
	*ret_n = n;
	return 0;
}

/* Puts prog in the place of what is there: an update must not leave the old rules beside the new
 * ones, as every program of a cgroup must say yes. */
static int attach(int fd, const char *path, int prog, bool fresh, struct err *e)
{
	uint32_t ids[64];
	auto_fd old = FD_NONE;
	size_t n = 0;
	int r = fresh ? 0 : os_bpf_query_device(fd, ids, ARRAY_SIZE(ids), &n);

	if (r < 0)
		return err_sys(e, -r, "list the device programs of %s", path);
	if (n == 1)
		old = os_bpf_open_id(ids[0]);
	r = os_bpf_attach_device(fd, prog, old);
	if (r >= 0 && old >= 0)
		return 0;
	if (r == -EINVAL && old >= 0) /* before 5.6: add, then take the old one away below */
		r = os_bpf_attach_device(fd, prog, FD_NONE);
	if (r < 0)
		return err_sys(e, -r, "attach the device program to %s", path);
	for (size_t i = 0; i < n; i++) {
		auto_fd id = os_bpf_open_id(ids[i]);

		/* One that an LSM hides from us can only restrict further. */
		r = id < 0 ? 0 : os_bpf_detach_device(fd, id);
		if (r < 0)
			return err_sys(e, -r, "detach an old device program from %s", path);
	}
	return 0;
}

int cg_devices_v2(struct cgroup *c, int fd, const char *path, bool fresh,
		  const struct spec_resources *r, struct err *e)
{
	struct cg_dev_rules rules;
	struct bpf_insn *insns;
	auto_fd prog = FD_NONE;
	struct arena a;
	size_t n;
	int ret;

	arena_init(&a);
	ret = cg_dev_rules(r, &a, &rules, e);
	if (ret >= 0)
		ret = cg_dev_program(&rules, &a, &insns, &n, e);
	if (ret >= 0) {
		prog = os_bpf_load_device(insns, n);
		ret = prog < 0 ? err_sys(e, -prog, "load the device program of %s", path)
			       : attach(fd, path, prog, fresh, e);
		/* bpf(2) is for the first user namespace. In another one devices cannot be made or
		 * opened that were not before. */
		if (errno_is_privilege(ret) && (c->rootless || cg_in_userns(c))) {
			log_debug("no device program for %s: no permission", path);
			err_init(e);
			ret = 0;
		}
	}
	arena_fini(&a);
	return ret;
}
