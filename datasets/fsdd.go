package datasets

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/snntrain/snntrain/datasets/internal/inflate"
	"github.com/snntrain/snntrain/datasets/internal/mel"
	"github.com/snntrain/snntrain/datasets/internal/wav"
	"github.com/snntrain/snntrain/internal/fault"
)

// FSDDOptions are the keys of spoken digits.
type FSDDOptions struct {
	Bands  int `yaml:"bands" validate:"gte=1,lte=64" doc:"mel bands, the values of a frame"`
	Frames int `yaml:"frames" validate:"gte=1,lte=500" doc:"frames of a sample, 20 ms apart; longer recordings are cut, silence follows shorter ones"`
	Digits int `yaml:"digits" validate:"gte=2,lte=10" doc:"classes: the digits from 0 to this many"`
}

// fsdd is sound as frames of mel bands. A value is the logarithm of the energy
// over 4 decades below the loudest of the recording, 0 to 1. Frames are 32 ms
// long and 20 ms apart. Takes 0 to 4 of each speaker and digit are the test
// part, as the data's authors divide them.
func fsdd() Kind {
	return withOptions(Kind{
		Name: "fsdd", Doc: "spoken digits of 6 speakers as frames of mel bands, 2700 + 300 samples",
		Source:  "Z. Jackson et al., Free Spoken Digit Dataset, 10.5281/zenodo.1342401",
		License: "CC BY-SA 4.0", Dirs: []string{filepath.Join("data", "fsdd")},
	}, FSDDOptions{Bands: 16, Frames: 40, Digits: 10}, openFSDD)
}

// Extents of the recordings.
const (
	fsddRate     = 8000
	fsddFrame    = 256 // samples, 32 ms
	fsddHop      = 160
	fsddTest     = 5 // takes
	fsddLow      = 100
	fsddDecades  = 4
	fsddLongest  = 1 << 20 // bytes of a recording
	fsddArchive  = "recordings.tar"
	fsddFileName = 3 // digit_speaker_take
)

func openFSDD(k Kind, o *FSDDOptions, c Common, split Split) (Source, error) {
	f, err := find(k, c, fsddArchive)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m := &memory{info: k.info()}
	m.info.Shape, m.info.Frames, m.info.Classes = []int{o.Bands}, o.Frames, numbers(o.Digits)
	sounds, err := recordings(f, o.Digits, split)
	if err != nil {
		return nil, fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("file %q", fsddArchive), Fact: err.Error()}
	}
	bank, size := mel.New(fsddFrame, o.Bands, fsddRate, fsddLow), o.Bands*o.Frames
	values := make([]float32, len(sounds)*size)
	for i, s := range sounds {
		loudness(values[i*size:(i+1)*size], s.samples, bank, o.Bands)
		m.labels = append(m.labels, int32(s.digit))
	}
	m.fill = func(i int, dst []float32) { copy(dst, values[i*size:(i+1)*size]) }
	if split == Train {
		m.info.Train = len(m.labels)
	} else {
		m.info.Test = len(m.labels)
	}
	return m, nil
}

// recording is one file of the archive.
type recording struct {
	name        string
	digit, take int
	samples     []float32
}

// recordings reads the recordings of a part, in the order of their names.
func recordings(f *inflate.File, digits int, split Split) ([]recording, error) {
	var out []recording
	archive := tar.NewReader(f)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		r, ok := recordingOf(h.Name)
		if h.Typeflag != tar.TypeReg || !ok || r.digit >= digits || (r.take < fsddTest) != (split == Test) {
			continue
		}
		if h.Size > fsddLongest {
			return nil, fmt.Errorf("%s: %d bytes, the limit is %d", h.Name, h.Size, fsddLongest)
		}
		raw, err := io.ReadAll(archive)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		samples, rate, err := wav.Decode(raw)
		if err == nil && rate != fsddRate {
			err = fmt.Errorf("%d Hz, expected %d", rate, fsddRate)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		r.samples = samples
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("holds no recording digit_speaker_take.wav of the %s part", split)
	}
	slices.SortFunc(out, func(a, b recording) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// recordingOf reads digit and take from the name of a file.
func recordingOf(path string) (recording, bool) {
	name := path[strings.LastIndexByte(path, '/')+1:]
	parts := strings.Split(strings.TrimSuffix(name, ".wav"), "_")
	if len(parts) != fsddFileName || !strings.HasSuffix(name, ".wav") {
		return recording{}, false
	}
	digit, err := strconv.Atoi(parts[0])
	take, err2 := strconv.Atoi(parts[2])
	return recording{name: name, digit: digit, take: take}, err == nil && err2 == nil && digit >= 0 && take >= 0
}

// loudness writes the frames of a recording.
func loudness(dst []float32, samples []float32, bank *mel.Bank, bands int) {
	energy, most := make([]float64, len(dst)), 0.0
	for t := range len(dst) / bands {
		bank.Bands(energy[t*bands:(t+1)*bands], samples, t*fsddHop)
	}
	for _, e := range energy {
		most = max(most, e)
	}
	for i, e := range energy {
		dst[i] = 0
		if e > 0 {
			dst[i] = float32(max(0, 1+math.Log10(e/most)/fsddDecades))
		}
	}
}
