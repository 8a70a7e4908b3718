CREATE TABLE gem (id int);
