UPDATE my_table SET new_column_name = NULL WHERE new_column_name = upper(name);
