/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/missing.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"

#define HEAD 4096 /* of the file: linkers put the program headers right behind the first one */

/* The word behind "#!", as the kernel cuts it: a carriage return is part of it. */
static void of_script(const char *head, size_t n, char *ret, size_t size)
{
	size_t from = 2, len = 0;

	while (from < n && (head[from] == ' ' || head[from] == '\t'))
		from++;
	while (from + len < n && len + 1 < size && head[from + len] && !strchr(" \t\n", head[from + len]))
		len++;
	memcpy(ret, head + from, len);
	ret[len] = '\0';
}

/* Where the name of an ELF program's interpreter is, or 0. */
#define INTERP_OF(bits)                                                                        \
	static uint64_t interp_of##bits(const char *head, size_t n)                            \
	{                                                                                      \
		Elf##bits##_Ehdr eh;                                                           \
		Elf##bits##_Phdr ph;                                                           \
                                                                                               \
		if (n < sizeof(eh))                                                            \
			return 0;                                                              \
		memcpy(&eh, head, sizeof(eh));                                                 \
		for (uint64_t i = 0, at = eh.e_phoff; i < eh.e_phnum; i++, at += sizeof(ph)) { \
			if (at > n || n - at < sizeof(ph))                                     \
				return 0;                                                      \
			memcpy(&ph, head + at, sizeof(ph));                                    \
			if (ph.p_type == PT_INTERP)                                            \
				return ph.p_offset;                                            \
		}                                                                              \
		return 0;                                                                      \
	}
INTERP_OF(32)
INTERP_OF(64)

static void of_elf(int fd, const char *head, size_t n, char *ret, size_t size)
{
	uint64_t at = head[EI_CLASS] == ELFCLASS32 ? interp_of32(head, n) : interp_of64(head, n);
	ssize_t len = at && at < INT64_MAX ? pread(fd, ret, size - 1, (off_t)at) : 0;

	ret[len > 0 ? len : 0] = '\0';
}

/* e_machine is at the same place in both classes; the byte order is said before it. */
static unsigned int machine_of(const unsigned char *head)
{
	const unsigned char *m = head + offsetof(Elf64_Ehdr, e_machine);

	return head[EI_DATA] == ELFDATA2MSB ? m[0] << 8 | m[1] : m[1] << 8 | m[0];
}

/* What runs here besides, the kernel alone knows: it has just refused the file. */
#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#define MACHINE 0
#endif

/* Somebody else may have put anything in the place of what was refused: a terminal, a pipe. */
static int open_file(const char *exe)
{
	auto_fd fd = open(exe, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? TAKE_FD(fd) : FD_NONE;
}

static ssize_t read_head(const char *exe, char head[HEAD])
{
	auto_fd fd = open_file(exe);

	memset(head, 0, HEAD);
	return fd < 0 ? -1 : pread(fd, head, HEAD, 0);
}

static bool is_script(const char *head)
{
	return memcmp(head, "#!", 2) == 0;
}

bool unfit_program(const char *exe, char *ret, size_t size)
{
	char head[HEAD], interpreter[256];
	const char *what = "it", *name = "";
	ssize_t n = read_head(exe, head);

	if (n > 0 && is_script(head)) {
		of_script(head, (size_t)n, interpreter, sizeof(interpreter));
		n = *interpreter ? read_head(interpreter, head) : -1;
		what = "its interpreter ";
		name = interpreter;
	}
	if (n < 0 || is_script(head))
		return false;
	if (n == 0)
		snprintf(ret, size, "%s%s is empty", what, name);
	else if (memcmp(head, ELFMAG, SELFMAG) != 0)
		snprintf(ret, size, "%s%s is neither an ELF program nor a script that begins with #!",
			 what, name);
	else if (MACHINE && machine_of((unsigned char *)head) != MACHINE)
		snprintf(ret, size, "%s%s is for another machine (ELF machine %u, this one is %u)",
			 what, name, machine_of((unsigned char *)head), MACHINE);
	else
		return false;
	return true;
}

bool missing_interpreter(const char *exe, char *ret, size_t size)
{
	auto_fd fd = open_file(exe);
	char head[HEAD];
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);

	ret[0] = '\0';
	/* Of a script one alone that does not show: else the words are runc's, and tested by its users. */
	if (n > 2 && is_script(head)) {
		of_script(head, (size_t)n, ret, size);
		if (!strchr(ret, '\r'))
			return false;
	} else if (n > EI_NIDENT && memcmp(head, ELFMAG, SELFMAG) == 0)
		of_elf(fd, head, (size_t)n, ret, size);
	return ret[0] && faccessat(AT_FDCWD, ret, F_OK, 0) < 0 && errno == ENOENT;
}
