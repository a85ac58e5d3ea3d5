-- What is kept of accounts is removed when they are erased.
alter table alert_silences alter column created_by drop not null, alter column comment drop not null;
create index alerts_by_acknowledger on alerts (acknowledged_by) where acknowledged_by is not null;
