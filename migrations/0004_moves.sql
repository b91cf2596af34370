-- Counts the groups of commits of all processes: as long as it is where a process left it, nobody else has written.
ALTER TABLE tip ADD COLUMN moves bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN tip.moves IS 'How often it was moved: once with every group of commits.';
