package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// score is an accuracy in a result.
type score struct {
	Accuracy float64 `json:"accuracy"`
}

// result is what the tables show of conversion.json.
type result struct {
	ANN     score            `json:"ann"`
	SNN     map[string]score `json:"snn"`
	HeldOut struct {
		Drop       float64 `json:"drop"`
		Agreement  float64 `json:"agreement"`
		Divergence float64 `json:"divergence"`
	} `json:"held_out"`
	Budget struct {
		Spikes float64 `json:"spikes_per_neuron"`
	} `json:"budget"`
	Seconds map[string]float64 `json:"seconds"`

	compared score // on the first test images
	steps    int
}

// drop is the points of accuracy lost, rounded as they are printed.
func (r *result) drop() float64 {
	return 100 * (r.ANN.Accuracy - r.SNN[fmt.Sprint(r.steps)].Accuracy)
}

// read returns the result of a cell, nil when it has none.
func (o *options) read(n network, method string, steps int) (*result, error) {
	dir := filepath.Join(o.out, cellName(n, method, steps))
	r := &result{steps: steps}
	if err := readJSON(filepath.Join(dir, "conversion.json"), r); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil //nolint:nilnil // a cell that was not run
		}
		return nil, err
	}
	r.compared = r.SNN[fmt.Sprint(steps)]
	err := readJSON(filepath.Join(dir, "compared.json"), &r.compared)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return r, err
}

func readJSON(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("conversion: %s: %w", file, err)
	}
	return nil
}

// kind is a table of networks with the same limits.
type kind struct {
	title string
	holds func(network) bool
}

func kinds() []kind {
	residual := func(n network) bool { return strings.HasPrefix(n.file, "resnet20/") }
	return []kind{
		{"MNIST and Fashion-MNIST", func(n network) bool { return n.data != "cifar10" }},
		{"CIFAR-10", func(n network) bool { return n.data == "cifar10" && !residual(n) }},
		{"ResNet-20", residual},
	}
}

// tables prints all tables as Markdown.
func (o *options) tables(out io.Writer) error {
	var b strings.Builder
	for _, k := range kinds() {
		for _, method := range methods() {
			if !copies(method) {
				continue
			}
			fmt.Fprintf(&b, "\n## %s, method %s\n\n", k.title, method)
			if err := o.losses(&b, k, method); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(&b, "\n## MNIST, full\n\n")
	if err := o.gains(&b); err != nil {
		return err
	}
	for _, method := range methods() {
		fmt.Fprintf(&b, "\n## Against other converters, method %s\n\n", method)
		if err := o.peers(&b, method); err != nil {
			return err
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// losses is a table of points lost against the float network.
func (o *options) losses(b *strings.Builder, k kind, method string) error {
	var header []string
	for _, n := range networks() {
		if !k.holds(n) {
			continue
		}
		limits := n.limits()
		steps := n.steps()
		steps = slices.DeleteFunc(steps, func(t int) bool { _, ok := limits[t]; return !ok })
		if header == nil {
			header = []string{"network", "float %"}
			for _, t := range steps {
				header = append(header, fmt.Sprintf("T = %d, at most %g lost", t, limits[t]))
			}
			row(b, header)
			row(b, slices.Repeat([]string{"---"}, len(header)))
		}
		cells := []string{path.Base(n.file), "–"}
		for _, t := range steps {
			r, err := o.read(n, method, t)
			if err != nil {
				return err
			}
			cells = append(cells, r.loss(limits[t]))
			if r != nil {
				cells[1] = fmt.Sprintf("%.2f", 100*r.ANN.Accuracy)
			}
		}
		row(b, cells)
	}
	return nil
}

// loss is a cell: points won or lost on test images, spikes, and what was lost on the training images held out.
func (r *result) loss(limit float64) string {
	if r == nil {
		return "–"
	}
	mark := ""
	if r.drop() > limit+1e-6 {
		mark = " ✗"
	}
	return fmt.Sprintf("%+.2f%s (%.2f; %+.2f, %.4f; %.0f s)", -r.drop(), mark, r.Budget.Spikes, -r.HeldOut.Drop, r.HeldOut.Divergence, r.Seconds["convert"])
}

// compared are the numbers of steps that other converters were judged at.
func compared() []int { return []int{4, 8, 16, 32} }

// gains is a table of full: points won on all test images.
func (o *options) gains(b *strings.Builder) error {
	row(b, []string{"network", "float %", "T = 4", "8", "16", "32"})
	row(b, slices.Repeat([]string{"---"}, 6))
	for _, n := range networks() {
		cells, ran := []string{path.Base(n.file), "–"}, false
		for _, t := range compared() {
			r, err := o.read(n, full, t)
			if err != nil {
				return err
			}
			if r == nil {
				cells = append(cells, "–")
				continue
			}
			ran, cells[1] = true, fmt.Sprintf("%.2f", 100*r.ANN.Accuracy)
			cells = append(cells, fmt.Sprintf("%+.2f (%.2f; %.0f s)", -r.drop(), r.Budget.Spikes, r.Seconds["convert"]))
		}
		if ran {
			row(b, cells)
		}
	}
	return nil
}

// peers is the table against other converters.
func (o *options) peers(b *strings.Builder, method string) error {
	row(b, []string{"network", "T = 4", "8", "16", "32", "spikes per neuron at T = 32", "best peer, unsigned: 4, 8, 16, 32", "its spikes", "best with a third of Sinabs' spikes", "Sinabs"})
	row(b, slices.Repeat([]string{"---"}, 10))
	ahead, level, behind := 0, 0, 0
	for _, n := range networks() {
		if n.peers == nil {
			continue
		}
		cells, best, spikes, sparse := []string{path.Base(n.file)}, []string{}, "–", "–"
		most := 0.0
		for i, t := range compared() {
			best = append(best, fmt.Sprintf("%.1f", n.peers[i]))
			r, err := o.read(n, method, t)
			if err != nil {
				return err
			}
			if r == nil {
				cells = append(cells, "–")
				continue
			}
			// Those figures have one digit: within rounding of it is level.
			mark, lead := "", 100*r.compared.Accuracy-n.peers[i]
			switch {
			case lead > 0.05+1e-6:
				mark, ahead = " ✓", ahead+1
			case lead < -0.05-1e-6:
				behind++
			default:
				mark, level = " =", level+1
			}
			cells = append(cells, fmt.Sprintf("%.2f%s", 100*r.compared.Accuracy, mark))
			spikes = fmt.Sprintf("%.2f", r.Budget.Spikes)
			if a := 100 * r.compared.Accuracy; a > most && 3*r.Budget.Spikes <= n.sinabs.spikes {
				most, sparse = a, fmt.Sprintf("%.2f%s (T = %d, %.0f %%)", a, reached(a, n.sinabs.best), t, 100*r.Budget.Spikes/n.sinabs.spikes)
			}
		}
		theirs := fmt.Sprintf("%.1f (%g)", n.sinabs.best, n.sinabs.spikes)
		if n.sinabs.best == 0 {
			sparse, theirs = "–", "–"
		}
		row(b, append(cells, spikes, strings.Join(best, ", "), fmt.Sprint(n.spikes), sparse, theirs))
	}
	fmt.Fprintf(b, "\n✓ ahead: %d; = level within rounding: %d; behind: %d.\n", ahead, level, behind)
	return nil
}

// reached marks an accuracy that is another one, which has one digit, or above.
func reached(a, other float64) string {
	if a > other-0.05-1e-6 {
		return " ✓"
	}
	return ""
}

func row(b *strings.Builder, cells []string) {
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}
