package datasets

import (
	"fmt"
	"iter"
	"sync"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/internal/signal"
)

// BatchOptions say how samples are put together.
type BatchOptions struct {
	Size        int  // samples a batch, at least 1; the last one may be smaller
	Shuffle     bool // in an order drawn by (Seed, Epoch); else as they lie in the source
	Seed, Epoch uint64
	Start       int  // first batch, for resume
	DropLast    bool // leave out a last batch that is not full
	Encoder     Encoder
	Pool        *par.Pool // nil: one thread
}

// Batch is a number of encoded samples, valid until the next one is asked for.
type Batch struct {
	X      *signal.Signal // [T, B, …]
	Labels []int
	IDs    []int // index of each sample in the source
	Index  int   // number of the batch in the epoch
}

// Batches yields the batches of one epoch. The order of samples depends on
// (Seed, Epoch) alone, the encoding of a sample on (Seed, Epoch, its ID)
// alone. The next batch is prepared while one is used; an error ends the
// sequence with a nil batch.
func Batches(s Source, o BatchOptions) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		l, err := newLoader(s, o)
		if err != nil {
			yield(nil, err)
			return
		}
		ready, free, stop := make(chan *Batch), make(chan *Batch, 2), make(chan struct{})
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(stop)
		free <- &Batch{X: &signal.Signal{}}
		free <- &Batch{X: &signal.Signal{}}
		var failed error // read after ready is closed
		wg.Go(func() {
			defer close(ready)
			failed = l.run(ready, free, stop)
		})
		for b := range ready {
			if !yield(b, nil) {
				return
			}
			free <- b
		}
		if failed != nil {
			yield(nil, failed)
		}
	}
}

// loader prepares the batches of one epoch.
type loader struct {
	BatchOptions
	source Source
	info   Info
	order  []int
	count  int       // batches in the epoch
	sample sync.Pool // *[]float32, room for one sample
}

func newLoader(s Source, o BatchOptions) (*loader, error) {
	var faults fault.List
	subject := s.Info().Name + ": batches"
	if o.Size < 1 {
		faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: fmt.Sprintf("size is %d, must be at least 1", o.Size)})
		return nil, faults.Err()
	}
	n := s.Len()
	l := &loader{BatchOptions: o, source: s, info: s.Info(), count: n / o.Size}
	if !o.DropLast {
		l.count = (n + o.Size - 1) / o.Size
	}
	if o.Start < 0 || o.Start > l.count {
		faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: fmt.Sprintf("start is batch %d, must be from 0 to %d", o.Start, l.count)})
	}
	if o.Encoder == nil {
		faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: "no encoder"})
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	l.order = sequence(n)
	if o.Shuffle {
		l.order = permutation(n, rng.Key(o.Seed, o.Epoch), rng.Shuffle)
	}
	l.sample.New = func() any { x := make([]float32, l.info.Values()); return &x }
	return l, nil
}

// run fills free batches and hands them out until the epoch, or the reader, is done.
func (l *loader) run(ready chan<- *Batch, free <-chan *Batch, stop <-chan struct{}) error {
	for index := l.Start; index < l.count; index++ {
		var b *Batch
		select {
		case b = <-free:
		case <-stop:
			return nil
		}
		if err := l.fill(b, index); err != nil {
			return err
		}
		select {
		case ready <- b:
		case <-stop:
			return nil
		}
	}
	return nil
}

// fill reads and encodes one batch.
func (l *loader) fill(b *Batch, index int) error {
	lo := index * l.Size
	hi := min(lo+l.Size, len(l.order))
	b.Index = index
	b.IDs = append(b.IDs[:0], l.order[lo:hi]...)
	b.Labels = append(b.Labels[:0], b.IDs...) // overwritten below
	if err := l.Encoder.Prepare(b.X, hi-lo, l.info.Shape, l.info.Frames); err != nil {
		return err
	}
	errs := make([]error, hi-lo)
	l.Pool.For(hi-lo, 1, func(from, to int) {
		x := l.sample.Get().(*[]float32)
		defer l.sample.Put(x)
		for i := from; i < to; i++ {
			id := b.IDs[i]
			if b.Labels[i], errs[i] = l.source.At(id, *x); errs[i] == nil {
				l.Encoder.Encode(b.X, i, *x, rng.Key(l.Seed, l.Epoch, uint64(id)))
			}
		}
	})
	for _, err := range errs { // the first by place, not by time
		if err != nil {
			return err
		}
	}
	return nil
}
