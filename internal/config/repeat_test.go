package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/internal/config"
)

// One value stands for a list of one, and for every element of an array.
func TestOneValueForAList(t *testing.T) {
	type target struct {
		Kernel [2]int   `yaml:"kernel"`
		Input  []string `yaml:"input"`
	}
	var got target
	d, err := config.Load(config.Options{Texts: []config.Text{{Name: "a.yaml", YAML: []byte("kernel: 3\ninput: conv1\n")}}}, &got)
	if err != nil {
		t.Fatal(err)
	}
	d.Root().Decode(&got)
	if err := d.Err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(target{[2]int{3, 3}, []string{"conv1"}}, got); diff != "" {
		t.Error(diff)
	}
}
