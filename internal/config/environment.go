package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
)

// StrayEnv finds the variables that look like ours and set nothing: no scalar
// key of any root, and none of others, which mean something else to the
// program. A mistyped name is told the nearest one.
func StrayEnv(environ []string, others []string, roots ...any) []fault.Fault {
	known := append([]string{dataEnv}, others...)
	var sections []string
	for _, root := range roots {
		for _, l := range leaves(root) {
			known = append(known, l.envName())
		}
		sections = append(sections, sectionsOf(root)...)
	}
	var stray []fault.Fault
	for _, e := range environ {
		name, text, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, envPrefix) || text == "" || slices.Contains(known, name) {
			continue
		}
		stray = append(stray, fault.Fault{Pkg: "config", Subject: "$" + name, Fact: "sets nothing", Hint: envHint(name, known, sections)})
	}
	slices.SortFunc(stray, func(a, b fault.Fault) int { return strings.Compare(a.Subject, b.Subject) })
	return stray
}

// envHint says what to do about a variable that sets nothing.
func envHint(name string, known, sections []string) string {
	key := strings.TrimPrefix(name, envPrefix)
	for _, s := range sections {
		if strings.HasPrefix(key, strings.ToUpper(s)+"_") {
			return "keys of " + s + ": are set with --set " + s + ".KEY=VALUE"
		}
	}
	var names []string
	for _, k := range known {
		names = append(names, strings.TrimPrefix(k, envPrefix))
	}
	if near := fault.Nearest(key, names); near != "" {
		return "did you mean " + envPrefix + near + "?"
	}
	return "unset it"
}

// sectionsOf names the keys of a struct that plug-ins decode, which the environment cannot reach.
func sectionsOf(root any) []string {
	v, ok := structOf(root)
	if !ok {
		return nil
	}
	var names []string
	for _, f := range fieldsOf(v) {
		t := f.val.Type()
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if isSection(t) && f.name != "" {
			names = append(names, f.name)
		}
	}
	return names
}
