package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/snntrain/snntrain/datasets/internal/inflate"
	"github.com/snntrain/snntrain/internal/fault"
)

// dirs lists the folders to look in.
func (k Kind) dirs(c Common) []string {
	if c.Dir != "" {
		return []string{c.Dir}
	}
	return k.Dirs
}

// find opens a file of a dataset, as name.gz or name, in the first folder that has it.
func find(k Kind, c Common, name string) (*inflate.File, error) {
	for _, dir := range k.dirs(c) {
		for _, suffix := range []string{"", ".gz"} {
			path := filepath.Join(dir, name+suffix)
			f, err := inflate.Open(path)
			if err == nil {
				return f, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, fault.Fault{Pkg: pkg, Subject: fmt.Sprintf("file %q", path), Fact: reason(err)}
			}
		}
	}
	return nil, fault.Fault{
		Pkg: pkg, Subject: k.Name, Fact: fmt.Sprintf("no file %q (or .gz) in %s", name, strings.Join(k.dirs(c), " or ")),
		Hint: fmt.Sprintf("run `snntrain data fetch %s`, or set data.dir", k.Name),
	}
}

// reason is an error of the file system without the path.
func reason(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
