package store

import (
	"strconv"
	"strings"
)

// conditions gathers what stands behind WHERE, with its arguments numbered as they come.
type conditions struct {
	terms []string
	args  []any
}

// and adds a condition in which each ? is the next argument.
func (c *conditions) and(term string, args ...any) {
	for _, arg := range args {
		term = strings.Replace(term, "?", c.arg(arg), 1)
	}
	c.terms = append(c.terms, term)
}

// arg is the place of one more argument.
func (c *conditions) arg(value any) string {
	c.args = append(c.args, value)
	return "$" + strconv.Itoa(len(c.args))
}

// oneOf adds that a column is one of the ids; without ids nothing is.
func oneOf[T ~int64](c *conditions, column string, ids []T) {
	if len(ids) == 0 {
		c.and("1 = 0")
		return
	}
	places := make([]string, len(ids))
	for i, id := range ids {
		places[i] = c.arg(int64(id))
	}
	c.terms = append(c.terms, column+" IN ("+strings.Join(places, ", ")+")")
}

// where writes the conditions, "" when there are none.
func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}
