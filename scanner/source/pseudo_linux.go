package source

import (
	"golang.org/x/sys/unix"
)

// pseudo reports whether path lies in a file system of the kernel's own making, whose files are no files: reading some
// blocks, and others are as long as the memory.
func pseudo(path string) bool {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return false
	}
	switch int64(s.Type) {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC, unix.DEBUGFS_MAGIC,
		unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC, unix.BPF_FS_MAGIC, unix.PSTOREFS_MAGIC, unix.DEVPTS_SUPER_MAGIC,
		unix.SELINUX_MAGIC, unix.EFIVARFS_MAGIC, unix.BINFMTFS_MAGIC:
		return true
	}
	return false
}
