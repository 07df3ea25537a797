/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new network namespace, made by a helper while the parent gets the container ready: it is the
 * dearest of all namespaces, more than half of what the clone of init costs with it.
 * Runs in: begin, finish: parent | enter: init before pivot.
 * Must not happen here: failing because of the helper. Whatever goes wrong with it, init makes the
 * namespace itself, and says why it cannot.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct network_maker;

/* NULL: there is none, and init will be on its own. It lives in a, until network_finish(). */
struct network_maker *network_begin(struct arena *a);
/* Waits for the helper's end; m may be NULL. */
void network_finish(struct network_maker *m);
/* Into the namespace that the helper made, or a new one, with its loopback device up. */
int network_enter(struct network_maker *m, struct err *e);
