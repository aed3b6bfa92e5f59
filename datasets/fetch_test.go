package datasets_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/snntrain/snntrain/datasets"
	"go.uber.org/goleak"
)

// mirror serves one body and notes the ranges that were asked for.
type mirror struct {
	body   []byte
	status int   // 0: as http.ServeContent
	cuts   []int // break the nth answer off after so many bytes
	deaf   bool  // ignores Range
	asked  []string
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked = append(m.asked, r.Header.Get("Range"))
	if m.status != 0 {
		w.WriteHeader(m.status)
		return
	}
	if m.deaf {
		r.Header.Del("Range")
	}
	if n := len(m.asked) - 1; n < len(m.cuts) {
		w = &cutter{w, m.cuts[n]}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(m.body))
}

// cutter breaks a connection off after left bytes.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	if len(p) > c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

// fetch runs Fetch of one file from the mirrors and returns its folder.
func fetch(t *testing.T, content []byte, dir string, mirrors ...*mirror) error {
	t.Helper()
	defer goleak.VerifyNone(t)
	sum := sha256.Sum256(content)
	f := datasets.File{Name: "own.gz", Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
	for _, m := range mirrors {
		s := httptest.NewServer(m)
		defer s.Close()
		f.Mirrors = append(f.Mirrors, s.URL+"/own.gz")
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	last := int64(0)
	return datasets.Fetch(t.Context(), []datasets.File{f}, dir, datasets.FetchOptions{Client: client, Progress: func(p datasets.Progress) {
		if p.File != "own.gz" || p.Done <= 0 || p.Total >= 0 && p.Done > p.Total {
			t.Errorf("progress %+v after %d", p, last)
		}
		last = p.Done
	}})
}

func TestFetch(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 20000)
	packed := gzipped(content)
	other := gzipped(bytes.Repeat([]byte("0123456789abcdeF"), 20000))
	page := []byte("<html>moved</html>")
	half := len(packed) / 2
	down := http.StatusServiceUnavailable
	for _, c := range []struct {
		name    string
		part    []byte // left by an earlier call
		mirrors []*mirror
		asked   []string // ranges at the last mirror
		fault   string
		left    []byte // what stays in own.gz.part
	}{
		{name: "ok", mirrors: []*mirror{{body: packed}}, asked: []string{""}},
		{name: "not compressed", mirrors: []*mirror{{body: content}}, asked: []string{""}},
		{name: "cut once", mirrors: []*mirror{{body: packed, cuts: []int{half}}}, asked: []string{"", fmt.Sprintf("bytes=%d-", half)}},
		{name: "cut thrice, next mirror goes on", mirrors: []*mirror{{body: packed, cuts: []int{10, 10, 10}}, {body: packed}}, asked: []string{"bytes=30-"}},
		{name: "cut for good", mirrors: []*mirror{{body: packed, cuts: []int{10, 10, 10}}}, asked: []string{"", "bytes=10-", "bytes=20-"}, fault: "cut after 30 of", left: packed[:30]},
		{name: "goes on after an earlier call", part: packed[:half], mirrors: []*mirror{{body: packed}}, asked: []string{fmt.Sprintf("bytes=%d-", half)}},
		{name: "earlier call had all of it", part: packed, mirrors: []*mirror{{body: packed}}, asked: []string{fmt.Sprintf("bytes=%d-", len(packed))}},
		{name: "earlier call had another file", part: other[:half], mirrors: []*mirror{{body: packed}}, asked: []string{fmt.Sprintf("bytes=%d-", half), ""}},
		{name: "Range is ignored", part: packed[:half], mirrors: []*mirror{{body: packed, deaf: true}}, asked: []string{fmt.Sprintf("bytes=%d-", half)}},
		{name: "first mirror down", mirrors: []*mirror{{status: down}, {body: packed}}, asked: []string{""}},
		{name: "down keeps what is there", part: packed[:half], mirrors: []*mirror{{status: down}}, asked: []string{fmt.Sprintf("bytes=%d-", half)}, fault: "answered 503", left: packed[:half]},
		{name: "wrong content", mirrors: []*mirror{{body: other}}, asked: []string{""}, fault: "SHA-256 of the content is "},
		{name: "wrong content, right at the next", mirrors: []*mirror{{body: other}, {body: packed}}, asked: []string{""}},
		{name: "a page instead", mirrors: []*mirror{{body: page}}, asked: []string{""}, fault: "content has 18 bytes, want 320000"},
		{name: "too long", mirrors: []*mirror{{body: make([]byte, 3<<20)}}, asked: []string{""}, fault: "download exceeds "},
		{name: "no gzip behind the magic", mirrors: []*mirror{{body: []byte("\x1f\x8babcdefghijkl")}}, asked: []string{""}, fault: "gzip: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.part != nil {
				write(t, dir, "own.gz.part", c.part)
			}
			err := fetch(t, content, dir, c.mirrors...)
			if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
				t.Errorf("got %v, want %q", err, c.fault)
			}
			if got := c.mirrors[len(c.mirrors)-1].asked; strings.Join(got, ",") != strings.Join(c.asked, ",") {
				t.Errorf("ranges asked for: %q, want %q", got, c.asked)
			}
			_, err = os.Stat(filepath.Join(dir, "own.gz"))
			if (err == nil) != (c.fault == "") {
				t.Errorf("the file: %v", err)
			}
			if left, _ := os.ReadFile(filepath.Join(dir, "own.gz.part")); !bytes.Equal(left, c.left) {
				t.Errorf("%d bytes left in the part, want %d", len(left), len(c.left))
			}
		})
	}
}

// offline is a client that reaches nothing.
func offline() *http.Client { return &http.Client{Transport: unreachable{}} }

type unreachable struct{}

func (unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("network is unreachable")
}

// The message must be enough to do it by hand.
func TestFetchOffline(t *testing.T) {
	dir := t.TempDir()
	files := []datasets.File{
		{Name: "a.gz", Size: 7, SHA256: "abc", Mirrors: []string{"http://one.example/a.gz", "http://two.example/a.gz"}},
		{Name: "b.gz", Size: 8, SHA256: "def", Mirrors: []string{"http://one.example/b.gz"}},
	}
	err := datasets.Fetch(t.Context(), files, dir, datasets.FetchOptions{Client: offline()})
	for _, want := range []string{
		`datasets: file "a.gz": no mirror gave it: http://one.example/a.gz (network is unreachable), http://two.example/a.gz (network is unreachable)`,
		"put a copy at " + filepath.Join(dir, "a.gz") + "; its content, decompressed, has 7 bytes and SHA-256 abc",
		`datasets: file "b.gz": no mirror gave it`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestFetchKeepsWhatIsThere(t *testing.T) {
	content := []byte("the content")
	for name, have := range map[string][]byte{"own.gz": gzipped(content), "own": content} {
		dir := t.TempDir()
		write(t, dir, name, have)
		m := &mirror{body: gzipped(content)}
		if err := fetch(t, content, dir, m); err != nil || len(m.asked) != 0 {
			t.Errorf("%s: %v, asked %d times", name, err, len(m.asked))
		}
	}
	dir := t.TempDir()
	path := write(t, dir, "own.gz", []byte("something else"))
	err := fetch(t, content, dir, &mirror{body: gzipped(content)})
	if err == nil || !strings.Contains(err.Error(), "content has more than 11 bytes; move it away to download it") {
		t.Errorf("got %v", err)
	}
	if have, _ := os.ReadFile(path); string(have) != "something else" {
		t.Error("a file of the user's was overwritten")
	}
}
