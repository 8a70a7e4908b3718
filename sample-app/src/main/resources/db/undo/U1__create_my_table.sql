DROP TABLE list_price;

DROP TABLE my_table;
