/* Extended attributes of files, for those who copy them. */
#ifndef BERTH_XATTRS_H
#define BERTH_XATTRS_H
int xattrs_main(const char *verb);
#endif
