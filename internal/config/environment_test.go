package config_test

import (
	"testing"

	"github.com/snntrain/snntrain/internal/config"
)

// TestStrayEnvironment: variables with our prefix that set nothing are named, with what was meant.
func TestStrayEnvironment(t *testing.T) {
	root := struct {
		Seed  int              `yaml:"seed"`
		Data  config.Section   `yaml:"data"`
		Model []config.Section `yaml:"model"`
		Train struct {
			Epochs int `yaml:"epochs"`
		} `yaml:"train"`
	}{}
	other := struct {
		Steps int `yaml:"steps"`
	}{}
	got := config.StrayEnv([]string{
		"SNNTRAIN_TRAIN_EPOHS=3", "SNNTRAIN_TRAIN_EPOCHS=3", "SNNTRAIN_SEED=1", "SNNTRAIN_DATA=/data", "SNNTRAIN_STEPS=4", "SNNTRAIN_OWN=1",
		"SNNTRAIN_DATA_DIR=/data", "SNNTRAIN_MODEL_0_OUT=3", "SNNTRAIN_WHATEVER=1", "SNNTRAIN_EMPTY=", "PATH=/bin", "odd",
	}, []string{"SNNTRAIN_OWN"}, &root, &other)
	want := []string{
		"config: $SNNTRAIN_DATA_DIR: sets nothing; keys of data: are set with --set data.KEY=VALUE",
		"config: $SNNTRAIN_MODEL_0_OUT: sets nothing; keys of model: are set with --set model.KEY=VALUE",
		"config: $SNNTRAIN_TRAIN_EPOHS: sets nothing; did you mean SNNTRAIN_TRAIN_EPOCHS?",
		"config: $SNNTRAIN_WHATEVER: sets nothing; unset it",
	}
	if len(got) != len(want) {
		t.Fatalf("%d faults, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		if got[i].Error() != w {
			t.Errorf("got  %s\nwant %s", got[i].Error(), w)
		}
	}
}
