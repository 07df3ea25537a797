/* SPDX-License-Identifier: Apache-2.0 */
/* A filter that somebody else has compiled; the kernel's verifier judges it. */
#include <errno.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "sec/seccomp.h"

/* 0 .. 63, or -1. */
static int digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The bytes that it stands for, at most size; -EINVAL. */
static ssize_t decode(const char *text, unsigned char *buf, size_t size)
{
	size_t n = 0, padding = strspn(text + strcspn(text, "="), "=");
	size_t len = strcspn(text, "=");
	uint32_t bits = 0;

	if (text[len + padding] || padding > 2 || (len + padding) % 4 != 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int v = digit(text[i]);

		if (v < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)v;
		/* 6 more than a multiple of 8 began a byte; it ends with the digit after. */
		if (i % 4 == 0)
			continue;
		if (n == size)
			return -E2BIG;
		buf[n++] = (unsigned char)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0));
	}
	return (ssize_t)n;
}

int seccomp_decode(const char *base64, struct seccomp_program *ret, struct err *e)
{
	const size_t size = BPF_MAXINSNS * sizeof(struct sock_filter);
	auto_free unsigned char *filter = malloc(size);
	ssize_t n;

	if (!filter)
		return err_sys(e, ENOMEM, "seccomp filter");
	n = decode(base64, filter, size);
	if (n == -E2BIG)
		return err_make(e, ERR_CONFIG, E2BIG, "the filter has more than %d instructions",
				BPF_MAXINSNS);
	if (n <= 0 || (size_t)n % sizeof(struct sock_filter) != 0)
		return err_make(e, ERR_CONFIG, EINVAL,
				"the filter is not base64 of whole instructions");
	*ret = (struct seccomp_program){
		.filter = TAKE_PTR(filter),
		.n = (unsigned short)((size_t)n / sizeof(struct sock_filter)),
	};
	return 0;
}
