-- Does not lock the table against writers; cannot run in a transaction
DROP INDEX CONCURRENTLY IF EXISTS my_table_by_new_column_name;
