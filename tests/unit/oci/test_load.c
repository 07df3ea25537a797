/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "oci/words.h"
#include "tests/unit/oci/config.h"
#include "tests/unit/test.h"

static struct spec s;
static struct err e;

static void load(const char *process, const char *linux_, const char *extra)
{
	int r = load_with(&s, &e, process, linux_, extra);

	if (r < 0)
		fail_msg("%s", e.text);
}

static int teardown(void **state)
{
	(void)state;
	spec_fini(&s);
	return 0;
}

static void least(void **state)
{
	(void)state;
	assert_int_equal(load_config(&s, &e, "{\"ociVersion\":\"1.0.0\"}"), 0);
	assert_string_equal(s.oci_version, "1.0.0");
	assert_null(s.root);
	assert_null(s.process);
	assert_null(s.vm);
	assert_non_null(s.linux); /* an absent object is an empty one */
	assert_int_equal(s.linux->namespaces.n, 0);
	assert_false(s.has_foreign);
	spec_fini(NULL);
}

/* A pointer in Go, which runc's later null makes nil. */
static void hooks_taken_back(void **state)
{
	(void)state;
	load("", "", "\"hooks\":{\"prestart\":[{\"path\":\"/a\"}],\"poststop\":[{\"path\":\"/b\"}]},\"Hooks\":null");
	assert_int_equal(s.hooks.list[HOOK_PRESTART].n + s.hooks.list[HOOK_POSTSTOP].n, 0);
	assert_string_equal(s.oci_version, "1.3.0"); /* what is beside them stays */
	assert_string_equal(s.root->path, "rootfs");
}

static void root_and_names(void **state)
{
	(void)state;
	load("", "",
	     "\"hostname\":\"h\",\"domainname\":\"d\",\"annotations\":{\"a.b\":\"c\",\"x\":\"\"},"
	     "\"windows\":{\"layerFolders\":[]},\"freebsd\":{\"x\":{\"y\":[1]}}");
	assert_string_equal(s.root->path, "rootfs");
	assert_false(s.root->readonly);
	assert_string_equal(s.hostname, "h");
	assert_string_equal(s.domainname, "d");
	assert_string_equal(spec_annotation(&s.annotations, "a.b"), "c");
	assert_string_equal(spec_annotation(&s.annotations, "x"), "");
	assert_null(spec_annotation(&s.annotations, "a"));
	assert_true(s.has_foreign);
}

static void process(void **state)
{
	(void)state;
	load("\"terminal\":true,\"consoleSize\":{\"height\":25,\"width\":80},"
	     "\"user\":{\"uid\":1,\"gid\":2,\"umask\":18,\"additionalGids\":[5,6],\"username\":"
	     "\"u\"},"
	     "\"env\":[\"A=b\"],\"commandLine\":\"c\",\"apparmorProfile\":\"p\",\"selinuxLabel\":"
	     "\"l\","
	     "\"noNewPrivileges\":true,\"oomScoreAdj\":-100,"
	     "\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"nice\":-5,\"priority\":3,"
	     "\"flags\":[\"SCHED_FLAG_RECLAIM\",\"SCHED_FLAG_UTIL_CLAMP_MAX\"],\"runtime\":1,"
	     "\"deadline\":2,"
	     "\"period\":3},\"ioPriority\":{\"class\":\"IOPRIO_CLASS_IDLE\",\"priority\":4},"
	     "\"execCPUAffinity\":{\"initial\":\"0-3\",\"final\":\"7\"},"
	     "\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":1,\"hard\":18446744073709551615},"
	     "{\"type\":\"RLIMIT_AS\",\"soft\":3,\"hard\":4}]",
	     "", "");
	assert_true(s.process->terminal && s.process->no_new_privileges);
	assert_int_equal(s.process->console_size->height, 25);
	assert_int_equal(s.process->console_size->width, 80);
	assert_int_equal(s.process->user.uid, 1);
	assert_int_equal(s.process->user.gid, 2);
	assert_true(s.process->user.umask.set && s.process->user.umask.v == 022);
	assert_int_equal(s.process->user.n_additional_gids, 2);
	assert_int_equal(s.process->user.additional_gids[1], 6);
	assert_string_equal(s.process->user.username, "u");
	assert_string_equal(s.process->args.v[0], "sh");
	assert_null(s.process->args.v[1]);
	assert_string_equal(s.process->env.v[0], "A=b");
	assert_string_equal(s.process->command_line, "c");
	assert_string_equal(s.process->apparmor_profile, "p");
	assert_string_equal(s.process->selinux_label, "l");
	assert_true(s.process->oom_score_adj.set && s.process->oom_score_adj.v == -100);
	assert_int_equal(s.process->scheduler->policy, 6);
	assert_int_equal(s.process->scheduler->nice, -5);
	assert_int_equal(s.process->scheduler->priority, 3);
	assert_int_equal(s.process->scheduler->flags, 0x42);
	assert_int_equal(s.process->scheduler->period, 3);
	assert_int_equal(s.process->io_priority->class, 3);
	assert_int_equal(s.process->io_priority->priority, 4);
	assert_string_equal(s.process->exec_cpu_affinity->initial, "0-3");
	assert_string_equal(s.process->exec_cpu_affinity->final, "7");
	assert_int_equal(s.process->rlimits.n, 2);
	assert_int_equal(s.process->rlimits.v[0].resource, RLIMIT_NOFILE);
	assert_true(s.process->rlimits.v[0].soft == 1 &&
		    s.process->rlimits.v[0].hard == UINT64_MAX);
	assert_int_equal(s.process->rlimits.v[1].resource, RLIMIT_AS);
	assert_null(s.process->capabilities);
}

static unsigned n_logged;

static void count_sink(void *data, enum log_level level, const char *msg)
{
	(void)data;
	assert_int_equal(level, LOG_LEVEL_WARNING);
	assert_non_null(strstr(msg, "ignoring unknown capability \"CAP_TIME_TRAVEL\""));
	n_logged++;
}

static void capabilities(void **state)
{
	(void)state;
	log_set_sink(count_sink, NULL);
	load("\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_BPF\",\"CAP_TIME_TRAVEL\"],"
	     "\"effective\":[\"CAP_KILL\"],\"inheritable\":[],\"permitted\":[\"CAP_KILL\",\"CAP_"
	     "KILL\"],"
	     "\"ambient\":[\"CAP_CHECKPOINT_RESTORE\"]}",
	     "", "");
	log_set_sink(NULL, NULL);
	assert_int_equal(n_logged, 1);
	assert_true(s.process->capabilities->bounding == (1 | UINT64_C(1) << 39));
	assert_int_equal(s.process->capabilities->effective, 1 << 5);
	assert_int_equal(s.process->capabilities->inheritable, 0);
	assert_int_equal(s.process->capabilities->permitted, 1 << 5);
	assert_true(s.process->capabilities->ambient == UINT64_C(1) << 40);
}

static void mounts_and_hooks(void **state)
{
	(void)state;
	load("", "",
	     "\"mounts\":[{\"destination\":\"/"
	     "a\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":[\"ro\",\"bind\"],"
	     "\"uidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":10}],"
	     "\"gidMappings\":[{\"containerID\":1,\"hostID\":2,\"size\":3}]},{\"destination\":"
	     "\"b\",\"type\":\"\"}],"
	     "\"hooks\":{\"prestart\":[{\"path\":\"/p\"}],\"createRuntime\":[{\"path\":\"/r\"}],"
	     "\"createContainer\":[{\"path\":\"/c\"}],\"startContainer\":[{\"path\":\"/s\"}],"
	     "\"poststart\":[{\"path\":\"/1\"},{\"path\":\"/"
	     "2\",\"args\":[\"two\",\"x\"],\"env\":[\"A=b\"],\"timeout\":3}],"
	     "\"poststop\":[{\"path\":\"/e\"}]}");
	assert_int_equal(s.mounts.n, 2);
	assert_string_equal(s.mounts.v[0].destination, "/a");
	assert_string_equal(s.mounts.v[0].type, "tmpfs");
	assert_string_equal(s.mounts.v[0].source, "t");
	assert_string_equal(s.mounts.v[0].options.v[1], "bind");
	assert_int_equal(s.mounts.v[0].uid_mappings.v[0].host_id, 1000);
	assert_int_equal(s.mounts.v[0].gid_mappings.v[0].size, 3);
	assert_string_equal(s.mounts.v[1].destination, "b");
	assert_null(s.mounts.v[1].type);
	assert_null(s.mounts.v[1].options.v);
	assert_string_equal(s.hooks.list[HOOK_PRESTART].v[0].path, "/p");
	assert_string_equal(s.hooks.list[HOOK_CREATE_RUNTIME].v[0].path, "/r");
	assert_string_equal(s.hooks.list[HOOK_CREATE_CONTAINER].v[0].path, "/c");
	assert_string_equal(s.hooks.list[HOOK_START_CONTAINER].v[0].path, "/s");
	assert_int_equal(s.hooks.list[HOOK_POSTSTART].n, 2);
	assert_string_equal(s.hooks.list[HOOK_POSTSTART].v[1].args.v[1], "x");
	assert_string_equal(s.hooks.list[HOOK_POSTSTART].v[1].env.v[0], "A=b");
	assert_true(s.hooks.list[HOOK_POSTSTART].v[1].timeout.set);
	assert_int_equal(s.hooks.list[HOOK_POSTSTART].v[1].timeout.v, 3);
	assert_false(s.hooks.list[HOOK_POSTSTART].v[0].timeout.set);
	assert_string_equal(s.hooks.list[HOOK_POSTSTOP].v[0].path, "/e");
}

static void linux_section(void **state)
{
	(void)state;
	load(
	    "",
	    "\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\",\"path\":\"/"
	    "n\"},{\"type\":\"mount\",\"path\":\"\"}],"
	    "\"uidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":2}],\"gidMappings\":[],"
	    "\"sysctl\":{\"net.x\":\"1\"},\"cgroupsPath\":\"/c\",\"rootfsPropagation\":\"rslave\","
	    "\"maskedPaths\":[\"/m\"],\"readonlyPaths\":[\"/r\"],\"mountLabel\":\"l\","
	    "\"devices\":[{\"path\":\"/dev/"
	    "x\",\"type\":\"c\",\"major\":1,\"minor\":0,\"fileMode\":438,\"uid\":3,\"gid\":4},"
	    "{\"path\":\"/dev/"
	    "p\",\"type\":\"p\"}],\"netDevices\":{\"eth0\":{},\"eth1\":{\"name\":\"e\"}},"
	    "\"intelRdt\":{\"closID\":\"g\",\"schemata\":[\"L3:0=f\"],\"l3CacheSchema\":\"a\","
	    "\"memBwSchema\":\"MB:0=1\","
	    "\"enableMonitoring\":true},\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"0-1\","
	    "\"flags\":[\"MPOL_F_STATIC_NODES\"]},\"personality\":{\"domain\":\"LINUX32\","
	    "\"flags\":[]},"
	    "\"timeOffsets\":{\"monotonic\":{\"secs\":-5,\"nanosecs\":6}}",
	    "");
	assert_int_equal(s.linux->namespaces.n, 3);
	assert_int_equal(s.linux->namespaces.v[0].kind, NS_PID);
	assert_null(s.linux->namespaces.v[0].path);
	assert_string_equal(spec_namespace_find(&s.linux->namespaces, NS_NETWORK)->path, "/n");
	assert_null(spec_namespace_find(&s.linux->namespaces, NS_MOUNT)->path); /* Go's omitempty */
	assert_null(spec_namespace_find(&s.linux->namespaces, NS_TIME));
	assert_int_equal(s.linux->uid_mappings.v[0].size, 2);
	assert_string_equal(s.linux->sysctl.v[0].key, "net.x");
	assert_string_equal(s.linux->cgroups_path, "/c");
	assert_int_equal(s.linux->rootfs_propagation, MS_SLAVE | MS_REC);
	assert_string_equal(s.linux->masked_paths.v[0], "/m");
	assert_string_equal(s.linux->readonly_paths.v[0], "/r");
	assert_string_equal(s.linux->mount_label, "l");
	assert_int_equal(s.linux->devices.v[0].type, 'c');
	assert_true(s.linux->devices.v[0].has_major && s.linux->devices.v[0].has_minor);
	assert_int_equal(s.linux->devices.v[0].major, 1);
	assert_int_equal(s.linux->devices.v[0].file_mode.v, 0666);
	assert_true(s.linux->devices.v[0].gid.set && s.linux->devices.v[0].gid.v == 4);
	assert_int_equal(s.linux->devices.v[1].type, 'p');
	assert_false(s.linux->devices.v[1].has_major || s.linux->devices.v[1].file_mode.set);
	assert_string_equal(s.linux->net_devices.v[0].host_name, "eth0");
	assert_null(s.linux->net_devices.v[0].name);
	assert_string_equal(s.linux->net_devices.v[1].name, "e");
	assert_string_equal(s.linux->intel_rdt->clos_id, "g");
	assert_string_equal(s.linux->intel_rdt->schemata.v[0], "L3:0=f");
	assert_true(s.linux->intel_rdt->enable_monitoring);
	assert_int_equal(s.linux->memory_policy->mode, 2);
	assert_int_equal(s.linux->memory_policy->flags, 1 << 15);
	assert_int_equal(s.linux->personality->domain, PER_LINUX32);
	assert_null(s.linux->time_offsets->boottime);
	assert_int_equal(s.linux->time_offsets->monotonic->secs, -5);
}

static void propagation_words(void **state)
{
	static const struct {
		const char *word;
		unsigned long flags;
	} cases[] = {
		{ "private", MS_PRIVATE },
		{ "rprivate", MS_PRIVATE | MS_REC },
		{ "slave", MS_SLAVE },
		{ "rslave", MS_SLAVE | MS_REC },
		{ "shared", MS_SHARED },
		{ "rshared", MS_SHARED | MS_REC },
		{ "unbindable", MS_UNBINDABLE },
		{ "runbindable", MS_UNBINDABLE | MS_REC },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[64];

		snprintf(text, sizeof(text), "\"rootfsPropagation\":\"%s\"", cases[i].word);
		load("", text, "");
		assert_int_equal(s.linux->rootfs_propagation, cases[i].flags);
		spec_fini(&s);
	}
}

static void resources(void **state)
{
	const struct spec_resources *r;

	(void)state;
	load("",
	     "\"resources\":{\"devices\":[{\"allow\":false},{\"allow\":true,\"type\":\"c\","
	     "\"major\":-1,\"minor\":3,"
	     "\"access\":\"mr\"}],\"memory\":{\"limit\":-1,\"reservation\":2,\"swap\":3,\"kernel\":"
	     "4,\"kernelTCP\":5,"
	     "\"swappiness\":6,\"disableOOMKiller\":true,\"useHierarchy\":false,"
	     "\"checkBeforeUpdate\":true},"
	     "\"cpu\":{\"shares\":1,\"quota\":-1,\"burst\":2,\"period\":3,\"realtimeRuntime\":4,"
	     "\"realtimePeriod\":5,"
	     "\"cpus\":\"0\",\"mems\":\"\",\"idle\":1},\"pids\":{\"limit\":0},"
	     "\"blockIO\":{\"weight\":10,\"leafWeight\":11,\"weightDevice\":[{\"major\":8,"
	     "\"minor\":0,\"weight\":500}],"
	     "\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":1,\"rate\":600}],"
	     "\"throttleWriteBpsDevice\":[],"
	     "\"throttleReadIOPSDevice\":[],\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":2,"
	     "\"rate\":7}]},"
	     "\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":9}],"
	     "\"network\":{\"classID\":1048577,\"priorities\":[{\"name\":\"eth0\",\"priority\":500}"
	     "]},"
	     "\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3}},\"unified\":{\"memory.high\":\"1\"}}",
	     "");
	r = s.linux->resources;
	assert_int_equal(r->n_devices, 2);
	assert_int_equal(r->devices[0].type, 'a');
	assert_int_equal(r->devices[0].access, 0);
	assert_false(r->devices[0].allow || r->devices[0].major.set);
	assert_int_equal(r->devices[1].type, 'c');
	assert_int_equal(r->devices[1].major.v, -1);
	assert_int_equal(r->devices[1].access, DEV_ACCESS_READ | DEV_ACCESS_MKNOD);
	assert_true(r->memory->limit.set && r->memory->limit.v == -1);
	assert_int_equal(r->memory->kernel_tcp.v, 5);
	assert_int_equal(r->memory->swappiness.v, 6);
	assert_true(r->memory->disable_oom_killer.v && r->memory->use_hierarchy.set);
	assert_false(r->memory->use_hierarchy.v);
	assert_int_equal(r->cpu->quota.v, -1);
	assert_int_equal(r->cpu->burst.v, 2);
	assert_string_equal(r->cpu->mems, "");
	assert_int_equal(r->cpu->idle.v, 1);
	assert_true(r->pids_limit.set && r->pids_limit.v == 0);
	assert_int_equal(r->block_io->leaf_weight.v, 11);
	assert_int_equal(r->block_io->weight_devices[0].weight.v, 500);
	assert_false(r->block_io->weight_devices[0].leaf_weight.set);
	assert_int_equal(r->block_io->read_bps.v[0].rate, 600);
	assert_int_equal(r->block_io->write_iops.v[0].minor, 2);
	assert_string_equal(r->hugepage_limits[0].page_size, "2MB");
	assert_int_equal(r->network->class_id.v, 1048577);
	assert_string_equal(r->network->priorities[0].name, "eth0");
	assert_string_equal(r->rdma[0].device, "mlx5_1");
	assert_true(r->rdma[0].hca_handles.set && !r->rdma[0].hca_objects.set);
	assert_string_equal(r->unified.v[0].value, "1");
}

static void pids_zero_by_version(void **state)
{
	static const struct {
		const char *version;
		bool limit;
	} cases[] = {
		{ "1.0.2", false }, { "1.2.1", false }, { "1.2.0-dev", false }, { "1.3.0", true }, { "1.10.0", true },
		{ "1.20.0", true },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text),
			 "{\"ociVersion\":\"%s\",\"linux\":{\"resources\":{\"pids\":{\"limit\":0}}}}",
			 cases[i].version);
		assert_int_equal(load_config(&s, &e, text), 0);
		assert_int_equal(s.linux->resources->pids_limit.set, cases[i].limit);
		spec_fini(&s);
	}
}

static void seccomp(void **state)
{
	const struct spec_seccomp *sc;

	(void)state;
	load("",
	     "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
	     "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_RISCV64\"],\"flags\":[\"SECCOMP_"
	     "FILTER_FLAG_LOG\"],"
	     "\"listenerPath\":\"/"
	     "l\",\"listenerMetadata\":\"m\",\"syscalls\":[{\"names\":[\"read\",\"write\"],"
	     "\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_KILL\","
	     "\"errnoRet\":1,"
	     "\"args\":[{\"index\":1,\"value\":18446744073709551615,\"valueTwo\":2,\"op\":\"SCMP_"
	     "CMP_MASKED_EQ\"}]}]}",
	     "");
	sc = s.linux->seccomp;
	assert_int_equal(sc->default_action, 0x00050000);
	assert_int_equal(sc->default_errno_ret.v, 38);
	assert_string_equal(sc->architectures.v[1], "SCMP_ARCH_RISCV64");
	assert_true(sc->has_flags && sc->flags == 2);
	assert_string_equal(sc->listener_path, "/l");
	assert_string_equal(sc->listener_metadata, "m");
	assert_string_equal(sc->rules[0].names.v[1], "write");
	assert_int_equal(sc->rules[0].action, 0x7fff0000);
	assert_int_equal(sc->rules[1].action, 0);
	assert_int_equal(sc->rules[1].errno_ret.v, 1);
	assert_true(sc->rules[1].args[0].value == UINT64_MAX);
	assert_int_equal(sc->rules[1].args[0].value_two, 2);
	assert_int_equal(sc->rules[1].args[0].op, 7);
	spec_fini(&s);
	load("", "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"flags\":[]}", "");
	assert_true(s.linux->seccomp->has_flags && s.linux->seccomp->flags == 0);
	spec_fini(&s);
	load("", "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\"}", "");
	assert_false(s.linux->seccomp->has_flags);
}

static void vm(void **state)
{
	(void)state;
	load("", "",
	     "\"vm\":{\"hypervisor\":{\"path\":\"/"
	     "h\",\"parameters\":[\"a\"]},\"kernel\":{\"path\":\"/k\","
	     "\"parameters\":[\"b\"],\"initrd\":\"/i\"},\"image\":{\"path\":\"/"
	     "m\",\"format\":\"raw\"},"
	     "\"hwConfig\":{\"deviceTree\":\"/d\",\"vcpus\":2,\"memory\":3,\"dtdevs\":[\"x\"],"
	     "\"iomems\":[{\"firstGFN\":1,\"firstMFN\":2,\"nrMFNs\":3}],\"irqs\":[7]}}");
	assert_string_equal(s.vm->hypervisor_path, "/h");
	assert_string_equal(s.vm->kernel_path, "/k");
	assert_string_equal(s.vm->kernel_initrd, "/i");
	assert_string_equal(s.vm->image_format, "raw");
	assert_int_equal(s.vm->hw_vcpus.v, 2);
	assert_int_equal(s.vm->hw_iomems[0].nr_mfns, 3);
	assert_int_equal(s.vm->hw_irqs[0], 7);
}

static void parts_alone(void **state)
{
	static const char process_text[] = "{\"cwd\":\"/w\",\"args\":[\"a\"],\"user\":{\"uid\":5}}";
	static const char resources_text[] = "{\"memory\":{\"limit\":1}}";
	struct spec_process *p = NULL;
	struct spec_resources *r = NULL;
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_int_equal(spec_load_process(&a, "p", process_text, sizeof(process_text) - 1, &p, &e),
			 0);
	assert_int_equal(p->user.uid, 5);
	assert_int_equal(
	    spec_load_resources(&a, "r", resources_text, sizeof(resources_text) - 1, &r, &e), 0);
	assert_int_equal(r->memory->limit.v, 1);
	p = NULL;
	assert_int_equal(spec_load_process(&a, "p", "{}", 2, &p, &e), -EINVAL);
	assert_string_equal(e.text, "p:1:1: cwd: required property is missing");
	assert_null(p);
	assert_int_equal(spec_load_resources(&a, "-", "[]", 2, &r, &e), -EINVAL);
	assert_string_equal(e.text, "-:1:1: expected an object, found an array");
	arena_fini(&a);
}

static void from_a_descriptor(void **state)
{
	static const char text[] = "{\"ociVersion\":\"1.3.0\"}\n";
	auto_fd fd = memfd_create("config", MFD_CLOEXEC);
	char *got = NULL;
	size_t len;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(spec_load_fd(&s, "c", fd, &got, &len, &e), 0);
	assert_int_equal(len, sizeof(text) - 1);
	assert_memory_equal(got, text, len);
	free(got);
	spec_fini(&s);

	got = NULL;
	assert_int_equal(ftruncate(fd, SPEC_MAX_BYTES + 1), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(spec_load_fd(&s, "c", fd, &got, &len, &e), -EFBIG);
	assert_string_equal(e.text, "c: larger than 16 MiB");
	assert_null(got);
	assert_int_equal(spec_load_fd(&s, "c", FD_NONE, &got, &len, &e), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(least, teardown),
		cmocka_unit_test_teardown(hooks_taken_back, teardown),
		cmocka_unit_test_teardown(root_and_names, teardown),
		cmocka_unit_test_teardown(process, teardown),
		cmocka_unit_test_teardown(capabilities, teardown),
		cmocka_unit_test_teardown(mounts_and_hooks, teardown),
		cmocka_unit_test_teardown(linux_section, teardown),
		cmocka_unit_test_teardown(propagation_words, teardown),
		cmocka_unit_test_teardown(resources, teardown),
		cmocka_unit_test_teardown(pids_zero_by_version, teardown),
		cmocka_unit_test_teardown(seccomp, teardown),
		cmocka_unit_test_teardown(vm, teardown),
		cmocka_unit_test(parts_alone),
		cmocka_unit_test(from_a_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
