package datasets

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"
	"github.com/snntrain/snntrain/internal/fault"
)

// check holds a struct of options against its validate tags and returns all
// faults, keys named as in the config.
func check(subject string, options any) error {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		return name
	})
	var found validator.ValidationErrors
	if err := v.Struct(options); err != nil && !errors.As(err, &found) {
		return nil // not a struct: nothing to check
	}
	var faults fault.List
	for _, f := range found {
		_, key, _ := strings.Cut(f.Namespace(), ".")
		faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: fmt.Sprintf("%s is %v, must be %s", key, show(f.Value()), rule(f))})
	}
	return faults.Err()
}

// rule says in words what a validate tag asks for.
func rule(f validator.FieldError) string {
	words := map[string]string{
		"min": "at least ", "gte": "at least ", "max": "at most ", "lte": "at most ",
		"gt": "above ", "lt": "below ", "oneof": "one of: ", "required": "given",
	}
	unit := ""
	if f.Kind() == reflect.Slice {
		unit = " long"
	}
	if w, ok := words[f.Tag()]; ok {
		return w + strings.ReplaceAll(f.Param(), " ", ", ") + unit
	}
	return f.Tag() + " " + f.Param()
}

func show(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v)
}

// about makes faults of one subject out of err, one for each error joined in it.
func about(subject string, err error) error {
	var faults, parts fault.List
	parts.AddError(err)
	if err := parts.Err(); err != nil {
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: e.Error()})
		}
	}
	return faults.Err()
}
