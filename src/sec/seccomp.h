/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp: the profile compiled to BPF in the parent, loaded by init as its last act.
 * Runs in: compile and library_version (they load libseccomp), notify_send: parent | load: init.
 * Must not happen in load: allocation, or any system call but seccomp(2) and prctl(2).
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

struct seccomp_program {
	void *filter;   /* struct sock_filter[n], heap; NULL when there is nothing to load */
	unsigned short n;
	uint32_t flags; /* SECCOMP_FILTER_FLAG_* */
	bool notify;    /* needs a listener */
};

/* Does a rule ask a listener? Known without libseccomp. */
bool seccomp_wants_listener(const struct spec_seccomp *s);
/* By libseccomp; a syscall newer than the profile gets ENOSYS, as runc's patchbpf does. Unknown
 * syscall names are skipped with a debug record. Flags that this kernel lacks are an error. */
int seccomp_compile(const struct spec_seccomp *s, struct seccomp_program *ret, struct err *e);
/* A filter that is ready, in base64. */
int seccomp_decode(const char *base64, struct seccomp_program *ret, struct err *e);
void seccomp_program_fini(struct seccomp_program *p);

/* Memory that a process shares with those that it clones, for a program that is compiled after the
 * clone. NULL: none to be had. */
struct seccomp_slot;
struct seccomp_slot *seccomp_slot_new(void);
void seccomp_slot_free(struct seccomp_slot *slot);
void seccomp_slot_put(struct seccomp_slot *slot, const struct seccomp_program *p);
/* A view of what was put there, nobody's to free. In init nothing else may happen here. */
struct seccomp_program seccomp_slot_view(struct seccomp_slot *slot);
/* *ret_listener is a CLOEXEC descriptor (p->notify), FD_NONE when there is none. (Not seccomp_load:
 * that is a symbol of libseccomp's.) */
int seccomp_program_load(const struct seccomp_program *p, int *ret_listener, struct err *e);
/* Will the filter refuse to set that limit to the caller itself? "No" also where that cannot be told. */
bool seccomp_refuses_rlimit(const struct seccomp_program *p, int resource);
/* Connects to path and sends text with fd attached, once (seccomp.md). */
int seccomp_notify_send(const char *path, const char *text, size_t len, int fd, struct err *e);

/* For `features`: NULL-terminated, sorted. known is what the library in use resolves (none without
 * it), supported is what this kernel takes. */
#define SECCOMP_ARCH_NAMES 23
extern const char *const seccomp_action_names[], *const seccomp_operator_names[],
	*const seccomp_arch_names[SECCOMP_ARCH_NAMES + 1], *const seccomp_flag_names[];
const char *const *seccomp_known_archs(void);
const char *const *seccomp_supported_flags(void);
/* "2.5.4": the library in use; "" when built without it, or when it is not installed. */
const char *seccomp_library_version(void);
