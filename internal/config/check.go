package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
)

// inlined marks in the validator's paths a struct whose keys are its host's.
const inlined = "\x00"

// newRules returns a validator that speaks of fields by their keys.
func newRules() *validator.Validate {
	rules := validator.New(validator.WithRequiredStructEnabled())
	rules.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, inline, _ := keyOf(f)
		if inline {
			return inlined
		}
		return name
	})
	rules.RegisterCustomTypeFunc(func(v reflect.Value) any { // for "required"
		if v.Interface().(Section).Given() {
			return true
		}
		return nil
	}, Section{})
	return rules
}

// check records a fault for every validate tag of target that its value
// breaks, unless the value is the default because of an earlier fault.
func (d *Document) check(s Section, target any, t reflect.Type) {
	if d.rules == nil {
		d.rules = newRules()
	}
	bad, _ := errors.AsType[validator.ValidationErrors](d.rules.Struct(target))
	for _, e := range bad {
		path := strings.TrimPrefix(e.Namespace(), t.Name()+".")
		path = strings.NewReplacer(inlined+".", "", "[", ".", "]", "").Replace(path)
		if d.faulty(join(s.path, path)) {
			continue
		}
		fact, hint := broken(e)
		if c := s.val.find(path); e.Tag() == "required" && c.path == join(s.path, path) {
			fact = "is required, got " + c.describe()
		}
		s.Fault(path, fact, hint)
	}
}

// broken says how a value breaks a rule.
func broken(e validator.FieldError) (fact, hint string) {
	got, limit := fmt.Sprint(e.Value()), e.Param()
	verbs := map[string][2]string{ // rule → for a number, for what has a length
		"gte": {"is below", "at least"}, "min": {"is below", "at least"},
		"lte": {"is above", "at most"}, "max": {"is above", "at most"},
		"gt": {"is not above", "more than"}, "lt": {"is not below", "fewer than"},
		"eq": {"is not", "exactly"}, "len": {"is not", "exactly"},
	}
	verb, ranged := verbs[e.Tag()]
	size, unit, sized := length(e.Value())
	switch {
	case e.Tag() == "required":
		return "is required", ""
	case e.Tag() == "oneof":
		if sized {
			return fmt.Sprintf("%q is unknown", got), offer(got, strings.Fields(limit))
		}
		return fmt.Sprintf("%s is not one of %s", got, strings.Join(strings.Fields(limit), ", ")), ""
	case e.Tag() == "unique":
		return "holds the same entry twice", ""
	case ranged && sized:
		return fmt.Sprintf("needs %s %s %s, got %d", verb[1], limit, unit, size), ""
	case ranged:
		return fmt.Sprintf("%s %s %s", got, verb[0], limit), ""
	default:
		return strings.TrimSuffix(fmt.Sprintf("%s breaks the rule %s=%s", got, e.Tag(), limit), "="), ""
	}
}

// length is how long a value is and in what unit; false for one without length.
func length(x any) (n int, unit string, ok bool) {
	switch v := reflect.ValueOf(x); v.Kind() {
	case reflect.String:
		return utf8.RuneCountInString(v.String()), "characters", true
	case reflect.Slice, reflect.Map, reflect.Array:
		return v.Len(), "entries", true
	default:
		return 0, "", false
	}
}

// rule is one part of a validate tag: gte=1.
type rule struct{ name, limit string }

// rules takes a validate tag apart: rules for the value, and those for its
// entries after "dive". Rules for the keys of a map are left out, and so is
// omitempty on a pointer, where it speaks of nil.
func (f field) rules() (own, entries []rule) {
	into, keys := &own, []rule(nil)
	for part := range strings.SplitSeq(f.tag.Get("validate"), ",") {
		name, limit, _ := strings.Cut(part, "=")
		switch name {
		case "":
		case "dive", "endkeys":
			into = &entries
		case "keys":
			into = &keys
		default:
			if name != "omitempty" || f.val.Kind() != reflect.Pointer {
				*into = append(*into, rule{name, limit})
			}
		}
	}
	return own, entries
}

func has(rules []rule, name string) bool {
	return slices.ContainsFunc(rules, func(r rule) bool { return r.name == name })
}
