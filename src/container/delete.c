/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "container/destroy.h"

/* A directory without state.json: a create that died at its first step, or one that is just
 * being removed. It goes, and still the container does not exist. */
static void remove_remains(struct runtime *rt, const char *id)
{
	struct store_dir dir = STORE_DIR_NONE;
	struct state state;
	struct err e;

	state_init(&state);
	/* Under the lock look again: a create may have come in between. */
	if (store_check_id(id, &e) == 0 && store_open(rt->root, rt->euid, id, &dir, &e) == 0 &&
	    store_lock(&dir, LOCK_TIMEOUT_MS, &e) == 0 &&
	    store_read_state(&dir, &state, &e) < 0 && e.kind == ERR_NOT_FOUND)
		store_remove(&dir, &e);
	state_fini(&state);
	store_dir_close(&dir);
}

static int delete_opened(struct opened *c, bool force, struct err *e)
{
	int r = 0;

	if (c->init_alive) {
		if (!force && c->status != STATUS_CREATED)
			return err_make(e, ERR_STATE, EBUSY,
					"cannot delete container %s that is not stopped: %s", c->state.id,
					status_name(c->status));
		r = kill_and_wait(c, e);
	}
	return r < 0 ? r : destroy_container(c, e);
}

int container_delete(struct runtime *rt, const char *id, bool force, struct err *e)
{
	struct opened c;
	int r = opened_init(&c, rt, id, force ? OPEN_TO_END : OPEN_LOCKED, e);

	if (r < 0) {
		if (e->kind != ERR_NOT_FOUND)
			return r;
		remove_remains(rt, id);
		return force ? 0 : r;
	}
	r = delete_opened(&c, force, e);
	opened_fini(&c);
	return r;
}
