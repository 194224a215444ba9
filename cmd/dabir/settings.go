package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"text/tabwriter"

	"github.com/dabir-newsroom/dabir/internal/config"
)

type settingsCmd struct{}

// Run lists the settings.
func (settingsCmd) Run() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tENVIRONMENT\tDEFAULT\tMEANING")
	for _, s := range config.Settings() {
		fmt.Fprintf(w, "%s\t%s\t%q\t%s\n", s.Name, s.Env(), s.Default, s.Doc)
	}
	return w.Flush()
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	fmt.Println("dabir", version())
	return nil
}

// version is what the Go toolchain noted.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return info.Main.Version + " " + s.Value
		}
	}
	return info.Main.Version
}
