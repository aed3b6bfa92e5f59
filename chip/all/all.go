// Package all lists the targets: one line each, and each is then covered by
// the suite over all of them.
package all

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/brainscales2"
	"github.com/snntrain/snntrain/chip/generic"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/chip/speck"
	"github.com/snntrain/snntrain/chip/spinnaker2"
	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/registry"
)

// Targets is every target by its name. The generic one is the default
// description; another is read with generic.Load.
func Targets() *registry.Registry[chip.Target] {
	r := registry.New[chip.Target]("target")
	own := generic.Default()
	for _, t := range []chip.Target{lava.Loihi2(), lava.Loihi1(), ranc.New(), ranc.TrueNorth(), xylo.New(), speck.New(), akida.New(), akida.New2(), northpole.New(), spinnaker2.New(), brainscales2.New(), &own} {
		r.Add(t.Name(), t)
	}
	return r
}
