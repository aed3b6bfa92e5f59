package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/snntrain/snntrain/datasets/internal/inflate"
)

// attempts is how often a download that was cut is continued at one mirror.
const attempts = 3

// contentError says that a file is whole but not the right one.
type contentError struct{ fact string }

func (e *contentError) Error() string { return e.fact }

func wrongContent(err error) bool {
	var wrong *contentError
	return errors.As(err, &wrong)
}

// errCut says that a download stopped before its end.
var errCut = errors.New("cut")

// verify holds the content of a file against size and checksum.
func (f File) verify(path string) error {
	in, err := inflate.Open(path)
	var system *os.PathError
	if errors.As(err, &system) {
		return err
	}
	if err != nil {
		return &contentError{err.Error()}
	}
	defer in.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(in, f.Size+1))
	got := hex.EncodeToString(sum.Sum(nil))
	switch {
	case err != nil:
		return &contentError{fmt.Sprintf("content is broken after %d of %d bytes: %v", n, f.Size, err)}
	case n > f.Size:
		return &contentError{fmt.Sprintf("content has more than %d bytes", f.Size)}
	case n < f.Size:
		return &contentError{fmt.Sprintf("content has %d bytes, want %d", n, f.Size)}
	case got != f.SHA256:
		return &contentError{fmt.Sprintf("SHA-256 of the content is %s, want %s", got, f.SHA256)}
	}
	return nil
}

// download fetches an address into part, continuing what is there, and says
// whether bytes of an earlier call are in it.
func (f File) download(ctx context.Context, address, part string, o FetchOptions) (resumed bool, err error) {
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return false, err
	}
	defer func() {
		if e := errors.Join(file.Sync(), file.Close()); err == nil {
			err = e
		}
	}()
	have, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	resumed = have > 0
	for range attempts {
		var whole bool
		if whole, err = f.request(ctx, address, file, o); whole {
			resumed = false
		}
		if err == nil || !errors.Is(err, errCut) {
			break
		}
	}
	return resumed, err
}

// request asks for what lies after the end of file and appends it. whole says
// that the server sent the file from its start, so that what was there is gone.
func (f File) request(ctx context.Context, address string, file *os.File, o FetchOptions) (whole bool, err error) {
	have, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, err
	}
	req.Header.Set("Accept-Encoding", "identity") // the bytes of the file, not of the transport
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := o.Client.Do(req)
	if err != nil {
		return false, short(err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return false, nil // nothing lies after it; the checksum will tell
	case resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
	case resp.StatusCode == http.StatusOK:
		whole, have = true, 0
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return whole, err
		}
		if err := file.Truncate(0); err != nil {
			return whole, err
		}
	default:
		return false, fmt.Errorf("answered %s", resp.Status)
	}
	return whole, f.receive(file, resp, have, o.Progress)
}

// receive appends the body of an answer.
func (f File) receive(file *os.File, resp *http.Response, have int64, report func(Progress)) error {
	total := int64(-1)
	if resp.ContentLength >= 0 {
		total = have + resp.ContentLength
	}
	most := f.Size + f.Size/100 + 1<<20 // no compressor makes more of it
	buf := make([]byte, 1<<16)
	for {
		n, err := resp.Body.Read(buf)
		if _, e := file.Write(buf[:n]); e != nil {
			return e
		}
		have += int64(n)
		if report != nil && n > 0 {
			report(Progress{f.Name, have, total})
		}
		switch {
		case have > most:
			return &contentError{fmt.Sprintf("download exceeds %d bytes", most)}
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%w after %d of %d bytes: %w", errCut, have, total, err)
		}
	}
}

// short leaves out the address, which the message names already.
func short(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
