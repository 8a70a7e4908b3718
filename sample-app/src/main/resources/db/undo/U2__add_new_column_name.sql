ALTER TABLE my_table DROP COLUMN new_column_name;
