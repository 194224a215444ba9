package store

import "context"

// LimitPages makes an SQLite database as full as a disk can be: no more than n pages.
func LimitPages(s *Store, n string) error {
	_, err := s.write.(*singleWriter).conn.ExecContext(context.Background(), "PRAGMA max_page_count="+n)
	return err
}
