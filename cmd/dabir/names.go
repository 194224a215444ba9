package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// namesCmd loads names that are looked for in texts and offered as tags.
type namesCmd struct {
	common
	File    string `arg:"" help:"A text file in UTF-8, a name a line." type:"existingfile"`
	Replace bool   `help:"Forget the names that were loaded before."`
}

// Run loads the names.
func (c *namesCmd) Run(ctx context.Context) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	names, err := readNames(c.File)
	if err != nil {
		return err
	}
	newsroom, done, err := openNewsroom(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	known, err := newsroom.LoadNames(ctx, names, c.Replace)
	if err != nil {
		return err
	}
	fmt.Printf("%d names are offered as tags\n", known)
	return nil
}

// readNames reads a name a line; lines that are empty once cleaned are passed over.
func readNames(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var names []string
	for lines := bufio.NewScanner(f); ; {
		if !lines.Scan() {
			return names, lines.Err()
		}
		if name := persian.CleanLine(strings.TrimPrefix(lines.Text(), "\ufeff")); name != "" {
			names = append(names, name)
		}
	}
}

// LoadNames loads names that are looked for in texts.
func (c console) LoadNames(ctx context.Context, names []string, replace bool) (int, error) {
	return c.app.topics.LoadNames(ctx, c.actor("console"), names, replace)
}
