CREATE TABLE gem (id bigint PRIMARY KEY);
