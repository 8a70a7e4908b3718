ALTER TABLE my_table ADD COLUMN new_column_name VARCHAR(255);
