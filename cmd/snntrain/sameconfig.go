package main

import (
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"

	"github.com/zeebo/blake3"
	"go.yaml.in/yaml/v3"
)

// leavesOf flattens YAML text to "path" → value; keys that change no result are left out.
func leavesOf(text []byte) (map[string]string, error) {
	var top any
	if err := yaml.Unmarshal(text, &top); err != nil {
		return nil, err
	}
	out := map[string]string{}
	flattenInto(out, "", top)
	for _, key := range withoutEffect {
		delete(out, "train."+key)
	}
	return out, nil
}

func flattenInto(out map[string]string, path string, v any) {
	join := func(k string) string { return strings.TrimPrefix(path+"."+k, ".") }
	switch v := v.(type) {
	case map[string]any:
		for k, c := range v {
			flattenInto(out, join(k), c)
		}
	case []any:
		for i, c := range v {
			flattenInto(out, join(fmt.Sprint(i)), c)
		}
	default:
		out[path] = fmt.Sprint(v)
	}
}

// sameConfig checks that the run in path was made with the same config, and
// says which keys differ.
func sameConfig(path string, resolved []byte) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	before, err := leavesOf(text)
	if err != nil {
		return fmt.Errorf("train: %s: %w", path, err)
	}
	now, err := leavesOf(resolved)
	if err != nil {
		return err
	}
	var differ []string
	for _, key := range unionKeys(before, now) {
		if before[key] != now[key] {
			differ = append(differ, fmt.Sprintf("%s: %s in the run, %s now", key, orNone(before, key), orNone(now, key)))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("train: %s: the run was started with another config:\n  %s\nresume with the run's own config, or start anew in another --out", path, strings.Join(differ, "\n  "))
}

func orNone(m map[string]string, key string) string {
	if v, ok := m[key]; ok {
		return v
	}
	return "nothing"
}

func unionKeys(a, b map[string]string) []string {
	var keys []string
	for k := range a {
		keys = append(keys, k)
	}
	for k := range b {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return slices.Compact(keys)
}

// configHash names a resolved config by what of it can change a result.
func configHash(resolved []byte) string {
	leaves, err := leavesOf(resolved)
	if err != nil {
		return ""
	}
	h := blake3.New()
	for _, key := range unionKeys(leaves, nil) {
		fmt.Fprintf(h, "%s=%s\n", key, leaves[key])
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}
