// Command bench measures Dabir as a person runs it: the built binary, real files, real sockets. Every figure is a ratio
// against something measured in the same run, or a size; README.md holds those that were found. Benchmarks of single
// rooms, for profiles, are the tests of this folder. Nothing here is needed to run a newsroom, and nothing imports it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type cli struct {
	Import     importCmd     `cmd:"" help:"Articles a second and peak memory of an import, beside raw inserts of the same text."`
	Page       pageCmd       `cmd:"" help:"Bytes, time and requests a second of the reader's pages, beside nginx with the same bytes."`
	Fresh      freshCmd      `cmd:"" help:"Pages of a large archive while it changes, beside nginx with files; publication to page; start."`
	Hour       hourCmd       `cmd:"" help:"An hour of mixed load over 100,000 articles: memory beside the kept pages."`
	Work       workCmd       `cmd:"" help:"What a publication costs in archives of several sizes: pages made, statements, bytes written, processor time."`
	Save       saveCmd       `cmd:"" help:"Time of saving a long article through HTTP, beside the raw transaction."`
	Editors    editorsCmd    `cmd:"" help:"Fifty people writing beside two hundred pages a second for readers."`
	Comments   commentsCmd   `cmd:"" help:"Durable comments a second through HTTP, beside raw grouped inserts into the same file."`
	Moderators moderatorsCmd `cmd:"" help:"Ten moderators at a queue of 200,000 comments, beside a short one: times of their acts, no double work, no lost decision."`
	Discussion discussionCmd `cmd:"" help:"First page of an article with 20,000 comments, beside the same article with 20."`
	Streams    streamsCmd    `cmd:"" help:"Fifteen thousand open pages: memory of each, time from publication to the message at each, pages for others meanwhile."`
	Stem       stemCmd       `cmd:"" help:"How well inflected words meet and different words stay apart, beside Snowball; tokens a second beside strings.Fields."`
	Search     searchCmd     `cmd:"" help:"How good the order of search results is: MAP, nDCG, recall over judged queries."`
	Speed      speedCmd      `cmd:"" name:"searchspeed" help:"What searching costs in 28,519, 114,000 and a million articles, beside SQLite FTS5 and PostgreSQL over the same tokens."`
	Ask        askCmd        `cmd:"" name:"searchask" hidden:""`
	Related    relatedCmd    `cmd:"" help:"How many of the articles that belong together are suggested, beside TF-IDF."`
	Moderation moderationCmd `cmd:"" help:"How well the moderation model and the lists judge labelled comments, and what they cost."`
	Slow       slowCmd       `cmd:"" help:"A thousand pages a second for readers beside 5,000 connections that send and read slowly."`
	Picture    pictureCmd    `cmd:"" help:"Seconds and peak memory from a photograph of 24 megapixels to all its renditions, beside vipsthumbnail."`
}

// common are the flags of every measurement.
type common struct {
	JSON bool   `name:"json" help:"End with one machine-readable line."`
	Runs int    `help:"How often each thing is measured; the median counts." default:"3" placeholder:"N"`
	Bin  string `help:"Measure this dabir binary and not a fresh build." type:"existingfile" placeholder:"FILE"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parser := kong.Parse(&cli{}, kong.Name("bench"), kong.BindTo(ctx, (*context.Context)(nil)), kong.UsageOnError())
	if err := parser.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
