/* Owns the op that makes a block device of a file: loopDevice. */
#include "kernel.h"
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include "op.h"

enum { TRIES = 64 };

/* A device that was free, open; its number in *number. */
static int open_free(struct run *run, int control, int flags, int *number) {
	char path[32];
	*number = ioctl(control, LOOP_CTL_GET_FREE);
	if (*number < 0) return -1;
	snprintf(path, sizeof path, "/dev/loop%d", *number);
	int device = open(path, flags | O_CLOEXEC);
	if (device < 0) detail(run, "%s", path);
	return device;
}

/* Between "it is free" and "it is mine" another process may take it: then there is the next one. It goes by itself with
 * its last user, so that nothing has to be undone. */
static int take_device(struct run *run, int file, const char *name, int *number) {
	bool is_readonly = (fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY;
	struct loop_config config = { .fd = (__u32)file, .info = { .lo_flags = LO_FLAGS_AUTOCLEAR | (is_readonly ? LO_FLAGS_READ_ONLY : 0) } };
	snprintf((char *)config.info.lo_file_name, sizeof config.info.lo_file_name, "%s", name);
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), device = -1;
	if (control < 0) detail(run, "/dev/loop-control");
	for (int attempt = 0; control >= 0 && attempt < TRIES; attempt++) {
		device = open_free(run, control, is_readonly ? O_RDONLY : O_RDWR, number);
		if (device < 0 || ioctl(device, LOOP_CONFIGURE, &config) == 0) break;
		device = closing(device, -1);
		if (errno != EBUSY) break;
	}
	return control < 0 ? -1 : closing(control, device);
}

int do_loop_device(struct run *run, const struct op *op) {
	const char *path = text(run, op, LOOP_DEVICE_PATH);
	int number, flags = num(op, LOOP_DEVICE_READONLY) ? O_RDONLY : O_RDWR;
	int file = open(path, flags | O_NONBLOCK | O_CLOEXEC);
	if (file < 0) return -1;
	int device = closing(file, take_device(run, file, path, &number));
	if (device < 0) return -1;
	slot_put(run, op, LOOP_DEVICE_NUMBER, SLOT_NUMBER, number);
	return slot_put(run, op, LOOP_DEVICE_INTO, SLOT_FD, device);
}
