package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// fixed writes v with the decimals that a multiple of step needs.
func fixed(v, step float64) string {
	if v != 0 && (math.Abs(v) >= 1e6 || step < 1e-4) {
		digits := math.Floor(math.Log10(math.Abs(v))) - math.Floor(math.Log10(step))
		return exponent(strconv.FormatFloat(v, 'e', int(min(max(digits, 0), 15)), 64))
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	return strconv.FormatFloat(v+0, 'f', min(decimals, 15), 64)
}

// number writes v with four significant digits, whole numbers below a million in full.
func number(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 0):
		return strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "Inf", "∞", 1)
	case a < 1e6 && v == math.Trunc(v):
		return strconv.FormatFloat(v+0, 'f', -1, 64)
	case a >= 1e6 || a < 1e-4:
		return exponent(strconv.FormatFloat(v, 'e', 2, 64))
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// exponent shortens 2.50e+06 to 2.5e6.
func exponent(s string) string {
	mantissa, exp, _ := strings.Cut(s, "e")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	power, _ := strconv.Atoi(exp)
	return mantissa + "e" + strconv.Itoa(power)
}

// counted writes n things: "1 value", "2 values".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
