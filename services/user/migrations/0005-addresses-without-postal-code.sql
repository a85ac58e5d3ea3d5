-- some countries have no postal codes; some name the state
alter table addresses alter column postal_code drop not null;
alter table addresses add column state text;
