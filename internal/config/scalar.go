package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"time"
)

// convertScalar returns v as a value of type t, or what t needs instead.
func convertScalar(v *value, t reflect.Type) (out any, need string) {
	p := reflect.New(t)
	to := p.Elem()
	text, ok := v.data.(string)
	switch k := t.Kind(); {
	case t == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		to.SetInt(int64(d))
		ok = err == nil
	case isText(t):
		if n, number := natural(v.data); number && isNumeric(t) {
			text, ok = fmt.Sprint(n), true
		}
		if err := p.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); ok && err != nil {
			return nil, err.Error()
		}
	case k == reflect.String:
		to.SetString(text)
	case k == reflect.Bool:
		ok = v.data == true || v.data == false
		to.SetBool(v.data == true)
	case to.CanInt():
		var n int64
		n, ok = v.data.(int64)
		ok = ok && !to.OverflowInt(n)
		to.SetInt(n)
	case to.CanUint():
		var n uint64
		n, ok = natural(v.data)
		ok = ok && !to.OverflowUint(n)
		to.SetUint(n)
	default:
		var x float64
		if x, ok = number(v.data); ok && !setFloat(to, x) {
			return nil, fmt.Sprintf("a finite number of %d bits", t.Bits())
		}
	}
	if !ok {
		return nil, needs(t)
	}
	return to.Interface(), ""
}

// Numeric is a type that reads itself from text and may also be written as a
// whole number from 0: its text is then the digits.
type Numeric interface{ Numeric() }

func isNumeric(t reflect.Type) bool {
	return isText(t) && reflect.PointerTo(t).Implements(reflect.TypeFor[Numeric]())
}

// natural is data as a whole number from 0.
func natural(data any) (uint64, bool) {
	if n, ok := data.(int64); ok {
		return uint64(n), n >= 0
	}
	n, ok := data.(uint64)
	return n, ok
}

// number is data as a float.
func number(data any) (float64, bool) {
	switch n := data.(type) {
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// setFloat sets to, and reports whether it is finite.
func setFloat(to reflect.Value, x float64) bool {
	to.SetFloat(x)
	return !math.IsNaN(to.Float()) && !math.IsInf(to.Float(), 0)
}

// needs names what a value of type t is written as, for messages and for Keys.
func needs(t reflect.Type) string {
	switch k := t.Kind(); {
	case t == reflect.TypeFor[time.Duration]():
		return `a duration such as "10s"`
	case isNumeric(t):
		return "text or a whole number"
	case isText(t), k == reflect.String:
		return "text"
	case k == reflect.Bool:
		return "true or false"
	case k == reflect.Float32, k == reflect.Float64:
		return "a number"
	case k >= reflect.Uint && k < reflect.Float32 && t.Bits() == 64:
		return "a whole number from 0"
	case k >= reflect.Uint && k < reflect.Float32:
		return fmt.Sprintf("a whole number from 0 to %d", 1<<t.Bits()-1)
	case k < reflect.Float32 && t.Bits() == 64:
		return "a whole number"
	case k < reflect.Float32:
		return fmt.Sprintf("a whole number from %d to %d", -1<<(t.Bits()-1), 1<<(t.Bits()-1)-1)
	case k == reflect.Pointer:
		return needs(t.Elem())
	case k == reflect.Slice && t.Elem().Kind() != reflect.Struct, k == reflect.Array:
		return "a list of: " + needs(t.Elem())
	case k == reflect.Slice:
		return "a list"
	default:
		return "a map"
	}
}
