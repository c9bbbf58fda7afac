package bucket

import (
	"slices"
	"strings"
	"sync"
)

// usedSecrets are the credentials that requests were made with, so that no message shows them, whatever a server puts
// into its answer.
type usedSecrets struct {
	mu  sync.Mutex
	all []string
}

func (u *usedSecrets) add(values ...string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, v := range values {
		if v == "" || slices.Contains(u.all, v) {
			continue
		}
		if len(u.all) > 100 { // they are renewed now and then
			u.all = u.all[1:]
		}
		u.all = append(u.all, v)
	}
}

func (u *usedSecrets) hide(text string) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, v := range u.all {
		text = strings.ReplaceAll(text, v, "****")
	}
	return text
}
