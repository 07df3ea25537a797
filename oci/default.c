/* SPDX-License-Identifier: Apache-2.0 */
/* The config that `spec` writes: runc 1.5's, as the model's own JSON, and rootless changes. */
#include <errno.h>

#include "oci/emit.h"
#include "oci/load.h"

#define THREE_CAPS "[\"CAP_AUDIT_WRITE\",\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"]"

static const char default_config[] =
	"{\"ociVersion\":\"1.3.0\","
	"\"process\":{\"terminal\":true,\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"sh\"],"
	"\"env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\","
	"\"TERM=xterm\"],\"cwd\":\"/\","
	"\"capabilities\":{\"bounding\":" THREE_CAPS ",\"effective\":" THREE_CAPS ","
	"\"permitted\":" THREE_CAPS "},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":1024,\"soft\":1024}],"
	"\"noNewPrivileges\":true},"
	"\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"hostname\":\"runc\","
	"\"mounts\":["
	"{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
	"\"options\":[\"nosuid\",\"strictatime\",\"mode=755\",\"size=65536k\"]},"
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":\"devpts\",\"options\":"
	"[\"nosuid\",\"noexec\",\"newinstance\",\"ptmxmode=0666\",\"mode=0620\",\"gid=5\"]},"
	"{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\",\"source\":\"shm\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\",\"size=65536k\"]},"
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\",\"source\":\"mqueue\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]},"
	"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"source\":\"cgroup\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"relatime\",\"ro\"]}],"
	"\"linux\":{"
	"\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]},"
	"\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"},{\"type\":\"ipc\"},"
	"{\"type\":\"uts\"},{\"type\":\"mount\"},{\"type\":\"cgroup\"}],"
	"\"maskedPaths\":[\"/proc/acpi\",\"/proc/asound\",\"/proc/kcore\",\"/proc/keys\","
	"\"/proc/latency_stats\",\"/proc/timer_list\",\"/proc/timer_stats\","
	"\"/proc/sched_debug\",\"/sys/firmware\",\"/proc/scsi\"],"
	"\"readonlyPaths\":[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\","
	"\"/proc/sysrq-trigger\"]}}";

static void drop_namespace(struct spec_namespaces *ns, enum ns_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < ns->n; i++)
		if (ns->v[i].kind != kind)
			ns->v[n++] = ns->v[i];
	ns->n = n;
}

static int one_mapping(struct spec *s, uint32_t host_id, struct spec_idmaps *ret)
{
	struct spec_idmap *m = arena_new(&s->arena, struct spec_idmap);

	if (!m)
		return -ENOMEM;
	*m = (struct spec_idmap){ .container_id = 0, .host_id = host_id, .size = 1 };
	*ret = (struct spec_idmaps){ m, 1 };
	return 0;
}

/* Without a network namespace of its own a user may not mount a new /sys: bind the host's. */
static void bind_sys(struct spec_mount *m)
{
	static char sys[] = "/sys", none[] = "none", rbind[] = "rbind", nosuid[] = "nosuid",
		    noexec[] = "noexec", nodev[] = "nodev", ro[] = "ro";
	static char *options[] = { rbind, nosuid, noexec, nodev, ro, NULL };

	m->type = none;
	m->source = sys;
	m->options = (struct strv){ options, ARRAY_SIZE(options) - 1 };
}

/* Ids that the one mapping does not have. */
static void drop_id_options(struct strv *options)
{
	size_t n = 0;

	for (size_t i = 0; i < options->n; i++)
		if (!str_starts(options->v[i], "uid=") && !str_starts(options->v[i], "gid="))
			options->v[n++] = options->v[i];
	if (options->v)
		options->v[n] = NULL;
	options->n = n;
}

static int to_rootless(struct spec *s, const struct spec_default_options *o)
{
	struct spec_namespaces *ns = &s->linux->namespaces;

	/* the network namespace's place is free for the user namespace; it comes last */
	drop_namespace(ns, NS_NETWORK);
	ns->v[ns->n++] = (struct spec_namespace){ .kind = NS_USER };
	for (size_t i = 0; i < s->mounts.n; i++) {
		struct spec_mount *m = &s->mounts.v[i];

		if (strcmp(m->destination, "/sys") == 0)
			bind_sys(m);
		else
			drop_id_options(&m->options);
	}
	s->linux->resources = NULL;
	if (one_mapping(s, o->uid, &s->linux->uid_mappings) < 0)
		return -ENOMEM;
	return one_mapping(s, o->gid, &s->linux->gid_mappings);
}

int spec_default(struct spec *s, const struct spec_default_options *o, struct err *e)
{
	int r = spec_load(s, "the default config", default_config, sizeof(default_config) - 1, e);

	if (r < 0)
		return r;
	if (!o->cgroup_v2)
		drop_namespace(&s->linux->namespaces, NS_CGROUP);
	if (!o->rootless)
		return 0;
	r = to_rootless(s, o);
	if (r < 0) {
		spec_fini(s);
		return err_sys(e, -r, "make the default config");
	}
	return 0;
}
