package ranc

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/bits"
	"strconv"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
)

// Hardware is the size of a network of RANC cores in a device, whose memories
// are files of binary digits: csram_K.mem, a line a neuron, and tc_K.mem, the
// type of an axon a line, for core K, row by row of the grid.
//
// A line of csram holds, the most significant digit first: connections, the last
// axon first; potential, reset potential, weights, leak, positive and negative
// threshold, each of StateBits; reset mode (1 digit); offset of the destination
// core x and y (9 each); axon; tick (RANC hardware, Core.v).
type Hardware struct {
	Width, Height int    // cores
	Bus           [2]int // place of the output bus
	Outputs       int
	Axons         int
	Neurons       int
}

// Fixed figures of the hardware.
const (
	stateBits  = 9 // of potentials, weights, leaks and thresholds
	offsetBits = stateBits
	modeBits   = 1
	tickBits   = 4
	maxCores   = 1 << 12
)

// ReadMemory reads the memories of all cores.
func (h Hardware) ReadMemory(dir fs.FS) (*Chip, *Config, error) {
	if h.Width < 1 || h.Height < 1 || h.Width*h.Height > maxCores || h.Axons < 2 || h.Axons > 4096 || h.Neurons < 1 {
		return nil, nil, fmt.Errorf("chip/ranc: hardware of %d×%d cores of %d axons and %d neurons", h.Width, h.Height, h.Axons, h.Neurons)
	}
	cfg := &Config{NumNeurons: h.Neurons, NumAxons: h.Axons, NumCoresX: h.Width, NumCoresY: h.Height, NumWeights: axonTypes, MaxTickOffset: maxTicks}
	c := &Chip{OutputBus: OutputBus{Coordinates: h.Bus, NumOutputs: h.Outputs}}
	var faults fault.List
	for k := range h.Width * h.Height {
		at := [2]int{k % h.Width, k / h.Width}
		if at == h.Bus {
			continue
		}
		core, err := h.core(dir, k, at)
		if err != nil {
			faults.Add(fault.Fault{Pkg: "chip/ranc", Subject: fmt.Sprintf("core %d", k), Fact: err.Error()})
			continue
		}
		c.Cores = append(c.Cores, *core)
	}
	if err := faults.Err(); err != nil {
		return nil, nil, err
	}
	return c, cfg, c.Check(cfg)
}

func (h Hardware) core(dir fs.FS, k int, at [2]int) (*Core, error) {
	core := &Core{Coordinates: at}
	rows, err := memory(dir, fmt.Sprintf("tc_%03d.mem", k), bits.Len(axonTypes-1), h.Axons)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		core.Axons = append(core.Axons, int(r.unsigned(bits.Len(axonTypes-1))))
	}
	width := h.Axons + (3+axonTypes)*stateBits + 2*stateBits + modeBits + 2*offsetBits + h.axonBits() + tickBits
	if rows, err = memory(dir, fmt.Sprintf("csram_%03d.mem", k), width, h.Neurons); err != nil {
		return nil, err
	}
	for _, r := range rows {
		connections := make([]int, h.Axons)
		for a := range connections {
			connections[h.Axons-1-a] = int(r.unsigned(1))
		}
		core.Connections = append(core.Connections, connections)
		core.Neurons = append(core.Neurons, h.neuron(r))
	}
	return core, nil
}

func (h Hardware) axonBits() int { return bits.Len(uint(h.Axons - 1)) }

func (h Hardware) neuron(r *digits) Neuron {
	n := Neuron{Potential: r.signed(), ResetPotential: r.signed()}
	for range axonTypes {
		n.Weights = append(n.Weights, r.signed())
	}
	n.Leak, n.PositiveThreshold, n.NegativeThreshold = r.signed(), r.signed(), r.signed()
	n.ResetMode = int32(r.unsigned(modeBits))
	n.Offset = [2]int{int(r.signed()), int(r.signed())}
	n.Axon, n.Tick = int(r.unsigned(h.axonBits())), int(r.unsigned(tickBits))
	return n
}

// digits is a line that is read from the left.
type digits struct{ line []byte }

func (d *digits) unsigned(n int) uint64 {
	v, _ := strconv.ParseUint(string(d.line[:n]), 2, 64) // the digits were checked
	d.line = d.line[n:]
	return v
}

func (d *digits) signed() int32 {
	return int32(int64(d.unsigned(stateBits)) << (64 - stateBits) >> (64 - stateBits))
}

// memory reads a file of count lines of width binary digits.
func memory(dir fs.FS, name string, width, count int) ([]*digits, error) {
	raw, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, err
	}
	var out []*digits
	for i, line := range bytes.Fields(raw) {
		if len(line) != width || len(bytes.Trim(line, "01")) > 0 {
			return nil, fmt.Errorf("%s, line %d: %d characters, expected %d binary digits", name, i+1, len(line), width)
		}
		out = append(out, &digits{line})
	}
	if len(out) != count {
		return nil, fmt.Errorf("%s: %d lines, expected %d", name, len(out), count)
	}
	return out, nil
}

// ReadPackets reads packets that enter at core (0, 0): lines of offset x, offset
// y, axon and tick as in memories, counts[t] of them in tick t.
func (h Hardware) ReadPackets(raw []byte, counts []int) ([][]Packet, error) {
	width := 2*offsetBits + h.axonBits() + tickBits
	lines := bytes.Fields(raw)
	var out [][]Packet
	for t, n := range counts {
		if n < 0 || n > len(lines) {
			return nil, fmt.Errorf("chip/ranc: tick %d has %d packets, %d are left", t, n, len(lines))
		}
		list := []Packet{}
		for _, line := range lines[:n] {
			if len(line) != width || len(bytes.Trim(line, "01")) > 0 {
				return nil, fmt.Errorf("chip/ranc: a packet of tick %d has %d characters, expected %d binary digits", t, len(line), width)
			}
			d := &digits{line}
			p := Packet{Core: [2]int{int(d.signed()), int(d.signed())}}
			p.Axon, p.Tick = int(d.unsigned(h.axonBits())), int(d.unsigned(tickBits))
			list = append(list, p)
		}
		out, lines = append(out, list), lines[n:]
	}
	if len(lines) > 0 {
		return nil, fmt.Errorf("chip/ranc: %d packets beyond the last tick", len(lines))
	}
	return out, nil
}

// Net is the network of a chip read from memories: potentials have 9 bits and wrap.
func (h Hardware) Net(c *Chip, cfg *Config) (*quant.IntNet, error) {
	net, err := c.Net(cfg)
	if err != nil {
		return nil, err
	}
	net.Find(neurons).Spiking.Range = quant.Signed(stateBits, quant.Wrap)
	return net, net.Validate()
}
