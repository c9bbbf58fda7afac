//go:build !linux

package source

func pseudo(string) bool { return false }
