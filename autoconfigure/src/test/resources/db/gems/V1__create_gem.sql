CREATE TABLE gem (id bigint PRIMARY KEY, name varchar(255));
