/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "json/write.h"
#include "oci/fields.h"
#include "oci/state.h"

/* struct oci_state with its lists in place; in the order in which runc prints it. */
struct state_doc {
	const char *version;
	struct oci_state s;
	const char *status_text;
	struct kv_list annotations;
};

#define T struct state_doc
static const struct json_field fields_oci_state[] = {
	{ "ociVersion", JSON_STRING, JSON_AT(T, version) },
	{ "id", JSON_STRING, JSON_ALWAYS, JSON_AT(T, s.id) },
	{ "pid", JSON_INT, JSON_ALWAYS, JSON_AT(T, s.pid) },
	{ "status", JSON_STRING, JSON_AT(T, status_text) },
	{ "bundle", JSON_STRING, JSON_ALWAYS, JSON_AT(T, s.bundle) },
	{ "rootfs", JSON_STRING, JSON_AT(T, s.rootfs) },
	{ "created", JSON_STRING, JSON_AT(T, s.created) },
	{ "annotations", KEY_VALUES_AT(T, annotations) },
	{ "owner", JSON_STRING, JSON_AT(T, s.owner) },
	{ "oomKilled", JSON_BOOL, JSON_AT(T, s.oom_killed) },
	{ NULL }
};
#undef T

struct process_doc {
	const char *version;
	const char *const *fds;
	int64_t pid;
	const char *metadata;
	struct state_doc state;
};

#define T struct process_doc
static const struct json_field fields_process_state[] = {
	{ "ociVersion", JSON_STRING, JSON_AT(T, version) },
	{ "fds", JSON_LIST, JSON_AT(T, fds) },
	{ "pid", JSON_INT, JSON_ALWAYS, JSON_AT(T, pid) },
	{ "metadata", JSON_STRING, JSON_AT(T, metadata) },
	{ "state", JSON_OBJECT, JSON_AT(T, state), .child = fields_oci_state },
	{ NULL }
};
#undef T

static struct state_doc make_doc(const struct oci_state *s)
{
	struct state_doc d = {
		.version = OCI_SPEC_VERSION, .s = *s, .status_text = status_name(s->status)
	};

	if (s->annotations && s->annotations->n)
		d.annotations = *s->annotations;
	return d;
}

int oci_state_emit(const struct oci_state *s, unsigned indent, struct str *out, struct err *e)
{
	struct state_doc d = make_doc(s);
	char spaces[9] = "        ";
	struct json_writer w;

	spaces[indent < 8 ? indent : 8] = '\0';
	json_writer_init(&w, out, spaces);
	json_write(&w, fields_oci_state, &d);
	return str_failed(out) ? err_sys(e, ENOMEM, "write the state of %s", s->id) : 0;
}

int oci_process_state_emit(const struct oci_state *s, int64_t pid, const char *metadata,
			   struct str *out, struct err *e)
{
	static const char *const fds[] = { "seccompFd", NULL };
	struct process_doc d = {
		.version = OCI_SPEC_VERSION, .fds = fds, .pid = pid, .metadata = metadata,
		.state = make_doc(s),
	};
	struct json_writer w;

	json_writer_init(&w, out, NULL);
	json_write(&w, fields_process_state, &d);
	return str_failed(out) ? err_sys(e, ENOMEM, "write the state of %s", s->id) : 0;
}
