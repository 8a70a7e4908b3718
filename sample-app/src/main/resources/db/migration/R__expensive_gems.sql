CREATE OR REPLACE VIEW expensive_gems AS
SELECT gem_name, cents FROM list_price WHERE cents >= 100000;
