// Package migrate brings articles and comments in from elsewhere: pages saved as text, and JSON Lines. It reads a form,
// says what it could not take and hands the rest over as news.Import; docs/import.md describes the forms for those who
// write them.
//
// Storage, rights and the network are not its business: the action that takes the articles is an interface here. What is
// said here is for the operator at a terminal and therefore in English.
package migrate

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Newsroom takes articles in. One call is one slice of work: the outcomes stand in the order of the imports, one for each.
// An error means that the whole call may or may not have been stored; repeating it is safe, since every import has an origin.
type Newsroom interface {
	Import(ctx context.Context, imports []news.Import) ([]news.ImportOutcome, error)
}
