-- Who of several processes does which work. A chat belongs to one of 64 parts, by a hash of its name; whoever holds a
-- part answers its messages (inbox), buys and chases its orders, and says its replies (outbox). A part is taken with
-- FOR UPDATE SKIP LOCKED and held by a lease that is renewed every second or two; one that ran out is anybody's.

CREATE TABLE members (
    id     bytea PRIMARY KEY,
    name   text NOT NULL,
    since  timestamptz NOT NULL DEFAULT now(),
    until  timestamptz NOT NULL
);
COMMENT ON TABLE members IS 'Processes that run the shop; one whose until is over has stopped, or hangs.';

CREATE TABLE work (
    part   smallint PRIMARY KEY CHECK (part BETWEEN 0 AND 63),
    owner  bytea,
    until  timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO work (part) SELECT generate_series(0, 63);
COMMENT ON TABLE work IS 'Who holds which part, and until when. owner is NULL for a part that was given back.';
ALTER TABLE work SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
ALTER TABLE members SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Requests under way at a supplier that allows fewer at once than there are processes.
CREATE TABLE supplier_places (
    supplier  text NOT NULL,
    place     smallint NOT NULL,
    owner     bytea,
    until     timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (supplier, place)
);
COMMENT ON TABLE supplier_places IS 'Places for requests at suppliers with fewer places than there are processes.';

CREATE VIEW who_works AS
SELECT members.name, members.since, members.until > now() AS at_work, count(work.part) AS parts,
       bool_or(coalesce(work.part = 0, false)) AS asks_telegram
FROM members LEFT JOIN work ON work.owner = members.id AND work.until > now()
GROUP BY members.id, members.name, members.since, members.until
ORDER BY members.since;
COMMENT ON VIEW who_works IS 'The processes, and how many of the 64 parts each holds.';
