-- What of the public an event changed (news.Dependency, separated by spaces): pages made from it are old.
ALTER TABLE event ADD COLUMN touches TEXT NOT NULL DEFAULT '';
