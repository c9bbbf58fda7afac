package source

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// asNobody drops root's right to read everything, until the test ends, and lets anybody enter dir.
func asNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	for _, path := range []string{dir, filepath.Dir(dir)} {
		must(t, os.Chmod(path, 0o755))
	}
	const nobody = 65534
	must(t, syscall.Setreuid(-1, nobody))
	t.Cleanup(func() { must(t, syscall.Setreuid(-1, 0)) })
}
