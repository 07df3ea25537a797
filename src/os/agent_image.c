/* SPDX-License-Identifier: Apache-2.0 */
#include "os/agent_image.h"

#include <errno.h>
#include <link.h>
#include <unistd.h>

#include "os/memfd.h"

#define NOTE_NAME "strake"

/* What the section begins with. */
struct note {
	uint32_t name_size, size, type;
	char name[(sizeof(NOTE_NAME) + 3) & ~3U];
	char id[OS_AGENT_ID_LEN];
};

static bool read_at(int fd, void *buf, size_t size, uint64_t at)
{
	return at <= INT64_MAX && pread(fd, buf, size, (off_t)at) == (ssize_t)size;
}

static bool read_header(int exe, ElfW(Ehdr) *h)
{
	return read_at(exe, h, sizeof(*h), 0) && memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 &&
	       h->e_shentsize == sizeof(ElfW(Shdr)) && h->e_shstrndx < h->e_shnum;
}

static bool is_ours(int exe, const ElfW(Shdr) *names, const ElfW(Shdr) *s)
{
	char name[sizeof(OS_AGENT_SECTION)];

	return s->sh_type == SHT_NOTE && s->sh_size > sizeof(struct note) &&
	       read_at(exe, name, sizeof(name), names->sh_offset + s->sh_name) &&
	       memcmp(name, OS_AGENT_SECTION, sizeof(name)) == 0;
}

static bool find_section(int exe, ElfW(Shdr) *ret)
{
	ElfW(Shdr) names, s;
	ElfW(Ehdr) h;

	if (!read_header(exe, &h) ||
	    !read_at(exe, &names, sizeof(names), h.e_shoff + h.e_shstrndx * sizeof(names)))
		return false;
	for (size_t i = 0; i < h.e_shnum; i++) {
		if (!read_at(exe, &s, sizeof(s), h.e_shoff + i * sizeof(s)))
			return false;
		if (is_ours(exe, &names, &s)) {
			*ret = s;
			return true;
		}
	}
	return false;
}

int os_agent_image(int exe, const char *where, const char *id, struct err *e)
{
	ElfW(Shdr) s;
	struct note n;
	int fd;

	if (!find_section(exe, &s) || !read_at(exe, &n, sizeof(n), s.sh_offset) ||
	    n.name_size != sizeof(NOTE_NAME) || strncmp(n.name, NOTE_NAME, sizeof(n.name)) != 0)
		return err_make(e, ERR_UNSUPPORTED, ENOEXEC, "there is no agent in the runtime's file %s",
				where);
	if (memcmp(n.id, id, sizeof(n.id)) != 0)
		return err_make(e, ERR_UNSUPPORTED, ESTALE,
				"the agent in the runtime's file %s is another build's", where);
	fd = os_program_copy("strake-agent", exe, (off_t)(s.sh_offset + sizeof(n)),
			     (off_t)(s.sh_size - sizeof(n)));
	return fd < 0 ? err_sys(e, -fd, "copy the agent out of the runtime's file %s", where) : fd;
}
