package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/emulator"
	"github.com/snntrain/snntrain/chip/run"
	"github.com/snntrain/snntrain/internal/npy"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

type emulateOptions struct {
	image, input, out string
	ticks             int
	judgeOptions
}

func emulateCommand(s *streams) *cobra.Command {
	var o emulateOptions
	cmd := &cobra.Command{
		Use:   "emulate IMAGE [--data CONFIG | --input IN.npy --out RASTER.npy]",
		Short: "Run a chip image in its integer arithmetic: accuracy, energy, or a raster",
		Long: strings.TrimSpace(`
Run a chip image, or a netx file (network.net), in its integer arithmetic.

On the data that the image was made for, or of another config: accuracy, and for an inference the
spikes, operations, energy, time and NeuroBench metrics, and how much of the chip is used.

With --input a raster: IN.npy holds whole numbers, [T, ...], T ticks of the image's input shape; what
the output sends is saved as int32, [T, N].`),
		Example: "  snntrain emulate net.snnimg\n  snntrain emulate network.net --data configs/mnist-mlp.yaml --readout sum --tail 3 --scale 1\n  snntrain emulate net.snnimg --input spikes.npy --out raster.npy --ticks 100 --json",
		Args:    exactlyOne("one chip image or netx file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.image = args[0]
			if o.input == "" && o.out == "" && !cmd.Flags().Changed("ticks") {
				if err := o.idleFlags(givenFlags(cmd.Flags())); err != nil {
					return err
				}
				return runJudge(cmd.Context(), s, o.image, o.judgeOptions)
			}
			if name := o.changed(cmd); name != "" {
				return usagef("emulate: --%s goes with data, --input, --out and --ticks with a raster", name)
			}
			return runEmulate(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.input, "input", "", "npy file of the input")
	f.StringVar(&o.out, "out", "", "npy file to write the output to")
	f.IntVar(&o.ticks, "ticks", 0, "ticks to run, without input after the last row; 0 = the rows of the input")
	o.flags(f)
	return cmd
}

// emulateResult is the JSON of emulate.
type emulateResult struct {
	Target         string           `json:"target"`
	Ticks          int64            `json:"ticks"`
	OutputSpikes   int64            `json:"output_spikes"`
	Spikes         map[string]int64 `json:"spikes"`
	SynapticEvents int64            `json:"synaptic_events"`
	Seconds        float64          `json:"seconds"`
}

func runEmulate(ctx context.Context, s *streams, o emulateOptions) error {
	if o.input == "" || o.out == "" || o.ticks < 0 {
		return usagef("emulate: needs --input and --out, and ticks that are not negative")
	}
	if err := outputFile("emulate", "--out", o.out); err != nil {
		return err
	}
	im, err := loadImage("emulate", o.image)
	if err != nil {
		return usage(err)
	}
	if err := run.Conform(im); err != nil {
		return err
	}
	input, err := readRaster("emulate", o.input, im.Net)
	if err != nil {
		return usage(err)
	}
	prog, err := emulator.Compile(im.Net)
	if err != nil {
		return usage(err)
	}
	ticks := input.Shape[0]
	if o.ticks > 0 {
		ticks = o.ticks
	}
	start, m := time.Now(), prog.NewMachine()
	raster, err := emulate(ctx, m, input, ticks)
	if err != nil {
		return err
	}
	n := im.Net.Find(im.Net.Output).N()
	if err := npy.WriteInt32(o.out, []int{ticks, n}, raster); err != nil {
		return err
	}
	s.emulated(im, m, time.Since(start).Seconds())
	return nil
}

// readRaster reads an input of [T, ...] that fits the network's input.
func readRaster(command, path string, net *quant.IntNet) (quant.Tensor, error) {
	a, err := npy.Read(path)
	if err != nil {
		return quant.Tensor{}, err
	}
	n := quant.Len(net.Input.Shape)
	if len(a.Shape) < 2 || quant.Len(a.Shape[1:]) != n || len(a.Shape) > 2 && !slices.Equal(a.Shape[1:], net.Input.Shape) {
		return quant.Tensor{}, fmt.Errorf("%s: %s: is %v, the image takes ticks of %v", command, path, a.Shape, net.Input.Shape)
	}
	v, err := a.Int32s()
	if err != nil {
		return quant.Tensor{}, fmt.Errorf("%s: %s: %w", command, path, err)
	}
	return quant.NewTensor(v, a.Shape[0], n), nil
}

// emulate runs the ticks and returns the output raster, [T, N].
func emulate(ctx context.Context, m *emulator.Machine, input quant.Tensor, ticks int) ([]int32, error) {
	n, width := m.Net().Find(m.Net().Output).N(), input.Shape[1]
	raster := make([]int32, ticks*n)
	in := &integer.Spikes{}
	for t := range ticks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		in.Reset()
		if t < input.Shape[0] {
			in.AddRow(input.Data[t*width : (t+1)*width])
		}
		out, err := m.Step(in)
		if err != nil {
			return nil, err
		}
		for k, i := range out.Index {
			raster[t*n+int(i)] = out.Value[k]
		}
	}
	return raster, nil
}

// emulated prints what a machine has done.
func (s *streams) emulated(im *chip.Image, m *emulator.Machine, seconds float64) {
	c := m.Counts()
	r := emulateResult{Target: im.Target.Name, Ticks: c.Ticks, Spikes: map[string]int64{}, SynapticEvents: c.SynapticEvents(), Seconds: seconds}
	rows := [][]string{{"POPULATION", "NEURONS", "SPIKES"}}
	for i, p := range im.Net.Populations {
		r.Spikes[p.Name] = c.Spikes[i]
		rows = append(rows, []string{p.Name, fmt.Sprint(p.N()), fmt.Sprint(c.Spikes[i])})
	}
	r.OutputSpikes = r.Spikes[im.Net.Output]
	if s.json {
		s.object(r)
		return
	}
	s.say("%s\n", table(rows))
	s.say("%d ticks, %d synaptic events in %.3g s on %s", r.Ticks, r.SynapticEvents, seconds, im.Target.Name)
}
