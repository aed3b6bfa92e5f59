package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// heldOut is the number of training images outside the calibration set that each cell is judged on.
const heldOut = 3000

// command is the shell command of a cell. Where other converters were judged on
// part of the test images, a second run does so.
func (o *options) command(c cell) string {
	dir, config := filepath.Join(o.data, c.net.data), "convert-mnist.yaml"
	switch c.net.data {
	case "fashion":
		dir = o.fashion
	case "cifar10":
		config = "convert-cifar10.yaml"
	}
	choose := []string{fmt.Sprintf("convert.held_out=%d", heldOut)}
	switch c.method {
	case full: // nothing is left to hold out
		config, choose = "convert-mnist-full.yaml", c.net.sets
	case labels:
		choose = append(choose, "convert.labels=0.2", "convert.rate_penalty=0.02")
	default:
		choose = append(choose, "convert.method="+c.method)
	}
	out := filepath.Join(o.out, c.name)
	args := []string{
		o.snntrain, "convert", filepath.Join(o.data, "onnx", filepath.FromSlash(c.net.file)+".onnx"),
		"--config", filepath.Join(o.configs, config), "--set", "data.dir=" + dir,
		"--set", fmt.Sprintf("convert.steps=%d", c.steps),
	}
	for _, set := range choose {
		args = append(args, "--set", set)
	}
	if c.net.mean != "" {
		args = append(args, "--set", fmt.Sprintf("data.normalize={mean: %s, std: %s}", c.net.mean, c.net.std))
	}
	args = append(args, "--threads", fmt.Sprint(o.threads), "--quiet", "--out", out)
	line := quoted(args)
	if n := c.net.compared(); n > 0 && c.net.peers != nil {
		line += " && " + quoted([]string{o.snntrain, "eval", out, "--limit", fmt.Sprint(n), "--threads", fmt.Sprint(o.threads), "--quiet", "--json"}) + " > " + quote(filepath.Join(out, "compared.json"))
	}
	return line
}

func quoted(args []string) string {
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = quote(a)
	}
	return strings.Join(list, " ")
}

// quote is a word of the shell.
func quote(s string) string {
	if !strings.ContainsAny(s, " []{}'\"$&;") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
