/* SPDX-License-Identifier: Apache-2.0 */
/* The program from its words to what it prints and how it ends, on a made-up library. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/util.h"
#include "cli/cli.h"
#include "mock_api.h"
#include "tests/unit/test.h"

#define WORDS_MAX 40

static char out[16384], err[16384];

static void slurp(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	assert_true(n >= 0);
	buf[n] = '\0';
}

/* Runs the program with fd 1 on out_fd and fd 2 in memory; what they got is in out and err. */
static int run_to(int out_fd, const char *first, ...)
{
	char copies[WORDS_MAX][256], *argv[WORDS_MAX + 1] = { NULL };
	auto_fd err_fd = memfd_create("err", MFD_CLOEXEC);
	auto_fd old_out = dup(1), old_err = dup(2);
	const char *word = first;
	va_list ap;
	int r;

	va_start(ap, first);
	for (size_t i = 0; word && i < WORDS_MAX; i++, word = va_arg(ap, const char *)) {
		snprintf(copies[i], sizeof(copies[i]), "%s", word);
		argv[i] = copies[i];
	}
	va_end(ap);
	fflush(NULL);
	assert_true(dup2(out_fd, 1) == 1 && dup2(err_fd, 2) == 2);
	r = cli_main(argv);
	assert_true(dup2(old_out, 1) == 1 && dup2(old_err, 2) == 2);
	slurp(out_fd, out, sizeof(out));
	slurp(err_fd, err, sizeof(err));
	return r;
}
#define RUN(...)                                                       \
	({                                                             \
		auto_fd run_out_ = memfd_create("out", MFD_CLOEXEC);   \
		run_to(run_out_, __VA_ARGS__, NULL);                   \
	})

static int reset(void **state)
{
	(void)state;
	memset(&mock, 0, sizeof(mock));
	return 0;
}

/* A record without what changes: its time. */
static void expect_error_record(const char *msg)
{
	const char *at = strstr(err, "\" level=error msg=");

	assert_true(str_starts(err, "time=\""));
	assert_non_null(at);
	assert_string_equal(at + strlen("\" level=error msg="), msg);
}

static void create_fills_the_options(void **state)
{
	(void)state;
	assert_int_equal(RUN("/usr/sbin/runc", "--root", "/run/x//y/..", "--log-format", "json",
			     "--systemd-cgroup", "create", "--bundle", "/b", "--pid-file=/p",
			     "--console-socket", "/s", "--no-pivot", "--no-new-keyring",
			     "--preserve-fds", "3", "c1"), 0);
	assert_string_equal(mock.called, "create");
	assert_string_equal(mock.id, "c1");
	assert_int_equal(mock.seals, 1);
	assert_int_equal(mock.create.size, sizeof(mock.create));
	assert_true(mock.create.no_pivot && mock.create.no_new_keyring && !mock.create.detach);
	assert_int_equal(mock.create.preserve_fds, 3);
	assert_null(mock.create.pidfd_socket);
	assert_true(mock.runtime.systemd_cgroup);
	assert_int_equal(mock.runtime.rootless, -1);
	assert_string_equal(mock.text, "/run/x"); /* --root, cleaned */
	assert_string_equal(out, "");
	assert_string_equal(err, "");
}

static void run_ends_with_the_status_of_the_process(void **state)
{
	(void)state;
	mock.answer = 137;
	assert_int_equal(RUN("strake", "run", "-d", "c1", "--keep", "-no-subreaper"), 137);
	assert_true(mock.create.detach && mock.create.keep && mock.create.no_subreaper);
	assert_string_equal(mock.runtime.program, "strake");
	assert_null(mock.runtime.root);
}

static void exec_takes_everything_behind_the_id(void **state)
{
	(void)state;
	assert_int_equal(RUN("strake", "exec", "-e", "A=1", "--env=B=2", "-g", "5", "-c", "CAP_KILL",
			     "--cgroup", "cpu:x", "--no-new-privs=false", "-t", "c1", "ls", "-t", "--",
			     "--help"), 0);
	assert_string_equal(mock.id, "c1");
	assert_string_equal(mock.text, "args=[ls][-t][--][--help];env=[A=1][B=2];gids=[5];"
				       "caps=[CAP_KILL];cgroups=[cpu:x];");
	assert_true(mock.exec.tty && !mock.exec.detach);
	assert_int_equal(mock.exec.no_new_privs, 0);

	assert_int_equal(RUN("strake", "exec", "--process", "/p.json", "c1"), 0);
	assert_int_equal(mock.exec.no_new_privs, -1);
	assert_null(mock.exec.args);
}

static void failures_have_their_prefix_and_status(void **state)
{
	static const struct {
		const char *program, *cmd, *msg;
		int status;
	} rows[] = {
		{ "runc", "create", "\"runc create failed: no luck\"\n", 1 },
		{ "strake", "create", "\"strake create failed: no luck\"\n", 1 },
		{ "runc", "run", "\"runc run failed: no luck\"\n", 1 },
		{ "runc", "start", "\"no luck\"\n", 1 },
		{ "runc", "kill", "\"no luck\"\n", 1 },
		{ "runc", "delete", "\"no luck\"\n", 1 },
		{ "runc", "state", "\"no luck\"\n", 1 },
		{ "runc", "ps", "\"no luck\"\n", 1 },
	};

	(void)state;
	mock.answer = -1;
	mock.failure = "no luck";
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(RUN(rows[i].program, rows[i].cmd, "c1"), rows[i].status);
		expect_error_record(rows[i].msg);
		assert_string_equal(out, "");
	}
	assert_int_equal(RUN("runc", "exec", "c1", "ls"), 255);
	expect_error_record("\"exec failed: no luck\"\n");
	assert_int_equal(RUN("runc", "exec", "c1"), 255);
	expect_error_record("\"exec failed: exec args cannot be empty\"\n");
}

static void a_log_file_splits_the_audiences(void **state)
{
	char path[] = "/tmp/strake-cli-test-XXXXXX", text[1024];
	auto_fd fd = mkstemp(path);
	struct stat st;

	(void)state;
	assert_true(fd >= 0);
	unlink(path); /* made anew */
	mock.answer = -1;
	mock.failure = "container \"x\" is away";
	assert_int_equal(RUN("runc", "--log", path, "--log-format=json", "create", "c1"), 1);
	assert_string_equal(err, "runc create failed: container \"x\" is away\n");
	assert_int_equal(RUN("runc", "--log", path, "--log-format=json", "kill", "c1", "9"), 1);
	assert_string_equal(err, "container \"x\" is away\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777 & ~0644, 0);
	assert_true(io_read_file(AT_FDCWD, path, text, sizeof(text)) >= 0);
	assert_true(str_starts(text, "{\"level\":\"error\",\"msg\":\"runc create failed: container "
				     "\\\"x\\\" is away\",\"time\":\"20"));
	assert_non_null(strstr(text, "\"}\n{\"level\":\"error\",\"msg\":\"container "));
	unlink(path);
}

static void globals_that_cannot_be(void **state)
{
	(void)state;
	assert_int_equal(RUN("runc", "--log-format", "x", "state", "c1"), 1);
	expect_error_record("\"invalid log-format: x\"\n");
	assert_int_equal(RUN("runc", "--root", "/a/..", "state", "c1"), 1);
	expect_error_record("\"Option --root argument should not be set to /\"\n");
	assert_int_equal(RUN("runc", "--log", "/nonexistent/l", "state", "c1"), 1);
	expect_error_record("\"open /nonexistent/l: no such file or directory\"\n");
	assert_int_equal(RUN("runc", "--rootless=foo", "create", "c1"), 1);
	expect_error_record("\"runc create failed: strconv.ParseBool: parsing \\\"foo\\\": "
			    "invalid syntax\"\n");
	assert_string_equal(mock.called, "");
	assert_int_equal(RUN("runc", "--rootless=true", "create", "c1"), 0);
	assert_int_equal(mock.runtime.rootless, 1);
	assert_int_equal(RUN("runc", "--criu", "/x", "--rootless=Auto", "--root=r", "create", "c1"), 0);
	assert_int_equal(mock.runtime.rootless, -1);
	assert_true(mock.text[0] == '/'); /* a relative root is made absolute */
}

static void usage_errors(void **state)
{
	(void)state;
	assert_int_equal(RUN("runc", "--nope"), 1);
	assert_true(str_starts(out, "Incorrect Usage. flag provided but not defined: -nope\n\nNAME:\n"));
	expect_error_record("\"flag provided but not defined: -nope\"\n");
	assert_int_equal(RUN("runc", "create", "--bundle"), 1);
	assert_true(str_starts(out, "Incorrect Usage: flag needs an argument: -bundle\n\nNAME:\n"));
	expect_error_record("\"flag needs an argument: -bundle\"\n");
	assert_int_equal(RUN("./runc", "state"), 1);
	assert_true(str_starts(out, "Incorrect Usage.\n\nNAME:\n   runc state - "));
	expect_error_record("\"./runc: \\\"state\\\" requires exactly 1 argument(s)\"\n");
	assert_int_equal(RUN("runc", "kill"), 1);
	expect_error_record("\"runc: \\\"kill\\\" requires a minimum of 1 argument(s)\"\n");
	assert_int_equal(RUN("runc", "kill", "a", "9", "b"), 1);
	expect_error_record("\"runc: \\\"kill\\\" requires a maximum of 2 argument(s)\"\n");
	assert_int_equal(RUN("runc", "exec"), 1); /* not 255: nothing was tried */
	assert_int_equal(RUN("runc", "nope", "--help"), 3);
	expect_error_record("\"No help topic for 'nope'\"\n");
	assert_int_equal(RUN("runc", "help", "nope"), 3);
	assert_string_equal(mock.called, "");
}

static void help_is_on_stdout_and_no_failure(void **state)
{
	(void)state;
	assert_int_equal(RUN("strake"), 0);
	assert_true(str_starts(out, "NAME:\n   strake - "));
	assert_non_null(strstr(out, "\nCOMMANDS:\n   checkpoint "));
	assert_null(strstr(out, "--criu")); /* hidden */
	assert_int_equal(RUN("strake", "-h"), 0);
	assert_int_equal(RUN("strake", "help"), 0);
	for (size_t i = 0; commands[i]; i++) {
		const char *ways[][2] = { { commands[i]->name, "--help" }, { commands[i]->name, "-h" },
					  { "h", commands[i]->name } };

		for (size_t k = 0; k < ARRAY_SIZE(ways); k++) {
			char name[64];

			assert_int_equal(RUN("strake", ways[k][0], ways[k][1]), 0);
			snprintf(name, sizeof(name), "NAME:\n   strake %s - ", commands[i]->name);
			assert_true(str_starts(out, name));
			assert_string_equal(err, "");
		}
	}
	assert_string_equal(mock.called, "");
}

static void version_lines(void **state)
{
	const char *line;

	(void)state;
	assert_int_equal(RUN("/opt/runc", "--version"), 0);
	assert_true(str_starts(out, "runc version "));
	assert_non_null(strstr(out, "\nspec: 1.3.0\nlibseccomp: 2.5.4\n"));
	line = strchr(out, '\n');
	assert_null(strstr(line, "version")); /* Docker splits every line that has the word */
	assert_int_equal(RUN("strake", "-v"), 0);
	assert_true(str_starts(out, "strake version "));
}

static void kill_and_delete_pass_their_flags(void **state)
{
	(void)state;
	assert_int_equal(RUN("runc", "kill", "c1"), 0);
	assert_int_equal(mock.sig, SIGTERM);
	assert_int_equal(RUN("runc", "kill", "-a", "c1", "9"), 0);
	assert_int_equal(mock.sig, SIGKILL);
	assert_true(mock.all);
	mock.called[0] = '\0';
	assert_int_equal(RUN("runc", "kill", "c1", "NOPE"), 1);
	expect_error_record("\"unknown signal \\\"NOPE\\\"\"\n");
	assert_string_equal(mock.called, "");
	assert_int_equal(RUN("runc", "delete", "c1", "--force"), 0);
	assert_true(mock.force);
	assert_int_equal(RUN("runc", "delete", "c1"), 0);
	assert_false(mock.force);
	assert_int_equal(mock.seals, 0); /* these enter no container */
}

/* The list of the library: c1, and one that cannot be read. */
static void regex_takes_all_that_match(void **state)
{
	const struct strake_info list[] = { { .id = "c1" }, { .id = "d1" } };

	(void)state;
	mock.list = list;
	mock.n_list = 2;
	assert_int_equal(RUN("runc", "delete", "--regex", "^(c1|broken)$"), 0);
	assert_string_equal(mock.id, "broken");
	assert_int_equal(RUN("runc", "kill", "-r", "c", "9"), 0);
	assert_string_equal(mock.id, "c1");
	assert_int_equal(mock.sig, SIGKILL);
	assert_int_equal(RUN("runc", "kill", "-r", "["), 1);
	assert_non_null(strstr(err, "invalid regular expression [: "));
}

static void a_failed_seal_ends_the_command(void **state)
{
	(void)state;
	mock.seal_answer = -1;
	assert_int_equal(RUN("runc", "exec", "c1", "ls"), 255);
	expect_error_record("\"exec failed: cannot seal\"\n");
	assert_string_equal(mock.called, "");
}

static void lists(void **state)
{
	static const char *const keys[] = { "k" }, *const values[] = { "<v>" };
	static const struct strake_info info = {
		.id = "c1", .status = "stopped", .bundle = "/b", .rootfs = "/b/r",
		.created = "2026-01-02T03:04:05.6Z", .owner = "root",
		.n_annotations = 1, .annotation_keys = keys, .annotation_values = values,
	};

	(void)state;
	assert_int_equal(RUN("runc", "list"), 0);
	assert_string_equal(out, "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
	assert_string_equal(err, "load container broken: container does not exist\n");
	assert_int_equal(RUN("runc", "list", "-f", "json"), 0);
	assert_string_equal(out, "null\n");
	mock.list = &info;
	mock.n_list = 1;
	assert_int_equal(RUN("runc", "list", "--format=json"), 0);
	assert_string_equal(out, "[{\"ociVersion\":\"1.3.0\",\"id\":\"c1\",\"pid\":0,\"status\":\"stopped\","
				 "\"bundle\":\"/b\",\"rootfs\":\"/b/r\",\"created\":\"2026-01-02T03:04:05.6Z\","
				 "\"annotations\":{\"k\":\"\\u003cv\\u003e\"},\"owner\":\"root\"}]\n");
	assert_int_equal(RUN("runc", "list", "-q"), 0);
	assert_string_equal(out, "c1\n");
	assert_int_equal(RUN("runc", "list"), 0);
	assert_string_equal(out, "ID          PID         STATUS      BUNDLE      CREATED                  OWNER\n"
				 "c1          0           stopped     /b          2026-01-02T03:04:05.6Z   root\n");
	assert_int_equal(RUN("runc", "list", "-f", "xml"), 1);
	expect_error_record("\"invalid format option\"\n");
}

static void state_and_features_newlines(void **state)
{
	(void)state;
	assert_int_equal(RUN("runc", "state", "c1"), 0);
	assert_string_equal(out, "{\n  \"pid\": 0\n}");
	assert_int_equal(RUN("runc", "features"), 0);
	assert_string_equal(out, "{}\n");
}

static void ps_shapes(void **state)
{
	const pid_t pids[] = { getpid(), getpid() + 1 };
	char want[64];

	(void)state;
	assert_int_equal(RUN("runc", "ps", "-f", "json", "c1"), 0);
	assert_string_equal(out, "null\n");
	mock.pids = pids;
	mock.n_pids = 2;
	assert_int_equal(RUN("runc", "ps", "--format=json", "c1"), 0);
	snprintf(want, sizeof(want), "[%d,%d]\n", (int)pids[0], (int)pids[1]);
	assert_string_equal(out, want);
	assert_int_equal(RUN("runc", "ps", "-f", "xml", "c1"), 1);
	expect_error_record("\"invalid format option\"\n");
}

static void ps_runs_the_hosts_ps(void **state)
{
	char dir[] = "/tmp/strake-cli-test-XXXXXX", script[64];
	auto_free char *path = strdup(getenv("PATH"));
	const pid_t pids[] = { 7 };
	auto_fd fd = FD_NONE;

	(void)state;
	mock.pids = pids;
	mock.n_pids = 1;
	assert_non_null(mkdtemp(dir));
	setenv("PATH", dir, 1);
	assert_int_equal(RUN("runc", "ps", "c1"), 1);
	expect_error_record("\"exec: \\\"ps\\\": executable file not found in $PATH\"\n");
	snprintf(script, sizeof(script), "%s/ps", dir);
	fd = open(script, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_true(dprintf(fd, "#!/bin/sh\n[ \"$1\" = fail ] && { echo no; exit 3; }\n"
				"echo ARGS PID\necho \"$*\" 7\necho other 8\n") > 0);
	cleanup_fd(&fd);
	assert_int_equal(RUN("runc", "ps", "c1"), 0);
	assert_string_equal(out, "ARGS PID\n-ef 7\n");
	assert_int_equal(RUN("runc", "ps", "c1", "-o"), 0); /* flags behind the id are ps's */
	assert_string_equal(out, "ARGS PID\n-o 7\n");
	assert_int_equal(RUN("runc", "ps", "c1", "fail"), 1);
	expect_error_record("\"exit status 3: no\\n\"\n");
	setenv("PATH", path, 1);
	unlink(script);
	rmdir(dir);
}

static void spec_writes_one_file_once(void **state)
{
	char dir[] = "/tmp/strake-cli-test-XXXXXX", file[64], text[16];
	auto_free char *cwd = getcwd(NULL, 0);
	mode_t mask = umask(027);
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/config.json", dir);
	assert_int_equal(RUN("runc", "spec", "-b", dir, "--rootless"), 0);
	assert_true(mock.rootless);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_true(io_read_file(AT_FDCWD, file, text, sizeof(text)) >= 0);
	assert_string_equal(text, "{}");
	assert_int_equal(RUN("runc", "spec", "--bundle", dir), 1);
	expect_error_record("\"File config.json exists. Remove it first\"\n");
	assert_int_equal(RUN("runc", "spec", "--bundle", "/nonexistent"), 1);
	expect_error_record("\"chdir /nonexistent: no such file or directory\"\n");
	umask(mask);
	assert_int_equal(chdir(cwd), 0);
	unlink(file);
	rmdir(dir);
}

static void refused_cgroups_get_a_hint(void **state)
{
	(void)state;
	mock.answer = -1;
	mock.failure_errnum = EACCES;
	assert_int_equal(RUN("runc", "pause", "c1"), 1);
	assert_non_null(strstr(err, "level=warning msg=\"runc pause failure might be caused by"));
	mock.failure_errnum = ENOENT;
	assert_int_equal(RUN("runc", "pause", "c1"), 1);
	expect_error_record("\"made up\"\n");
}

static void update_fills_the_options(void **state)
{
	(void)state;
	assert_int_equal(RUN("runc", "update", "c1", "--cpu-period", "1", "--cpu-quota=-1",
			     "--cpu-burst=0", "--cpu-share", "4", "--memory", "1.5k"), 0);
	assert_string_equal(mock.called, "update");
	assert_string_equal(mock.id, "c1");
	assert_int_equal(mock.seals, 0);
	assert_string_equal(mock.text, "cpu_period=1;cpu_burst=0;cpu_shares=4;cpu_quota=-1;"
				       "memory=1536;");
	assert_int_equal(RUN("runc", "update", "--cpu-rt-period=5", "--cpu-rt-runtime=6", "--cpu-idle=1",
			     "--memory-reservation=2 MiB", "--memory-swap=-1", "--pids-limit=-1",
			     "--blkio-weight=0x10", "c1"), 0);
	assert_string_equal(mock.text, "blkio_weight=16;cpu_rt_period=5;cpu_rt_runtime=6;cpu_idle=1;"
				       "memory_reservation=2097152;memory_swap=-1;pids_limit=-1;");
	assert_int_equal(RUN("runc", "update", "--cpuset-cpus", "0-1", "--cpuset-mems=0",
			     "--l3-cache-schema", "L3:0=f", "--mem-bw-schema", "MB:0=5", "c1"), 0);
	assert_string_equal(mock.text, "0-1;0;L3:0=f;MB:0=5;");
	assert_string_equal(err, "");
	/* Kernel memory is dropped, but must be a number all the same. */
	assert_int_equal(RUN("runc", "update", "--kernel-memory=5", "c1"), 0);
	assert_string_equal(mock.text, "");
	assert_non_null(strstr(err, "level=warning msg=\"Kernel memory settings are ignored"));
	assert_int_equal(RUN("runc", "update", "--kernel-memory-tcp=x", "c1"), 1);
	expect_error_record("\"invalid value for kernel-memory-tcp: invalid size: 'x'\"\n");
	assert_int_equal(RUN("runc", "update", "--blkio-weight=65546", "c1"), 1);
	expect_error_record("\"invalid value for blkio-weight: value out of range\"\n");
	assert_int_equal(RUN("runc", "update", "--blkio-weight=x", "c1"), 1);
	assert_true(str_starts(out, "Incorrect Usage: invalid value \"x\" for flag -blkio-weight: "));
	assert_int_equal(RUN("runc", "update", "--help"), 0);
	assert_null(strstr(out, "kernel-memory"));
}

static void update_reads_resources(void **state)
{
	char path[] = "/tmp/strake-cli-test-XXXXXX";
	auto_fd fd = mkstemp(path), old = dup(0);

	(void)state;
	assert_true(fd >= 0 && old >= 0);
	assert_int_equal(io_write_all(fd, "{\"x\": 1}\n", 9), 0);
	/* Whatever else is given but Intel RDT. */
	assert_int_equal(RUN("runc", "update", "-r", path, "--memory", "x", "--mem-bw-schema=M", "c1"), 0);
	assert_string_equal(mock.text, "{\"x\": 1}\nM;");
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(dup2(fd, 0), 0);
	assert_int_equal(RUN("runc", "update", "--resources=-", "c1"), 0);
	assert_string_equal(mock.text, "{\"x\": 1}\n");
	assert_int_equal(dup2(old, 0), 0);
	unlink(path);
	assert_int_equal(RUN("runc", "update", "-r", path, "c1"), 1);
	assert_non_null(strstr(err, "no such file or directory"));
}

static void checkpoint_fills_the_options(void **state)
{
	const struct strake_checkpoint_options *o = &mock.checkpoint;

	(void)state;
	/* As containerd's shim calls it. */
	assert_int_equal(RUN("runc", "checkpoint", "--image-path", "i", "--work-path", "w", "--parent-path",
			     "../p", "--tcp-established", "--ext-unix-sk", "--shell-job", "--file-locks",
			     "--manage-cgroups-mode", "soft", "--empty-ns", "network", "--lazy-pages",
			     "--status-fd", "3", "--leave-running", "--pre-dump", "c1"), 0);
	assert_string_equal(mock.called, "checkpoint");
	assert_string_equal(mock.id, "c1");
	assert_string_equal(o->image_path, "i");
	assert_string_equal(o->work_path, "w");
	assert_string_equal(o->parent_path, "../p");
	assert_string_equal(o->manage_cgroups, "soft");
	assert_string_equal(mock.text, "empty_ns=[network];");
	assert_true(o->tcp_established && o->ext_unix_sk && o->shell_job && o->file_locks);
	assert_true(o->lazy_pages && o->leave_running && o->pre_dump);
	assert_false(o->tcp_skip_in_flight || o->link_remap || o->auto_dedup);
	assert_int_equal(mock.sig, 3);
	assert_int_equal(RUN("runc", "checkpoint", "--tcp-skip-in-flight", "--link-remap", "--auto-dedup",
			     "--page-server=1.2.3.4:5", "--status-fd=-1", "c1"), 0);
	assert_true(o->tcp_skip_in_flight && o->link_remap && o->auto_dedup);
	assert_string_equal(o->page_server, "1.2.3.4:5");
	assert_null(o->status_fd);
	/* Engines ask so whether it is there. */
	assert_int_equal(RUN("runc", "checkpoint", "--help"), 0);
	assert_int_equal(RUN("runc", "checkpoint"), 1);
}

static void restore_fills_the_options(void **state)
{
	const struct strake_restore_options *o = &mock.restore;

	(void)state;
	assert_int_equal(RUN("runc", "restore", "--image-path", "i", "--work-path", "w", "--parent-path", "p",
			     "--detach", "--pid-file", "f", "--console-socket", "s", "--no-pivot",
			     "-no-subreaper", "--bundle", "b", "c1"), 0);
	assert_string_equal(mock.called, "restore");
	assert_string_equal(o->image_path, "i");
	assert_string_equal(o->work_path, "w");
	assert_string_equal(o->pid_file, "f");
	assert_string_equal(o->console_socket, "s");
	assert_string_equal(o->bundle, "b");
	assert_true(o->detach && o->no_subreaper);
	/* podman's, of which runc knows less. */
	assert_int_equal(RUN("runc", "restore", "--tcp-established", "--tcp-close", "--file-locks",
			     "--preserve-fds", "2", "--lsm-profile=selinux:x", "--lsm-mount-context=y", "c1"), 0);
	assert_true(o->tcp_established && o->tcp_close && o->file_locks);
	assert_string_equal(o->lsm_profile, "selinux:x");
	assert_string_equal(o->lsm_mount_context, "y");
	assert_int_equal(RUN("runc", "restore", "--shell-job", "--ext-unix-sk", "--lazy-pages", "--auto-dedup",
			     "--no-new-keyring", "--manage-cgroups-mode=ignore", "--empty-ns=network", "c1"), 0);
	assert_true(o->shell_job && o->ext_unix_sk && o->lazy_pages && o->auto_dedup && o->no_new_keyring);
	assert_string_equal(o->manage_cgroups, "ignore");
	assert_int_equal(RUN("runc", "restore", "--lsm-mount-context"), 1);
	assert_non_null(strstr(out, "flag needs an argument"));
}

static void events_are_lines(void **state)
{
	auto_fd full = open("/dev/full", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(RUN("runc", "events", "c1"), 0);
	assert_string_equal(out, "{\"type\":\"oom\"}\n{\"type\":\"oom\"}\n");
	assert_int_equal(mock.events.interval_ns, 5000000000);
	assert_false(mock.events.stats_only);
	assert_int_equal(RUN("runc", "events", "--stats", "--interval=1m0.5s", "c1"), 0);
	assert_int_equal(mock.events.interval_ns, 60500000000);
	assert_true(mock.events.stats_only);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(RUN("runc", "events", "--interval", i ? "0" : "-1s", "c1"), 1);
		expect_error_record("\"duration interval must be greater than 0\"\n");
	}
	assert_int_equal(RUN("runc", "events", "--interval", "5", "c1"), 1);
	assert_true(str_starts(out, "Incorrect Usage: invalid value \"5\" for flag -interval: parse "
				    "error\n"));
	/* A reader that went away ends it, with the true reason. */
	assert_true(full >= 0);
	assert_int_equal(run_to(full, "runc", "events", "c1", NULL), 1);
	expect_error_record("\"write /dev/stdout: no space left on device\"\n");
}

#define T(f) cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(create_fills_the_options),
		T(run_ends_with_the_status_of_the_process),
		T(exec_takes_everything_behind_the_id),
		T(failures_have_their_prefix_and_status),
		T(a_log_file_splits_the_audiences),
		T(globals_that_cannot_be),
		T(usage_errors),
		T(help_is_on_stdout_and_no_failure),
		T(version_lines),
		T(kill_and_delete_pass_their_flags),
		T(regex_takes_all_that_match),
		T(a_failed_seal_ends_the_command),
		T(lists),
		T(state_and_features_newlines),
		T(ps_shapes),
		T(ps_runs_the_hosts_ps),
		T(spec_writes_one_file_once),
		T(refused_cgroups_get_a_hint),
		T(update_fills_the_options),
		T(update_reads_resources),
		T(checkpoint_fills_the_options),
		T(restore_fills_the_options),
		T(events_are_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
