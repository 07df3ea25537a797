/* SPDX-License-Identifier: Apache-2.0 */
/* The documents that belong to no container: features, and a config to start from. */
#include <errno.h>
#include <strake/features.h>
#include <unistd.h>

#include "api/api.h"
#include "base/str.h"
#include "cgroup/cgroup.h"
#include "oci/emit.h"
#include "oci/spec.h"
#include "sec/seccomp.h"

/* *out as the caller's heap string, or NULL with *err when r or the string has failed. */
static char *hand_over(int r, struct str *out, struct err *e, struct strake_error *err)
{
	char *text = r < 0 ? NULL : str_take(out);

	if (r >= 0 && !text)
		r = err_sys(e, ENOMEM, "write the document");
	api_result(r, e, err);
	return text;
}

char *strake_features_json(struct strake_error *err)
{
	auto_str out = {};
	struct err e;

	err_init(&e);
	return hand_over(container_features(&out, &e), &out, &e, err);
}

const char *strake_spec_version(void)
{
	return OCI_SPEC_VERSION;
}

const char *strake_libseccomp_version(void)
{
	return seccomp_library_version();
}

char *strake_spec_json(bool rootless, struct strake_error *err)
{
	const struct spec_default_options o = {
		.rootless = rootless,
		.cgroup_v2 = cgroup_host_is_unified(),
		.uid = geteuid(),
		.gid = getegid(),
	};
	auto_str out = {};
	struct spec spec;
	struct err e;
	int r;

	err_init(&e);
	r = spec_default(&spec, &o, &e);
	if (r == 0) {
		r = spec_emit(&spec, "\t", &out, &e);
		spec_fini(&spec);
	}
	return hand_over(r, &out, &e, err);
}
