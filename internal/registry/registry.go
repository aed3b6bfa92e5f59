// Package registry keeps named things of one type: surrogates, neurons,
// datasets, targets. A registry is a value that its owner builds from an
// explicit list and hands down; there is no global one.
package registry

import (
	"fmt"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
)

// Registry maps names to values of type T and remembers the order in which
// they were added.
type Registry[T any] struct {
	what  string // what is registered, for messages: "surrogate", "dataset"
	names []string
	items map[string]T
}

// New returns an empty registry; what names one entry in messages.
func New[T any](what string) *Registry[T] {
	return &Registry[T]{what: what, items: map[string]T{}}
}

// Add registers item under name. A duplicate name is a programming error and panics.
func (r *Registry[T]) Add(name string, item T) *Registry[T] {
	if _, dup := r.items[name]; dup {
		panic(fmt.Sprintf("registry: %s %q is registered twice", r.what, name))
	}
	r.names = append(r.names, name)
	r.items[name] = item
	return r
}

// Get returns the item called name, or an error that offers the nearest known name.
func (r *Registry[T]) Get(name string) (T, error) {
	if item, ok := r.items[name]; ok {
		return item, nil
	}
	var zero T
	hint := "known: " + strings.Join(r.names, ", ")
	if near := fault.Nearest(name, r.names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return zero, fault.Fault{Subject: r.what, Fact: fmt.Sprintf("%q is unknown", name), Hint: hint}
}

// Names lists the names in the order they were added.
func (r *Registry[T]) Names() []string { return append([]string(nil), r.names...) }

// What says what the registry holds.
func (r *Registry[T]) What() string { return r.what }
