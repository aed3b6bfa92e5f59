package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/kernels"
)

// execute runs one command line and returns the exit status.
func execute(ctx context.Context, args []string, s *streams) int {
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	s.json = s.json || slices.Contains(args, "--json") // also behind a flag that could not be read
	return s.finish(err)
}

// newRoot makes the command tree.
func newRoot(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "snntrain",
		Short: "Train spiking neural networks from config files, on an ordinary CPU",
		Long: strings.TrimSpace(`
Train spiking neural networks from config files, on an ordinary CPU.

  snntrain train configs/quickstart.yaml      learn handwritten digits in seconds
  snntrain eval runs/quickstart               judge the network on the test part
  snntrain inspect runs/quickstart            what is in the network

Exit status: 0 done, 1 failed, 2 wrong usage, config or input, 130 interrupted (after saving).`),
		PersistentPreRunE: func(*cobra.Command, []string) error {
			s.warnEnvironment(os.Environ())
			_, err := kernels.Active() // a wrong SNNTRAIN_SIMD
			return usage(err)
		},
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.PersistentFlags().BoolVar(&s.json, "json", false, "print one JSON object on standard output, and nothing else there")
	root.PersistentFlags().BoolVarP(&s.quiet, "quiet", "q", false, "no progress, only results and warnings")
	root.AddCommand(
		trainCommand(s), sweepCommand(s), evalCommand(s), convertCommand(s), quantizeCommand(s), inspectCommand(s), emulateCommand(s), exportCommand(s),
		importCommand(s), nirCommand(s),
		doctorCommand(s), reportCommand(s), dataCommand(s), configCommand(s), benchCommand(s),
		versionCommand(s), completionCommand(s),
	)
	root.SetHelpFunc(helpOf(s))
	return group(root)
}

// group makes a command that only has others below it: alone it prints its
// help, and an unknown name is wrong usage.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		var known []string
		for _, c := range cmd.Commands() {
			known = append(known, c.Name())
		}
		hint := "known: " + strings.Join(known, ", ")
		if near := fault.Nearest(args[0], known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return usage(fault.Fault{Subject: pathOf(cmd), Fact: fmt.Sprintf("unknown command %q", args[0]), Hint: hint})
	}
	return cmd
}

// pathOf names a command without the program, "" for the program itself: messages begin with it anyway.
func pathOf(cmd *cobra.Command) string {
	_, path, _ := strings.Cut(cmd.CommandPath(), " ")
	return path
}

// atLeastOne and exactlyOne check the number of arguments as wrong usage.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef("%s: needs %s\nusage: %s", pathOf(cmd), what, cmd.UseLine())
		}
		return nil
	}
}

func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s: needs %s, got %d arguments\nusage: %s", pathOf(cmd), what, len(args), cmd.UseLine())
		}
		return nil
	}
}
