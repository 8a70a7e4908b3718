-- The view needs the column; it is a repeatable migration, so it comes back with the column
DROP VIEW IF EXISTS expensive_gems;

ALTER TABLE list_price DROP COLUMN cents;
