// Command snntrain trains spiking neural networks from a config file, judges
// them, and shows what is in their files.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	os.Exit(execute(ctx, os.Args[1:], newStreams(os.Stdout, os.Stderr)))
}
