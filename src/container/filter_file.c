/* SPDX-License-Identifier: Apache-2.0 */
#include "container/filter_file.h"

#include <errno.h>
#include <linux/filter.h>
#include <strake/version.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/str.h"
#include "os/feature.h"

struct file {
	uint64_t key;    /* of what it was made from, and by what */
	uint64_t sum;    /* of the rest */
	uint32_t flags;
	uint32_t n;
	struct sock_filter filter[];
};

/* Against damage and mix-ups, not against those who may write here: they own the container. */
static uint64_t sum_of(uint64_t sum, const void *data, size_t len)
{
	const unsigned char *p = data;

	sum ^= len;
	while (len > 0) {
		size_t n = len < sizeof(uint64_t) ? len : sizeof(uint64_t);
		uint64_t word = 0;

		memcpy(&word, p, n);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
		sum ^= sum >> 32;
		p += n;
		len -= n;
	}
	return sum;
}

static uint64_t key_of(const char *config, size_t len)
{
	static const char maker[] = STRAKE_VERSION " " STRAKE_COMMIT;
	bool by_library = os_fallback_forced(OS_SECCOMP_TREE);

	return sum_of(sum_of(by_library, maker, sizeof(maker)), config, len);
}

static uint64_t rest_of(const struct file *f)
{
	return sum_of(f->flags, f->filter, f->n * sizeof(f->filter[0]));
}

void filter_file_write(const struct store_dir *dir, const char *config, size_t len,
		       const struct seccomp_program *p)
{
	size_t n = p->n * sizeof(struct sock_filter), size = sizeof(struct file) + n;
	auto_free struct file *f = p->filter && !p->notify ? malloc(size) : NULL;
	struct err e;

	if (!f)
		return;
	*f = (struct file){ .key = key_of(config, len), .flags = p->flags, .n = p->n };
	memcpy(f->filter, p->filter, n);
	f->sum = rest_of(f);
	if (store_write_filter(dir, (const char *)f, size, &e) < 0)
		log_debug("the seccomp program is not kept: %s", err_strerror(e.errnum));
}

bool filter_file_read(const struct store_dir *dir, const char *config, size_t len,
		      struct seccomp_program *ret)
{
	auto_free char *text = NULL;
	const struct file *f;
	struct err e;
	size_t size;

	if (store_read_filter(dir, &text, &size, &e) < 0 || !text)
		return false;
	f = (const void *)text;
	if (size < sizeof(*f) || f->n == 0 || f->n > BPF_MAXINSNS ||
	    size != sizeof(*f) + f->n * sizeof(f->filter[0]) || f->key != key_of(config, len) ||
	    f->sum != rest_of(f)) {
		log_debug("the seccomp program that was kept is of no use");
		return false;
	}
	*ret = (struct seccomp_program){
		.filter = malloc(size - sizeof(*f)), .n = (unsigned short)f->n, .flags = f->flags,
	};
	if (!ret->filter)
		return false;
	memcpy(ret->filter, f->filter, size - sizeof(*f));
	return true;
}
