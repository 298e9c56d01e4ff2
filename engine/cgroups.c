/* Owns the container's cgroups as its monitor knows them. A place is five lines: version, controllers, mount point,
 * and below that the directory with the limits and the one that init was put into. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cgroups.h"
#include "command_answer.h"
#include "op.h"

#define PATH_ROOM 1024
#define FREEZE_SECONDS 10 /* for who would wait for ever */
enum place_line { PLACE_VERSION, PLACE_CONTROLLERS, PLACE_MOUNT, PLACE_LIMIT, PLACE_INNER };

/* LXC's structs, as they lie in memory. */
struct cgroup_answer { int32_t layout; uint32_t utilities; int32_t type, fd; char controller[64]; };
struct cgroups_answer { int32_t layout; uint32_t utilities, count; int32_t fds[20]; uint32_t padding; };
_Static_assert(sizeof(struct cgroup_answer) == 80 && sizeof(struct cgroups_answer) == 96, "as LXC's tools read them");
enum { LAYOUT_LEGACY = 0, LAYOUT_HYBRID = 1, LAYOUT_UNIFIED = 2, MAGIC_LEGACY = 0x27e0eb, MAGIC_UNIFIED = 0x63677270 };

/* A line of a place; "" where there is none. */
static const char *line_of(const char *place, enum place_line line, char out[PATH_ROOM]) {
	for (int i = PLACE_VERSION; i < (int)line && place[0] != '\0'; i++) {
		place += strcspn(place, "\n");
		place += place[0] == '\n';
	}
	size_t size = strcspn(place, "\n");
	if (size >= PATH_ROOM) size = 0;
	memcpy(out, place, size);
	out[size] = '\0';
	return out;
}

static bool is_v1(const char *place) { return place[0] == '1'; }

static bool has_controller(const char *place, const char *name) {
	char all[PATH_ROOM], *rest = all, *one;
	line_of(place, PLACE_CONTROLLERS, all);
	while ((one = strsep(&rest, ",")) != NULL)
		if (strcmp(one, name) == 0) return true;
	return false;
}

/* Of v1 where the controller is there. The unified hierarchy has some things without a controller; "" is itself. */
static const char *place_of(const struct command *command, const char *controller) {
	static const char *const core[] = { "", "cgroup", "devices", "freezer" };
	const char *unified = NULL;
	for (size_t i = 0; i < command->place_count; i++) {
		const char *place = command->places[i];
		if (!is_v1(place)) unified = place;
		else if (has_controller(place, controller)) return place;
	}
	for (size_t i = 0; unified != NULL && i < sizeof core / sizeof *core; i++)
		if (strcmp(core[i], controller) == 0) return unified;
	return unified != NULL && has_controller(unified, controller) ? unified : NULL;
}

static int open_in(const char *place, enum place_line line, const char *file, int flags) {
	char mount[PATH_ROOM], directory[PATH_ROOM], path[2 * PATH_ROOM + 32];
	snprintf(path, sizeof path, "%s%s/%s", line_of(place, PLACE_MOUNT, mount), line_of(place, line, directory), file);
	return open(path, flags | O_CLOEXEC);
}
static int open_directory(const char *place, enum place_line line) { return open_in(place, line, "", O_RDONLY | O_DIRECTORY); }

void cgroups_open(struct command *command) {
	const char *freezer = place_of(command, "freezer");
	command->events = freezer == NULL || is_v1(freezer) ? -1 : open_in(freezer, PLACE_LIMIT, "cgroup.events", O_RDONLY);
	command->state = cgroups_state(command);
}

void cgroups_close(struct command *command) {
	if (command->events >= 0) close(command->events);
	command->events = -1;
}

int cgroups_state(const struct command *command) {
	const char *freezer = place_of(command, "freezer");
	char text[256] = "";
	if (freezer == NULL) return STATE_RUNNING;
	int fd = is_v1(freezer) ? open_in(freezer, PLACE_LIMIT, "freezer.state", O_RDONLY) : command->events;
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	if (is_v1(freezer) && fd >= 0) close(fd);
	if (strstr(text, is_v1(freezer) ? "FROZEN" : "frozen 1") != NULL) return STATE_FROZEN;
	return strstr(text, "FREEZING") != NULL ? STATE_FREEZING : STATE_RUNNING;
}

/* What lxc-wait watches changes, too. */
static void touch_records(const struct command *command) {
	char path[PATH_ROOM];
	const char *end = command->record == NULL ? NULL : strrchr(command->record, '/');
	if (end == NULL || end - command->record >= PATH_ROOM) return;
	memcpy(path, command->record, (size_t)(end - command->record));
	path[end - command->record] = '\0';
	utimensat(AT_FDCWD, path, NULL, 0);
}

void cgroups_look(struct command *command) {
	int state = cgroups_state(command);
	if (state == command->state) return;
	command->state = state;
	if (state == STATE_RUNNING) command_tell(command, STATE_THAWED);
	command_tell(command, state);
	touch_records(command);
}

int cgroups_freeze(const struct command *command, bool is_frozen) {
	const char *freezer = place_of(command, "freezer");
	if (freezer == NULL) {
		errno = ENODEV;
		return -1;
	}
	const char *word = is_v1(freezer) ? (is_frozen ? "FROZEN" : "THAWED") : is_frozen ? "1" : "0";
	int fd = open_in(freezer, PLACE_LIMIT, is_v1(freezer) ? "freezer.state" : "cgroup.freeze", O_WRONLY);
	return fd < 0 ? -1 : closing(fd, write_once(fd, word, strlen(word)));
}

static bool is_freezing(const struct client *client) { return client->fd >= 0 && client->holds == CLIENT_FREEZING; }

int cgroups_timeout(const struct command *command) {
	for (size_t i = 0; i < COMMAND_CLIENTS; i++)
		if (is_freezing(&command->clients[i])) return command->events < 0 ? 10 : 100; /* v1 does not tell */
	return -1;
}

/* One who froze it in vain has not frozen it. */
static void serve_freezing(struct command *command) {
	for (size_t i = 0; i < COMMAND_CLIENTS; i++) {
		struct client *client = &command->clients[i];
		bool is_late = is_freezing(client) && command->state != STATE_FROZEN && now_ms() >= (int64_t)client->position;
		if (!is_freezing(client) || (command->state != STATE_FROZEN && !is_late)) continue;
		client->holds = -1;
		if (is_late) cgroups_freeze(command, false);
		reply(client, (struct command_reply){ .result = is_late ? -ETIMEDOUT : 0 }, NULL);
	}
}

void cgroups_work(struct command *command, bool has_news) {
	if (!has_news && cgroups_timeout(command) < 0) return;
	cgroups_look(command);
	serve_freezing(command);
	cgroups_look(command);
}

static int freeze(struct command *command, struct client *client, int seconds) {
	if (command_is_crowded(command)) return reply_error(client, EBUSY);
	command_tell(command, STATE_FREEZING);
	if (cgroups_freeze(command, true) < 0) return reply_error(client, errno);
	client->holds = CLIENT_FREEZING;
	client->position = (uint64_t)(now_ms() + 1000LL * (seconds > 0 ? seconds : FREEZE_SECONDS));
	cgroups_work(command, true);
	return 0;
}

static int unfreeze(struct command *command, struct client *client) {
	if (cgroups_freeze(command, false) < 0) return reply_error(client, errno);
	cgroups_look(command);
	return reply(client, (struct command_reply){ 0 }, NULL);
}

static int give_path(const struct command *command, const struct client *client, enum place_line line, const char *controller) {
	char path[PATH_ROOM];
	const char *place = place_of(command, controller);
	return place == NULL ? reply_error(client, EPERM) : reply_text(client, line_of(place, line, path));
}

/* As LXC: of the unified hierarchy only where nothing else freezes. */
static int give_unified(const struct command *command, const struct client *client, enum place_line line) {
	const char *place = place_of(command, "freezer");
	int fd = place == NULL || is_v1(place) ? -1 : open_directory(place, line);
	int result = fd < 0 ? reply_error(client, EINVAL) : reply_descriptors(client, (struct command_reply){ 0 }, NULL, (struct descriptors){ &fd, 1 });
	if (fd >= 0) close(fd);
	return result;
}

static int layout_of(const struct command *command) {
	bool has_old = false, has_new = false;
	for (size_t i = 0; i < command->place_count; i++) *(is_v1(command->places[i]) ? &has_old : &has_new) = true;
	return !has_old ? LAYOUT_UNIFIED : has_new ? LAYOUT_HYBRID : LAYOUT_LEGACY;
}

static int give_one(const struct command *command, const struct client *client, enum place_line line, const char *controller) {
	const char *place = place_of(command, controller);
	int fd = place == NULL ? -1 : open_directory(place, line);
	if (fd < 0) return reply_error(client, place == NULL ? ENOENT : errno);
	struct cgroup_answer answer = { .layout = layout_of(command), .type = is_v1(place) ? MAGIC_LEGACY : MAGIC_UNIFIED, .fd = fd };
	memccpy(answer.controller, controller, '\0', sizeof answer.controller - 1);
	int result = reply_descriptors(client, (struct command_reply){ .length = sizeof answer }, &answer, (struct descriptors){ &fd, 1 });
	close(fd);
	return result;
}

/* Those that a process must be moved into to be counted as the container's. */
static int give_all(const struct command *command, const struct client *client) {
	struct cgroups_answer answer = { .layout = layout_of(command) };
	for (size_t i = 0; i < command->place_count && answer.count < sizeof answer.fds / sizeof *answer.fds; i++) {
		int fd = open_directory(command->places[i], PLACE_INNER);
		if (fd >= 0) answer.fds[answer.count++] = fd;
	}
	int result = answer.count == 0 ? reply_error(client, ENODEV) : reply_descriptors(client, (struct command_reply){ .length = sizeof answer }, &answer, (struct descriptors){ answer.fds, answer.count });
	while (answer.count > 0) close(answer.fds[--answer.count]);
	return result;
}

int cgroups_answer(struct command *command, struct client *client, const struct command_request *request, const char *data) {
	const char *controller = request->length >= (int32_t)sizeof(struct cgroup_answer) ? data + offsetof(struct cgroup_answer, controller) : "";
	switch (request->kind) {
	case COMMAND_FREEZE: return freeze(command, client, (int)request->value);
	case COMMAND_UNFREEZE: return unfreeze(command, client);
	case COMMAND_GET_CGROUP: return give_path(command, client, PLACE_INNER, data);
	case COMMAND_GET_LIMIT_CGROUP: return give_path(command, client, PLACE_LIMIT, data);
	case COMMAND_GET_CGROUP2_FD: return give_unified(command, client, PLACE_INNER);
	case COMMAND_GET_LIMIT_CGROUP2_FD: return give_unified(command, client, PLACE_LIMIT);
	case COMMAND_GET_CGROUP_CTX: return give_all(command, client);
	case COMMAND_GET_CGROUP_FD: return give_one(command, client, PLACE_INNER, controller);
	case COMMAND_GET_LIMIT_CGROUP_FD: return give_one(command, client, PLACE_LIMIT, controller);
	default: return reply_error(client, ENOSYS);
	}
}
