CREATE TABLE IF NOT EXISTS execution (version text);
INSERT INTO execution VALUES ('2');
SELECT pg_sleep(0.05);
