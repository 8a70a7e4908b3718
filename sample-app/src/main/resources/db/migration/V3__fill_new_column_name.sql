UPDATE my_table SET new_column_name = upper(name) WHERE new_column_name IS NULL;
