-- Does not lock the table against writers; cannot run in a transaction. A build that was killed leaves an invalid index
DROP INDEX CONCURRENTLY IF EXISTS my_table_by_new_column_name;

CREATE INDEX CONCURRENTLY my_table_by_new_column_name ON my_table (new_column_name);
