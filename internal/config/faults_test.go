package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/config"
)

// badFiles gives the whole message for every file in testdata/bad.
func badFiles() map[string]string {
	return map[string]string{
		"above": `config: title: needs at most 12 characters, got 27 (above.yaml:1:8)
config: model.0.beta: 1.5 is above 1 (above.yaml:2:27)
config: data.validation: 1 is not below 1 (above.yaml:3:20)`,
		"alias-loop": `config: more than 100000 values or 64 levels (alias-loop.yaml:1:19); does an alias contain itself?
config: model.0.surrogate: needs a name, got a list (alias-loop.yaml:1:24); known: triangle`,
		"alias-position": `config: model.0.out: needs a whole number, got "none" (alias-position.yaml:2:29)
config: model.1.out: needs a whole number, got "none" (alias-position.yaml:2:29)`,
		"below": `config: model.0.out: -1 is below 1 (below.yaml:1:29)
config: train.epochs: 0 is below 1 (below.yaml:3:11)
config: train.batch: 0 is below 1 (below.yaml:4:10)
config: train.clip: 0 is not above 0 (below.yaml:5:9)
config: train.timeout: -1s is below 0 (below.yaml:6:12)
config: train.steps.1: 0 is below 1 (below.yaml:7:14)
config: train.log-every: -1 is below 0 (below.yaml:8:14)`,
		"comment": `config: the file holds no keys (comment.yaml:1:1)
config: model: is required (comment.yaml:1:1)`,
		"duration-word": `config: train.timeout: needs a duration such as "10s", got "soon" (duration-word.yaml:2:18)`,
		"duration":      `config: train.timeout: needs a duration such as "10s", got 10 (duration.yaml:2:18)`,
		"empty": `config: the file holds no keys (empty.yaml:1:1)
config: model: is required (empty.yaml:1:1)`,
		"key-form": `config: a key must be a word (key-form.yaml:2:3)
config: a key must be a word (key-form.yaml:4:1)`,
		"list": `config: model: needs a list, got a map (list.yaml:1:1)
config: train.steps: needs a list, got a map (list.yaml:2:9)
config: train.bounds: needs a list of 2, got a list of 3 (list.yaml:2:24)
config: train.stages: needs a list, got 1 (list.yaml:2:51)`,
		"map-entries": `config: data.limit.train: needs a whole number, got "many" (map-entries.yaml:2:23)
config: data.limit.test: needs a whole number, got nothing (map-entries.yaml:2:35)`,
		"map": `config: data: needs a map, got "mnist" (map.yaml:2:7)
config: train: needs a map, got a list (map.yaml:3:1)`,
		"merge-loop": `config: more than 100000 values or 64 levels (merge-loop.yaml:2:12); does an alias contain itself?`,
		"merge":      `config: model.0: "<<" needs a map or a list of maps (merge.yaml:1:33)`,
		"no-kind": `config: model.0: needs kind (no-kind.yaml:1:9); known: linear, lif
config: model.1: needs a name, got 3 (no-kind.yaml:1:20); known: linear, lif
config: model.2: needs a name, got a list (no-kind.yaml:1:23); known: linear, lif
config: model.3: needs a name, got nothing (no-kind.yaml:1:30); known: linear, lif
config: model.4.kind: needs a name, got 3 (no-kind.yaml:1:40); known: linear, lif`,
		"not-finite": `config: data.validation: needs a finite number of 64 bits, got .nan (not-finite.yaml:2:20)
config: train.clip: needs a finite number of 64 bits, got .inf (not-finite.yaml:3:15)
config: train.bounds.0: needs a finite number of 32 bits, got -.inf (not-finite.yaml:3:30)
config: train.bounds.1: needs a finite number of 32 bits, got 1e39 (not-finite.yaml:3:37)`,
		"nothing": `config: train.epochs: needs a whole number, got nothing (nothing.yaml:2:17)
config: train.steps: needs a list, got nothing (nothing.yaml:2:26)`,
		"null-document": `config: the file holds no keys (null-document.yaml:1:1)
config: model: is required (null-document.yaml:1:1)`,
		"number": `config: model.1.beta: needs a number, got "fast" (number.yaml:1:52)
config: model.2.beta: needs a number, got a list (number.yaml:1:71)
config: train.clip: needs a number, got "yes" (number.yaml:3:9)
config: train.bounds.0: needs a number, got true (number.yaml:4:12)
config: train.bounds.1: needs a number, got a map (number.yaml:4:18)`,
		"oneof": `config: data.limit.valid: "valid" is unknown (oneof.yaml:2:23); known: train, test
config: train.readout: "lats" is unknown (oneof.yaml:3:18); did you mean "last"?`,
		"own-text": `config: train.layout: needs flat or grid, got "circle" (own-text.yaml:2:17)`,
		"required-plug": `config: model.0.out: is required (required-plug.yaml:2:5)
config: train.optimizer.lr: is required (required-plug.yaml:4:14)`,
		"required": `config: model: is required (required.yaml:1:1)
config: train.stages.0.until: is required (required.yaml:3:7)`,
		"several": `config: seed: needs a whole number from 0, got "many" (several.yaml:1:7)
config: model.0.out: is required, got 0 (several.yaml:3:25)
config: model.1.kind: "liff" is unknown (several.yaml:4:12); did you mean "lif"?
config: data.rawe: unknown key (several.yaml:5:21); did you mean "raw"?
config: train.lr: unknown key (several.yaml:7:3); known: epochs, batch, optimizer, schedule, clip, timeout, layout, fast, bounds, steps, readout, stages, log-every
config: train.batch: 0 is below 1 (several.yaml:8:10)
config: train.optimizer.lr: 0 is not above 0 (several.yaml:9:31)`,
		"syntax-anchor":  `config: not YAML: unknown anchor 'nobody' referenced (syntax-anchor.yaml:2:1)`,
		"syntax-at":      `config: not YAML: found character that cannot start any token (syntax-at.yaml:2:1)`,
		"syntax-colon":   `config: not YAML: mapping values are not allowed in this context (syntax-colon.yaml:2:3)`,
		"syntax-control": `config: not YAML: control characters are not allowed (syntax-control.yaml:2:1)`,
		"syntax-flow":    `config: not YAML: did not find expected ',' or ']' (syntax-flow.yaml:3:3)`,
		"syntax-indent":  `config: not YAML: did not find expected key (syntax-indent.yaml:3:2)`,
		"syntax-quote":   `config: not YAML: found unexpected end of stream (syntax-quote.yaml:1:1)`,
		"syntax-tab":     `config: a tab indents this line (syntax-tab.yaml:2:1); indent with spaces`,
		"tag": `config: model.1: "lif" is not a value of type !layer (tag.yaml:1:34)
config: seed: "abc" is not a value of type !!int (tag.yaml:2:7)
config: title: "aGVsbG8=" is not a value of type !!binary (tag.yaml:3:8)`,
		"text": `config: title: needs text, got 3 (text.yaml:1:8)
config: data.name: needs text, got 3 (text.yaml:3:14)
config: data.dir: needs text, got a list (text.yaml:3:17)
config: train.readout: needs text, got true (text.yaml:4:18)
config: train.layout: needs text, got 3 (text.yaml:4:32)`,
		"top-list": `config: the top of the file must be a map of keys (top-list.yaml:1:1)
config: model: is required (top-list.yaml:1:1)`,
		"top-scalar": `config: the top of the file must be a map of keys (top-scalar.yaml:1:1)
config: model: is required (top-scalar.yaml:1:1)`,
		"truth-word":    `config: train.fast: needs true or false, got "yes" (truth-word.yaml:2:15)`,
		"truth":         `config: train.fast: needs true or false, got 1 (truth.yaml:2:15)`,
		"twice":         `config: train.epochs: given twice (twice.yaml:5:3); first at twice.yaml:3:3`,
		"two-documents": `config: a second document begins here (two-documents.yaml:2:1); put it in a file of its own`,
		"unknown-case": `config: Train: unknown key (unknown-case.yaml:2:1); did you mean "train"?
config: train.Epochs: unknown key (unknown-case.yaml:4:3); did you mean "epochs"?`,
		"unknown-dataset-key": `config: data.raw: unknown key (unknown-dataset-key.yaml:2:22); known: name, dir, limit, validation`,
		"unknown-far":         `config: train.stages.0.zzzzzz: unknown key (unknown-far.yaml:2:29); known: until, gain`,
		"unknown-key":         `config: train.epohs: unknown key (unknown-key.yaml:3:3); did you mean "epochs"?`,
		"unknown-kind": `config: model.0.kind: "linaer" is unknown (unknown-kind.yaml:1:16); did you mean "linear"?
config: model.1.surrogate: "triangla" is unknown (unknown-kind.yaml:1:57); did you mean "triangle"?
config: train.optimizer.kind: "rmsprop" is unknown (unknown-kind.yaml:2:27); known: adam, sgd`,
		"unknown-plug-key": `config: model.0.bata: unknown key (unknown-plug-key.yaml:1:33); known: out
config: train.optimizer.beta1: unknown key (unknown-plug-key.yaml:2:41); known: lr, momentum`,
		"whole-number": `config: seed: needs a whole number from 0, got -1 (whole-number.yaml:1:7)
config: model.0.out: needs a whole number, got 1.5 (whole-number.yaml:2:29)
config: train.epochs: needs a whole number, got "3" (whole-number.yaml:4:11)
config: train.batch: needs a whole number from -128 to 127, got 128 (whole-number.yaml:5:10)
config: train.steps.1: needs a whole number, got 2.0 (whole-number.yaml:6:14)
config: train.steps.2: needs a whole number, got 1e3 (whole-number.yaml:6:19)
config: train.steps.3: needs a whole number, got "x" (whole-number.yaml:6:24)`,
	}
}

func TestBadFiles(t *testing.T) {
	want := badFiles()
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files in testdata/bad, %d in the table (%v)", len(files), len(want), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			_, _, _, err := load(config.Options{Files: []string{file}})
			if got := message(err, "testdata/bad"); got != want[name] {
				t.Errorf("got\n%s\nwant\n%s", got, want[name])
			}
		})
	}
}

func TestFaultsComeInOrderOfSources(t *testing.T) {
	o := config.Options{
		Files: []string{
			write(t, "b.yaml", "model: [{kind: lif, beta: 2}]\ntrain: {batch: 0}\n"),
			write(t, "a.yaml", "train: {epochs: 0}\n"),
		},
		Env:  []string{"SNNTRAIN_TRAIN_LOG_EVERY=-1"},
		Sets: []string{"zz=1", "aa=1"},
	}
	_, _, _, err := load(o)
	got := strings.Split(message(err, ""), "\n")
	for i, end := range []string{
		"b.yaml:1:27)", "b.yaml:2:16)", "a.yaml:1:17)", "($SNNTRAIN_TRAIN_LOG_EVERY)", "(--set zz)", "(--set aa)",
	} {
		if line, _, _ := strings.Cut(got[i], ";"); !strings.HasSuffix(line, end) {
			t.Errorf("fault %d is %q, want one at %q", i, got[i], end)
		}
	}
}
