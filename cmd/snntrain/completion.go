package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/fault"
)

// completionCommand prints the script that lets a shell complete our command
// lines, in place of cobra's own command, which knows nothing of --json.
func completionCommand(s *streams) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Print the completion script of a shell: " + strings.Join(shells, ", "),
		Example:   "  source <(snntrain completion bash)\n  snntrain completion fish > ~/.config/fish/completions/snntrain.fish",
		Args:      exactlyOne("the name of a shell"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			at := slices.Index(shells, args[0])
			if at < 0 {
				return usage(fault.Fault{Subject: pathOf(cmd), Fact: fmt.Sprintf("unknown shell %q", args[0]), Hint: "known: " + strings.Join(shells, ", ")})
			}
			root := cmd.Root()
			script := []func(io.Writer) error{
				func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
				root.GenZshCompletion,
				func(w io.Writer) error { return root.GenFishCompletion(w, true) },
				root.GenPowerShellCompletionWithDesc,
			}[at]
			if !s.json {
				return script(s.out)
			}
			var text bytes.Buffer
			if err := script(&text); err != nil {
				return err
			}
			s.object(map[string]string{"shell": args[0], "script": text.String()})
			return nil
		},
	}
}

// helpOf prints the help of a command, in an object with --json.
func helpOf(s *streams) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, _ []string) {
		text := strings.TrimSpace(cmd.Long)
		if text == "" {
			text = cmd.Short
		}
		text += "\n\n" + cmd.UsageString()
		if s.json {
			s.object(map[string]string{"command": cmd.CommandPath(), "help": text})
			return
		}
		fmt.Fprint(s.out, text)
	}
}
