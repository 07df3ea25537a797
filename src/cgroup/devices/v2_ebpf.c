/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup v2: a program that the kernel asks at mknod and open (Linux 4.15). */
#include <fcntl.h>

#include "base/errno_class.h"
#include "base/log.h"
#include "cgroup/devices/devices.h"
#include "os/bpf.h"

/* At most: one for the type, three for the numbers, three for the access, two for the answer. */
#define INSNS_PER_RULE 9
/* Kernels before 5.2 take 4096 instructions; what no kernel takes is refused here. */
#define INSNS_MAX 65536
/* Rules that share one test of the type: its jump over them has 16 bits. */
#define GROUP_MAX 1000

/* struct bpf_cgroup_dev_ctx: u32 access_type (type in the low half, access in the high), major,
 * minor. */
enum { R0, R1, TYPE, ACCESS, PAIR, MAJOR, TEMP, MINOR }; /* ACCESS: what is not decided yet */

#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define LOAD_W(dst, src, off)    INSN(BPF_LDX | BPF_MEM | BPF_W, dst, src, off, 0)
#define ALU32_IMM(op, dst, v)    INSN(BPF_ALU | (op) | BPF_K, dst, 0, 0, v)
#define ALU64_IMM(op, dst, v)    INSN(BPF_ALU64 | (op) | BPF_K, dst, 0, 0, v)
#define ALU64_REG(op, dst, src)  INSN(BPF_ALU64 | (op) | BPF_X, dst, src, 0, 0)
#define MOV32_REG(dst, src)      INSN(BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0)
#define JUMP_IMM(op, dst, v)     INSN(BPF_JMP | (op) | BPF_K, dst, 0, 0, v)
#define JUMP_REG(op, dst, src)   INSN(BPF_JMP | (op) | BPF_X, dst, src, 0, 0)
#define EXIT                     INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

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
	p[0] = ALU32_IMM(BPF_MOV, TEMP, (int32_t)(uint32_t)v);
	p[1] = JUMP_REG(BPF_JNE, reg, TEMP);
	return 2;
}

/* Both numbers at once: after two tests the verifier would follow every later rule once for "major
 * is the same, minor is not" too. */
static size_t unless_device(struct bpf_insn *p, const struct cg_dev_rule *r)
{
	size_t n;

	if (r->major != CG_DEV_ANY && r->minor != CG_DEV_ANY) {
		p[0] = INSN(BPF_LD | BPF_DW | BPF_IMM, TEMP, 0, 0, (int32_t)(uint32_t)r->minor);
		p[1] = INSN(0, 0, 0, 0, (int32_t)(uint32_t)r->major);
		p[2] = JUMP_REG(BPF_JNE, PAIR, TEMP);
		return 3;
	}
	n = unless_number(p, MAJOR, r->major);
	return n + unless_number(p + n, MINOR, r->minor);
}

/* One rule, seen from the last to the first: it decides the parts of the access that are still
 * open. Denies when one of them is refused, allows when none is left. */
static size_t emit_rule(struct bpf_insn *p, const struct cg_dev_rule *r)
{
	int access = kernel_access(r->access);
	size_t n = unless_device(p, r);

	if (r->access == CG_DEV_RWM) {
		/* Decides whatever is open, and leaves ACCESS alone: a change of it is one more
		 * state that the verifier follows through all rules below. */
	} else if (r->allow) {
		p[n++] = ALU32_IMM(BPF_AND, ACCESS, ~access);
		p[n++] = JUMP_IMM(BPF_JNE, ACCESS, 0);
	} else {
		p[n++] = MOV32_REG(R1, ACCESS);
		p[n++] = ALU32_IMM(BPF_AND, R1, access);
		p[n++] = JUMP_IMM(BPF_JEQ, R1, 0);
	}
	p[n++] = ALU64_IMM(BPF_MOV, R0, r->allow);
	p[n++] = EXIT;
	/* Every jump of the rule leads behind it. */
	for (size_t i = 0; i < n; i++)
		if (BPF_CLASS(p[i].code) == BPF_JMP && BPF_OP(p[i].code) != BPF_EXIT)
			p[i].off = (int16_t)(n - i - 1);
	return n;
}

static bool decides_all(const struct cg_dev_rule *r)
{
	return r->major == CG_DEV_ANY && r->minor == CG_DEV_ANY && r->access == CG_DEV_RWM;
}

/* The rules before rules[i] of one type, the last first; *ret_left is what comes before them. Those
 * behind one that decides everything could not be reached, which the verifier refuses. */
static size_t emit_group(struct bpf_insn *p, const struct cg_dev_rule *rules, size_t i,
			 size_t *ret_left)
{
	char type = rules[i - 1].type;
	bool decided = false;
	size_t n = 1;

	for (size_t k = 0; k < GROUP_MAX && i > 0 && rules[i - 1].type == type; k++, i--) {
		if (!decided)
			n += emit_rule(p + n, &rules[i - 1]);
		decided |= decides_all(&rules[i - 1]);
	}
	p[0] = JUMP_IMM(BPF_JNE, TYPE, type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	p[0].off = (int16_t)(n - 1);
	*ret_left = i;
	return n;
}

int cg_dev_program(const struct cg_dev_rules *rules, struct arena *a, struct bpf_insn **ret,
		   size_t *ret_n, struct err *e)
{
	static const struct bpf_insn head[] = {
		LOAD_W(TYPE, R1, 0), ALU32_IMM(BPF_AND, TYPE, 0xffff),
		LOAD_W(ACCESS, R1, 0), ALU32_IMM(BPF_RSH, ACCESS, 16),
		LOAD_W(MAJOR, R1, 4), LOAD_W(MINOR, R1, 8),
		ALU64_REG(BPF_MOV, PAIR, MAJOR), ALU64_IMM(BPF_LSH, PAIR, 32),
		ALU64_REG(BPF_OR, PAIR, MINOR),
	};
	size_t max = rules->n * INSNS_PER_RULE + ARRAY_SIZE(head), n = ARRAY_SIZE(head);
	size_t left = rules->n;
	struct bpf_insn *p;

	if (rules->n > INSNS_MAX / INSNS_PER_RULE)
		return err_make(e, ERR_CONFIG, E2BIG, "too many device rules (%zu)", rules->n);
	p = arena_array(a, max, sizeof(*p));
	if (!p)
		return err_sys(e, ENOMEM, "device program");
	memcpy(p, head, sizeof(head));
	while (left > 0 && rules->v[left - 1].type != 'a')
		n += emit_group(p + n, rules->v, left, &left);
	/* Rule 0 is for everything, so one such rule always ends the program. */
	if (left > 0)
		n += emit_rule(p + n, &rules->v[left - 1]);
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

static int explain_load(const char *path, int r, struct err *e)
{
	if (errno_is_not_supported(r) || r == -EINVAL)
		return err_make(e, ERR_UNSUPPORTED, -r,
				"this kernel cannot confine devices on cgroup v2: it has no device programs (CONFIG_CGROUP_BPF)");
	return err_sys(e, -r, "load the device program of %s", path);
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
		ret = prog < 0 ? explain_load(path, prog, e) : attach(fd, path, prog, fresh, e);
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
