/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small macros that every layer uses.
 * Runs in: anywhere.
 * Nothing here may allocate, log or make a system call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define WARN_UNUSED __attribute__((warn_unused_result))

/* An address sanitizer knows one stack a process, what may be read, and what malloc(3) gave. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED false
#endif

/* The largest page that this architecture has, of those that programs are mapped by. */
#ifdef __aarch64__
#define PAGE_MAX 65536
#else
#define PAGE_MAX 4096
#endif

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

static inline bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static inline bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static inline bool str_empty(const char *s)
{
	return !s || !*s;
}
