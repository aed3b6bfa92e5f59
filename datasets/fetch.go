package datasets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/snntrain/snntrain/internal/fault"
)

// File is a file that can be downloaded. Size and SHA256 are those of the
// content, decompressed when the file is gzip, which no compressor changes.
type File struct {
	Name    string
	Mirrors []string // addresses, tried in this order
	Size    int64    // bytes
	SHA256  string   // hex
}

// FetchOptions are options of Fetch; the zero value is ready to use.
type FetchOptions struct {
	Client   *http.Client   // nil: one that waits 30 s for an answer
	Progress func(Progress) // called after each piece; nil: not called
}

// Progress says how far one download is.
type Progress struct {
	File  string
	Done  int64 // bytes on disk
	Total int64 // bytes of the download; -1: not known
}

// Fetch downloads what is missing in dir. A file that is there is checked and
// kept. A broken download stays as name.part and is continued by the next
// call. A file appears under its name only when its checksum is right. Every
// file is tried before faults are returned.
func Fetch(ctx context.Context, files []File, dir string, o FetchOptions) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("folder %q", dir), Fact: reason(err)}
	}
	if o.Client == nil {
		o.Client = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
			DialContext:         (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: 30 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		}}
		defer o.Client.CloseIdleConnections()
	}
	var faults fault.List
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		faults.AddError(fetchFile(ctx, f, dir, o))
	}
	return faults.Err()
}

// fetchFile brings one file to dir.
func fetchFile(ctx context.Context, f File, dir string, o FetchOptions) error {
	path := filepath.Join(dir, f.Name)
	for _, have := range []string{path, strings.TrimSuffix(path, ".gz")} {
		err := f.verify(have)
		if err == nil {
			return nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("file %q", have), Fact: reason(err), Hint: "move it away to download it"}
		}
	}
	var tried []string
	for _, address := range f.Mirrors {
		err := f.fromMirror(ctx, address, path, o)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		tried = append(tried, fmt.Sprintf("%s (%v)", address, err))
	}
	return fault.Fault{
		Pkg: pkg, Subject: fmt.Sprintf("file %q", f.Name), Fact: "no mirror gave it: " + strings.Join(tried, ", "),
		Hint: fmt.Sprintf("put a copy at %s; its content, decompressed, has %d bytes and SHA-256 %s", path, f.Size, f.SHA256),
	}
}

// fromMirror downloads from one address and moves the file to its name.
func (f File) fromMirror(ctx context.Context, address, path string, o FetchOptions) error {
	part := path + ".part"
	resumed, err := f.downloadChecked(ctx, address, part, o)
	if wrongContent(err) && resumed { // what was on disk may be of another file
		_, err = f.downloadChecked(ctx, address, part, o)
	}
	if err != nil {
		return err
	}
	return publish(part, path)
}

// downloadChecked leaves in part the right content, or what can be continued.
func (f File) downloadChecked(ctx context.Context, address, part string, o FetchOptions) (resumed bool, err error) {
	resumed, err = f.download(ctx, address, part, o)
	if err == nil {
		err = f.verify(part)
	}
	if wrongContent(err) {
		if e := os.Remove(part); e != nil {
			return false, e
		}
	}
	return resumed, err
}

// publish moves a finished file to its name so that a crash leaves either no file or all of it.
func publish(part, path string) error {
	if err := os.Rename(part, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	_ = dir.Sync() // not every file system can
	return nil
}
