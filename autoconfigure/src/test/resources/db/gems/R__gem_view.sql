CREATE OR REPLACE VIEW gem_view AS SELECT id, name, carat FROM gem;
