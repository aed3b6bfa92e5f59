package energy

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
)

// events is how often each event happened, on the chip and on each core.
type events struct {
	total map[chip.Event]float64
	cores []map[chip.Event]float64 // nil without a placement
}

// counter counts events from the messages of every element.
type counter struct {
	im   *chip.Image
	c    emulator.Counts
	out  events
	core map[string][]int32 // core of each neuron of a population, −1 = on none
}

// count turns what an emulator counted into events of a chip.
func count(im *chip.Image, target chip.Target, c emulator.Counts) events {
	k := &counter{im: im, c: c, out: events{total: map[chip.Event]float64{}}, core: map[string][]int32{}}
	k.out.total[chip.Tick] = float64(c.Ticks)
	k.place()
	k.synapses(target)
	k.updates()
	if k.out.cores != nil {
		k.deliveries()
	}
	return k.out
}

// place finds the core of every neuron.
func (k *counter) place() {
	for i := range k.im.Net.Populations {
		p := &k.im.Net.Populations[i]
		on := make([]int32, p.N())
		for n := range on {
			on[n] = -1
		}
		k.core[p.Name] = on
	}
	if k.im.Placement == nil {
		return
	}
	for i, core := range k.im.Placement.Cores {
		k.out.cores = append(k.out.cores, map[chip.Event]float64{})
		for _, s := range core.Slices {
			on := k.core[s.Population]
			for n := max(s.From, 0); n < min(s.To, len(on)); n++ {
				on[n] = int32(i)
			}
		}
	}
}

func (k *counter) add(e chip.Event, core int32, n float64) {
	k.out.total[e] += n
	if core >= 0 {
		k.out.cores[core][e] += n
	}
}

// synapses counts synaptic events: every message of a source times its synapses.
func (k *counter) synapses(target chip.Target) {
	net := k.im.Net
	many, _ := target.(chip.Multiplied)
	for i := range net.Synapses {
		s := &net.Synapses[i]
		if chip.Routing(net, s) {
			continue
		}
		if many == nil && k.out.cores == nil {
			k.add(chip.SynapticEvent, -1, float64(k.c.Events[i]))
			continue
		}
		events := func(_, _ int, _ int32) int64 { return 1 }
		if many != nil {
			events = many.EventsOf(net, s)
		}
		k.group(i, events)
	}
}

func (k *counter) group(i int, events func(from, to int, weight int32) int64) {
	s := &k.im.Net.Synapses[i]
	arrived, on := k.c.Arrived[i], k.core[s.To]
	into := make([]int64, len(on))
	chip.EachSynapse(k.im.Net, s, func(from, to int, w int32) { into[to] += arrived[from] * events(from, to, w) })
	for n, v := range into {
		k.add(chip.SynapticEvent, on[n], float64(v))
	}
}

// updates counts neurons and ticks, those that changed their potential or fired apart.
// On a core the changes are spread evenly over the neurons of a population.
func (k *counter) updates() {
	for i := range k.im.Net.Populations {
		p := &k.im.Net.Populations[i]
		if p.Spiking == nil {
			continue
		}
		active := float64(k.c.Updates[i]+k.c.Returns[i]) / float64(p.N())
		for _, core := range k.core[p.Name] {
			k.add(chip.ActiveUpdate, core, active)
			k.add(chip.InactiveUpdate, core, float64(k.c.Ticks)-active)
		}
	}
}
