/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Becoming the container's user.
 * Runs in: init after pivot | parent for parsing and passwd look-ups of exec --user.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "os/procfs.h"

/* "uid[:gid]" strictly (CVE-2026-30892): digits only, 0..4294967294. *ret_has_gid tells. */
int user_parse(const char *s, uint32_t *ret_uid, uint32_t *ret_gid, bool *ret_has_gid, struct err *e);
/* setgroups(the list, also when empty). In a user namespace whose setgroups is "deny", an empty list is
 * skipped and a filled one is an error. */
int user_set_groups(const struct spec_user *u, struct procfs *proc, struct err *e);
/* setresgid, setresuid. */
int user_set_ids(const struct spec_user *u, struct err *e);
/* The home directory of uid from root's etc/passwd (root: descriptor), "/" when it is not there. The file is read
 * into buf, too: a line that does not fit (size, in bytes) is passed over. */
int user_home(int root, uint32_t uid, char *buf, size_t size);
/* fchown of fds 0-2, but those that are done, to uid unless they are /dev/null; EPERM, EROFS, EINVAL are no error. */
int user_own_stdio(uint32_t uid, const bool done[3], struct err *e);
