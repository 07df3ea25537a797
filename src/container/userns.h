/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose ids the container's are: the maps of a user namespace that is joined, and the cgroup's owner.
 * Runs in: parent.
 */
#pragma once

#include "container/build.h"

/* Its mappings become those of the config: owners and id-mapped mounts need them. */
int userns_adopt_maps(const struct launch *l, struct spec *s, struct err *e);
/* The host's id of the container's user; false when it has none. */
bool userns_user(const struct spec *s, uint32_t *ret_uid);
/* The host's id of whoever may manage what is below the container's cgroup; false when nobody but root
 * may. */
bool userns_cgroup_owner(struct spec *s, uint32_t *ret_uid);
