/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/bpf_run.h"

static bool test(uint16_t op, uint32_t a, uint32_t k)
{
	switch (BPF_OP(op)) {
	case BPF_JEQ:
		return a == k;
	case BPF_JGT:
		return a > k;
	case BPF_JGE:
		return a >= k;
	default:
		return a & k;
	}
}

uint32_t bpf_run(const struct sock_filter *prog, size_t n, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, mem[BPF_MEMWORDS] = { 0 };

	for (size_t pc = 0; pc < n; pc++) {
		const struct sock_filter *i = &prog[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (i->k % 4 || i->k > sizeof(*data) - 4)
				return BPF_BROKEN;
			memcpy(&a, (const char *)data + i->k, 4);
			break;
		case BPF_RET | BPF_K:
			return i->k;
		case BPF_JMP | BPF_JA:
			pc += i->k < n ? i->k : n; /* a size may have 32 bits */
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += test(i->code, a, i->k) ? i->jt : i->jf;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_ST:
			if (i->k >= BPF_MEMWORDS)
				return BPF_BROKEN;
			mem[i->k] = a;
			break;
		case BPF_LD | BPF_MEM:
			if (i->k >= BPF_MEMWORDS)
				return BPF_BROKEN;
			a = mem[i->k];
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_MISC | BPF_TXA:
			a = x;
			break;
		default:
			return BPF_BROKEN;
		}
	}
	return BPF_BROKEN; /* ran off the end */
}
