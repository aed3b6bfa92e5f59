// Command asm writes the assembly of package kernels: one family of routines
// a run, for AVX2 with FMA and for AVX-512F.
//
//	go run . -family FAMILY -out FILE.s -stubs FILE.go -pkg kernels
//
// The module is its own, so that the generator's dependencies are not the
// framework's.
package main

import (
	"flag"
	"fmt"
	"os"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	families := map[string]func(isa){"gemm": gemm, "rows": rows, "vector": vector, "scan": scan, "surrogate": surrogate, "adam": adam, "conv": conv, "norm": norm, "double": double}
	family := flag.String("family", "", "adam, conv, double, gemm, norm, rows, scan, surrogate or vector")
	flag.Parse()
	emit := families[*family]
	if emit == nil {
		fmt.Fprintf(os.Stderr, "asm: -family: %q is unknown; adam, conv, double, gemm, norm, rows, scan, surrogate or vector\n", *family)
		os.Exit(2)
	}
	ConstraintExpr("!noasm")
	avx2.masks = maskTable()
	if *family == "scan" || *family == "surrogate" {
		avx2.one = oneValue()
		avx512.one = avx2.one
	}
	for _, set := range []isa{avx2, avx512} {
		emit(set)
	}
	Generate()
}
