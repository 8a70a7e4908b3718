CREATE TABLE my_table (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name varchar(255) NOT NULL
);

CREATE TABLE list_price (
  gem_name varchar(255) PRIMARY KEY,
  price numeric(12, 2) NOT NULL
);
