package hdf5

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// Group returns the group at a path below g, as "node/nodes".
func (g *Group) Group(path string) (*Group, error) {
	for _, part := range strings.Split(path, "/") {
		if part == "" {
			continue
		}
		next := pick(g.Groups, part, func(s *Group) string { return s.Name })
		if next == nil {
			return nil, g.missing("group", part)
		}
		g = next
	}
	return g, nil
}

// Dataset returns the data set at a path below g.
func (g *Group) Dataset(path string) (*Dataset, error) {
	folder, name := "", path
	if i := strings.LastIndex(path, "/"); i >= 0 {
		folder, name = path[:i], path[i+1:]
	}
	g, err := g.Group(folder)
	if err != nil {
		return nil, err
	}
	d := pick(g.Datasets, name, func(d *Dataset) string { return d.Name })
	if d == nil {
		return nil, g.missing("data set", name)
	}
	return d, nil
}

// Has says whether a data set or group is at a path below g.
func (g *Group) Has(path string) bool {
	if _, err := g.Dataset(path); err == nil {
		return true
	}
	_, err := g.Group(path)
	return err == nil
}

// Attr returns an attribute of g.
func (g *Group) Attr(name string) (*Array, error) { return attr(g.Attrs, name, g.where) }

// Attr returns an attribute of d.
func (d *Dataset) Attr(name string) (*Array, error) { return attr(d.Attrs, name, d.where) }

func attr(attrs []Attr, name string, where place) (*Array, error) {
	var known []string
	for i := range attrs {
		if attrs[i].Name == name {
			return &attrs[i].Array, nil
		}
		known = append(known, attrs[i].Name)
	}
	return nil, where.fault(fmt.Sprintf("no attribute %q", name), nearest(name, known))
}

func pick[T any](list []*T, name string, of func(*T) string) *T {
	for _, x := range list {
		if of(x) == name {
			return x
		}
	}
	return nil
}

func (g *Group) missing(what, name string) error {
	var known []string
	for _, s := range g.Groups {
		known = append(known, s.Name)
	}
	for _, d := range g.Datasets {
		known = append(known, d.Name)
	}
	return g.where.fault(fmt.Sprintf("no %s %q", what, name), nearest(name, known))
}

// Add appends a data set and returns it. A nil shape is a scalar, whose data has one element.
func (g *Group) Add(name string, shape []int, data any) *Dataset {
	d := &Dataset{Name: name, Array: Array{Shape: shape, Data: data}}
	g.Datasets = append(g.Datasets, d)
	return d
}

// AddGroup appends an empty group and returns it.
func (g *Group) AddGroup(name string) *Group {
	s := &Group{Name: name}
	g.Groups = append(g.Groups, s)
	return s
}

// Values returns the data when its elements are exactly T.
func Values[T any](a *Array) ([]T, error) {
	if v, ok := a.Data.([]T); ok {
		return v, nil
	}
	return nil, a.unlike(reflect.TypeFor[T]().String())
}

func (a *Array) unlike(want string) error {
	got := "no data"
	if a.Data != nil {
		got = "elements of " + reflect.TypeOf(a.Data).Elem().String()
	}
	return a.where.fault(got+", expected "+want, "")
}

// Strings returns text.
func (a *Array) Strings() ([]string, error) {
	if v, ok := a.Data.([]string); ok {
		return v, nil
	}
	return nil, a.unlike("text")
}

// Ints returns integers of any width.
func (a *Array) Ints() ([]int64, error) {
	switch v := a.Data.(type) {
	case []int64:
		return v, nil
	case []int32:
		return convert[int64](v), nil
	case []int16:
		return convert[int64](v), nil
	case []int8:
		return convert[int64](v), nil
	case []uint32:
		return convert[int64](v), nil
	case []uint16:
		return convert[int64](v), nil
	case []uint8:
		return convert[int64](v), nil
	case []uint64:
		for i, x := range v {
			if x > math.MaxInt64 {
				return nil, a.where.fault(fmt.Sprintf("element %d is %d, at most %d is read", i, x, int64(math.MaxInt64)), "")
			}
		}
		return convert[int64](v), nil
	}
	return nil, a.unlike("integers")
}

// Floats returns floats or integers of any width as float64; integers beyond 2⁵³ are rounded.
func (a *Array) Floats() ([]float64, error) {
	switch v := a.Data.(type) {
	case []float64:
		return v, nil
	case []float32:
		return convert[float64](v), nil
	case []Float16:
		out := make([]float64, len(v))
		for i, h := range v {
			out[i] = float64(h.Float32())
		}
		return out, nil
	case []uint64:
		return convert[float64](v), nil
	}
	v, err := a.Ints()
	if err != nil {
		return nil, a.unlike("numbers")
	}
	return convert[float64](v), nil
}

// Float32s returns floats or integers of any width, rounded to the nearest float32.
func (a *Array) Float32s() ([]float32, error) {
	if v, ok := a.Data.([]float32); ok {
		return v, nil
	}
	v, err := a.Floats()
	return convert[float32](v), err
}

// Text returns the one string of a scalar, or of an array of one element.
func (a *Array) Text() (string, error) { return one(a, (*Array).Strings) }

// Int returns the one integer.
func (a *Array) Int() (int64, error) { return one(a, (*Array).Ints) }

// Float returns the one number.
func (a *Array) Float() (float64, error) { return one(a, (*Array).Floats) }

// Bool returns the one bool.
func (a *Array) Bool() (bool, error) { return one(a, Values[bool]) }

func one[T any](a *Array, all func(*Array) ([]T, error)) (T, error) {
	v, err := all(a)
	if err == nil && len(v) != 1 {
		err = a.where.fault(fmt.Sprintf("%d elements of shape %v, expected one", len(v), a.Shape), "")
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return v[0], nil
}

type real interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

func convert[To, From real](v []From) []To {
	out := make([]To, len(v))
	for i, x := range v {
		out[i] = To(x)
	}
	return out
}
