/* Owns the shelter of our own file: a root inside a container that maps its ids to the host's could open
 * /proc/PID/exe of a process that is about to become the container's, and write to it later (CVE-2019-5736).
 * docs/decisions/0005-shelter.md says why it is a read-only mount. */
#include "kernel.h"
#include <limits.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include "planner.h"
#include "room.h"
#include "shelter.h"

#define CLONE_TREE 1u          /* OPEN_TREE_CLONE */
#define READ_ONLY 1u           /* MOUNT_ATTR_RDONLY */
#define MEMFD_EXECUTABLE 0x10u /* MFD_EXEC, Linux 6.3 */
#define OF_DESCRIPTOR "/dev/fd/"
#define CARRIED "BERTH_PREFIX="

static const char *prefix;

const char *shelter_prefix(void) { return prefix; }

static bool has_capabilities(void) {
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[2] = { 0 };
	return syscall(SYS_capget, &head, sets) == 0 && (sets[0].permitted | sets[1].permitted) != 0;
}

int refuse_set_id(void) {
	if (!getauxval(AT_SECURE)) return 0; /* said of security modules' transitions, too: those are welcome */
	if (getuid() == geteuid() && getgid() == getegid() && (geteuid() == 0 || !has_capabilities())) return 0;
	dprintf(STDERR_FILENO, "berth-engine: refuses to run set-user-ID, set-group-ID or with file capabilities: it does whatever its caller says. Take them off the file.\n");
	return STATUS_SET_ID;
}

/* sudo(8), too, may execute a descriptor: but one of a file that still has its place. */
static bool has_no_place(void) {
	char path[32] = "";
	return readlink("/proc/self/exe", path, sizeof path - 1) > 0 && (strcmp(path, "/") == 0 || strncmp(path, "/memfd:", 7) == 0);
}

/* By execveat(2) of a descriptor alone; then the last of the environment is ours, and nobody else's to see. */
static bool is_sheltered(char **environment) {
	const char *path = (const char *)getauxval(AT_EXECFN);
	char **last = environment;
	if (path == NULL || strncmp(path, OF_DESCRIPTOR, sizeof OF_DESCRIPTOR - 1) != 0 || *last == NULL) return false;
	while (last[1] != NULL) last++;
	if (strncmp(*last, CARRIED, sizeof CARRIED - 1) != 0 || !has_no_place()) return false;
	size_t size = strnlen(*last, sizeof CARRIED + PATH_MAX - 1);
	char *carried = keep(size + 1);
	if (carried == NULL) return false;
	memcpy(carried, *last, size);
	prefix = carried + sizeof CARRIED - 1;
	memset(*last, 0, strlen(*last)); /* out of /proc/PID/environ */
	*last = NULL;
	return true;
}

/* The same file, seen through a mount of its own that belongs to no namespace once we have let go of it. */
static int open_read_only(void) {
	struct mount_request request = { .set = READ_ONLY };
	int tree = sys_open_tree(AT_FDCWD, "/proc/self/exe", CLONE_TREE | O_CLOEXEC);
	if (tree < 0 || syscall(BERTH_SYS_MOUNT_SETATTR, tree, "", AT_EMPTY_PATH, &request, sizeof request) == 0) return tree;
	close(tree);
	return -1;
}

/* Where mounts are forbidden: costs the monitor its shared pages. */
static int open_sealed(void) {
	struct stat file;
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), copy = -1;
	if (from < 0 || fstat(from, &file) < 0) return -1;
	copy = memfd_create("berth-engine", MFD_CLOEXEC | MFD_ALLOW_SEALING | MEMFD_EXECUTABLE);
	if (copy < 0 && errno == EINVAL) copy = memfd_create("berth-engine", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	bool is_whole = copy >= 0 && sendfile(copy, from, NULL, (size_t)file.st_size) == file.st_size;
	close(from);
	if (is_whole && fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0) return copy;
	if (copy >= 0) close(copy);
	return -1;
}

/* Those that only look are not worth a second execve. */
static bool is_harmless(const char *path) {
	static const char *const names[] = { "lxc-info", "lxc-ls", "lxc-config", "lxc-wait", "lxc-top", "lxc-monitor", "lxc-checkconfig" };
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0) return true;
	return false;
}

static void execute_from(int fd, char **argv, char **environment) {
	if (fd < 0) return;
	syscall(SYS_execveat, fd, "", argv, environment, AT_EMPTY_PATH);
	close(fd);
}

void shelter(char **argv, char **environment) {
	size_t count = 0;
	if (argv[0] == NULL) return;
	if (is_sheltered(environment)) {
		const char *slash = strrchr(argv[0], '/');
		prctl(PR_SET_NAME, slash ? slash + 1 : argv[0]); /* execveat(2) has named us after the descriptor */
		return;
	}
	if (geteuid() != 0 || is_harmless(argv[0]) || prefix_find()[0] == '\0') return;
	while (environment[count] != NULL) count++;
	char **list = mmap(NULL, (count + 2) * sizeof *list, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (list == MAP_FAILED) return;
	char carried[sizeof CARRIED + PATH_MAX];
	snprintf(carried, sizeof carried, CARRIED "%s", prefix_find());
	memcpy(list, environment, count * sizeof *list);
	list[count] = carried;
	execute_from(open_read_only(), argv, list);
	execute_from(open_sealed(), argv, list);
	munmap(list, (count + 2) * sizeof *list);
}
