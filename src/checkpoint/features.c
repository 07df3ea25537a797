/* SPDX-License-Identifier: Apache-2.0 */
/* What this CRIU and this kernel can do, asked before anything of the container is touched. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "checkpoint/swrk.h"

/* What CRIU's server of lazy pages asks for: as many pages as eight pages hold descriptors of 40 bytes
 * each. It does not look whether it got them, and then serves nothing. */
static int lazy_pipe_size(void)
{
	int page = (int)sysconf(_SC_PAGESIZE);

	return 8 * page / 40 * page;
}

int criu_check_version(struct criu *c, struct err *e)
{
	const struct criu_request req = { .type = CRIU_VERSION, .keep_open = true };
	struct criu_response resp;
	int r = criu_call(c, &req, NULL, NULL, &resp, e);

	if (r < 0)
		return r;
	c->version = (int)(resp.major * 10000 + resp.minor * 100 + resp.sublevel);
	/* Built from git: what will be the next minor version. */
	if (resp.from_git)
		c->version = (int)(resp.major * 10000 + (resp.minor + 1) * 100);
	log_debug("Using CRIU %d", c->version);
	if (c->version < CRIU_VERSION_MIN)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "CRIU version %d must be %d or higher",
				c->version, CRIU_VERSION_MIN);
	return 0;
}

int criu_check_features(struct criu *c, bool mem_track, bool lazy_pages, struct err *e)
{
	const struct criu_request req = {
		.type = CRIU_FEATURE_CHECK, .keep_open = true,
		.mem_track = mem_track, .lazy_pages = lazy_pages,
	};
	struct criu_response resp;
	int r = criu_call(c, &req, NULL, NULL, &resp, e);

	if (r < 0)
		return err_wrap(e, "CRIU feature check failed");
	if (mem_track && !resp.mem_track)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "criu is missing features: [MemTrack]");
	if (lazy_pages && !resp.lazy_pages)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "criu is missing features: [LazyPages]");
	return 0;
}

int criu_check_lazy_pipe(struct err *e)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	r = fcntl(ends[0], F_SETPIPE_SZ, lazy_pipe_size()) < 0 ? -errno : 0;
	close(ends[0]);
	close(ends[1]);
	if (r < 0)
		return err_make(e, ERR_UNSUPPORTED, -r, "--lazy-pages: CRIU cannot serve them without a pipe of "
				"%d KiB: CAP_SYS_RESOURCE is missing, and fs.pipe-max-size is less",
				lazy_pipe_size() / 1024);
	return 0;
}
