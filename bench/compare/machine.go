package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/stat: USER_HZ is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// loadAverage is that of the last minute, 0 where it is not known.
func loadAverage() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	return parseLoad(string(text))
}

func parseLoad(text string) float64 {
	first, _, _ := strings.Cut(text, " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return load
}

// readBusy is the time that all cores have worked so far, stolen time included; negative where it is not known.
func readBusy() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return -1
	}
	return parseBusy(string(text))
}

// parseBusy adds up the first line of /proc/stat:
// cpu user nice system idle iowait irq softirq steal (guest time is part of user).
func parseBusy(text string) time.Duration {
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return -1
	}
	var ticks int64
	for _, i := range []int{1, 2, 3, 6, 7, 8} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return -1
		}
		ticks += n
	}
	return time.Duration(ticks) * tick
}

// others is how many cores worked for processes that are not ours, over a
// while; 0 where it is not known.
func others(before, after, own, while time.Duration) float64 {
	if before < 0 || after < 0 || while <= 0 {
		return 0
	}
	return max(0, float64(after-before-own)/float64(while))
}
