-- A restore or a move into this database begins by saying so, and takes that away with the last row: what is half filled is no
-- new shop.
ALTER TABLE tip ADD COLUMN filling_since timestamptz;
COMMENT ON COLUMN tip.filling_since IS 'When a restore or a move into this database began; NULL once it is whole.';
