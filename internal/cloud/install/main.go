// Command install installs the storage servers that tests start, so that no test waits for that.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/keysweep/keysweep/internal/cloud"
)

func main() {
	if err := cloud.Install(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}
