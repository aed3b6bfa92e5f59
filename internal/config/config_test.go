package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/snntrain/snntrain/internal/config"
)

// The options below stand for those of the packages that own parts of a configuration.

type rootOptions struct {
	Seed  uint64           `yaml:"seed" doc:"seed of all chance"`
	Title string           `yaml:"title,omitempty" validate:"max=12"`
	Data  dataOptions      `yaml:"data"`
	Model []config.Section `yaml:"model" plug:"layer" validate:"required" doc:"layers, in order"`
	Train trainOptions     `yaml:"train"`
}

type dataOptions struct {
	Name       string         `yaml:"name" doc:"which dataset"`
	Dir        string         `yaml:"dir,omitempty"`
	Limit      map[string]int `yaml:"limit,omitempty" validate:"dive,keys,oneof=train test,endkeys,gte=0"`
	Validation float64        `yaml:"validation" validate:"gte=0,lt=1" doc:"share of the training part"`
	Own        config.Section `yaml:",inline" plug:"dataset,by=name"`
}

type trainOptions struct {
	Epochs    int            `yaml:"epochs" validate:"gte=1"`
	Batch     int8           `yaml:"batch" validate:"gte=1"`
	Optimizer config.Section `yaml:"optimizer" plug:"optimizer"`
	Schedule  config.Section `yaml:"schedule" plug:"schedule"`
	Clip      *float64       `yaml:"clip" validate:"omitempty,gt=0"`
	Timeout   time.Duration  `yaml:"timeout" validate:"gte=0"`
	Layout    layout         `yaml:"layout"`
	Quick     bool           `yaml:"fast"`
	Bounds    [2]float32     `yaml:"bounds"`
	Steps     []int          `yaml:"steps" validate:"dive,gte=1"`
	Readout   string         `yaml:"readout" validate:"oneof=sum last max"`
	Stages    []stage        `yaml:"stages,omitempty" validate:"dive"`
	common    `yaml:",inline"`
	Fast      int // no tag: no key, whatever its name
}

type common struct {
	Log_every int `yaml:"log-every" validate:"gte=0"` //nolint:revive // the tag is what counts
}

type stage struct {
	Until int     `yaml:"until" validate:"required"`
	Gain  float64 `yaml:"gain"`
}

// layout is a type that reads itself from text.
type layout int

func (l *layout) UnmarshalText(text []byte) error {
	switch string(text) {
	case "flat":
		*l = 0
	case "grid":
		*l = 1
	default:
		return errors.New("flat or grid")
	}
	return nil
}

func (l layout) MarshalText() ([]byte, error) { return []byte([]string{"flat", "grid"}[l]), nil }

type adam struct {
	LR     float64 `yaml:"lr" validate:"gt=0" doc:"step size"`
	Beta1  float32 `yaml:"beta1" validate:"gte=0,lt=1"`
	Amount string  `yaml:"amount,omitempty"`
}

type sgd struct {
	LR       float64 `yaml:"lr" validate:"required,gt=0"`
	Momentum float64 `yaml:"momentum,omitempty" validate:"omitempty,gte=0.1"`
}

type linear struct {
	Out int `yaml:"out" validate:"required,gte=1"`
}

type lif struct {
	Beta      float64        `yaml:"beta" validate:"gte=0,lte=1"`
	Surrogate config.Section `yaml:"surrogate" plug:"surrogate"`
}

type triangle struct {
	Width float64 `yaml:"width" validate:"gt=0"`
}

type mnist struct {
	Raw bool `yaml:"raw"`
}

func defaults() rootOptions {
	return rootOptions{
		Seed: 42,
		Data: dataOptions{Name: "digits", Validation: 0.1, Limit: map[string]int{"train": 0}},
		Train: trainOptions{
			Epochs: 5, Batch: 64, Optimizer: config.Default("adam"), Readout: "sum", Steps: []int{25},
		},
	}
}

// owned is what the owners of the plug-ins decode.
type owned struct {
	Adam  adam
	SGD   sgd
	MNIST mnist
	Lin   []linear
	Lif   []lif
	Tri   []triangle
}

// decode does what the packages that own the options would do.
func decode(d *config.Document) (rootOptions, owned) {
	r := defaults()
	var o owned
	d.Root().Decode(&r)
	switch r.Data.Own.Kind("digits", "mnist") {
	case "mnist":
		r.Data.Own.Decode(&o.MNIST)
	case "digits":
		r.Data.Own.Decode()
	}
	for _, s := range r.Model {
		decodeLayer(s, &o)
	}
	switch s := r.Train.Optimizer; s.Kind("adam", "sgd") {
	case "adam":
		o.Adam = adam{LR: 1e-3, Beta1: 0.9}
		s.Decode(&o.Adam)
	case "sgd":
		s.Decode(&o.SGD)
	}
	if s := r.Train.Schedule; s.Given() && s.Kind() != "" {
		s.Decode()
	}
	return r, o
}

func decodeLayer(s config.Section, o *owned) {
	switch s.Kind("linear", "lif") {
	case "linear":
		var l linear
		s.Decode(&l)
		o.Lin = append(o.Lin, l)
	case "lif":
		l := lif{Beta: 0.9, Surrogate: config.Default("triangle")}
		s.Decode(&l)
		o.Lif = append(o.Lif, l)
		if l.Surrogate.Kind("triangle") != "" {
			t := triangle{Width: 1}
			l.Surrogate.Decode(&t)
			o.Tri = append(o.Tri, t)
		}
	}
}

// load reads and decodes; a fault of Load itself is returned with the rest.
func load(o config.Options) (rootOptions, owned, *config.Document, error) {
	d, err := config.Load(o, &rootOptions{})
	if err != nil {
		return rootOptions{}, owned{}, nil, err
	}
	r, own := decode(d)
	return r, own, d, d.Err()
}

// sets loads overrides on top of the least that is complete.
func sets(text ...string) config.Options {
	return config.Options{Files: []string{"testdata/good/least.yaml"}, Sets: text}
}

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// message is an error without the folders of the test's files.
func message(err error, dir string) string {
	return strings.ReplaceAll(fmt.Sprint(err), dir+string(filepath.Separator), "")
}
