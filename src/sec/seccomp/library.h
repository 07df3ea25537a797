/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libseccomp, loaded when a profile is compiled (os/library.h).
 * Runs in: parent.
 */
#pragma once

#include <seccomp.h>

#include "os/library.h"

#define SECCOMP_FUNCTIONS(X)                                                                      \
	X(seccomp_, version) X(seccomp_, init) X(seccomp_, release)                               \
	X(seccomp_, arch_native) X(seccomp_, arch_resolve_name) X(seccomp_, arch_add)             \
	X(seccomp_, arch_remove) X(seccomp_, attr_set) X(seccomp_, syscall_resolve_name_arch)     \
	X(seccomp_, syscall_resolve_num_arch) X(seccomp_, rule_add_array)                         \
	X(seccomp_, export_bpf)

/* scmp.init is seccomp_init. */
struct libseccomp {
	SECCOMP_FUNCTIONS(OS_LIBRARY_POINTER)
};
extern struct libseccomp scmp;

/* Before the first use of scmp. */
int scmp_load(struct err *e);
