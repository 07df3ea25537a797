/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user namespace that the container joins by path.
 * Runs in: parent.
 */
#pragma once

#include "container/build.h"

/* Its mappings become those of the config: owners and id-mapped mounts need them. */
int userns_adopt_maps(const struct launch *l, struct spec *s, struct err *e);
