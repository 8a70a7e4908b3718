CREATE TABLE stone (id int);
