/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp/multiplexed.h"

#include "base/cleanup.h"
#include "sec/seccomp/library.h"

/* The numbers that i386 has for the calls themselves, by selector; 0: none. libseccomp has them,
 * but does not tell: it answers with the multiplexed one, and tells names of numbers slowly. */
static const uint16_t i386_socket[] = {
	[1] = 359, [2] = 361, [3] = 362, [4] = 363, [6] = 367, [7] = 368, [8] = 360,
	[11] = 369, [12] = 371, [13] = 373, [14] = 366, [15] = 365, [16] = 370, [17] = 372,
	[18] = 364, [19] = 337, [20] = 345,
};
static const uint16_t i386_ipc[] = {
	[2] = 393, [3] = 394, [11] = 400, [12] = 401, [13] = 399, [14] = 402,
	[21] = 397, [22] = 398, [23] = 395, [24] = 396,
};

void multiplexers_init(struct multiplexers *m, uint32_t token)
{
	m->token = token;
	m->socketcall = scmp.syscall_resolve_name_arch(token, "socketcall");
	m->ipc = scmp.syscall_resolve_name_arch(token, "ipc");
}

/* As in i386_*, by asking for the name of every number near the multiplexer's. */
static int search(uint32_t token, int number, int near)
{
	auto_free char *name = scmp.syscall_resolve_num_arch(token, number);
	int first = near / 1000 * 1000; /* mips begins at 4000 */

	for (int nr = first; name && nr < first + 600; nr++) {
		auto_free char *other = scmp.syscall_resolve_num_arch(token, nr);

		if (str_eq(name, other))
			return nr;
	}
	return -1;
}

bool multiplexed_find(const struct multiplexers *m, int number, struct multiplexed *ret)
{
	bool socket = number <= -100 && number >= -120;
	bool ipc = number <= -200 && number >= -224;
	int nr = socket ? m->socketcall : m->ipc;
	uint32_t selector = (uint32_t)-number % 100;

	if ((!socket && !ipc) || nr < 0)
		return false;
	*ret = (struct multiplexed){ .nr = (uint32_t)nr, .selector = selector, .direct = -1 };
	if (m->token != SCMP_ARCH_X86)
		ret->direct = search(m->token, number, nr);
	else if (socket && i386_socket[selector])
		ret->direct = i386_socket[selector];
	else if (ipc && i386_ipc[selector])
		ret->direct = i386_ipc[selector];
	return true;
}
