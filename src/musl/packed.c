/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packed relative relocations (DT_RELR, generic ELF ABI) for a static program of a musl before 1.2.4, which
 * knows none: 56 KiB less in the file. The program is entered here, and musl goes on.
 * Runs in: parent, before everything: no variable, function or string may be used that needs a relocation.
 */
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>

#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR   36
#endif

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

#if defined(__x86_64__)
__asm__(".pushsection .text.packed_start,\"ax\",@progbits\n"
	".globl packed_start\n.hidden packed_start\n.type packed_start,@function\n"
	"packed_start:\n"
	"	endbr64\n"
	"	push %rdx\n" /* what the kernel handed over; and the stack's alignment */
	"	sub $8, %rsp\n"
	"	call packed_relocate\n"
	"	add $8, %rsp\n"
	"	pop %rdx\n"
	"	jmp _start\n"
	".size packed_start, . - packed_start\n.popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection .text.packed_start,\"ax\",@progbits\n"
	".globl packed_start\n.hidden packed_start\n.type packed_start,@function\n"
	"packed_start:\n"
	"	bl packed_relocate\n"
	"	b _start\n"
	".size packed_start, . - packed_start\n.popsection\n");
#else
#error the entry of this machine is not written
#endif

/* used: LTO does not see who calls it. */
void packed_relocate(void) __attribute__((used, visibility("hidden")));

/* An even word is an address, and the next odd ones are bits for the words behind it. */
__attribute__((no_stack_protector)) void packed_relocate(void)
{
	uintptr_t base = (uintptr_t)__ehdr_start, *at = NULL;
	const uintptr_t *row = NULL;
	size_t n = 0;

	for (const ElfW(Dyn) *d = _DYNAMIC; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_RELR)
			row = (const uintptr_t *)(base + d->d_un.d_ptr);
		else if (d->d_tag == DT_RELRSZ)
			n = d->d_un.d_val / sizeof(*row);
	}
	for (; n > 0; n--, row++) {
		if (!(*row & 1)) {
			at = (uintptr_t *)(base + *row);
			*at++ += base;
			continue;
		}
		for (size_t i = 0; i < 8 * sizeof(*row) - 1; i++)
			if (*row >> (i + 1) & 1)
				at[i] += base;
		at += 8 * sizeof(*row) - 1;
	}
}
