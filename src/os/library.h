/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared libraries that few containers need, loaded when one does: the program starts in four
 * fifths of the time (docs/design/performance.md).
 * Runs in: parent.
 * Must not happen in stage, in init, or in a child that entered a namespace: the library would be
 * looked up in the container's file system, and run with the runtime's privileges.
 */
#pragma once

#include "base/err.h"

struct os_library {
	const char *soname;       /* and nothing else, so that the system's search path decides */
	const char *const *names; /* of n functions */
	void *table;              /* a struct of n pointers to them, in that order */
	size_t n;
	bool loaded;
};

/*
 * The list F(X) of functions gives both the names and the typed table:
 *
 *     #define MNL_FUNCTIONS(X) X(mnl_, socket_open2) X(mnl_, socket_bind)
 *     struct libmnl { MNL_FUNCTIONS(OS_LIBRARY_POINTER) };
 *     const char *const names[] = { MNL_FUNCTIONS(OS_LIBRARY_NAME) };
 */
#define OS_LIBRARY_POINTER(prefix, name) __typeof__(prefix##name) *name;
#define OS_LIBRARY_NAME(prefix, name) #prefix #name,
/* For a static program, which cannot load: struct libmnl mnl = { MNL_FUNCTIONS(OS_LIBRARY_LINKED) }. */
#define OS_LIBRARY_LINKED(prefix, name) .name = prefix##name,

/* Once; user is who needs it, with its verb: "linux.netDevices needs". The library stays. */
int os_library_load(struct os_library *l, const char *user, struct err *e);

/*
 * For packagers, whose tools see no DT_NEEDED: the ELF note that systemd's "ELF dlopen metadata"
 * specifies, found by `systemd-analyze dlopen-metadata` and the like.
 */
#define OS_LIBRARY_NOTE(id, soname, feature, description)                                         \
	OS_LIBRARY_NOTE_(id, "[{\"feature\":\"" feature "\",\"description\":\"" description       \
			     "\",\"priority\":\"recommended\",\"soname\":[\"" soname "\"]}]")
#define OS_LIBRARY_NOTE_(id, json)                                                                \
	__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct {          \
		uint32_t name_size, text_size, type;                                              \
		char name[sizeof("FDO")];                                                         \
		__attribute__((aligned(4))) char text[sizeof(json)];                              \
	} id = { sizeof("FDO"), sizeof(json), 0x407c0c0a, "FDO", json }
