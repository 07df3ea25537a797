/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of the systemd driver, against a manager of our own at the end of a socket. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#include "cgroup/systemd/bus.h"
#include "tests/unit/test.h"

/* What the manager does, and what it saw; shared with its process. */
static struct {
	const char *result;  /* of jobs; NULL: jobs never end */
	unsigned exists;     /* so many times "there is such a unit" */
	bool no_such_unit, refuse, mute;
	char log[2048];
} *manager;

static char dir[] = "/tmp/strake-bus.XXXXXX", address[128];
static pid_t server;
static struct err err;

static const char *why(void)
{
	static char text[ERR_TEXT_MAX];

	err_format(&err, text, sizeof(text));
	return text;
}

/* ---- the manager ---- */

static void note(const char *text)
{
	size_t n = strlen(manager->log);

	snprintf(manager->log + n, sizeof(manager->log) - n, "%s;", text);
}

static void job_removed(sd_bus *bus, uint32_t id, const char *unit, const char *result)
{
	sd_bus_message *m = NULL;
	char job[32];

	snprintf(job, sizeof(job), "/job/%u", id);
	if (sd_bus_message_new_signal(bus, &m, "/org/freedesktop/systemd1",
				      "org.freedesktop.systemd1.Manager", "JobRemoved") < 0 ||
	    sd_bus_message_set_sender(m, "org.freedesktop.systemd1") < 0 ||
	    sd_bus_message_append(m, "uoss", id, job, unit, result) < 0 ||
	    sd_bus_send(bus, m, NULL) < 0)
		_exit(1);
	sd_bus_message_unref(m);
}

static int end_job(sd_bus *bus, const char *unit)
{
	if (!manager->result)
		return 0;
	job_removed(bus, 6, "other.scope", "dependency"); /* another's first */
	job_removed(bus, 7, unit, manager->result);
	return 0;
}

static int answer(sd_bus_message *m, const char *member)
{
	sd_bus *bus = sd_bus_message_get_bus(m);
	const char *unit = NULL;

	if (strcmp(member, "Hello") == 0)
		return sd_bus_reply_method_return(m, "s", ":1.1");
	if (strcmp(member, "AddMatch") == 0)
		return sd_bus_reply_method_return(m, NULL);
	if (manager->mute)
		return 1;
	if (strcmp(member, "Get") == 0)
		return sd_bus_reply_method_return(m, "v", "s", "252.1");
	sd_bus_message_read_basic(m, 's', &unit);
	if (manager->refuse)
		return sd_bus_reply_method_errorf(m, SD_BUS_ERROR_ACCESS_DENIED, "You may not");
	if (strcmp(member, "StartTransientUnit") == 0 && manager->exists) {
		manager->exists--;
		return sd_bus_reply_method_errorf(m, "org.freedesktop.systemd1.UnitExists",
						  "Unit %s was already loaded", unit);
	}
	if (manager->no_such_unit)
		return sd_bus_reply_method_errorf(m, "org.freedesktop.systemd1.NoSuchUnit",
						  "Unit %s not loaded.", unit);
	if (strcmp(member, "StartTransientUnit") == 0 || strcmp(member, "StopUnit") == 0) {
		sd_bus_reply_method_return(m, "o", "/job/7");
		return end_job(bus, unit);
	}
	return sd_bus_reply_method_return(m, NULL);
}

static int on_message(sd_bus_message *m, void *data, sd_bus_error *e)
{
	const char *member = sd_bus_message_get_member(m);

	(void)data, (void)e;
	if (!sd_bus_message_is_method_call(m, NULL, NULL))
		return 0;
	if (strcmp(member, "Hello") != 0 && strcmp(member, "AddMatch") != 0)
		note(member);
	return answer(m, member) < 0 ? -EIO : 1;
}

static void serve(int listener)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		sd_bus *bus = NULL;
		sd_id128_t id = { .qwords = { 1, 2 } };

		if (fd < 0 || sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
		    sd_bus_set_server(bus, 1, id) < 0 || sd_bus_set_anonymous(bus, 1) < 0 ||
		    sd_bus_add_filter(bus, NULL, on_message, NULL) < 0 || sd_bus_start(bus) < 0)
			_exit(1);
		for (;;) {
			int r = sd_bus_process(bus, NULL);

			if (r < 0 || (r == 0 && sd_bus_wait(bus, UINT64_MAX) < 0))
				break;
		}
		sd_bus_unref(bus);
	}
}

/* ---- fixture ---- */

static int listen_at(char *path, size_t size)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(path, size, "%s/bus", dir);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static int setup(void **state)
{
	char path[64];
	int fd;

	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	manager = mmap(NULL, sizeof(*manager), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(manager, MAP_FAILED);
	fd = listen_at(path, sizeof(path));
	snprintf(address, sizeof(address), "unix:path=%s", path);
	server = fork();
	if (server == 0)
		serve(fd);
	close(fd);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
	manager->result = "done";
	err_init(&err);
	return 0;
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	snprintf(path, sizeof(path), "%s/bus", dir);
	unlink(path);
	rmdir(dir);
	munmap(manager, sizeof(*manager));
	return 0;
}

static struct sd_conn *conn(unsigned deadline_ms)
{
	struct sd_conn *c = NULL;

	if (sd_conn_open(false, deadline_ms, &c, &err) < 0)
		fail_msg("%s", why());
	return c;
}

/* Every type there is goes over the wire. */
static void add_all(struct sd_props *p, struct arena *a)
{
	static const char *const texts[] = {
		"byte 1", "int16 -2", "uint16 3", "-4", "uint32 5", "int64 -6", "uint64 7", "1.5", "true",
		"'s'", "objectpath '/o'", "signature 'as'", "@as []", "[('a', 'b')]", "{'k': <1>}",
		"<[byte 1]>", "@(s(ti)) ('x', (1, 2))",
	};

	sd_props_init(p, a);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct sd_value *v = NULL;

		assert_int_equal(sd_value_parse(a, texts[i], &v, &err), 0);
		sd_add(p, "Name", v);
	}
	sd_add_pid(p, "PIDs", 7);
	assert_false(p->failed);
}

static int start(struct sd_conn *c, bool *unknown)
{
	struct sd_props p;
	struct arena a;
	int r;

	arena_init(&a);
	add_all(&p, &a);
	err_init(&err);
	r = sd_start_unit(c, "x.scope", &p, unknown, &err);
	arena_fini(&a);
	return r;
}

/* ---- tests ---- */

static void a_life(void **state)
{
	struct sd_conn *c = conn(10000);
	struct sd_props p;
	struct arena a;
	const char *text;
	bool unknown;

	(void)state;
	arena_init(&a);
	assert_int_equal(sd_manager_string(c, "Version", &a, &text, &err), 0);
	assert_string_equal(text, "252.1");
	assert_int_equal(start(c, &unknown), 0);
	add_all(&p, &a);
	assert_int_equal(sd_set_properties(c, "x.scope", &p, &err), 0);
	assert_int_equal(sd_attach_pid(c, "x.scope", "/", 1, &err), 0);
	assert_int_equal(sd_stop_unit(c, "x.scope", &err), 0);
	assert_int_equal(sd_reset_failed(c, "x.scope", &err), 0);
	assert_string_equal(manager->log, "Get;StartTransientUnit;SetUnitProperties;"
					  "AttachProcessesToUnit;StopUnit;ResetFailedUnit;");
	arena_fini(&a);
	sd_conn_close(c);
}

static void a_failed_unit_is_reset(void **state)
{
	struct sd_conn *c = conn(10000);
	bool unknown;

	(void)state;
	manager->exists = 1;
	assert_int_equal(start(c, &unknown), 0);
	assert_string_equal(manager->log, "StartTransientUnit;ResetFailedUnit;StartTransientUnit;");
	sd_conn_close(c);
}

static void a_unit_of_others_is_left(void **state)
{
	struct sd_conn *c = conn(10000);
	bool unknown = true;

	(void)state;
	manager->exists = 2;
	assert_true(start(c, &unknown) < 0);
	assert_false(unknown);
	assert_string_equal(why(), "Unit x.scope was already loaded");
	sd_conn_close(c);
}

static void a_failed_job(void **state)
{
	struct sd_conn *c = conn(10000);
	bool unknown = false;

	(void)state;
	manager->result = "failed";
	assert_true(start(c, &unknown) < 0);
	assert_true(unknown);
	assert_string_equal(why(), "error creating systemd unit `x.scope`: got `failed`");
	assert_string_equal(manager->log, "StartTransientUnit;ResetFailedUnit;");
	sd_conn_close(c);
}

static void a_missing_unit_is_stopped(void **state)
{
	struct sd_conn *c = conn(10000);

	(void)state;
	manager->no_such_unit = true;
	assert_int_equal(sd_stop_unit(c, "x.scope", &err), 0);
	assert_int_equal(sd_reset_failed(c, "x.scope", &err), 0);
	sd_conn_close(c);
}

static void a_refusal_is_told(void **state)
{
	struct sd_conn *c = conn(10000);
	bool unknown;

	(void)state;
	manager->refuse = true;
	assert_true(start(c, &unknown) < 0);
	assert_string_equal(why(), "You may not");
	err_init(&err);
	assert_true(sd_attach_pid(c, "x.scope", "/", 5, &err) < 0);
	assert_string_equal(why(), "attach process 5 to unit x.scope: You may not");
	sd_conn_close(c);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void nothing_waits_for_ever(void **state)
{
	struct sd_conn *c = conn(10000);
	bool unknown = false;
	double began;

	(void)state;
	sd_conn_close(c);
	c = conn(300);
	manager->result = NULL;
	began = seconds();
	assert_int_equal(start(c, &unknown), -ETIMEDOUT);
	assert_string_equal(why(), "Timeout waiting for systemd to create x.scope");
	assert_true(unknown);
	manager->mute = true;
	unknown = false;
	assert_int_equal(start(c, &unknown), -ETIMEDOUT);
	assert_string_equal(why(), "systemd did not answer StartTransientUnit within 300 ms");
	assert_true(unknown);
	assert_true(seconds() - began < 8);
	sd_conn_close(c);
}

/* One that takes the connection and says nothing, and one that does not take it. */
static void a_dead_bus(void **state)
{
	char path[64];
	struct sd_conn *c = NULL;
	double began = seconds();

	(void)state;
	kill(server, SIGSTOP);
	assert_int_equal(sd_conn_open(false, 300, &c, &err), -ETIMEDOUT);
	assert_non_null(strstr(why(), "failed to connect to dbus"));
	assert_non_null(strstr(why(), address));
	assert_true(seconds() - began < 8);
	snprintf(path, sizeof(path), "%s/bus", dir);
	unlink(path);
	err_init(&err);
	assert_int_equal(sd_conn_open(false, 300, &c, &err), -ENOENT);
	assert_null(c);
}

static void where_the_user_bus_is(void **state)
{
	char path[64];
	struct sd_conn *c = NULL;

	(void)state;
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	unsetenv("XDG_RUNTIME_DIR");
	assert_false(sd_has_user_bus());
	assert_true(sd_conn_open(true, 300, &c, &err) < 0);
	assert_non_null(strstr(why(), "could not detect DBUS_SESSION_BUS_ADDRESS"));
	setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
	assert_false(sd_has_user_bus());
	setenv("XDG_RUNTIME_DIR", dir, 1);
	assert_true(sd_has_user_bus());
	err_init(&err);
	if (sd_conn_open(true, 10000, &c, &err) < 0)
		fail_msg("%s", why());
	sd_conn_close(c);
	snprintf(path, sizeof(path), "unix:path=%s/none", dir);
	setenv("DBUS_SESSION_BUS_ADDRESS", path, 1);
	assert_int_equal(sd_conn_open(true, 300, &c, &err), -ENOENT);
}

#define served(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		served(a_life), served(a_failed_unit_is_reset), served(a_unit_of_others_is_left),
		served(a_failed_job), served(a_missing_unit_is_stopped), served(a_refusal_is_told),
		served(nothing_waits_for_ever), served(a_dead_bus), served(where_the_user_bus_is),
	};

	return cmocka_run_group_tests_name("cgroup/systemd/bus", tests, NULL, NULL);
}
