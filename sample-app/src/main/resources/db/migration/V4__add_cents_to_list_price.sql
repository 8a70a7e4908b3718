ALTER TABLE list_price ADD COLUMN cents bigint;

UPDATE list_price SET cents = (price * 100)::bigint WHERE cents IS NULL;
