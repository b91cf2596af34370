-- What a shop keeps. Every table has the whole row as the program reads it (`row`), and beside it, in columns of their
-- own, what a person asks about. The program writes both in one statement; the columns are never read back by rules,
-- so a person may index and join them freely. Whoever changes `row` by hand breaks the books: change nothing by hand.
--
-- `key` is the row's identity as the program writes it: one value for all its parts, so that PRIMARY KEY (key) is the
-- unique constraint over them. Times are timestamptz, amounts whole rupiah.

CREATE TABLE agents (
    id          bigint PRIMARY KEY,
    version     bigint NOT NULL,
    name        text NOT NULL,
    status      text NOT NULL,
    upline_id   bigint,
    created_at  timestamptz NOT NULL,
    row         json NOT NULL
);
COMMENT ON TABLE agents IS 'Resellers. KR0001 has id 1.';

CREATE TABLE agent_chats (
    key       bytea PRIMARY KEY,
    chat      text,
    agent_id  bigint NOT NULL,
    row       json NOT NULL
);
COMMENT ON TABLE agent_chats IS 'Which reseller a chat belongs to; one chat is one reseller''s.';

CREATE TABLE agent_phones (
    key       bytea PRIMARY KEY,
    phone     text,
    agent_id  bigint NOT NULL,
    row       json NOT NULL
);
COMMENT ON TABLE agent_phones IS 'Which reseller a phone number belongs to; one number is one reseller''s.';

CREATE TABLE accounts (
    account          text COLLATE "C" PRIMARY KEY,
    debits           bigint NOT NULL CHECK (debits >= 0),
    credits          bigint NOT NULL CHECK (credits >= 0),
    pending_debits   bigint NOT NULL CHECK (pending_debits >= 0),
    pending_credits  bigint NOT NULL CHECK (pending_credits >= 0),
    balance          bigint NOT NULL GENERATED ALWAYS AS (credits - debits) STORED,
    held             bigint NOT NULL GENERATED ALWAYS AS (pending_debits) STORED,
    row              json NOT NULL
);
COMMENT ON TABLE accounts IS 'Every account''s totals. agent:1 is what the shop owes KR0001.';
COMMENT ON COLUMN accounts.held IS 'Reserved by open orders; balance - held can be spent.';

CREATE TABLE journal (
    seq               bigint PRIMARY KEY CHECK (seq > 0),
    at                timestamptz NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('transfer', 'hold', 'capture', 'release')),
    reason            text NOT NULL,
    debit             text COLLATE "C" NOT NULL,
    credit            text COLLATE "C" NOT NULL,
    amount            bigint NOT NULL CHECK (amount > 0),
    debit_available   bigint NOT NULL,
    credit_available  bigint NOT NULL,
    order_id          bigint,
    note              text,
    row               json NOT NULL,
    CHECK (debit <> credit),
    -- Only a correction of what already happened takes a reseller below zero; captures and releases spend what was held.
    CONSTRAINT nobody_spends_what_is_not_there CHECK (
        debit NOT LIKE 'agent:%' OR debit_available >= 0 OR kind IN ('capture', 'release')
        OR reason IN ('late_delivery', 'correction', 'margin_reversal')
    )
);
CREATE INDEX journal_of_debit ON journal (debit, seq);
-- Sales is credited by nearly every order; nobody reads its lines one by one.
CREATE INDEX journal_of_credit ON journal (credit, seq) WHERE credit <> 'sales';
CREATE INDEX journal_at ON journal (at, seq);
COMMENT ON TABLE journal IS 'Every movement of money, gapless and chained by hashes (in row): `konter audit` proves it.';

-- The journal's end, one row. Whoever writes locks it first: it makes the journal one chain over all processes.
CREATE TABLE tip (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq       bigint NOT NULL,
    digest    text NOT NULL,
    counter   bigint NOT NULL,
    moved_at  timestamptz
);
INSERT INTO tip (seq, digest, counter) VALUES (0, repeat('0', 64), 0);
COMMENT ON COLUMN tip.moved_at IS 'When the shop moved away from this database; it is not run here again.';
COMMENT ON COLUMN tip.counter IS 'Last number given to a row of inbox, outbox or acts.';

-- The last group of commits of each process: how it learns after a lost connection whether that group was committed.
CREATE TABLE writers (
    id          bytea PRIMARY KEY,
    last_group  bigint NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orders (
    id          bigint PRIMARY KEY,
    version     bigint NOT NULL,
    agent_id    bigint NOT NULL,
    chat        text NOT NULL,
    product     text NOT NULL,
    kind        text NOT NULL,
    dest        text NOT NULL,
    nth         bigint NOT NULL,
    day         date NOT NULL,
    price       bigint NOT NULL,
    status      text NOT NULL CHECK (status IN ('open', 'success', 'failed')),
    supplier    text,
    reference   bigint,
    cost        bigint,
    sn          text,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    row         json NOT NULL
);
CREATE INDEX orders_of_agent ON orders (agent_id, id);
CREATE INDEX orders_to ON orders (agent_id, dest, id);
CREATE INDEX orders_since ON orders (created_at, id);
COMMENT ON COLUMN orders.supplier IS 'Of the last attempt, as are reference and cost.';
COMMENT ON COLUMN orders.cost IS 'What the supplier charged; before it said so, what the catalog expects.';
COMMENT ON COLUMN orders.day IS 'The shop''s day it was placed on.';

CREATE TABLE holds (
    order_id  bigint PRIMARY KEY REFERENCES orders (id) DEFERRABLE,
    debit     text NOT NULL,
    credit    text NOT NULL,
    amount    bigint NOT NULL CHECK (amount > 0),
    row       json NOT NULL
);
COMMENT ON TABLE holds IS 'Prices reserved by open orders: one an order, gone when the order is final.';

CREATE TABLE slots (
    key       bytea PRIMARY KEY,
    agent_id  bigint NOT NULL,
    dest      text,
    product   text,
    nth       bigint NOT NULL,
    taken_by  bigint,
    row       json NOT NULL
);
COMMENT ON TABLE slots IS 'One order (or success) per reseller, product, destination, day and count.';

CREATE TABLE supplier_references (
    key        bytea PRIMARY KEY,
    reference  bigint NOT NULL,
    supplier   text,
    order_id   bigint NOT NULL REFERENCES orders (id) DEFERRABLE,
    row        json NOT NULL
);
COMMENT ON TABLE supplier_references IS 'Which order a reference at a supplier belongs to; each is given once.';

CREATE TABLE bills (
    key       bytea PRIMARY KEY,
    product   text,
    customer  text,
    order_id  bigint,
    row       json NOT NULL
);
COMMENT ON TABLE bills IS 'Which order pays a bill or has paid it.';

CREATE TABLE inquiries (
    id        bigint PRIMARY KEY,
    version   bigint NOT NULL,
    agent_id  bigint NOT NULL,
    product   text NOT NULL,
    customer  text NOT NULL,
    row       json NOT NULL
);

CREATE TABLE tickets (
    id          bigint PRIMARY KEY,
    version     bigint NOT NULL,
    agent_id    bigint NOT NULL,
    amount      bigint NOT NULL,
    pay         bigint NOT NULL,
    status      text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    row         json NOT NULL
);
COMMENT ON TABLE tickets IS 'Deposit tickets; pay is the unique amount to transfer.';

CREATE TABLE ticket_pays (
    pay        bigint PRIMARY KEY,
    ticket_id  bigint NOT NULL,
    until      timestamptz NOT NULL,
    row        json NOT NULL
);
COMMENT ON TABLE ticket_pays IS 'Which ticket an amount to pay belongs to: one at a time.';

CREATE TABLE products (
    key       bytea PRIMARY KEY,
    code      text NOT NULL,
    name      text NOT NULL,
    category  text NOT NULL,
    price     bigint NOT NULL,
    row       json NOT NULL
);

CREATE TABLE answered (
    key  bytea PRIMARY KEY,
    at   timestamptz NOT NULL,
    row  json NOT NULL
);
COMMENT ON TABLE answered IS 'Messages and callbacks answered before: the same again changes nothing.';

CREATE TABLE inbox (
    key      bytea PRIMARY KEY,
    seq      bigint NOT NULL UNIQUE,
    chat     text NOT NULL,
    sent_at  timestamptz NOT NULL,
    row      json NOT NULL
);
COMMENT ON TABLE inbox IS 'Received and not handled yet. A row can hold a PIN and is deleted when handled.';

CREATE TABLE outbox (
    key   bytea PRIMARY KEY,
    seq   bigint NOT NULL UNIQUE,
    chat  text NOT NULL,
    at    timestamptz NOT NULL,
    row   json NOT NULL
);
COMMENT ON TABLE outbox IS 'To be said; deleted when the chat''s own service has it.';

CREATE TABLE acts (
    seq   bigint PRIMARY KEY,
    at    timestamptz NOT NULL,
    by    text NOT NULL,
    what  text NOT NULL,
    row   json NOT NULL
);
COMMENT ON TABLE acts IS 'What admins did.';

CREATE TABLE other_rows (
    key  bytea PRIMARY KEY,
    row  json
);
COMMENT ON TABLE other_rows IS 'Rows of kinds that have no table of their own; the first byte of key tells the kind.';

-- Numbers are given once and never again, whatever becomes of the decision that asked for them.
CREATE SEQUENCE order_numbers MINVALUE 0 START 0;
CREATE SEQUENCE agent_numbers MINVALUE 0 START 0;
CREATE SEQUENCE ticket_numbers MINVALUE 0 START 0;
CREATE SEQUENCE broadcast_numbers MINVALUE 0 START 0;
SELECT nextval('order_numbers'), nextval('agent_numbers'), nextval('ticket_numbers'), nextval('broadcast_numbers');

CREATE TABLE reference_numbers (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    last  bigint NOT NULL
);
INSERT INTO reference_numbers (last) VALUES (0);

-- Rows that change often find room for their next version beside them.
ALTER TABLE accounts SET (fillfactor = 50);
ALTER TABLE orders SET (fillfactor = 80);
-- Rows that come and go within seconds are cleared away by their number, not by a part of a table that is nearly empty.
ALTER TABLE holds SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
