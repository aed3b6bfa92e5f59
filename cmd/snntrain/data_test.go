package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/train"
)

// behind starts this program with a proxy as its only way out.
func behind(t *testing.T, proxy string, args ...string) (out, errs string, status int) {
	t.Helper()
	cmd := process(t, args...)
	var o bytes.Buffer
	cmd.Stdout = &o
	cmd.Env = append(cmd.Env, "HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy, "http_proxy="+proxy, "https_proxy="+proxy, "NO_PROXY=", "no_proxy=")
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return o.String(), cmd.Stderr.(*bytes.Buffer).String(), cmd.ProcessState.ExitCode()
}

// closedPort is an address where nobody answers.
func closedPort() string {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	return s.URL
}

// TestFetchOffline says for every file what was tried and how to do without.
func TestFetchOffline(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "mnist")
	_, errs, status := behind(t, closedPort(), "data", "fetch", "mnist", "--dir", dir)
	if status != exitFailed {
		t.Errorf("status %d, want %d", status, exitFailed)
	}
	for _, name := range []string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"} {
		for _, part := range []string{
			fmt.Sprintf("datasets: file %q: no mirror gave it: https://", name), "connection refused",
			"put a copy at " + filepath.Join(dir, name) + "; its content, decompressed, has ", "SHA-256",
		} {
			if !strings.Contains(errs, part) {
				t.Errorf("%s: the message lacks %q:\n%s", name, part, errs)
			}
		}
	}
	if strings.Contains(errs, "goroutine") {
		t.Errorf("a stack trace:\n%s", errs)
	}
}

// TestFetchKeepsTheUsersFiles: what is there under the names and is not right
// is named with its size, and left alone.
func TestFetchKeepsTheUsersFiles(t *testing.T) {
	dir := t.TempDir()
	names := []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("my notes"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, errs, status := behind(t, closedPort(), "data", "fetch", "mnist", "--dir", dir)
	if status != exitFailed || strings.Count(errs, "content has 8 bytes, want ") != 4 || strings.Count(errs, "; move it away to download it") != 4 {
		t.Errorf("status %d\n%s", status, errs)
	}
	for _, name := range names {
		if string(read(t, dir, name)) != "my notes" {
			t.Errorf("%s was overwritten", name)
		}
	}
}

// TestWrongChecksum: files of the right size with one byte changed.
func TestWrongChecksum(t *testing.T) {
	from, dir := testkit.Data(t, "mnist"), t.TempDir()
	for _, name := range []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		if err := os.Symlink(filepath.Join(from, name+".gz"), filepath.Join(dir, name+".gz")); err != nil {
			t.Fatal(err)
		}
	}
	if out, errs, status := behind(t, closedPort(), "data", "fetch", "mnist", "--dir", dir, "--json"); status != 0 || !strings.Contains(out, `"files":4`) {
		t.Fatalf("files that are right and at hand: status %d\n%s\n%s", status, out, errs)
	}
	labels := filepath.Join(dir, "t10k-labels-idx1-ubyte")
	if err := os.Remove(labels + ".gz"); err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 8+10000)
	copy(raw, []byte{0, 0, 8, 1, 0, 0, 0x27, 0x10})
	if err := os.WriteFile(labels, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs, status := behind(t, closedPort(), "data", "fetch", "mnist", "--dir", dir)
	if want := fmt.Sprintf("datasets: file %q: SHA-256 of the content is ", labels); status != exitFailed || !strings.Contains(errs, want) || !strings.Contains(errs, ", want ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2") {
		t.Errorf("status %d, want %q in\n%s", status, want, errs)
	}
}

// cutOnce serves the files of a folder under any address, and breaks the first
// answer for each off in the middle.
type cutOnce struct {
	dir   string
	mu    sync.Mutex
	asked map[string][]string // file → ranges asked for
}

func (c *cutOnce) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := filepath.Base(r.URL.Path)
	c.mu.Lock()
	c.asked[name] = append(c.asked[name], r.Header.Get("Range"))
	first := len(c.asked[name]) == 1
	c.mu.Unlock()
	if !first {
		http.ServeFile(w, r, filepath.Join(c.dir, name))
		return
	}
	raw, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		http.Error(w, "no", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	_, _ = w.Write(raw[:len(raw)/2])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// TestFetchFromAMirror that breaks every download off once; the rest is asked
// for, and what was fetched can be read.
func TestFetchFromAMirror(t *testing.T) {
	if _, err := os.Stat(fashion); err != nil {
		t.Skip("needs the package dataset-fashion-mnist")
	}
	handler := &cutOnce{dir: fashion, asked: map[string][]string{}}
	mirror := httptest.NewServer(handler)
	defer mirror.Close()
	dir := filepath.Join(t.TempDir(), "fashion")
	out, errs, status := behind(t, mirror.URL, "data", "fetch", "fashion-mnist", "--dir", dir)
	if status != 0 || !strings.Contains(out, "train on it with: data: {name: fashion-mnist, dir: "+dir+"}") || strings.Count(errs, "fetching ") != 4 {
		t.Fatalf("status %d\n%s\n%s", status, out, errs)
	}
	for name, ranges := range handler.asked {
		if len(ranges) != 2 || ranges[0] != "" || !strings.HasPrefix(ranges[1], "bytes=") || ranges[1] == "bytes=0-" {
			t.Errorf("%s was asked for as %q, want all and then the rest", name, ranges)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 4 {
		t.Errorf("in the folder are %v", files)
	}
	var info dataInfo
	object(t, &info, "data", "info", "fashion-mnist", "--set", "data.dir="+dir)
	if info.Train != 60000 || info.Test != 10000 || info.Classes[9] != "ankle boot" {
		t.Errorf("%+v", info)
	}
}

const own = `
data: {name: csv, validation: 0.2, encode: {kind: constant, steps: 4}}
model:
  - {kind: linear, out: 8}
  - {kind: lif, beta: 0.9}
  - {kind: linear, out: 2}
  - {kind: li, beta: 0.9}
train: {epochs: 30, batch: 20, optimizer: {kind: adam, lr: 2e-2}}
`

// ownTable is 200 lines of a word and three numbers; the word says whether
// the first number is larger than the second.
func ownTable(lines int) string {
	var b strings.Builder
	r := rand.New(rand.NewPCG(2, 2))
	for range lines {
		x, y := r.Float64(), r.Float64()
		fmt.Fprintf(&b, "%s,%.4f,%.4f,%.4f\n", map[bool]string{true: "left", false: "right"}[x > y], x, y, r.Float64())
	}
	return b.String()
}

// TestOwnTable: train on a CSV file, judge the network by its file alone, and
// name what is wrong in a file that was cut.
func TestOwnTable(t *testing.T) {
	csv := write(t, "own.csv", ownTable(200))
	config, out, sum := trained(t, own, "--set", "data.file="+csv)
	if sum.Test.N != 40 || sum.Test.Accuracy < 0.85 {
		t.Errorf("test accuracy %v of %d", sum.Test.Accuracy, sum.Test.N)
	}
	var got evalResult
	object(t, &got, "eval", filepath.Join(out, train.ModelFile))
	if got.Score != *sum.Test {
		t.Errorf("eval gives %+v, training %+v", got.Score, *sum.Test)
	}
	cut := write(t, "cut.csv", ownTable(200)[:2000]+"\nleft,0.5,fast,0.1\n")
	refused(t, exitUsage, []string{"cut.csv", "line 76: 2 columns, the first line has 4", `line 77, column 3: "fast" is not a finite number`}, "train", config, "--out", filepath.Join(t.TempDir(), "r"), "--set", "data.file="+cut)
	refused(t, exitUsage, []string{"gone.csv"}, "train", config, "--out", filepath.Join(t.TempDir(), "r"), "--set", "data.file=gone.csv")
	wide := write(t, "wide.csv", strings.ReplaceAll(ownTable(200), "\n", ",0.5\n"))
	refused(t, exitUsage, []string{`dataset "csv": gives samples of 4, the network reads 3`}, "eval", out, "--data", config, "--set", "data.file="+wide)
}

// TestEnvironmentOverrides a config, and --set overrides both.
func TestEnvironmentOverrides(t *testing.T) {
	t.Setenv("SNNTRAIN_TRAIN_EPOCHS", "1")
	_, _, one := trained(t, small)
	_, _, three := trained(t, small, "--set", "train.epochs=3")
	if one.Epochs != 1 || three.Epochs != 3 {
		t.Errorf("%d and %d epochs, want 1 and 3", one.Epochs, three.Epochs)
	}
	t.Setenv("SNNTRAIN_TRAIN_EPOCS", "3")
	_, errs, _ := call(t, "version", "--quiet")
	if want := "warning: config: $SNNTRAIN_TRAIN_EPOCS: sets nothing; did you mean SNNTRAIN_TRAIN_EPOCHS?"; !strings.Contains(errs, want) {
		t.Errorf("no %q in %q", want, errs)
	}
	t.Setenv("SNNTRAIN_TRAIN_EPOCHS", "many")
	refused(t, exitUsage, []string{`train.epochs: needs a whole number, got "many" ($SNNTRAIN_TRAIN_EPOCHS)`}, "config", "check", write(t, "a.yaml", small))
}
