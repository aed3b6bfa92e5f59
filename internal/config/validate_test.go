package config_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// document is a YAML text as decoded JSON.
func document(t *testing.T, text []byte) any {
	t.Helper()
	var x, y any
	if err := yaml.Unmarshal(text, &x); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &y); err != nil {
		t.Fatal(err)
	}
	return y
}

// valid checks x against the schema s, the part of JSON Schema that Schema
// writes, and says what is wrong, "" for nothing. Root holds the $defs.
func valid(root map[string]any, s, x any) string {
	if b, ok := s.(bool); ok {
		return wrong(!b, "nothing is allowed")
	}
	m := s.(map[string]any)
	if ref, ok := m["$ref"].(string); ok {
		return valid(root, at(root, strings.ReplaceAll(strings.TrimPrefix(ref, "#/"), "/", ".")), x)
	}
	var said []string
	for _, key := range []string{"oneOf", "anyOf"} {
		said = append(said, choice(root, m, key, x))
	}
	if want, ok := m["const"]; ok {
		said = append(said, wrong(!reflect.DeepEqual(want, x), "not the constant"))
	}
	if want, ok := m["enum"].([]any); ok {
		said = append(said, wrong(!slices.Contains(want, x), "not in the enum"))
	}
	said = append(said, wrongType(m["type"], x))
	switch y := x.(type) {
	case map[string]any:
		said = append(said, wrongObject(root, m, y))
	case []any:
		n := float64(len(y))
		said = append(said, beyond(m, n, "minItems", "maxItems"))
		for _, item := range y {
			if m["items"] != nil {
				said = append(said, valid(root, m["items"], item))
			}
		}
	case string:
		said = append(said, beyond(m, float64(len([]rune(y))), "minLength", "maxLength"))
	case float64:
		said = append(said, beyond(m, y, "minimum", "maximum"))
		if low, ok := m["exclusiveMinimum"].(float64); ok {
			said = append(said, wrong(y <= low, "not above"))
		}
		if high, ok := m["exclusiveMaximum"].(float64); ok {
			said = append(said, wrong(y >= high, "not below"))
		}
	}
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ", ")
}

func wrong(is bool, say string) string {
	if is {
		return say
	}
	return ""
}

func wrongType(want, x any) string {
	got := map[reflect.Kind]string{
		reflect.Map: "object", reflect.Slice: "array", reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number",
	}[reflect.ValueOf(x).Kind()]
	if f, ok := x.(float64); ok && want == "integer" && f == float64(int64(f)) || want == "integer" && x == 18446744073709551615.0 {
		got = "integer"
	}
	if x == nil {
		got = "null"
	}
	return wrong(want != nil && want != got, fmt.Sprintf("%v is not of type %v", x, want))
}

func choice(root, m map[string]any, key string, x any) string {
	options, ok := m[key].([]any)
	if !ok {
		return ""
	}
	n := 0
	for _, o := range options {
		if valid(root, o, x) == "" {
			n++
		}
	}
	return wrong(n == 0 || n > 1 && key == "oneOf", fmt.Sprintf("%d of %s fit", n, key))
}

func wrongObject(root, m, x map[string]any) string {
	props, _ := m["properties"].(map[string]any)
	for k, v := range x {
		rule, known := props[k]
		if !known {
			rule = m["additionalProperties"]
		}
		if rule == nil {
			continue
		}
		if said := valid(root, rule, v); said != "" {
			return k + ": " + said
		}
	}
	required, _ := m["required"].([]any)
	for _, k := range required {
		if _, there := x[k.(string)]; !there {
			return k.(string) + " is required"
		}
	}
	return ""
}

func beyond(m map[string]any, n float64, least, most string) string {
	low, hasLow := m[least].(float64)
	high, hasHigh := m[most].(float64)
	return wrong(hasLow && n < low || hasHigh && n > high, "out of range")
}
