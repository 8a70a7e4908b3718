CREATE TABLE owner (id int);
