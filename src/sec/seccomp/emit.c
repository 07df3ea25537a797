/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp/emit.h"

/* A conditional jump's 8 bits, less the two BPF_JA that may come between. */
#define REACH 253
/* A return nearer than this is shared; the jump to it may be emitted a little later. */
#define SHARE 200

void emit_init(struct emit *e)
{
	/* Not the 32 KiB of instructions. */
	e->n = 0;
	e->n_returns = 0;
	e->overflow = false;
}

static emit_label put(struct emit *e, uint16_t code, uint32_t k, size_t jt, size_t jf)
{
	if (e->n == ARRAY_SIZE(e->buf)) {
		e->overflow = true;
		return e->n;
	}
	e->n++;
	e->buf[ARRAY_SIZE(e->buf) - e->n] = (struct sock_filter)BPF_JUMP(code, k, (uint8_t)jt,
									  (uint8_t)jf);
	return e->n;
}

/* How many instructions one emitted now would skip. */
static size_t distance(const struct emit *e, emit_label target)
{
	return e->n - target;
}

static emit_label nearby(struct emit *e, emit_label target)
{
	if (distance(e, target) <= REACH)
		return target;
	return put(e, BPF_JMP | BPF_JA, (uint32_t)distance(e, target), 0, 0);
}

emit_label emit_jump(struct emit *e, uint16_t test, uint32_t k, emit_label yes, emit_label no)
{
	yes = nearby(e, yes);
	no = nearby(e, no);
	return put(e, BPF_JMP | test | BPF_K, k, distance(e, yes), distance(e, no));
}

emit_label emit_load(struct emit *e, size_t offset)
{
	return put(e, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

emit_label emit_and(struct emit *e, uint32_t mask)
{
	return put(e, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
}

emit_label emit_return(struct emit *e, uint32_t action)
{
	size_t i = 0;

	while (i < e->n_returns && e->returns[i].action != action)
		i++;
	if (i < e->n_returns && distance(e, e->returns[i].at) <= SHARE)
		return e->returns[i].at;
	if (i == EMIT_RETURNS)
		i = action % EMIT_RETURNS; /* more actions than places: forget one */
	else if (i == e->n_returns)
		e->n_returns++;
	e->returns[i].action = action;
	e->returns[i].at = put(e, BPF_RET | BPF_K, action, 0, 0);
	return e->returns[i].at;
}
