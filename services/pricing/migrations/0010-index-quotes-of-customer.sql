create index quotes_of_customer on quotes (customer_id) where customer_id is not null;
