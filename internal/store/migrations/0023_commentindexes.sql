-- What a decision and a new comment write: each index costs both. These serve no query any more: comment_by_risk and the held ones took
-- the place of the first, comment_settled and comment_decider that of the second; repeats are found by id, the newest by comment_queue.
DROP INDEX comment_risk;
DROP INDEX comment_decided;
DROP INDEX comment_fingerprint;
DROP INDEX comment_newest;

-- A writer's history is counted without reading the comments, of which a page of the queue shows fifty writers'.
DROP INDEX comment_pseudonym;
DROP INDEX comment_person;
CREATE INDEX comment_pseudonym ON comment (pseudonym, created_at, id, state);
CREATE INDEX comment_person ON comment (person, created_at, id, state) WHERE person > '';

-- The held ones are few among those that wait. With a state that is written so, SQLite takes these and not the whole queue's.
DROP INDEX comment_held_by_time;
DROP INDEX comment_held_by_risk;
DROP INDEX comment_held_by_article;
CREATE INDEX comment_held_by_time ON comment (held, (state || ''), created_at, id) WHERE held = 1;
CREATE INDEX comment_held_by_risk ON comment (held, (state || ''), (-risk), id) WHERE held = 1;
CREATE INDEX comment_held_by_article ON comment (held, (state || ''), (-article_code), id) WHERE held = 1;
