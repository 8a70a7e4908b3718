-- Fails: some gems cost the same. As it cannot run in a transaction, it leaves an index that is INVALID
CREATE UNIQUE INDEX CONCURRENTLY list_price_by_cents ON list_price (cents);
