create index tickets_pending on tickets (updated_at) where status = 'pending';
