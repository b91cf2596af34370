-- For people with psql.

CREATE VIEW balances AS
SELECT 'KR' || lpad(agents.id::text, greatest(4, length(agents.id::text)), '0') AS agent, agents.name, agents.status,
       coalesce(accounts.balance, 0) AS balance,
       coalesce(accounts.held, 0) AS held,
       coalesce(accounts.balance - accounts.held, 0) AS available
FROM agents LEFT JOIN accounts ON accounts.account = 'agent:' || agents.id
ORDER BY agents.id;
COMMENT ON VIEW balances IS 'What the shop owes each reseller, what of it open orders hold, and what can be spent.';

CREATE VIEW statement AS
SELECT debit AS account, seq, at, kind, reason, -amount AS amount, debit_available AS available, order_id,
       credit AS other_account, note
FROM journal
UNION ALL
SELECT credit, seq, at, kind, reason, amount, credit_available, order_id, debit, note
FROM journal;
COMMENT ON VIEW statement IS 'The journal by account. Holds and releases reserve and free; captures and transfers move money. Filter by account and at.';

CREATE VIEW sales_by_day AS
SELECT day, product, supplier, count(*) AS orders, sum(price) AS revenue, sum(cost) AS cost, sum(price - cost) AS gross
FROM orders
WHERE status = 'success'
GROUP BY day, product, supplier;
COMMENT ON VIEW sales_by_day IS 'Delivered orders by the shop''s day, product and supplier. Uplines'' margins are not taken off.';

CREATE VIEW open_orders AS
SELECT id, 'KR' || lpad(agent_id::text, greatest(4, length(agent_id::text)), '0') AS agent, product, dest, price, supplier, reference, created_at,
       now() - created_at AS open_for
FROM orders JOIN holds ON holds.order_id = orders.id
ORDER BY id;
COMMENT ON VIEW open_orders IS 'Orders that are not final yet.';
