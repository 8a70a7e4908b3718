-- Does not lock the table against writers; cannot run in a transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS my_table_by_new_column_name ON my_table (new_column_name);
