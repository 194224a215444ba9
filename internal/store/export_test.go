package store

import "context"

// LimitPages makes an SQLite database as full as a disk can be: no more than n pages.
func LimitPages(s *Store, n string) error {
	_, err := s.write.(*singleWriter).conn.ExecContext(context.Background(), "PRAGMA max_page_count="+n)
	return err
}

// SetLogID makes the log another one, as a restore does.
func (s *Store) SetLogID(ctx context.Context, id string) error {
	return s.inTx(ctx, func(t *tx) error { return t.exec(`UPDATE meta SET value = $1 WHERE name = 'log_id'`, id) })
}
