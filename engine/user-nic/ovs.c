/* Owns ports of Open vSwitch, which only its own program changes. */
#define _GNU_SOURCE
#include "ovs.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

static const char *program(void) {
	static const char own[] = "/usr/local/bin/ovs-vsctl";
	return access(own, X_OK) == 0 ? own : "/usr/bin/ovs-vsctl";
}

static int run(const char *verb, const char *bridge, const char *nic) {
	static char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	char *const argv[] = { (char *)program(), (char *)verb, (char *)bridge, (char *)nic, NULL };
	int status;
	pid_t child = fork();
	if (child == 0) {
		/* it must not wait for who reads the caller's stderr */
		int sink = open("/dev/null", O_RDWR);
		for (int fd = 0; fd <= 2; fd++) dup2(sink, fd);
		execve(argv[0], argv, environment);
		_exit(127);
	}
	if (child < 0) return -1;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR) return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool ovs_has(const char *bridge) { return access(program(), X_OK) == 0 && run("br-exists", bridge, NULL) == 0; }

bool ovs_add(const char *bridge, const char *nic) {
	return run("add-port", bridge, nic) == 0 || complain("%s add-port %s %s failed; as root it says why", program(), bridge, nic);
}

bool ovs_delete(const char *bridge, const char *nic) {
	return run("del-port", bridge, nic) == 0 || complain("%s del-port %s %s failed; as root it says why", program(), bridge, nic);
}
