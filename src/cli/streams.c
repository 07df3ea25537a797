/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/streams.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

/* True: the call that failed may be made again. An end that is gone counts as ready, and the call says so. */
static bool is_worth_another(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (errno == EAGAIN && poll(&p, 1, -1) >= 0)
		return true;
	return errno == EINTR;
}

int stream_write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (is_worth_another(fd, POLLOUT))
				continue;
			return -errno;
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static ssize_t read_some(int fd, void *buf, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buf, size);
	while (n < 0 && is_worth_another(fd, POLLIN));
	return n < 0 ? -errno : n;
}

/* How far a JSON object has come; what is wrong in it, or before it, is for the parser to find. */
struct scan {
	size_t pos;
	unsigned depth; /* of braces */
	bool in_string, escaped;
};

/* Goes on in the text up to len; true when the object ended, at s->pos. */
static bool scan_object(struct scan *s, const char *text, size_t len)
{
	while (s->pos < len) {
		char c = text[s->pos++];

		if (!s->depth && !strchr(" \t\r\n{", c)) /* nothing that closes */
			s->depth = UINT_MAX / 2;
		if (s->in_string) {
			s->in_string = s->escaped || c != '"';
			s->escaped = !s->escaped && c == '\\';
		} else if (c == '"') {
			s->in_string = true;
		} else if (c == '{') {
			s->depth++;
		} else if (c == '}' && --s->depth == 0) {
			return true;
		}
	}
	return false;
}

int stream_read_document(int fd, size_t max, char **ret, size_t *ret_len)
{
	auto_free char *buf = NULL;
	size_t size = 4096, have = 0;
	struct scan scan = {};
	bool ended;
	ssize_t n;

	do {
		char *p = buf && have < size - 1 ? buf : realloc(buf, size *= 2);

		if (!p)
			return -ENOMEM;
		buf = p;
		n = read_some(fd, buf + have, size - 1 - have);
		if (n < 0)
			return (int)n;
		have += (size_t)n;
		if (have > max)
			return -EFBIG;
		ended = scan_object(&scan, buf, have);
	} while (n > 0 && !ended);
	if (ended)
		have = scan.pos;
	buf[have] = '\0';
	*ret = TAKE_PTR(buf);
	*ret_len = have;
	return 0;
}
