package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/config"
)

func configCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check configs, and describe their keys"}
	cmd.AddCommand(
		&cobra.Command{
			Use: "schema", Short: "Print the JSON Schema of a config, for editors",
			Example: "  snntrain config schema > snntrain.schema.json",
			Args:    cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				text, err := schema()
				if err == nil {
					_, err = s.out.Write(append(text, '\n'))
				}
				return err
			},
		},
		&cobra.Command{
			Use: "check CONFIG...", Short: "Check a config and print it with every default filled in",
			Args: atLeastOne("a config file"),
			RunE: func(_ *cobra.Command, args []string) error {
				set, err := prepare(config.Options{Files: args, Env: os.Environ()})
				if err != nil {
					return err
				}
				if s.json {
					s.object(map[string]any{"config": string(set.resolved), "params": set.network.CountParams()})
					return nil
				}
				_, err = s.out.Write(set.resolved)
				return err
			},
		},
	)
	return group(cmd)
}
