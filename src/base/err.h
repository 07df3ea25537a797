/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error that travels: a kind, an errno and the sentence, in the caller's memory.
 * Runs in: parent | stage | init before and after pivot (fixed size, never allocates).
 * Must not happen here: printing. Only cli/ prints, once.
 *
 * Functions return 0 (or a non-negative result) on success and -errno on failure; a negative
 * result means that *e is set, and only then. The leaf names the operation and its objects,
 * each section that knows more wraps: err_wrap(e, "mount %zu (%s)", i, dest).
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* What a caller may branch on; never branch on the text. */
enum err_kind {
	ERR_NONE = 0,
	ERR_SYS,         /* a system call failed: errnum is its errno */
	ERR_CONFIG,      /* config.json, or a value in it, is wrong */
	ERR_USAGE,       /* the command line is wrong */
	ERR_UNSUPPORTED, /* this kernel, or this build, cannot do it */
	ERR_STATE,       /* the container's status does not allow it */
	ERR_NOT_FOUND,   /* no container with this id */
	ERR_EXISTS,      /* a container with this id is there already */
	ERR_PROTOCOL,    /* a peer process said something that the script does not allow */
	ERR_CHILD,       /* a process of ours died or failed without saying why */
	ERR_KIND_MAX
};

/* Frames, innermost first, each ended by NUL; the whole struct is one packet on the chain. */
#define ERR_TEXT_MAX 3070

struct err {
	int32_t errnum; /* positive errno; 0 when unset */
	uint16_t kind;  /* enum err_kind */
	uint16_t used;  /* bytes of text in use */
	uint16_t place; /* where in text a frame of err_place() starts, plus one; 0: there is none */
	char text[ERR_TEXT_MAX];
};

static inline void err_init(struct err *e)
{
	e->errnum = 0;
	e->kind = ERR_NONE;
	e->used = 0;
	e->place = 0;
}

static inline bool err_is_set(const struct err *e)
{
	return e->kind != ERR_NONE;
}

/* A failed system call: "<what>: <strerror in lower case>". errnum is positive. Returns -errnum. */
int err_sys(struct err *e, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Any other failure: the sentence as given. Returns -errnum. */
int err_make(struct err *e, enum err_kind kind, int errnum, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Adds context in front: "<context>: <what was there>". Returns the -errno that e holds. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same, where the context is a path into the caller's input ("mounts[1].options"), perhaps with
 * words behind a blank. Who has the input at hand can say the line: err_place_text(), or NULL. */
int err_place(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *err_place_text(const struct err *e);
/* Puts "file:line:column: " in front of the place. What was wrapped around stays in front of both, as
 * callers know errors by how they begin. */
void err_locate(struct err *e, const char *file, size_t line, size_t column);

/* The sentence, outermost frame first. Always ends buf with NUL; returns the full length. */
size_t err_format(const struct err *e, char *buf, size_t size);
/* True when e came over the wire in a shape that err_format() can trust. */
bool err_is_valid(const struct err *e);

/* strerror, without locale and with a small first letter, as callers of runc know it. */
const char *err_strerror(int errnum);
