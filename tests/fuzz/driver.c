/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for libFuzzer: gives each file of the directories named to the target, once. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (1u << 20)

static void feed(int dir, const char *name)
{
	auto_fd fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	auto_free uint8_t *exact = NULL;
	size_t len;

	MUST(fd >= 0 && io_read_alloc(fd, INPUT_MAX, &text, &len) == 0);
	/* No room behind, as libFuzzer gives it. */
	exact = malloc(len ? len : 1);
	MUST(exact);
	memcpy(exact, text, len);
	printf("%s\n", name);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, len);
}

int main(int argc, char **argv)
{
	size_t n = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		struct dirent *entry;

		MUST(d);
		while ((entry = readdir(d))) {
			if (entry->d_name[0] == '.')
				continue;
			feed(dirfd(d), entry->d_name);
			n++;
		}
		closedir(d);
	}
	printf("%zu inputs\n", n);
	/* A corpus that is not found proves nothing. */
	return n ? 0 : 1;
}
