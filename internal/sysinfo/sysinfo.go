// Package sysinfo says what machine a result was made on.
package sysinfo

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is where a result was made.
type Machine struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	CPU     string `json:"cpu,omitempty"`
	Cores   int    `json:"cores"`
	Threads int    `json:"threads"` // used
	Memory  uint64 `json:"memory_bytes,omitempty"`
	Go      string `json:"go"`
}

// Read describes this machine.
func Read(threads int) Machine {
	return Machine{
		OS: runtime.GOOS, Arch: runtime.GOARCH, CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(),
		Threads: threads, Memory: kilobytes(field("/proc/meminfo", "MemTotal")), Go: runtime.Version(),
	}
}

// PeakRSS is the largest resident memory of this process so far, 0 where it is not known.
func PeakRSS() uint64 { return kilobytes(field("/proc/self/status", "VmHWM")) }

// RSS is the resident memory of this process, 0 where it is not known.
func RSS() uint64 { return kilobytes(field("/proc/self/status", "VmRSS")) }

// ResetPeakRSS makes PeakRSS count from now on. It fails where the system has no such thing.
func ResetPeakRSS() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) }

// field is the value of the first "name : value" line of a file of Linux, "" when there is none.
func field(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func kilobytes(s string) uint64 {
	n, err := strconv.ParseUint(strings.TrimSuffix(s, " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}
