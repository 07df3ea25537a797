/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/keyring.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/parse.h"
#include "os/keyctl.h"

/* Permission bits of a key (keyctl_setperm(3)): what the kernel gives a new session keyring; may be searched by its
 * user, by anybody. */
#define AS_MADE      0x3f130000u
#define USER_SEARCH  0x00080000u
#define OTHER_SEARCH 0x00000008u

bool keyring_map_is_initial(const char *uid_map)
{
	unsigned long long v[3];

	return parse_numbers(uid_map, v, ARRAY_SIZE(v)) == 0 && v[0] == 0 && v[1] == 0 && v[2] == UINT32_MAX;
}

/* In a user namespace who comes later (exec) may have another kernel uid than who made the key. */
static uint32_t search_bits(struct procfs *proc)
{
	char map[128];
	int r = procfs_read_record(proc, "self/uid_map", map, sizeof(map));

	if (r == -ENOENT || (r >= 0 && keyring_map_is_initial(map)))
		return USER_SEARCH;
	return USER_SEARCH | OTHER_SEARCH;
}

int keyring_let_search(int key, bool initial, struct procfs *proc, struct err *e)
{
	int r = key == 0 ? 0 : os_keyctl_setperm(key, AS_MADE | (initial ? USER_SEARCH : search_bits(proc)));

	return r < 0 ? err_sys(e, -r, "unable to mod keyring permissions") : 0;
}

/* SELinux labels keys that are made from now on; a kernel without keycreate labels none. */
static int set_create_label(struct procfs *proc, const char *label)
{
	int r = procfs_write(proc, "self/attr/keycreate", label);

	return r == -ENOENT ? 0 : r;
}

int keyring_join(const char *id, const char *label, struct procfs *proc, struct err *e)
{
	char name[1100];
	int r, key;

	if (snprintf(name, sizeof(name), "_ses.%s", id) >= (int)sizeof(name))
		return err_sys(e, ENAMETOOLONG, "unable to join session keyring");
	if (!str_empty(label)) {
		r = set_create_label(proc, label);
		if (r < 0)
			return err_sys(e, -r, "set the label %s for the session keyring", label);
	}
	key = os_keyctl_join_session(name);
	if (!str_empty(label))
		/* A refused reset leaves a label for keys that init makes none of. */
		(void)set_create_label(proc, "");
	if (key == -ENOSYS) {
		log_debug("this kernel has no keyrings");
		return 0;
	}
	return key < 0 ? err_sys(e, -key, "unable to join session keyring: unable to create session key") : key;
}
