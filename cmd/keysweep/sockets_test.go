//go:build !linux

package main

// runSocketless is for Linux only, as is the test that needs it.
func runSocketless() int { return 99 }
