package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

// experiment is a training config, top level.
type experiment struct {
	Seed    uint64           `yaml:"seed" doc:"decides everything random: same seed, same bits"`
	Dt      float64          `yaml:"dt" validate:"gt=0" doc:"length of a time step in the unit of the time constants; 1 counts them in steps"`
	Profile string           `yaml:"profile,omitempty" doc:"the framework whose meaning the neurons have when they name none"`
	From    string           `yaml:"from,omitempty" doc:"run directory or model file to start from: its arrays where layers have the same names, or its whole network when model is left out"`
	Data    config.Section   `yaml:"data" plug:"dataset,by=name" doc:"what to learn from"`
	Model   []config.Section `yaml:"model" plug:"layer" doc:"the layers, input first"`
	Loss    config.Section   `yaml:"loss" plug:"loss" doc:"what to minimize"`
	Train   train.Config     `yaml:"train" doc:"how to train"`

	Quantize config.Section `yaml:"quantize,omitempty" plug:"quantize,by=target" doc:"train in the integer arithmetic of a chip: the forward pass computes what the chip does"`
}

func defaultExperiment() *experiment {
	return &experiment{
		Seed: 42, Dt: 1, Loss: config.Default("cross-entropy"), Train: train.Defaults(),
	}
}

// dataKeys are the keys of `data:` that every dataset has.
type dataKeys struct {
	datasets.Common `yaml:",inline"`
	Encode          config.Section `yaml:"encode" plug:"encoder" doc:"how a sample becomes the input of T steps"`
}

// dataOnly is a config of which only the data section matters.
type dataOnly struct {
	Seed uint64         `yaml:"seed" doc:"decides everything random"`
	Data config.Section `yaml:"data" plug:"dataset,by=name" doc:"what to read"`
}

// data is a decoded data section.
type data struct {
	kind    datasets.Kind
	common  datasets.Common
	options any
	encode  config.Section
}

// decodeData reads a data section. Faults are recorded in its document.
func decodeData(s config.Section) *data {
	kinds := datasets.Builtin()
	kind, err := kinds.Get(s.Kind(kinds.Names()...))
	if err != nil {
		return nil
	}
	d := &data{kind: kind, options: kind.Options()}
	keys := dataKeys{Common: datasets.Defaults(kind.Name), Encode: config.Default("constant")}
	s.Decode(&keys, d.options)
	d.common, d.encode = keys.Common, keys.Encode
	return d
}

// encoder makes the encoder for samples of a source.
func (d *data) encoder(in datasets.Info) datasets.Encoder {
	kinds := datasets.EncoderKinds()
	kind, err := kinds.Get(d.encode.Kind(kinds.Names()...))
	if err != nil {
		return nil
	}
	options := kind.Options()
	d.encode.Decode(options)
	enc, err := kind.New(options, in)
	if err != nil {
		d.encode.Fault("", err.Error(), "")
		return nil
	}
	return enc
}

// setup is a config turned into what the trainer takes.
type setup struct {
	*experiment
	doc      *config.Document
	resolved []byte
	parts    datasets.Parts
	encoder  datasets.Encoder
	network  *model.Network
	loss     *layers.Loss
	plan     train.Plan
	from     *start // nil = from initial values
	sweep    bool   // the config has a section for the command sweep
}

// prepare reads a config, opens its data and builds its network. Every fault
// of the config is reported at once.
func prepare(o config.Options) (*setup, error) {
	s := &setup{experiment: defaultExperiment()}
	err := s.load(o)
	if err != nil {
		return nil, err
	}
	section := s.doc.Root().Get("sweep")
	s.sweep = section.Given()
	decodeSweep(section)
	s.doc.Root().Decode(s.experiment)
	d := decodeData(s.Data)
	s.loss = train.DecodeLoss(s.Loss)
	s.plan = s.Train.Plan()
	integers := decodeQuantize(s.Quantize)
	if d == nil {
		return nil, usage(s.doc.Err())
	}
	openErr := s.open(d)
	s.integers(d, integers)
	s.checkEarlyStop()
	if err := s.doc.Err(); err != nil {
		return nil, usage(errors.Join(err, openErr))
	}
	if openErr != nil {
		return nil, asUsage(openErr)
	}
	if s.resolved, err = s.doc.Resolved(s.experiment); err != nil {
		return nil, err
	}
	return s, s.record()
}

// open opens the data and builds the network for it. Without data the layers
// are checked as far as that goes without shapes.
func (s *setup) open(d *data) error {
	b := layers.Builder{Dt: s.Dt, Seed: s.Seed, Profile: s.Profile}
	var err error
	var info datasets.Info
	if s.parts, err = datasets.OpenAll(d.kind, d.options, d.common, s.Seed); err == nil {
		info = s.parts.Train.Info()
		if s.encoder = d.encoder(info); s.encoder != nil {
			b.Input = s.encoder.OutShape(info.Shape)
		}
	} else {
		d.encode.Kind(datasets.EncoderKinds().Names()...)
	}
	switch {
	case len(s.Model) > 0:
		s.network = b.Build(s.Model)
	case s.from == nil:
		s.doc.Root().Fault("model", "has no layer", "list the layers under model:")
		return err
	default:
		var own error
		if s.network, own = s.from.whole(b.Input); own != nil {
			return errors.Join(err, own)
		}
	}
	s.network.Record.Classes = info.Classes
	if err != nil || s.doc.Err() != nil {
		return err
	}
	if s.from != nil && len(s.Model) > 0 {
		if err := s.from.into(s.network); err != nil {
			return err
		}
	}
	return fits(s.network, info, s.encoder)
}

// integers notes in the network that it computes in a chip's arithmetic.
func (s *setup) integers(d *data, q *model.Quantization) {
	if q == nil || s.network == nil || s.encoder == nil {
		return
	}
	if q.Input == "" {
		var err error
		if q.Input, err = inputKind(s.encoder, d.encode.Kind(), s.parts.Train.Info()); err != nil {
			s.Quantize.Fault("", err.Error(), "")
		}
	}
	s.network.Record.Quantize = q
}

// checkEarlyStop: without scores to compare, early_stop would do nothing.
func (s *setup) checkEarlyStop() {
	if s.Train.EarlyStop == nil {
		return
	}
	section := s.doc.Root().Get("train")
	if s.parts.Train != nil && s.parts.Validation == nil {
		section.Fault("early_stop", "needs a validation part", "set data.validation")
	}
	if s.Train.Select == "last" {
		section.Fault("early_stop", "has no effect with select: last", "select by accuracy or loss")
	}
}

// record notes in the network what is needed to use it alone.
func (s *setup) record() error {
	var top map[string]any
	if err := yaml.Unmarshal(s.resolved, &top); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	data, _ := top["data"].(map[string]any)
	s.network.Record.Preprocess = data
	s.network.Record.Readout = s.loss.Readout
	settings, _ := top["train"].(map[string]any)
	for _, key := range withoutEffect {
		delete(settings, key)
	}
	s.network.Record.Seed = s.Seed
	s.network.Record.Training = map[string]any{"loss": top["loss"], "train": settings}
	return nil
}

// withoutEffect are the keys of `train:` that change no result.
var withoutEffect = []string{"threads", "save_every", "log_every"}

// openRecorded opens the data that a network was trained on, or what the given
// config files say instead. The seed is that of the network's training whatever
// the files say, so that its validation samples are none of its training samples.
func openRecorded(n *model.Network, o config.Options, split datasets.Split) (datasets.Source, datasets.Encoder, uint64, error) {
	doc, keys, d, err := recordedData(n, o)
	if err != nil {
		return nil, nil, 0, err
	}
	if n.Record.Preprocess != nil && !seedSet(o.Sets) {
		keys.Seed = n.Record.Seed
	}
	source, err := openPart(d, split, keys.Seed)
	if err != nil {
		return nil, nil, 0, err
	}
	enc := d.encoder(source.Info())
	return source, enc, keys.Seed, usage(doc.Err())
}

// recordedData decodes what openRecorded opens.
func recordedData(n *model.Network, o config.Options) (*config.Document, *dataOnly, *data, error) {
	keys := &dataOnly{Seed: 42}
	if len(o.Files)+len(o.Texts) == 0 {
		text, err := json.Marshal(map[string]any{"data": n.Record.Preprocess})
		if err != nil {
			return nil, nil, nil, err
		}
		o.Texts = []config.Text{{Name: "the network's record", YAML: text}}
	}
	doc, err := config.Load(o, keys)
	if err != nil {
		return nil, nil, nil, usage(err)
	}
	root := doc.Root()
	for _, other := range []string{"model", "loss", "train", "dt", "profile", "quantize", "sweep"} { // a whole training config will do
		root.Get(other)
	}
	root.Decode(keys)
	d := decodeData(keys.Data)
	if d == nil {
		return nil, nil, nil, usage(doc.Err())
	}
	return doc, keys, d, usage(doc.Err())
}

// resolvedData is the data section that openRecorded opens, defaults included.
func resolvedData(n *model.Network, o config.Options, split datasets.Split) (map[string]any, error) {
	doc, keys, d, err := recordedData(n, o)
	if err != nil {
		return nil, err
	}
	source, err := openPart(d, split, keys.Seed)
	if err != nil {
		return nil, err
	}
	d.encoder(source.Info()) // decodes its section
	text, err := doc.Resolved(keys)
	if err != nil {
		return nil, usage(err)
	}
	var top map[string]any
	if err := yaml.Unmarshal(text, &top); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	out, _ := top["data"].(map[string]any)
	return out, nil
}

// seedSet tells whether the command line names a seed.
func seedSet(sets []string) bool {
	return slices.ContainsFunc(sets, func(s string) bool { return strings.HasPrefix(s, "seed=") })
}

// openPart opens one part of a dataset.
func openPart(d *data, split datasets.Split, seed uint64) (datasets.Source, error) {
	if split != datasets.Validation || d.kind.OwnValidation {
		source, err := datasets.Open(d.kind, d.options, d.common, split)
		return source, asUsage(err)
	}
	parts, err := datasets.OpenAll(d.kind, d.options, d.common, seed)
	if err == nil && parts.Validation == nil {
		err = usagef("data: has no validation part; set data.validation")
	}
	return parts.Validation, asUsage(err)
}
