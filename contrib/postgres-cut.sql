-- Cuts the two tables that grow with a shop's age, `journal` and `orders`, at what they hold now: what is there stays in a
-- part of its own that nothing is written to any more, and what comes goes into a new one. An old part can lie on a slower
-- disk (`ALTER TABLE orders_to_123456 SET TABLESPACE archive`), and vacuum has nothing to do there.
--
-- Run it while no konter runs on the database, once a year or so, as the user who owns the tables:
--     psql --single-transaction --set ON_ERROR_STOP=1 --file contrib/postgres-cut.sql "$DATABASE_URL"
-- Afterwards `konter audit` proves the journal over all parts. Orders that are still open stay where they are.

DO $$
DECLARE
    part record;
    entry record;
    before text;
    options text;
    upto bigint;
    since text;
BEGIN
    IF current_setting('server_version_num')::int < 130000 THEN
        RAISE EXCEPTION 'PostgreSQL 13 or newer is needed';
    END IF;
    -- Views follow a table that is renamed: they are made anew. One that somebody else built upon them stops this here.
    CREATE TEMPORARY TABLE cut_views ON COMMIT DROP AS
        SELECT name, pg_get_viewdef(name::regclass) AS said, obj_description(name::regclass) AS comment
        FROM unnest(ARRAY['statement', 'sales_by_day', 'open_orders']) AS name;
    DROP VIEW statement, sales_by_day, open_orders;
    ALTER TABLE holds DROP CONSTRAINT holds_order_id_fkey;
    ALTER TABLE supplier_references DROP CONSTRAINT supplier_references_order_id_fkey;

    FOR part IN SELECT * FROM (VALUES ('journal', 'seq'), ('orders', 'id')) AS cut (name, key) LOOP
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part.name);
        EXECUTE format('SELECT coalesce(max(%I), 0) + 1 FROM %I', part.key, part.name) INTO upto;
        IF (SELECT relkind FROM pg_class WHERE oid = part.name::regclass) = 'r' THEN
            since := 'MINVALUE';
            before := format('%s_to_%s', part.name, upto - 1);
            EXECUTE format('ALTER TABLE %I RENAME TO %I', part.name, before);
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY RANGE (%I)', part.name, before, part.key);
            EXECUTE format('COMMENT ON TABLE %I IS %L', part.name, obj_description(before::regclass));
        ELSE
            -- The newest part is the one without an upper end.
            SELECT child.relname, substring(pg_get_expr(child.relpartbound, child.oid) FROM 'FROM \(''?(\d+)''?\)') AS since
                INTO entry
                FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
                WHERE inhparent = part.name::regclass
                  AND pg_get_expr(child.relpartbound, child.oid) LIKE '%TO (MAXVALUE)';
            since := entry.since;
            CONTINUE WHEN since::bigint = upto; -- Nothing came since the last cut.
            before := format('%s_to_%s', part.name, upto - 1);
            EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', part.name, entry.relname);
            EXECUTE format('ALTER TABLE %I RENAME TO %I', entry.relname, before);
        END IF;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', part.name, before, since, upto);
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (MAXVALUE)', part.name || '_newest', part.name, upto);
        SELECT array_to_string(reloptions, ', ') INTO options FROM pg_class WHERE oid = before::regclass;
        IF options <> '' THEN
            EXECUTE format('ALTER TABLE %I SET (%s)', part.name || '_newest', options);
        END IF;
    END LOOP;

    ALTER TABLE holds ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE;
    ALTER TABLE supplier_references ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE;
    FOR entry IN SELECT * FROM cut_views LOOP
        EXECUTE format('CREATE VIEW %I AS %s', entry.name, entry.said);
        EXECUTE format('COMMENT ON VIEW %I IS %L', entry.name, entry.comment);
    END LOOP;
END
$$;
