-- the goods that came back, which decide the tax rates of the credit note; null in rows of an older release
alter table waiting_refunds add column goods jsonb;
